"""The grid over the choices of a definition."""

from __future__ import annotations

import pytest

from remyelin.errors import InputError, UnknownNameError, UsageError
from remyelin.multiverse import choices, chosen, explore, variants
from remyelin.multiverse.choices import parse_choices
from remyelin.multiverse.grid import AS_IT_IS, settled
from remyelin.study.definition import Definition
from remyelin.study.definitions import definition_problems, definitions
from tests.multiverse.courses import STABLE, WORSE, WORSE_12, WORSE_24, dataset

LIBRARY = definitions()
VARIED = [
    definition
    for definition in LIBRARY.values()
    if any(choice.applies(definition) for choice in choices().values())
]


@pytest.mark.parametrize("base", VARIED, ids=lambda base: base.definition_id)
def test_the_grid_of_every_definition_holds_the_definition_itself_once(base: Definition) -> None:
    asked = [choice.name for choice in choices().values() if choice.applies(base)]
    assert asked
    picked = [chosen(base, {name: choices()[name]}, LIBRARY, switched=True)[0] for name in asked]
    for choice in picked:
        same = [level for level in choice.levels if settled(base, level, LIBRARY) == base]
        assert len(same) == 1


def test_the_variant_that_is_the_base_is_marked() -> None:
    base = LIBRARY["cdw24"]
    picked = chosen(base, choices(), LIBRARY, asked=["confirmation", "step", "tolerance"])
    (own,) = [cell for cell in variants(base, picked, LIBRARY) if cell.is_base]
    assert own.levels["confirmation"] == "24 weeks"
    assert own.levels["tolerance"] == "15 days"


def test_every_definition_of_the_library_passes_its_own_rules() -> None:
    assert {name: found for name, d in LIBRARY.items() if (found := definition_problems(d))} == {}


def test_levels_name_definitions_that_are_there_and_say_their_source() -> None:
    for choice in choices().values():
        assert choice.source
        for level in choice.levels:
            assert not level.like or level.like in LIBRARY
            assert not level.component or level.component in LIBRARY


def test_where_only_confirmation_matters_the_grid_says_so() -> None:
    data = dataset({"a": STABLE, "b": WORSE_12, "c": WORSE_24, "d": WORSE})
    base = LIBRARY["cdw24"]
    picked = chosen(base, choices(), LIBRARY, asked=["confirmation", "step", "tolerance"])
    found = explore(data, [], LIBRARY, month=12, base=base, picked=picked)
    assert len(found.grid) == 18
    (made,) = found.decompositions
    assert made.largest is not None
    assert made.largest.choice == "confirmation"
    assert made.largest.main == pytest.approx(1.0)
    assert made.largest.levels == pytest.approx(
        {"12 weeks": 0.75, "24 weeks": 0.5, "48 weeks": 0.25}
    )


def test_combinations_that_are_no_definition_are_kept_with_the_reason() -> None:
    data = dataset({"a": STABLE, "d": WORSE}, {})
    base = LIBRARY["pira24_kappos2020_edss"]
    picked = chosen(base, choices(), LIBRARY, asked=["rebaseline", "never_falls"])
    found = explore(data, [], LIBRARY, base=base, picked=picked)
    refused = [cell for cell in found.grid if cell.not_applicable]
    assert len(found.grid) == 4
    assert [dict(cell.levels) for cell in refused] == [{"rebaseline": "no", "never_falls": "yes"}]
    assert refused[0].not_applicable == "reference_never_falls: only with rebaseline_after_relapse"
    assert found.decompositions[0].missing == 1


def test_levels_that_need_relapses_are_not_applicable_without_them() -> None:
    base = LIBRARY["cdw24"]
    picked = chosen(base, choices(), LIBRARY, asked=["relapse_window", "confirmation"])
    found = explore(dataset({"a": STABLE, "d": WORSE}), [], LIBRARY, base=base, picked=picked)
    assert {cell.levels["relapse_window"] for cell in found.grid if cell.estimate} == {"none"}
    assert found.decompositions[0].single == ("relapse_window",)


def test_a_level_of_its_own_is_kept_where_the_base_has_it() -> None:
    picked = chosen(LIBRARY["edss_worse_1"], choices(), LIBRARY)
    confirmation = next(choice for choice in picked if choice.name == "confirmation")
    assert confirmation.levels[0].name == AS_IT_IS


def test_levels_are_named_even_where_their_names_hold_commas() -> None:
    (step,) = chosen(
        LIBRARY["cdw24"], choices(), LIBRARY, asked=["step=1.5, 1, 0.5 from 6, 1, 0.5 from 5.5"]
    )
    assert [level.name for level in step.levels] == ["1.5, 1, 0.5 from 6", "1, 0.5 from 5.5"]


@pytest.mark.parametrize(
    ("base", "asked", "error", "what"),
    [
        ("cdw24", ["confirmations"], UnknownNameError, "did you mean"),
        ("cdw24", ["lesions"], UsageError, "does not apply to cdw24"),
        ("cdw24", ["confirmation=11 weeks"], UsageError, "no level 11 weeks"),
        ("cdw24", ["confirmation="], UsageError, "name each of its levels once"),
        ("cdw24", ["confirmation=12 weeks,12 weeks"], UsageError, "name each of its levels once"),
        ("cdw24", ["confirmation", "confirmation=12 weeks"], UsageError, "twice"),
        ("death_any", [], UsageError, "no choice applies"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(
    base: str, asked: list[str], error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        chosen(LIBRARY[base], choices(), LIBRARY, asked=asked)


@pytest.mark.parametrize(
    ("level", "what"),
    [
        ("{set: {confirmaton: 3}}", "no field confirmaton"),
        ("{like: cdw24}", "like and fields go together"),
        ("{}", "one of set, like and component"),
    ],
)
def test_a_level_that_says_nothing_possible_is_refused(level: str, what: str) -> None:
    text = (
        "choices: {one: {label: x, kinds: [worsening], source: x, mark: assumed, "
        f"levels: {{a: {level}, b: {{set: {{sustained: true}}}}}}}}}}"
    )
    with pytest.raises(InputError, match=what):
        parse_choices(text, where="here")
