"""Every event in a row: beside the oracle, by hand, and what holds under every definition."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import History, events
from remyelin.endpoints.recurrent import EveryEvent, Rebaseline, every_event
from remyelin.endpoints.recurrent_rates import lines_of, rate_interval
from remyelin.study.definition import Definition, EventKind, MovesTo
from tests.endpoints.histories import CATALOGUE, WORSENING, Patient, tables, visits
from tests.endpoints.test_alone import FEW, among_others, few, single
from tests.endpoints.test_contract import EVENTS, KEY, LIBRARY, cohort
from validation.oracle import compare
from validation.oracle.courses import Course, courses
from validation.oracle.courses import tables as course_tables
from validation.oracle.rules import CHANGES, every


def found(patient: Patient, definition: Definition, **more: Rebaseline) -> list[tuple[int, int]]:
    """Event and reference days of one patient."""
    frame = every_event(tables(patient), definition, CATALOGUE, **more).frame(
        History.of(tables(patient))
    )
    days = zip(frame["event_day"], frame["reference_day"], strict=True)
    return [(int(event), int(reference)) for event, reference in days]


def test_events_in_a_row_are_those_that_the_texts_say() -> None:
    differences, further = compare.differences_of_every_event(courses(400, 5))
    assert differences == []
    assert sum(further.values()) > 300


@cache
def many() -> tuple[list[Course], History]:
    made = courses(700, 8)
    return made, History.of(course_tables(made))


@pytest.mark.parametrize(
    ("way", "name", "other"),
    [
        (Rebaseline.ROVING, "cdw24", {"roving": "both"}),
        (Rebaseline.RELAPSE, "cdw24", {"reset": True, "reference_apart": 30}),
        (Rebaseline.EVENT, "cdw24_roving", {"roving": ""}),
        (Rebaseline.EVENT, "pira24_kappos2020_edss", {"reset": False, "never_lower": False}),
    ],
)
def test_a_rule_of_rebaselining_does_what_the_oracle_does_under_it(
    way: Rebaseline, name: str, other: dict[str, object]
) -> None:
    made, history = many()
    given = every_event(history, LIBRARY[name], LIBRARY, rebaseline=way)
    rule = replace(CHANGES[name], **other)  # type: ignore[arg-type]
    due = [
        (number, answer.day, answer.confirmed, answer.reference)
        for number, one in enumerate(made)
        for answer in every(rule, one)
    ]
    frame = given.frame(history)
    columns = ["subject_id", "event_day", "confirming_day", "reference_day"]
    assert list(frame[columns].itertuples(index=False, name=None)) == due
    plain = every_event(history, LIBRARY[name], LIBRARY)
    assert plain.frame(history)[columns].to_numpy().tolist() != frame[columns].to_numpy().tolist()


def test_a_second_event_is_compared_with_the_visit_that_confirmed_the_first() -> None:
    steady = Patient(visits=visits(2, 3, 3, 4, 4))
    assert found(steady, WORSENING) == [(183, 0), (548, 365)]


def test_the_reference_moves_to_the_event_itself_where_the_definition_says_so() -> None:
    """From the confirming visit, higher than the event, the next step would be too small."""
    patient = Patient(visits=visits(2, 3, 3.5, 4, 4))
    assert found(patient, WORSENING) == [(183, 0)]
    by_event = replace(WORSENING, moves_to=MovesTo.EVENT)
    assert found(patient, by_event) == [(183, 0), (548, 183)]


def test_an_improvement_in_between_counts_only_where_the_reference_roves() -> None:
    patient = Patient(visits=visits(4, 5, 5, 3, 3, 4, 4))
    assert found(patient, WORSENING) == [(183, 0)]
    assert found(patient, WORSENING, rebaseline=Rebaseline.ROVING) == [(183, 0), (913, 730)]


def test_every_relapse_and_every_active_scan_counts() -> None:
    patient = Patient(
        visits=visits(2, 2, 2, 2), relapses=[40, 200, 500], mri={1: (1, 2), 2: (0, 0), 3: (0, 1)}
    )
    assert [day for day in by_day(patient, "relapse")] == [40, 200, 500]
    assert [day for day in by_day(patient, "mri")] == [183, 548]


def by_day(patient: Patient, name: str) -> list[float]:
    return every_event(tables(patient), CATALOGUE[name], CATALOGUE).day.tolist()


def test_a_milestone_and_the_loss_of_a_state_happen_once() -> None:
    history = History.of(cohort(1))
    for name in ("edss4_confirmed", "neda3", "brain_loss", "death_any", "death_or_edss10"):
        one = every_event(history, LIBRARY[name], LIBRARY)
        if name != "death_or_edss10":
            assert one.counts.max() == 1
        assert np.array_equal(one.counts > 0, one.first.event)


@cache
def every_of(name: str) -> EveryEvent:
    return every_event(History.of(cohort(1)), LIBRARY[name], LIBRARY)


@pytest.mark.parametrize("name", EVENTS)
def test_the_first_of_all_events_is_the_first_event(name: str) -> None:
    history, one = History.of(cohort(1)), every_of(name)
    frame = one.frame(history)
    first = frame[frame["number"] == 1].set_index(KEY)
    table = events(history, LIBRARY[name], LIBRARY).frame
    alone = table[table["event"]].set_index(KEY)
    columns = ["confirming_day", "reference_day", "component"]
    pd.testing.assert_frame_equal(first[columns], alone[columns], check_dtype=False)
    assert first["event_day"].tolist() == alone["time_days"].tolist()


@pytest.mark.parametrize("name", EVENTS)
def test_events_follow_each_other_and_none_begins_before_the_last_was_confirmed(name: str) -> None:
    frame = every_of(name).frame(History.of(cohort(1)))
    for _, mine in frame.groupby(KEY):
        assert mine["number"].tolist() == list(range(1, len(mine) + 1))
        assert (np.diff(mine["event_day"]) > 0).all()
        if LIBRARY[name].kind.is_change:
            later = mine["reference_day"].to_numpy()[1:]
            assert (later >= mine["confirming_day"].to_numpy()[:-1]).all()


@pytest.mark.parametrize("name", EVENTS)
def test_a_patients_events_do_not_hang_on_the_others_nor_on_the_order_of_rows(name: str) -> None:
    data = among_others()
    frame = every_event(data, LIBRARY[name], LIBRARY).frame(data)
    together = frame[frame["subject_id"].isin(range(FEW))].sort_values([*KEY, "number"])
    parts = []
    for number in range(FEW):
        one = single(number)
        parts.append(every_event(one, LIBRARY[name], LIBRARY).frame(one))
    alone = pd.concat(parts).sort_values([*KEY, "number"])
    pd.testing.assert_frame_equal(
        together.reset_index(drop=True), alone.reset_index(drop=True), check_dtype=False
    )


@pytest.mark.parametrize("name", EVENTS)
def test_columns_that_nobody_reads_change_nothing(name: str) -> None:
    data = dict(few())
    data["visits"] = data["visits"].assign(site="x", mood=3.0)
    data["subjects"] = data["subjects"].assign(age=40)
    plain, more = History.of(few()), History.of(data)
    pd.testing.assert_frame_equal(
        every_event(plain, LIBRARY[name], LIBRARY).frame(plain),
        every_event(more, LIBRARY[name], LIBRARY).frame(more),
    )


@pytest.mark.parametrize("name", EVENTS)
def test_where_nobody_can_be_confirmed_there_is_no_rate_and_never_a_zero(name: str) -> None:
    if LIBRARY[name].kind in (EventKind.RELAPSE, EventKind.DEATH, EventKind.ADVERSE_EVENT):
        return
    data = dict(cohort(1))
    data["visits"] = data["visits"][data["visits"]["visit"] == 0]
    history = History.of(data)
    lines = lines_of(every_event(history, LIBRARY[name], LIBRARY), history)
    assert all(line.assessable == 0 and np.isnan(line.rate_per_year) for line in lines)


def test_the_interval_of_a_rate_holds_it_as_often_as_it_says_where_patients_differ() -> None:
    """Rates of patients follow a gamma distribution; the slack is four Monte Carlo errors."""
    random = np.random.default_rng(3)
    times, years, inside = 2000, 4.0, 0
    days = np.full(200, years * 365.25)
    for _ in range(times):
        count = random.poisson(years * random.gamma(1.0, 0.5, days.size)).astype(np.float64)
        rate, low, high = rate_interval(count, days)
        assert rate == pytest.approx(count.sum() / (years * days.size))
        inside += low <= 0.5 <= high
    assert abs(inside / times - 0.95) < 4 * np.sqrt(0.95 * 0.05 / times) + 0.01


def test_several_courses_of_one_patient_are_one_in_the_interval() -> None:
    count, days = np.array([3.0, 0.0, 1.0, 2.0]), np.full(4, 365.25)
    together = rate_interval(np.array([3.0, 3.0]), np.full(2, 730.5))
    assert rate_interval(count, days, np.array([7, 7, 8, 8])) == pytest.approx(together)


def test_without_an_event_the_upper_limit_is_still_told() -> None:
    patients = [Patient(visits=[(0, 2), (365, 2)]) for _ in range(10)]
    history = History.of(tables(*patients))
    (line,) = lines_of(every_event(history, CATALOGUE["relapse"], CATALOGUE), history)
    assert (line.events, line.rate_per_year, line.low) == (0, 0.0, 0.0)
    assert line.high == pytest.approx(-np.log(0.025) / (3650 / 365.25))
