"""Numbers that are the same for all patients are computed once, the same everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remyelin.engine.fused.shared import Shared, evaluate
from remyelin.engine.graph import Graph, Op
from remyelin.engine.tracer import Number, TracedNumeric


def test_every_operation_is_computed_as_numpy_does() -> None:
    graph = Graph()
    m = TracedNumeric(graph)
    a, b = Number(graph, graph.parameter("a")), Number(graph, graph.parameter("b"))
    results = {
        (a + b).node: 5.5,
        (a - b).node: -1.5,
        (a * b).node: 7.0,
        (a / b).node: 2.0 / 3.5,
        (-a).node: -2.0,
        m.where((a < b) & (a <= b), a, b).node: 2.0,
        m.where((a > b) | (a >= b), a, b).node: 3.5,
        m.maximum(a, b).node: 3.5,
        m.minimum(a, b).node: 2.0,
        m.exp(a).node: math.exp(2.0),
        m.log(b).node: math.log(3.5),
        m.sqrt(a).node: math.sqrt(2.0),
        m.cos(a).node: math.cos(2.0),
    }
    found = evaluate(graph, list(results), {"a": 2.0, "b": 3.5})
    assert {k: found[k] for k in results} == pytest.approx(results, rel=3e-16)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        (Op.EXP, 1e5, math.inf),
        (Op.EXP, -1e5, 0.0),
        (Op.LOG, 0.0, -math.inf),
        (Op.LOG, -1.0, math.nan),
        (Op.LOG, math.inf, math.inf),
        (Op.EXP, math.nan, math.nan),
    ],
)
def test_edges_are_those_of_ieee(op: Op, value: float, expected: float) -> None:
    graph = Graph()
    node = graph.apply(op, graph.parameter("a"))
    np.testing.assert_equal(evaluate(graph, [node], {"a": value})[node], expected)


def test_division_by_zero_gives_infinity() -> None:
    graph = Graph()
    node = graph.apply(Op.DIV, graph.constant(1.0), graph.parameter("a"))
    assert evaluate(graph, [node], {"a": 0.0})[node] == math.inf


def test_equal_expressions_of_two_graphs_share_a_slot() -> None:
    graphs = [Graph(), Graph()]
    nodes = [g.apply(Op.EXP, g.apply(Op.NEG, g.parameter("a"))) for g in graphs]
    shared = Shared()
    slots = [shared.slot(g, k, n) for k, (g, n) in enumerate(zip(graphs, nodes, strict=True))]
    assert slots == [0, 0]
    other = shared.slot(graphs[1], 1, graphs[1].parameter("b"))
    values = shared.values(graphs, [{"a": 1.0}, {"a": 1.0, "b": 7.0}])
    assert (values[0], values[other]) == (math.exp(-1.0), 7.0)
