"""The mean field: series in the step, means of draws, and the model's own mean change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.algebra import Algebra, compute
from remyelin.engine.graph import Graph
from remyelin.engine.mean_field import mean_field
from remyelin.engine.means import Means
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.series import MeanError, Series
from remyelin.model.day import STAGES
from remyelin.model.draws import exponential, gamma_of_whole_shape, normal
from remyelin.model.stage import WORDS_PER_BLOCK, Purpose, Stage
from remyelin.model.states import Clock, Lesions
from remyelin.parameters import ParameterTable, bind
from remyelin.standards.typical import typical_patient
from tests.engine.parts import grouped

TABLE = ParameterTable.load().with_values({"trigger_rate": 100.0, "traffic_rebound": 1.0})
"""Many triggers, so that few patients tell much; and a rebound, which is 0 by default."""

PATIENTS = 60_000
STEP = 1.0 / 256.0


def means() -> Means:
    return Means(Algebra(Graph()))


def numbers(value: Series, **given: float) -> tuple[float, float | None]:
    graph = value.m.algebra.graph
    asked = [value.first, *([] if value.slope is None else [value.slope])]
    found = compute(graph, asked, {})(given)
    return found[0], (found[1] if value.slope is not None else None)


def test_a_series_holds_what_a_value_is_at_once_and_its_slope() -> None:
    m = means()
    x, h = m.node(m.algebra.graph.value("x")), m.step
    assert numbers(x * m.exp(-h / 4.0), x=2.0) == (2.0, -0.5)
    assert numbers((x + 3.0 * h) * (x + 3.0 * h), x=2.0) == (4.0, 12.0)
    assert numbers(m.sqrt(x + h), x=4.0) == (2.0, 0.25)
    assert numbers(m.log(x + h), x=2.0) == (math.log(2.0), 0.5)


def test_what_vanishes_with_the_step_divided_by_it_leaves_a_rate() -> None:
    m = means()
    x, h = m.node(m.algebra.graph.value("x")), m.step
    rate = (h * x) / h
    assert numbers(rate, x=3.0) == (3.0, None)
    assert numbers(x + h * rate, x=3.0) == (3.0, 3.0)
    with pytest.raises(MeanError, match="does not vanish"):
        x / h


def test_a_value_at_its_limit_moves_only_away_from_it() -> None:
    m = means()
    x, h = m.node(m.algebra.graph.value("x")), m.step
    assert numbers(m.maximum(x - h, 0.0), x=2.0) == (2.0, -1.0)
    assert numbers(m.maximum(x - h, 0.0), x=0.0) == (0.0, 0.0)
    assert numbers(m.maximum(x + h, 0.0), x=0.0) == (0.0, 1.0)


def mean_of(run: Any) -> Series:
    m = means()
    u = [m.uniform() for _ in range(6)]
    total = m.constant(0.0)
    for weight, value in m.ways(lambda: m.plain(run(m, u))):
        total = total + weight * value
    return total


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda m, u: m.where(u[0] < 0.25, 8.0, 4.0), 5.0),
        (lambda m, u: m.where(u[0] < 0.25, 8.0, m.where(u[0] >= 0.5, 4.0, 0.0)), 4.0),
        (lambda m, u: m.where(u[0] <= 0.25, m.where(u[0] / 0.25 < 0.5, 8.0, 0.0), 0.0), 1.0),
        (lambda m, u: m.where(u[0] < 0.5, m.where(u[1] < 0.5, 4.0, 0.0), 0.0), 1.0),
        (lambda m, u: 3.0 * gamma_of_whole_shape(m, u[0:4]), 3.0),
        (lambda m, u: 2.0 + 3.0 * normal(m, u[0], u[1]), 2.0),
        (lambda m, u: m.exp(1.0 + 2.0 * normal(m, u[0], u[1])), math.exp(3.0)),
        (lambda m, u: exponential(m, m.minimum(u[0] / 0.25, 1.0)), 0.25),
    ],
)
def test_the_mean_over_draws_is_worked_out_exactly(run: Any, expected: float) -> None:
    assert numbers(mean_of(run)) == (pytest.approx(expected), pytest.approx(0.0))


def test_a_chance_that_vanishes_with_the_step_becomes_a_rate() -> None:
    m = means()
    u = m.uniform()
    ways = m.ways(lambda: m.plain(m.where(u < 3.0 * m.step, 5.0, 0.0)))
    total = ways[0][0] * ways[0][1] + ways[1][0] * ways[1][1]
    assert numbers(total) == (0.0, 15.0)


def test_a_draw_used_in_a_way_without_known_mean_is_refused() -> None:
    m = means()
    with pytest.raises(MeanError, match="no known mean"):
        m.sqrt(m.uniform())
    with pytest.raises(MeanError, match="law is not named"):
        _ = 2.0 * m.uniform()


def clock_stage(step: Any, **more: Any) -> Stage:
    return Stage("strange clock", step, **more)


def test_a_stage_without_known_mean_is_left_out_by_name_and_the_rest_stays() -> None:
    def jump(m: Any, p: object, h: float, *, clock: Clock, u: Any) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.age + 2.0 * u[0] * h)}

    field = mean_field(TABLE, [clock_stage(jump, purpose=Purpose.DAILY, blocks=1), *STAGES])
    assert "law is not named" in field.left_out["strange clock"]
    assert "clock.age" in field.slopes


def test_a_stage_that_asks_what_today_brought_is_named() -> None:
    def react(
        m: Any, p: object, h: float, *, clock: Clock, lesions: Lesions
    ) -> Mapping[str, NamedTuple]:
        return {"clock": clock._replace(age=clock.age + m.where(lesions.today > 0.0, 1.0, 0.0))}

    assert "strange clock" in mean_field(TABLE, [*STAGES, clock_stage(react)]).blind
    assert "strange clock" not in mean_field(TABLE).blind


def short_day(state: dict[str, float], others: dict[str, float]) -> dict[str, NDArray[np.float64]]:
    """Every leaf of many equal patients after one short day of the model itself, with draws."""
    random = np.random.default_rng(7)
    leaves = {name: np.full(PATIENTS, value) for name, value in (state | others).items()}
    parts: dict[str, Any] = grouped(leaves)
    for stage in STAGES:
        if "pulse" in stage.reads or stage.every > 1:
            continue
        words = [random.random(PATIENTS) for _ in range(stage.blocks * WORDS_PER_BLOCK)]
        asked = {name: words if name == "u" else parts[name] for name in stage.reads}
        guard: Any = True
        parameters = bind(stage.parameters, TABLE)
        if stage.when is not None:
            reads = {n: words if n == "u" else parts[n] for n in stage.guard_reads}
            guard = stage.when(NUMPY, parameters, STEP, **reads)
        with np.errstate(all="ignore"):
            new = stage.step(NUMPY, parameters, STEP, **asked)
        for name, group in new.items():
            kept = (np.where(guard, a, b) for a, b in zip(group, parts[name], strict=True))
            parts[name] = type(group)(*kept)
    return {
        f"{name}.{leaf}": value
        for name, group in parts.items()
        for leaf, value in zip(group._fields, group, strict=True)
    }


CLIPPED = 0.05
"""Limits on a draw act on its mean in the mean field: deficits by relapses differ by so much."""


def test_the_slopes_are_the_mean_change_of_the_model_itself() -> None:
    field = mean_field(TABLE)
    state, others = typical_patient(TABLE)
    others |= {
        "levels.traffic_target": 0.3,
        "levels.egress_target": 0.2,
        "levels.microglia_target": 0.4,
        "levels.training_spinal": 0.3,
    }
    now = field.euler(state, others, step=0.5, steps=1500)
    others["disease.lesion_rate"] = 20.0  # many lesions too
    others |= {
        "levels.traffic_target": 0.1,  # one washes out, the rest sets in
        "levels.microglia_target": 0.6,
        "levels.training_spinal": 0.5,
    }
    now = field.euler(now, others, step=0.5, steps=1)
    after = short_day(now, others)
    run = compute(field.graph, list(field.slopes.values()), {**field.parameters, **others})
    compared, moving = 0, set[str]()
    for leaf, slope in zip(field.slopes, run(now), strict=True):
        if leaf == "fluctuation.level":  # acts every few days
            continue
        change = (after[leaf] - now[leaf]) / STEP
        error = float(np.std(change)) / math.sqrt(PATIENTS)
        slack = (CLIPPED if leaf.startswith("deficit") else 0.02) * abs(slope) + 1e-9
        assert abs(float(np.mean(change)) - slope) < 4.5 * error + slack, leaf
        compared += 1
        moving |= {leaf} if abs(slope) > 1e-6 else set()
    assert compared > 30
    assert {"blocks.traffic", "targets.microglia", "targets.overshoot"} < moving
    assert "fluctuation.trained_spinal" in moving
