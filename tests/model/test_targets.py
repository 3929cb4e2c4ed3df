"""Drugs on egress and on CNS-resident cells, courses of depleting drugs, and rebound."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Entry, Schedule
from remyelin.parameters import ParameterTable

TABLE = ParameterTable.load().with_values({"drug_response_spread": 0.0})
"""With patients who answer alike; tests/model/test_response.py has those who do not."""
COUNT = 40
ROWS = np.arange(COUNT)


def newcomers() -> Population:
    streams = Streams.of(5, np.zeros(COUNT, dtype=np.int64), ROWS)
    return at_onset(TABLE, streams, era_factor=1.0)


def given(*changes: tuple[str, int, float]) -> Schedule:
    return Schedule(Entry(field, ROWS, np.full(COUNT, day), size) for field, day, size in changes)


def carried(plan: Schedule, days: int, table: ParameterTable = TABLE) -> Population:
    return Engine(table).advance(newcomers(), 0, days, plan)[0]


@pytest.mark.parametrize(
    ("level", "target", "on", "off"),
    [
        ("egress_target", "egress", "egress_onset_time", "egress_washout_time"),
        ("microglia_target", "microglia", "microglia_onset_time", "microglia_washout_time"),
    ],
)
def test_a_target_is_reached_and_left_with_its_own_times(
    level: str, target: str, on: str, off: str
) -> None:
    plan = given((level, 0, 0.6), (level, 300, 0.0))
    rise, fall = int(TABLE[on].value), int(TABLE[off].value)
    risen = getattr(carried(plan, rise).state.targets, target)
    assert risen == pytest.approx(0.6 * (1.0 - np.exp(-1.0)))
    fallen = getattr(carried(plan, 300 + fall).state.targets, target)
    assert fallen == pytest.approx(0.6 * np.exp(-1.0), rel=1e-6)
    assert (getattr(carried(plan, 1_500).state.targets, target) == 0.0).all()


def test_an_egress_block_and_a_traffic_block_multiply() -> None:
    alone = carried(given(("traffic_target", 0, 0.5)), 400).state.lesions.rate
    both = carried(given(("traffic_target", 0, 0.5), ("egress_target", 0, 0.5)), 400)
    assert both.state.lesions.rate == pytest.approx(0.5 * alone, rel=1e-6)


def test_a_drug_on_microglia_spares_tissue_and_leaves_lesions_alone() -> None:
    free = carried(given(), 1_000).state
    held = carried(given(("microglia_target", 0, 0.5)), 1_000).state
    assert (held.lesions.t2_total == free.lesions.t2_total).all()
    assert (held.tissue.volume > free.tissue.volume).all()
    assert (held.deficit.lasting_spinal < free.deficit.lasting_spinal).all()


def test_there_is_no_rebound_unless_it_is_asked_for() -> None:
    plan = given(("traffic_target", 0, 0.85), ("traffic_target", 400, 0.0))
    assert (carried(plan, 460).state.targets.overshoot == 0.0).all()


@pytest.mark.parametrize("level", ["traffic_target", "egress_target"])
def test_a_rebound_rises_after_the_stop_and_fades(level: str) -> None:
    table = TABLE.with_values({"traffic_rebound": 0.5})
    plan = given((level, 0, 0.8), (level, 400, 0.0))
    heights = [
        float(carried(plan, day, table).state.targets.overshoot[0]) for day in (400, 460, 1_000)
    ]
    assert heights[0] == pytest.approx(0.0, abs=1e-6)
    assert 0.05 < heights[1] < 0.4
    assert heights[2] < 0.01


def test_a_course_of_a_depleting_drug_spares_clones_that_it_cannot_reach() -> None:
    course = given(("course_kill", 1, 0.85), ("course_share", 1, 1.0))
    clones = np.stack(carried(course, 2).state.clones)
    left = clones / np.stack(carried(given(), 2).state.clones)
    kill = -np.log10(left)
    assert kill.min() == pytest.approx(0.0, abs=0.02)
    assert 0.6 < kill.mean() < 1.1
    assert kill.max() > 1.5


def test_a_smaller_course_hits_the_same_clones_less() -> None:
    full = np.stack(
        carried(given(("course_kill", 1, 0.85), ("course_share", 1, 1.0)), 2).state.clones
    )
    part = np.stack(
        carried(given(("course_kill", 1, 0.51), ("course_share", 1, 0.6)), 2).state.clones
    )
    assert (part >= full - 1e-12).all()
    assert (part > full).mean() > 0.7
