"""The tracer: the model's plain Python becomes a graph, once, and says what it cannot follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from remyelin.engine.fused.layout import PARTS
from remyelin.engine.graph import Graph, Op
from remyelin.engine.tracer import (
    Number,
    TracedNumeric,
    TraceError,
    Truth,
    node_of,
    trace_stage,
)
from remyelin.errors import SimulationError
from remyelin.model.day import STAGES
from remyelin.model.stage import Purpose, Stage
from remyelin.model.states import Clock


def symbols() -> tuple[TracedNumeric, Number, Number]:
    graph = Graph()
    return TracedNumeric(graph), Number(graph, graph.value("x")), Number(graph, graph.value("y"))


def clock_stage(step: Callable[..., Any], **more: Any) -> Stage:
    return Stage("clock", step, **more)


def test_equal_operations_are_one_node() -> None:
    _, x, y = symbols()
    first, second = (x + y) * (x + y), (x + y) * (x + y)
    assert first.node == second.node
    assert x.graph.operations() == {Op.ADD: 1, Op.MUL: 1}
    assert (x + y).node != (y + x).node


def test_what_changes_no_bit_is_left_out() -> None:
    m, x, y = symbols()
    assert (1.0 * x).node == (x * 1.0).node == (x / 1.0).node == (x - 0.0).node == x.node
    assert m.where(x > y, x, x).node == x.node
    assert (x + 0.0).node != x.node  # -0 + 0 is 0
    assert (0.0 * x).node != node_of(x.graph, 0.0)  # nan times 0 is nan


def test_what_depends_on_parameters_alone_is_the_same_for_all() -> None:
    graph = Graph()
    m = TracedNumeric(graph)
    rate, age = Number(graph, graph.parameter("rate")), Number(graph, graph.value("age"))
    assert graph.same_for_all[m.exp(-1.0 / rate).node]
    assert not graph.same_for_all[(m.exp(-1.0 / rate) * age).node]
    assert graph.operations() == {Op.MUL: 1}


def test_needed_gives_inputs_before_results() -> None:
    _, x, y = symbols()
    unused, result = x / y, (x - y) * x
    order = x.graph.needed([result.node])
    assert unused.node not in order
    assert all(order.index(k) < order.index(n) for n in order for k in x.graph.nodes[n].inputs)


@pytest.mark.parametrize(
    "branch",
    [
        lambda x, y: x if x > y else y,
        max,
        lambda x, y: x > y > x,
        lambda x, y: not (x > y),
        lambda x, y: 1.0 if x else 0.0,
    ],
)
def test_branching_on_a_value_says_to_use_where(branch: Callable[[Any, Any], Any]) -> None:
    _, x, y = symbols()
    with pytest.raises(SimulationError, match=r"branches.*use m\.where"):
        branch(x, y)


def test_a_stage_that_branches_is_refused_before_anything_runs() -> None:
    def step(m: Any, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
        if clock.age > 50.0:
            return {"clock": clock._replace(age=clock.age + h)}
        return {"clock": clock}

    with pytest.raises(TraceError, match=r"m\.where"):
        trace_stage(clock_stage(step), PARTS)


def test_a_stage_that_asks_for_an_unknown_part_is_named() -> None:
    def step(m: Any, p: object, h: float, *, soul: Any) -> Mapping[str, NamedTuple]:
        return {"soul": soul}

    with pytest.raises(TraceError, match=r"stage 'clock' asks for 'soul'.*known: clock, blocks"):
        trace_stage(clock_stage(step), PARTS)


@pytest.mark.parametrize("use", [float, int, len, list, lambda x: [1, 2][x], lambda x: x == 1.0])
def test_asking_for_the_number_behind_a_symbol_is_an_error(use: Callable[[Any], Any]) -> None:
    _, x, _ = symbols()
    with pytest.raises(TraceError, match="not known"):
        use(x)


def test_a_condition_is_no_number_and_a_number_is_no_condition() -> None:
    m, x, y = symbols()
    with pytest.raises(TraceError, match="a number is needed"):
        _ = x + (x > y)
    with pytest.raises(TraceError, match="a condition is needed"):
        m.where(x, 1.0, 0.0)
    with pytest.raises(TraceError, match="a condition is needed"):
        _ = (x > y) & True
    assert isinstance((x > y) | (x <= y), Truth)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_stage_of_the_model_is_traced(stage: Stage) -> None:
    traced = trace_stage(stage, PARTS)
    assert traced.changes
    assert (traced.guard is None) == (stage.when is None)
    assert sum(traced.graph.operations().values()) > 0


def test_only_leaves_that_change_are_results() -> None:
    def step(m: Any, p: object, h: float, *, clock: Clock, u: Any) -> Mapping[str, NamedTuple]:
        return {"clock": Clock(clock.age, clock.recovery_left + u[2])}

    traced = trace_stage(clock_stage(step, purpose=Purpose.DAILY, blocks=1), PARTS)
    assert list(traced.changes) == ["clock.recovery_left"]
    labels = {traced.graph.nodes[k].label for k in traced.graph.needed(traced.results)}
    assert labels == {"", "clock.recovery_left", "DAILY#2"}
