"""Rules: impossible protocols are refused with step and rule, all problems at once."""

from __future__ import annotations

from typing import Any

import pytest

from remyelin.errors import InputError, UnknownNameError
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.conflicts import conflict_rules
from remyelin.therapies.drugs import drugs
from remyelin.therapies.inspection import inspect

TABLE = ParameterTable.load()
ORDERED: list[dict[str, Any]] = [
    {"kind": "mobilisation", "agent": "cyclophosphamide", "dose": 2.0, "unit": "g/m2"},
    {"kind": "collection", "agent": "leukapheresis", "day": 10},
    {"kind": "conditioning", "agent": "melphalan", "dose": 140.0, "unit": "mg/m2", "day": 30},
    {
        "kind": "infusion",
        "agent": "autologous PBSC",
        "dose": 5.0,
        "unit": "1e6 CD34/kg",
        "day": 32,
        "moves": {"graft_cd34": "graft_after_cyclophosphamide"},
    },
]


def protocol(*steps: dict[str, Any], kind: str = "dmt", **other: Any) -> dict[str, Any]:
    filled = [{"route": "IV", "day": 0, **step} for step in steps]
    base = {"protocol_id": "mine", "label": "Mine", "treatment_class": kind}
    return {**base, "steps": filled, "citation": "mine", "mark": "assumed", **other}


def transplant(**changes: dict[str, Any]) -> dict[str, Any]:
    steps = [{**step, **changes.get(step["kind"], {})} for step in ORDERED]
    return protocol(*steps, kind="ahsct")


def natalizumab(**changes: Any) -> dict[str, Any]:
    step = {"agent": "natalizumab", "dose": 300.0, "unit": "mg", "every_days": 28}
    return {**step, "moves": {"traffic_target": "natalizumab_traffic_block"}, **changes}


def problems(data: dict[str, Any]) -> str:
    return "\n".join(inspect(data, TABLE).problems)


def in_sequence(*parts: tuple[str, int, int | None]) -> dict[str, Any]:
    named = [{"protocol_id": n, "day": d, "lasts_days": lasts} for n, d, lasts in parts]
    return protocol(kind="other", sequence=named)


def test_a_possible_protocol_has_no_problem() -> None:
    assert problems(transplant()) == ""
    assert problems(protocol(natalizumab())) == ""


@pytest.mark.parametrize(
    ("data", "step", "rule"),
    [
        (protocol(natalizumab(agent="natalizumap")), "natalizumap", "unknown_drug"),
        (protocol(natalizumab(dose=3000.0)), "steps[0] (natalizumab)", "dose_range"),
        (protocol(natalizumab(dose=3.0)), "steps[0] (natalizumab)", "dose_range"),
        (protocol(natalizumab(unit="mg/kg")), "steps[0] (natalizumab)", "unit_of_drug"),
        (protocol(natalizumab(moves={"cd20": "cd21_course"})), "moves.cd20", "unknown_amount"),
        (
            protocol(natalizumab(moves={"traffic_target": "cd20_course"})),
            "traffic_target",
            "level_is_a_share",
        ),
        (
            protocol(natalizumab(lasts_days=30, dose_is="total")),
            "natalizumab",
            "overlapping_repeats",
        ),
        (protocol(natalizumab(), natalizumab()), "steps[1]", "two_steps_one_level"),
        (protocol(natalizumab(moves={})), "steps", "nothing_acts"),
        (transplant(infusion={"day": 5}), "steps[3]", "infusion_before_collection"),
        (transplant(conditioning={"day": 5}), "steps[2]", "conditioning_before_collection"),
        (transplant(conditioning={"day": 40}), "steps[2]", "conditioning_after_infusion"),
        (transplant(mobilisation={"day": 20}), "steps[1]", "collection_before_mobilisation"),
    ],
)
def test_an_impossible_protocol_is_refused_by_step_and_rule(
    data: dict[str, Any], step: str, rule: str
) -> None:
    found = [line for line in problems(data).splitlines() if f"(rule {rule})" in line]
    assert found
    assert step in found[0]


def test_conditioning_needs_a_graft() -> None:
    data = transplant()
    data["steps"] = data["steps"][:3]
    assert "(rule no_graft)" in problems(data)


def test_form_and_rules_are_told_together() -> None:
    data = protocol(natalizumab(unit=""), natalizumab(agent="nonsense", day=400), colour="red")
    found = problems(data)
    for word in ("steps[0]", "dose and unit go together", "colour", "nonsense", "unknown_drug"):
        assert word in found


def test_a_name_of_the_catalogue_is_taken() -> None:
    assert "choose another" in problems(protocol(natalizumab(), protocol_id="natalizumab"))


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (("natalizumab", 0, None), "natalizumab_with_immunosuppression"),
        (("mitoxantrone", 0, None), "lymphodepletion_overlaps"),
    ],
)
def test_what_must_not_be_combined_is_an_error(parts: tuple[str, int, int], rule: str) -> None:
    found = problems(in_sequence(parts, ("alemtuzumab", 30, None)))
    assert f"(rule {rule})" in found
    assert "alemtuzumab" in found


def test_a_live_vaccine_during_lymphopenia_is_an_error() -> None:
    vaccine = {"kind": "vaccination", "agent": "yellow fever vaccine", "route": "SC", "day": 60}
    data = protocol(vaccine, kind="other", sequence=[{"protocol_id": "alemtuzumab", "day": 0}])
    assert "live_vaccine_after_lymphodepletion" in problems(data)
    late = protocol({**vaccine, "day": 800}, kind="other", sequence=data["sequence"])
    assert problems(late) == ""


def test_a_washout_that_is_too_short_is_a_warning_that_goes_with_time() -> None:
    def warned(wait: int) -> str:
        parts = (("fingolimod", 0, 200), ("ahsct_cy200_ratg6", 200 + wait, None))
        seen = inspect(in_sequence(*parts), TABLE)
        assert seen.problems == ()
        return "\n".join(seen.warnings)

    assert "s1p_before_transplant" in warned(7)
    assert warned(60) == ""


def test_a_transplantation_is_over_when_its_last_drug_was_given() -> None:
    vaccine = {"kind": "vaccination", "agent": "MMR vaccine", "route": "SC", "day": 1000}
    parts = [{"protocol_id": "ahsct_cy200_ratg6", "day": 0}]
    assert problems(protocol(vaccine, kind="other", sequence=parts)) == ""
    soon = protocol({**vaccine, "day": 700}, kind="other", sequence=parts)
    assert "live_vaccine_after_transplant" in problems(soon)


def test_the_drugs_of_one_transplantation_do_not_conflict() -> None:
    name = "ahsct_cy200_ratg6"
    seen = inspect(in_sequence((name, 0, None)), TABLE)
    assert (seen.problems, seen.warnings) == ((), ())


def test_a_sequence_is_written_out_on_its_days_and_cut_where_a_part_ends() -> None:
    data = in_sequence(("natalizumab", 10, 100), ("rituximab", 200, None))
    whole = catalogue.from_mapping(data, where="mine")
    steps = catalogue.written_out(whole, catalogue.load_as_written).steps
    assert [(step.agent, step.day, step.ends_day) for step in steps] == [
        ("natalizumab", 10, 110),
        ("rituximab", 200, None),
    ]


def test_a_sequence_that_holds_itself_is_refused() -> None:
    assert "without end" in problems(in_sequence(("mine", 0, None)))


def test_a_part_that_does_not_act_or_is_unknown_is_refused() -> None:
    assert "does not act" in problems(in_sequence(("cryo", 0, None)))
    assert "unknown protocol" in problems(in_sequence(("nonsense", 0, None)))


def test_rules_speak_of_groups_that_exist_and_have_a_source() -> None:
    groups = {group for drug in drugs().values() for group in drug.groups} | {"transplant"}
    for rule in conflict_rules():
        assert {rule.earlier, rule.later} <= groups
        assert rule.source
    names = [rule.rule for rule in conflict_rules()]
    assert len(set(names)) == len(names)


def test_a_file_that_is_no_protocol_has_one_error() -> None:
    with pytest.raises(InputError):
        catalogue.from_mapping(["a"], where="mine")
    with pytest.raises(UnknownNameError):
        catalogue.lookup_with({}, catalogue.packaged())("nonsense")
