from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from remyelin.endpoints import Censoring, Status, events
from remyelin.errors import InputError
from remyelin.study.definition import Definition, OnSwitch, Step
from tests.endpoints.histories import CATALOGUE, IMPROVEMENT, WORSENING, Patient, tables, visits


def one(patient: Patient, definition: Definition = WORSENING, **options: Censoring) -> pd.Series:
    return events(tables(patient), definition, CATALOGUE, **options).frame.iloc[0]


def test_a_rise_that_holds_for_six_months_is_dated_at_its_first_visit() -> None:
    row = one(Patient(visits=visits(2, 2, 3, 3, 3)))
    assert row["event"]
    assert row["status"] == Status.EVENT
    assert row["time_days"] == 365
    assert (row["first_visit"], row["confirming_visit"]) == (2, 3)


def test_no_visit_after_baseline_cannot_be_confirmed() -> None:
    row = one(Patient(visits=visits(2)))
    assert row["status"] == Status.NOT_CONFIRMABLE
    assert row["time_days"] == 0


def test_one_visit_cannot_be_confirmed_even_when_it_shows_a_rise() -> None:
    row = one(Patient(visits=visits(2, 4)))
    assert not row["event"]
    assert row["status"] == Status.NOT_CONFIRMABLE


def test_one_visit_is_enough_where_no_confirmation_is_asked_for() -> None:
    row = one(Patient(visits=visits(2, 4)), replace(WORSENING, confirmation_months=None))
    assert row["event"]
    assert row["confirming_visit"] == row["first_visit"] == 1


def test_a_rise_that_falls_back_is_no_event_and_censored_at_the_last_assessment() -> None:
    row = one(Patient(visits=visits(2, 3, 2, 2)))
    assert row["status"] == Status.CENSORED
    assert row["time_days"] == 548


def test_a_rise_at_the_last_visit_is_no_event() -> None:
    row = one(Patient(visits=visits(2, 2, 2, 3)))
    assert row["status"] == Status.CENSORED
    assert row["time_days"] == 548


def test_last_confirmable_censoring_ends_at_the_last_rise_that_could_be_confirmed() -> None:
    row = one(Patient(visits=visits(2, 2, 2, 3)), censoring=Censoring.LAST_CONFIRMABLE)
    assert row["time_days"] == 365


def test_a_rise_must_hold_at_every_visit_in_between() -> None:
    dips = [(0, 2), (91, 3), (182, 2.5), (274, 3), (365, 2)]
    assert not one(Patient(visits=dips))["event"]
    holds = [(0, 2), (91, 3), (182, 3.5), (274, 3), (365, 2)]
    assert one(Patient(visits=holds))["time_days"] == 91


def test_a_second_rise_counts_after_an_unconfirmed_one() -> None:
    assert one(Patient(visits=visits(2, 3, 2, 3, 3)))["time_days"] == 548


def test_a_rise_before_the_earliest_time_counts_from_the_first_visit_after_it() -> None:
    year = replace(WORSENING, earliest_months=12.0)
    assert one(Patient(visits=visits(2, 3, 3, 3)), year)["time_days"] == 365
    assert one(Patient(visits=visits(2, 3, 3, 2)), year)["status"] == Status.CENSORED


def test_nothing_is_confirmable_before_the_earliest_time() -> None:
    year = replace(WORSENING, earliest_months=12.0)
    row = one(Patient(visits=visits(2, 3, 3)), year)
    assert row["status"] == Status.NOT_CONFIRMABLE


@pytest.mark.parametrize("gap", [168, 175, 182, 183, 190])
def test_jittered_visits_six_months_apart_confirm_each_other(gap: int) -> None:
    assert one(Patient(visits=[(0, 2), (180, 3), (180 + gap, 3)]))["event"]


@pytest.mark.parametrize("gap", [30, 91, 152])
def test_a_visit_a_month_or_more_too_early_does_not_confirm(gap: int) -> None:
    assert not one(Patient(visits=[(0, 2), (180, 3), (180 + gap, 3)]))["event"]


def test_the_month_12_visit_counts_when_it_falls_a_few_days_early() -> None:
    year = replace(WORSENING, earliest_months=12.0)
    assert one(Patient(visits=[(0, 2), (358, 3), (540, 3)]), year)["time_days"] == 358


def test_a_rise_seen_inside_the_relapse_window_starts_at_the_next_visit() -> None:
    window = replace(WORSENING, relapse_window_days=30)
    patient = Patient(visits=visits(2, 3, 3, 3), relapses=[160])
    assert one(patient, window)["time_days"] == 365
    assert one(patient)["time_days"] == 183
    short = Patient(visits=visits(2, 3, 3), relapses=[160])
    assert not one(short, window)["event"]


@pytest.mark.parametrize(("onset", "counts"), [(153, False), (152, True)])
def test_the_last_day_of_the_relapse_window_belongs_to_it(onset: int, counts: bool) -> None:
    window = replace(WORSENING, relapse_window_days=30)
    assert one(Patient(visits=visits(2, 3, 3), relapses=[onset]), window)["event"] == counts


def test_a_relapse_after_the_rise_or_of_somebody_else_does_not_matter() -> None:
    window = replace(WORSENING, relapse_window_days=30)
    assert one(Patient(visits=visits(2, 3, 3), relapses=[190]), window)["event"]
    pair = tables(Patient(visits=visits(2, 2), relapses=[170]), Patient(visits=visits(2, 3, 3)))
    assert list(events(pair, window, CATALOGUE).frame["event"]) == [False, True]


def test_a_censoring_switch_leaves_a_rise_unconfirmed() -> None:
    patient = Patient(visits=visits(2, 3, 3), switch_day=200)
    assert one(patient)["event"]
    row = one(patient, replace(WORSENING, on_switch=OnSwitch.CENSOR))
    assert not row["event"]
    assert row["time_days"] == 183


def test_the_visit_on_the_day_of_the_switch_still_confirms() -> None:
    patient = Patient(visits=visits(2, 3, 3), switch_day=365)
    assert one(patient, replace(WORSENING, on_switch=OnSwitch.CENSOR))["event"]


def test_death_before_confirmation_is_no_worsening() -> None:
    row = one(Patient(visits=visits(2, 2, 3), end_day=400, end_reason="death"))
    assert row["status"] == Status.CENSORED
    assert row["time_days"] == 365


@pytest.mark.parametrize(
    ("baseline", "later", "event"),
    [(0, 1, False), (0, 1.5, True), (1, 2, True), (5, 5.5, False), (5.5, 6, True)],
)
def test_the_step_depends_on_the_baseline(baseline: float, later: float, event: bool) -> None:
    assert one(Patient(visits=visits(baseline, later, later)))["event"] == event


def test_improvement_is_a_confirmed_fall() -> None:
    row = one(Patient(visits=visits(4, 3, 3, 4)), IMPROVEMENT)
    assert row["event"]
    assert row["time_days"] == 183
    assert not one(Patient(visits=visits(4, 3, 3.5, 4)), IMPROVEMENT)["event"]


def test_a_baseline_below_the_lowest_step_is_not_evaluable() -> None:
    row = one(Patient(visits=visits(1.5, 0, 0)), IMPROVEMENT)
    assert row["status"] == Status.NO_BASELINE
    assert not row["event"]


def test_without_visit_0_there_is_no_baseline() -> None:
    row = one(Patient(visits=[(183, 2), (365, 4), (548, 4)], first_visit=1))
    assert row["status"] == Status.NO_BASELINE
    assert row["time_days"] == 0


def test_a_visit_without_rating_is_no_assessment() -> None:
    gap = one(Patient(visits=visits(2, 3, float("nan"), 3)))
    assert gap["event"]
    assert gap["confirming_visit"] == 3


def test_a_definition_without_steps_is_refused() -> None:
    with pytest.raises(InputError, match="steps is empty"):
        one(Patient(visits=visits(2, 3)), replace(WORSENING, steps=()))


def test_steps_may_be_given_in_any_order() -> None:
    mixed = replace(WORSENING, steps=(Step(5.5, 0.5), Step(0.0, 1.5), Step(1.0, 1.0)))
    assert one(Patient(visits=visits(0, 1, 1)), mixed)["status"] == Status.CENSORED
