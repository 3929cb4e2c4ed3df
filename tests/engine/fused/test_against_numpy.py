"""The fused engine gives what the reference on NumPy gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.fused import chunk, runner
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.rate import FusedAssessor
from remyelin.engine.fused.settings import FusedSettings
from remyelin.model.schedule import Schedule
from tests.engine.fused.cases import (
    TABLE,
    YEAR,
    advanced,
    events,
    newcomers,
    numbers,
    patients,
    treatment,
)

TOLERANCE = 1e-12
SINGLE = FusedSettings(precision="float32")


def test_a_treated_year_agrees_and_every_event_is_the_same() -> None:
    people = patients(301)
    reference, seen = advanced(Engine(TABLE), people)
    fused, seen_fused = advanced(FusedEngine(TABLE), people)
    assert events(seen_fused) == events(seen)
    found = {seen.event[kind] for kind in seen.kind}
    assert found >= {"relapse", "infection", "neutrophil_engraftment", "febrile_neutropenia"}
    np.testing.assert_allclose(numbers(fused), numbers(reference), rtol=TOLERANCE, atol=0.0)
    np.testing.assert_array_equal(fused.day, reference.day)


def test_ten_years_from_onset_agree() -> None:
    people = newcomers(64)
    reference, seen = Engine(TABLE).advance(people, 0, 10 * YEAR)
    fused, seen_fused = FusedEngine(TABLE).advance(people, 0, 10 * YEAR)
    assert events(seen_fused) == events(seen)
    np.testing.assert_allclose(numbers(fused), numbers(reference), rtol=1e-9, atol=1e-12)


def test_deaths_are_the_same() -> None:
    table = TABLE.with_values({"infection_fatality": 0.5})
    people = patients(150)
    _, seen = advanced(Engine(table), people, 120)
    _, seen_fused = advanced(FusedEngine(table), people, 120)
    assert events(seen_fused) == events(seen)
    assert 2 in seen.kind


def test_ratings_are_the_same() -> None:
    people, _ = advanced(Engine(TABLE), patients(205))
    for score, reference in zip(
        FusedAssessor(TABLE).rate(people), Assessor(TABLE).rate(people), strict=True
    ):
        np.testing.assert_array_equal(score, reference)


def test_an_empty_population_and_an_empty_stretch_are_no_trouble() -> None:
    nobody = newcomers(3).take(np.array([], dtype=np.intp))
    there, seen = FusedEngine(TABLE).advance(nobody, 0, 10)
    assert len(there) == 0
    assert events(seen) == []
    assert len(FusedAssessor(TABLE).rate(nobody).edss) == 0
    people = newcomers(3)
    same, seen = FusedEngine(TABLE).advance(people, 5, 5)
    np.testing.assert_array_equal(numbers(same), numbers(people))
    assert events(seen) == []


def test_the_population_given_is_not_changed() -> None:
    people = patients(20)
    before = numbers(people)
    advanced(FusedEngine(TABLE), people, 90)
    np.testing.assert_array_equal(numbers(people), before)


def test_a_stretch_may_be_cut_anywhere() -> None:
    people, engine, plan = patients(40), FusedEngine(TABLE), treatment(40)
    whole, seen = engine.advance(people, 0, 150, plan)
    first, seen_first = engine.advance(people, 0, 61, plan)
    second, seen_second = engine.advance(first, 61, 150, plan)
    np.testing.assert_array_equal(numbers(second), numbers(whole))
    assert sorted(events(seen_first) + events(seen_second)) == sorted(events(seen))


def test_events_are_kept_where_there_was_no_room_at_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = patients(50)
    there, seen = advanced(FusedEngine(TABLE), people)
    monkeypatch.setattr(chunk, "_FEW_EVENTS", 1)
    monkeypatch.setattr(chunk, "_DAYS_PER_EVENT", 10**9)
    again, seen_again = advanced(FusedEngine(TABLE), people)
    assert events(seen_again) == events(seen)
    assert len(events(seen)) > 1
    np.testing.assert_array_equal(numbers(again), numbers(there))


def test_a_patient_with_a_bad_number_is_marked_and_nobody_else_notices() -> None:
    people = patients(37)
    good, _ = advanced(FusedEngine(TABLE), people)
    nfl = people.state.tissue.nfl.copy()
    smouldering = people.state.tissue.smouldering.copy()
    nfl[5], smouldering[11] = np.nan, np.inf
    tissue = people.state.tissue._replace(nfl=nfl, smouldering=smouldering)
    spoilt = replace(people, state=people.state._replace(tissue=tissue))
    there, seen = advanced(FusedEngine(TABLE), spoilt)
    reference, seen_reference = advanced(Engine(TABLE), spoilt)
    assert np.flatnonzero(there.failed()).tolist() == [5, 11]
    assert np.flatnonzero(reference.failed()).tolist() == [5, 11]
    assert events(seen) == events(seen_reference)
    others = np.setdiff1d(np.arange(37), [5, 11])
    np.testing.assert_array_equal(numbers(there)[:, others], numbers(good)[:, others])


def test_new_parameters_need_no_new_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    people = patients(30)
    before, _ = advanced(FusedEngine(TABLE), people, 60)
    monkeypatch.setattr(runner.store, "compiled", _never)
    table = TABLE.with_values({"lesion_age_slope": 0.05, "burst_decay_time": 9.0})
    there, seen = advanced(FusedEngine(table), people, 60)
    reference, seen_reference = advanced(Engine(table), people, 60)
    assert events(seen) == events(seen_reference)
    np.testing.assert_allclose(numbers(there), numbers(reference), rtol=TOLERANCE, atol=0.0)
    assert not np.array_equal(numbers(there), numbers(before))


def _never(*_: object) -> bytes:
    raise AssertionError("compiled anew")


def test_single_precision_keeps_the_events_of_nearly_every_patient() -> None:
    people = newcomers(256)
    double, seen = FusedEngine(TABLE).advance(people, 0, 4 * YEAR)
    single, seen_single = FusedEngine(TABLE, settings=SINGLE).advance(people, 0, 4 * YEAR)

    def counts(found: list[tuple[int, int, int]]) -> Counter[tuple[int, int]]:
        return Counter((kind, row) for kind, row, _ in found)

    first, second = counts(events(seen)), counts(events(seen_single))
    other = {key[1] for key in first | second if first[key] != second[key]}
    assert len(other) <= 0.02 * len(people)
    assert not np.array_equal(numbers(single), numbers(double))


def test_a_schedule_without_changes_in_the_stretch_does_nothing() -> None:
    people = patients(20)
    plain, _ = FusedEngine(TABLE).advance(people, 0, 9)
    planned, _ = FusedEngine(TABLE).advance(people, 0, 9, treatment(20))
    empty, _ = FusedEngine(TABLE).advance(people, 0, 9, Schedule())
    np.testing.assert_array_equal(numbers(planned), numbers(plain))
    np.testing.assert_array_equal(numbers(empty), numbers(plain))
