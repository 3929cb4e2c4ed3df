from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.endpoints import Censoring, events
from remyelin.endpoints.conventions import VISIT_TOLERANCE_DAYS
from remyelin.study.definition import Definition, Step
from remyelin.units import months_to_whole_days
from tests.endpoints.histories import CATALOGUE, NEDA, WORSENING, Patient, tables

half_points = st.integers(0, 12).map(lambda half: half / 2)


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    gaps = draw(st.lists(st.integers(60, 200), max_size=7))
    days = np.concatenate([[0], np.cumsum(np.array(gaps, dtype=int))])
    edss = draw(st.lists(half_points, min_size=len(days), max_size=len(days)))
    relapses = draw(st.lists(st.integers(1, int(days[-1]) + 1), max_size=3))
    scans = draw(st.lists(st.integers(0, 1), min_size=len(days), max_size=len(days)))
    return Patient(
        visits=[(int(day), value) for day, value in zip(days, edss, strict=True)],
        relapses=relapses,
        mri={number: (active, 0) for number, active in enumerate(scans)},
        end_day=int(days[-1]) + 1,
    )


cohorts = st.lists(patients(), min_size=1, max_size=6)
definitions = st.builds(
    lambda step, confirmation, earliest, window: replace(
        WORSENING,
        steps=(Step(0.0, step),),
        confirmation_months=confirmation,
        earliest_months=earliest,
        relapse_window_days=window,
    ),
    st.sampled_from([0.5, 1.0, 1.5]),
    st.sampled_from([None, 3.0, 6.0, 12.0]),
    st.sampled_from([0.0, 6.0]),
    st.sampled_from([0, 30, 90]),
)


def by_hand(patient: Patient, definition: Definition) -> float | None:
    """Day of the event, written as the rule reads."""
    (_, start), *later = patient.visits
    needed = definition.steps[0].change
    for position, (day, edss) in enumerate(later):
        close = [0 <= day - onset <= definition.relapse_window_days for onset in patient.relapses]
        if definition.relapse_window_days and any(close):
            continue
        if day < months_to_whole_days(definition.earliest_months) - VISIT_TOLERANCE_DAYS:
            continue
        if edss - start < needed:
            continue
        if definition.confirmation_months is None:
            return day
        wait = months_to_whole_days(definition.confirmation_months) - VISIT_TOLERANCE_DAYS
        for other, rating in later[position + 1 :]:
            if rating - start < needed:
                break
            if other >= day + wait:
                return day
    return None


@settings(max_examples=150, deadline=None)
@given(cohorts, definitions)
def test_the_vectorised_search_finds_what_the_written_rule_finds(
    cohort: list[Patient], definition: Definition
) -> None:
    frame = events(tables(*cohort), definition, CATALOGUE).frame
    found = [row.time_days if row.event else None for row in frame.itertuples()]
    assert found == [by_hand(patient, definition) for patient in cohort]


@settings(max_examples=40, deadline=None)
@given(cohorts, definitions, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    cohort: list[Patient], definition: Definition, random: Random
) -> None:
    data = tables(*cohort)
    mixed = {
        name: frame.sample(frac=1.0, random_state=random.randrange(2**32))
        for name, frame in data.items()
    }
    key = "subject_id"
    one = events(data, definition, CATALOGUE).frame.set_index(key).sort_index()
    two = events(mixed, definition, CATALOGUE).frame.set_index(key).sort_index()
    assert one.equals(two)


@settings(max_examples=40, deadline=None)
@given(cohorts, definitions)
def test_a_larger_threshold_never_gives_an_earlier_event(
    cohort: list[Patient], definition: Definition
) -> None:
    larger = replace(definition, steps=(Step(0.0, definition.steps[0].change + 0.5),))
    small = events(tables(*cohort), definition, CATALOGUE)
    large = events(tables(*cohort), larger, CATALOGUE)
    assert np.all(large.event <= small.event)
    assert np.all(np.where(large.event, large.time >= small.time, True))


@settings(max_examples=40, deadline=None)
@given(cohorts, definitions, st.sampled_from(Censoring))
def test_times_lie_within_observation_and_events_after_baseline(
    cohort: list[Patient], definition: Definition, censoring: Censoring
) -> None:
    table = events(tables(*cohort), definition, CATALOGUE, censoring=censoring)
    ends = np.array([patient.last for patient in cohort])
    assert np.all(table.time <= ends)
    assert np.all(table.time >= 0)
    assert np.all(table.time[table.event] > 0)


@settings(max_examples=40, deadline=None)
@given(patients(), definitions, half_points)
def test_visits_after_the_confirmation_change_nothing(
    patient: Patient, definition: Definition, rating: float
) -> None:
    before = events(tables(patient), definition, CATALOGUE).frame
    longer = replace(
        patient,
        visits=[*patient.visits, (patient.last + 100, rating)],
        end_day=patient.last + 100,
    )
    after = events(tables(longer), definition, CATALOGUE).frame
    if before["event"].iloc[0]:
        assert after.equals(before)


@settings(max_examples=40, deadline=None)
@given(cohorts)
def test_neda_is_never_lost_later_than_any_of_its_components(cohort: list[Patient]) -> None:
    data = tables(*cohort)
    whole = events(data, NEDA, CATALOGUE)
    parts = [events(data, CATALOGUE[name], CATALOGUE) for name in NEDA.components]
    if not all((part.frame["status"] != "not_confirmable").any() for part in parts):
        return
    first = np.min([np.where(part.event, part.time, np.inf) for part in parts], axis=0)
    assert np.array_equal(np.where(whole.event, whole.time, np.inf), first)
