"""Steroids for a relapse: quicker recovery, the same residue, nothing without them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.population import Population
from remyelin.model.schedule import Entry, Schedule
from tests.model.bench import TABLE, differing, newcomers

COUNT = 300
ENGINE = Engine(TABLE)
ROWS = np.arange(COUNT)
FACTOR = TABLE["steroid_deficit_factor"].value


def level(share: float, day: int = 0) -> Schedule:
    return Schedule([Entry("relapse_steroids", ROWS, np.full(COUNT, day), share)])


def pulse(day: int, dose: float = 1.0) -> Schedule:
    return Schedule([Entry("steroids", ROWS, np.full(COUNT, day), dose)])


def fast(people: Population) -> NDArray[np.float64]:
    deficit = people.state.deficit
    return np.array([deficit.fast_cerebral, deficit.fast_brainstem, deficit.fast_spinal])


def test_every_relapse_gets_a_course_when_all_are_treated() -> None:
    people = newcomers(COUNT)
    bare, seen = ENGINE.advance(people, 0, 60)
    treated, again = ENGINE.advance(people, 0, 60, level(1.0))
    rows, days = seen.of("relapse")
    assert len(rows) > 5
    assert np.array_equal(rows, again.of("relapse")[0])
    running = np.zeros(COUNT, dtype=bool)
    running[rows[days > 60 - TABLE["steroid_days"].value + 1]] = True
    assert np.array_equal(treated.state.steroids.days_left > 0.0, running)
    touched = np.unique(rows)
    others = np.setdiff1d(ROWS, touched)
    assert (fast(treated)[:, touched].sum(axis=0) < fast(bare)[:, touched].sum(axis=0)).all()
    assert np.array_equal(fast(treated)[:, others], fast(bare)[:, others])


def test_steroids_leave_residue_slow_deficit_and_everything_else_to_the_bit() -> None:
    people = newcomers(COUNT)
    bare, _ = ENGINE.advance(people, 0, 200)
    treated, _ = ENGINE.advance(people, 0, 200, level(1.0))
    changed = {".".join(name.split(".")[1:3]) for name in differing(treated.state, bare.state)}
    assert {"deficit.fast_spinal", "steroids.days_left"} <= changed
    # The risk of death reads the EDSS of the day, relapse included.
    followers = {"survival.hazard", "survival.lived"}
    for name in changed - followers:
        assert name.startswith(("deficit.fast_", "steroids.")), name


def test_a_share_of_relapses_is_treated_when_a_share_is_asked_for() -> None:
    people = newcomers(4 * COUNT, seed=3)
    rows = np.arange(4 * COUNT)
    plan = Schedule([Entry("relapse_steroids", rows, np.zeros(len(rows), dtype=np.int64), 0.4)])
    treated = relapses = 0
    for day in range(0, 90):
        people, seen = ENGINE.advance(people, day, day + 1, plan if day == 0 else None)
        today = np.unique(seen.of("relapse")[0])
        relapses += len(today)
        begun = people.state.steroids.days_left[today] >= TABLE["steroid_days"].value
        treated += int(begun.sum())
    assert relapses > 100
    assert treated / relapses == pytest.approx(0.4, abs=4.0 * (0.24 / relapses) ** 0.5)


def test_a_course_by_protocol_cuts_the_fast_deficit_once_and_speeds_recovery() -> None:
    people = newcomers(COUNT, seed=6)
    start, _ = ENGINE.advance(people, 0, 365)
    at_once, _ = ENGINE.advance(start, 365, 366, pulse(365))
    bare, _ = ENGINE.advance(start, 365, 366)
    time = TABLE["fast_recovery_time"].value
    nothing_new = np.isclose(fast(bare), fast(start) * np.exp(-1.0 / time), rtol=1e-9).all(axis=0)
    quiet = np.flatnonzero(nothing_new & (fast(start).sum(axis=0) > 0.05))
    assert len(quiet) > 20
    quicker = np.exp(-1.0 / (TABLE["steroid_time_factor"].value * time) + 1.0 / time)
    ratio = (fast(at_once) / np.where(fast(bare) > 0.0, fast(bare), 1.0))[:, quiet]
    known = fast(bare)[:, quiet] > 1e-6
    assert ratio[known] == pytest.approx(FACTOR * quicker)


def test_no_level_and_no_course_is_no_steroid() -> None:
    people = newcomers(COUNT)
    bare, _ = ENGINE.advance(people, 0, 60)
    nothing, _ = ENGINE.advance(people, 0, 60, level(0.0))
    assert differing(nothing.state, bare.state) == []
    assert not bare.state.steroids.days_left.any()
