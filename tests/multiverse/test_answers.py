"""What definitions answer on data whose answers are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import events
from remyelin.endpoints.groups import read_groups
from remyelin.errors import InputError, UnknownNameError, UsageError
from remyelin.multiverse import agreement, explore
from remyelin.multiverse.analysis import Answer
from remyelin.multiverse.estimate import Estimate
from remyelin.study.definitions import definitions
from tests.multiverse.courses import STABLE, WORSE, WORSE_12, WORSE_24, dataset, visits

LIBRARY = definitions()
COURSES = {"a": STABLE, "b": WORSE_12, "c": WORSE_24, "d": WORSE}
NOBODY: dict[str, list[float]] = {}


def by_name(answers: tuple[Answer, ...]) -> dict[str, Answer]:
    return {answer.definition.definition_id: answer for answer in answers}


def estimate(answer: Answer) -> Estimate:
    assert answer.estimate is not None, answer.not_applicable
    return answer.estimate


def test_events_and_shares_are_those_counted_by_hand() -> None:
    found = explore(
        dataset(COURSES), [LIBRARY[name] for name in ("cdw12", "cdw24", "cdw48")], LIBRARY, month=12
    )
    made = {name: estimate(answer) for name, answer in by_name(found.answers).items()}
    assert {name: one.events for name, one in made.items()} == {"cdw12": 3, "cdw24": 2, "cdw48": 1}
    assert {one.assessable for one in made.values()} == {4}
    assert made["cdw24"].share == made["cdw24"].km_share == pytest.approx(0.5)


def test_agreement_is_that_worked_out_by_hand() -> None:
    data = dataset(COURSES)
    tables = [events(data.history, LIBRARY[name], LIBRARY) for name in ("cdw12", "cdw48")]
    made = agreement(*tables)
    # 3 and 1 of 4 have it, one of them under both: 2 of 4 agree; by chance 2 * 3/4 * 1/4.
    assert made.patients == 4
    assert made.kappa == pytest.approx((0.5 - 0.375) / (1 - 0.375))
    assert made.overlap == pytest.approx(1 / 3)


def test_two_equal_definitions_agree_wholly_and_have_the_same_estimate() -> None:
    twin = replace(LIBRARY["cdw24"], definition_id="twin")
    found = explore(dataset(COURSES), [LIBRARY["cdw24"], twin], LIBRARY)
    one, two = found.answers
    assert one.estimate == two.estimate
    assert two.agreement is not None
    assert (two.against, two.agreement.kappa, two.agreement.overlap) == ("cdw24", 1.0, 1.0)


def test_nobody_relapsed_is_a_share_of_none_and_no_agreement_beyond_chance() -> None:
    data = dataset(COURSES, NOBODY)
    found = explore(
        data, [LIBRARY[name] for name in ("relapse_protocol", "raw24_kappos2020")], LIBRARY
    )
    for answer in found.answers:
        made = estimate(answer)
        assert (made.events, made.share, made.km_share) == (0, 0.0, 0.0)
        assert np.isnan(made.low)
        assert answer.agreement is not None
        assert np.isnan(answer.agreement.kappa)
        assert np.isnan(answer.agreement.overlap)


def test_one_patient_is_enough_for_every_definition() -> None:
    found = explore(dataset({"d": WORSE}, NOBODY), list(LIBRARY.values()), LIBRARY)
    assert len(found.answers) == len(LIBRARY)
    answers = by_name(found.answers)
    assert estimate(answers["cdw24"]).km_share == 1.0
    assert estimate(answers["cdi24"]).km_share == 0.0


def test_what_cannot_be_applied_is_told_with_its_reason() -> None:
    found = explore(dataset(COURSES), list(LIBRARY.values()), LIBRARY)
    answers = by_name(found.answers)
    assert set(answers) == set(LIBRARY)
    assert answers["relapse_protocol"].not_applicable == "no table of relapses"
    assert answers["neda3"].not_applicable.startswith("no column")
    assert answers["edss_rated"].not_applicable == "it gives a number for each patient and no event"
    for answer in found.answers:
        assert (answer.estimate is None) == bool(answer.not_applicable)


def test_a_month_that_nobody_reached_has_no_share() -> None:
    found = explore(dataset(COURSES), [LIBRARY["cdw24"]], LIBRARY, month=60)
    assert np.isnan(estimate(found.answers[0]).km_share)
    assert estimate(found.answers[0]).share == 0.5


def test_a_definition_to_compare_with_must_be_applicable() -> None:
    with pytest.raises(UsageError, match="no table of relapses"):
        explore(dataset(COURSES), [LIBRARY["cdw24"]], LIBRARY, against="relapse_protocol")


def test_a_hazard_ratio_without_events_in_the_reference_group_says_so() -> None:
    # Events of one group only: the likelihood rises for ever, so the ratio is inf.
    table = visits(
        {"a": STABLE, "b": STABLE, "c": STABLE, "d": WORSE},
        centre={"a": "south", "b": "south", "c": "north", "d": "north"},
    )
    data = dataset({"a": STABLE, "b": STABLE, "c": STABLE, "d": WORSE})
    groups = read_groups(data, "centre", reference="south", visits=table)
    (contrast,) = estimate(
        explore(data, [LIBRARY["cdw24"]], LIBRARY, groups=groups).answers[0]
    ).contrasts
    assert (contrast.group, contrast.reference) == ("north", "south")
    assert (contrast.events, contrast.assessable, contrast.reference_events) == (1, 2, 0)
    assert contrast.ratio == np.inf
    assert contrast.reason == "no event in the reference group"


def test_a_group_like_the_reference_has_the_hazard_ratio_one() -> None:
    courses = {"a": STABLE, "b": WORSE, "c": STABLE, "d": WORSE}
    table = visits(courses, centre={"a": "x", "b": "x", "c": "y", "d": "y"})
    data = dataset(courses)
    groups = read_groups(data, "centre", visits=table)
    (contrast,) = estimate(
        explore(data, [LIBRARY["cdw24"]], LIBRARY, groups=groups).answers[0]
    ).contrasts
    assert contrast.ratio == pytest.approx(1.0)
    assert contrast.low < 1 < contrast.high


def test_groups_come_from_the_patients_first_and_an_empty_cell_is_no_group() -> None:
    courses = {"a": STABLE, "b": WORSE, "c": STABLE}
    patients = pd.DataFrame({"subject_id": ["c", "a", "b"], "sex": ["f", "m", None]})
    groups = read_groups(
        dataset(courses),
        "sex",
        reference="m",
        visits=visits(courses, sex=dict.fromkeys("abc", "f")),
        patients=patients,
    )
    assert groups.names == ("m", "f")
    assert groups.code.tolist() == [0, -1, 1]
    assert groups.unknown == 1


@pytest.mark.parametrize(
    ("column", "reference", "error", "what"),
    [
        ("age", None, UnknownNameError, "unknown column 'age'"),
        ("one", None, UsageError, "makes 1 group"),
        ("centre", "east", UnknownNameError, "unknown group 'east'"),
        ("edss", None, InputError, "who had"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(
    column: str, reference: str | None, error: type[Exception], what: str
) -> None:
    courses = {"a": STABLE, "b": WORSE}
    table = visits(courses, centre={"a": "x", "b": "y"}, one={"a": "x", "b": "x"})
    with pytest.raises(error, match=what):
        read_groups(dataset(courses), column, reference=reference, visits=table, fewest=2)


def test_relapses_within_the_window_make_raw_of_pira() -> None:
    data = dataset({"d": WORSE}, {"d": [70.0]})
    names = ("raw24_kappos2020", "pira24_muller2023_strict")
    found = explore(data, [LIBRARY[name] for name in names], LIBRARY)
    assert [estimate(answer).events for answer in found.answers] == [1, 0]
