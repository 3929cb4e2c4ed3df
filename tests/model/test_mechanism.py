"""Signs and sizes of the mechanisms, against the same patients with the same random numbers.

The sizes come from the prototype kernel of the model, run on 6000 patients for two years.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.population import Population
from remyelin.model.day import STAGES
from remyelin.model.schedule import Entry, Schedule
from remyelin.model.stage import Stage
from remyelin.model.states import Clones
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from tests.model.bench import TABLE, Parts, newcomers, rewired

COUNT, DAYS = 1200, 730
ENGINE = Engine(TABLE)


@dataclass(frozen=True)
class Activity:
    """New T2 lesions and relapses per patient-year."""

    lesions: float
    relapses: float


def activity(stages: Sequence[Stage] = STAGES, schedule: Schedule | None = None) -> Activity:
    engine = Engine(TABLE, stages)
    end, seen = engine.advance(newcomers(COUNT, seed=21), 0, DAYS, schedule)
    years = COUNT * DAYS / 365.25
    return Activity(end.state.lesions.t2_total.sum() / years, len(seen.of("relapse")[0]) / years)


@cache
def untreated() -> Activity:
    return activity()


def activation_with(change: Callable[[Parts], Parts]) -> Activity:
    return activity(rewired("activation", change))


def clones_at(size: float) -> Callable[[Parts], Parts]:
    return lambda asked: {"clones": Clones(*(np.full_like(c, size) for c in asked["clones"]))}


def triggers_times(factor: float) -> Callable[[Parts], Parts]:
    def change(asked: Parts) -> Parts:
        first = asked["u"][0]
        rarer = first / factor if factor else np.full_like(first, 1.0 - 2.0**-25)
        return {"u": [rarer, *asked["u"][1:]]}

    return change


def regulation_at(level: float) -> Callable[[Parts], Parts]:
    def change(asked: Parts) -> Parts:
        now = asked["activation"]
        return {"activation": now._replace(regulation=np.full_like(now.regulation, level))}

    return change


def memory_b_times(factor: float) -> Callable[[Parts], Parts]:
    def change(asked: Parts) -> Parts:
        return {"b_cells": asked["b_cells"]._replace(memory=factor * asked["b_cells"].memory)}

    return change


@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        pytest.param(clones_at(0.1), 0.06, 0.12, id="clones depleted to a tenth"),
        pytest.param(triggers_times(2.0), 1.45, 1.80, id="twice the triggers"),
        pytest.param(triggers_times(0.0), 0.28, 0.42, id="no triggers"),
        pytest.param(regulation_at(0.2), 1.30, 1.52, id="regulation lost"),
        pytest.param(regulation_at(1.0), 0.80, 0.90, id="regulation whole"),
        pytest.param(memory_b_times(1.3), 1.18, 1.34, id="memory B cells raised"),
        pytest.param(memory_b_times(0.0), 0.05, 0.15, id="no memory B cells"),
    ],
)
def test_lesions_change_by_as_much_as_the_mechanism_says(
    change: Callable[[Parts], Parts], low: float, high: float
) -> None:
    assert low < activation_with(change).lesions / untreated().lesions < high


def test_relapses_fall_less_than_lesions_when_memory_b_cells_are_gone() -> None:
    found = activation_with(memory_b_times(0.0))
    lesions = found.lesions / untreated().lesions
    assert lesions < found.relapses / untreated().relapses < 0.4


def given(field: str, amount: float, *days: int) -> Schedule:
    rows = np.arange(COUNT)
    return Schedule(Entry(field, rows, np.full(COUNT, day), amount) for day in days)


@pytest.mark.parametrize(
    ("key", "field", "lesions", "relapses"),
    [
        ("natalizumab_traffic_block", "traffic_target", (0.13, 0.24), (0.28, 0.46)),
        ("interferon_activation_block", "activation_target", (0.48, 0.62), (0.60, 0.80)),
    ],
)
def test_a_drug_lowers_lesions_and_relapses_by_its_published_share(
    key: str, field: str, lesions: tuple[float, float], relapses: tuple[float, float]
) -> None:
    found = activity(schedule=given(field, TABLE[key].internal, 0))
    assert lesions[0] < found.lesions / untreated().lesions < lesions[1]
    assert relapses[0] < found.relapses / untreated().relapses < relapses[1]


def test_anti_cd20_removes_most_lesions() -> None:
    course = TABLE["cd20_course"].internal
    found = activity(schedule=given("cd20", course, 0, 182, 364, 546))
    assert found.lesions / untreated().lesions < 0.25
    assert found.relapses / untreated().relapses < 0.45


def test_a_stronger_block_lowers_lesions_more() -> None:
    shares = [
        activity(schedule=given("traffic_target", block, 0)).lesions for block in (0.3, 0.6, 0.9)
    ]
    assert untreated().lesions > shares[0] > shares[1] > shares[2] > 0.0


def test_a_block_comes_with_its_onset_time_and_goes_with_its_washout_time() -> None:
    people = newcomers(3)
    rows = np.arange(3)
    plan = Schedule(
        [
            Entry("traffic_target", rows, np.full(3, 0), 0.8),
            Entry("traffic_target", rows, np.full(3, 400), 0.0),
        ]
    )
    engine = Engine(TABLE.with_values({"drug_response_spread": 0.0}))
    on, off = TABLE["traffic_onset_time"].value, TABLE["traffic_washout_time"].value
    risen, _ = engine.advance(people, 0, int(on), plan)
    full, _ = engine.advance(risen, int(on), 400, plan)
    fading, _ = engine.advance(full, 400, 400 + int(off), plan)
    gone, _ = engine.advance(fading, 400 + int(off), 2000, plan)
    assert risen.state.blocks.traffic == pytest.approx(0.8 * (1 - np.exp(-1)))
    assert full.state.blocks.traffic == pytest.approx(0.8, rel=1e-6)
    assert fading.state.blocks.traffic == pytest.approx(0.8 * np.exp(-1), rel=1e-6)
    assert (gone.state.blocks.traffic == 0.0).all()


def test_the_untreated_means_of_clones_and_of_effector_activity_are_near_one() -> None:
    # Adding whole days of decay puts effector activity at 1.02 rather than 1.
    people, _ = ENGINE.advance(newcomers(COUNT, seed=22), 0, 120)
    clones, effectors = np.zeros(COUNT), np.zeros(COUNT)
    looks = 24
    for start in range(120, 120 + looks * 30, 30):
        people, _ = ENGINE.advance(people, start, start + 30)
        clones += np.mean(people.state.clones, axis=0) / looks
        effectors += people.state.activation.activity / looks
    error = effectors.std() / np.sqrt(COUNT)
    assert error < 0.02
    assert clones.mean() == pytest.approx(1.0, abs=0.02)
    assert effectors.mean() == pytest.approx(1.02, abs=3 * error)


def pool_after(size: float) -> float:
    """Mean clone two years after all clones were set to a size, without noise and seeding."""
    quiet = Engine(TABLE.with_values({"clone_noise": 0.0, "clone_seeding": 0.0}))
    people = newcomers(4)
    state = people.state._replace(clones=Clones(*(np.full(4, size) for _ in range(4))))
    changed: Any = type(people)(people.streams, people.day, people.traits, state, people.levels)
    return float(np.mean(quiet.advance(changed, 0, DAYS)[0].state.clones))


def test_a_clone_cut_below_its_threshold_dies_out_and_one_above_it_returns() -> None:
    threshold = TABLE["clone_threshold"].value
    assert pool_after(0.5 * threshold) < 0.25 * threshold
    assert pool_after(threshold) == pytest.approx(threshold, rel=1e-9)
    assert pool_after(2.0 * threshold) > 3.0 * threshold
    assert pool_after(1.0) == pytest.approx(1.0, abs=1e-9)


def test_symptomatic_lesions_within_the_window_are_one_relapse() -> None:
    # Every lesion hurts and there are many: relapses can come no faster than the window lets them.
    table = TABLE.with_values({"symptomatic_share_cap": 1.0, "lesion_rate": 40.0,
                               "symptomatic_share_cerebral": 1.0})  # fmt: skip
    window = int(table["relapse_merge_window"].value)
    _, seen = Engine(table).advance(newcomers(100, table=table), 0, 600)
    rows, days = seen.of("relapse")
    gaps = np.diff(days)[np.diff(rows) == 0]
    assert len(gaps) > 100
    assert window < gaps.min() <= window + 2


def carried(values: Mapping[str, float]) -> Population:
    """Patients after 60 days with other parameters, half of them transplanted, half on a drug."""
    table = TABLE.with_values(values)
    count = 40
    half, other = np.arange(0, count, 2), np.arange(1, count, 2)
    forever = np.full(count // 2, FOREVER)
    courses = [
        Course(catalogue.load("ahsct_cy200_ratg6"), half, np.full(count // 2, -38), forever),
        Course(catalogue.load("natalizumab"), other, np.zeros(count // 2, dtype=int), forever),
    ]
    plan = Schedule(entry for c in courses for entry in entries(c, table, Window(0, 60)))
    return Engine(table).advance(newcomers(count, table=table), 0, 60, plan)[0]


@pytest.mark.parametrize("seed", range(5))
def test_values_from_anywhere_in_their_intervals_keep_every_patient_finite(seed: int) -> None:
    draw = np.random.default_rng(seed).uniform
    assert not carried({p.key: draw(p.low, p.high) for p in TABLE}).failed().any()


def test_a_complete_block_keeps_every_patient_finite() -> None:
    complete = {
        "natalizumab_traffic_block": 1.0,
        "traffic_onset_time": 1.0,
        "relapse_concavity": 1.0,
    }
    end = carried(complete)
    assert (end.state.blocks.traffic == 1.0).any()
    assert not end.failed().any()
