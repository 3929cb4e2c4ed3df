"""Building of graphs with the simplifications of school algebra.

They may change the last bit of a result, so kernels do not use them; means and exports do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from remyelin.engine.graph import CONDITIONS, Graph, Op

_FOLD: dict[Op, Callable[..., Any]] = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a / b,
    Op.NEG: lambda a: -a,
    Op.LESS: lambda a, b: a < b,
    Op.AT_MOST: lambda a, b: a <= b,
    Op.GREATER: lambda a, b: a > b,
    Op.AT_LEAST: lambda a, b: a >= b,
    Op.AND: lambda a, b: bool(a) and bool(b),
    Op.OR: lambda a, b: bool(a) or bool(b),
    Op.WHERE: lambda c, a, b: a if c else b,
    Op.MAXIMUM: max,
    Op.MINIMUM: min,
    Op.EXP: math.exp,
    Op.LOG: math.log,
    Op.SQRT: math.sqrt,
    Op.COS: math.cos,
}
"""What each operation does to plain numbers."""


class Algebra:
    """Operations on nodes of a graph; constants are folded and what cancels is left out."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._truths: dict[int, bool] = {}

    def number(self, value: float) -> int:
        """Give the node of a number."""
        return self.graph.constant(0.0 if value == 0.0 else value)

    def known(self, node: int) -> float | None:
        """Give the number behind a node, if it is one; truths are 1 and 0."""
        if node in self._truths:
            return float(self._truths[node])
        what = self.graph.nodes[node]
        return float.fromhex(what.label) if what.op is Op.CONSTANT else None

    def is_zero(self, node: int) -> bool:
        """Say whether a node is the number 0."""
        return self.known(node) == 0.0

    def apply(self, op: Op, *inputs: int) -> int:
        """Give the node of an operation."""
        numbers = [self.known(node) for node in inputs]
        if all(number is not None for number in numbers):
            try:
                return self._folded(op, [n for n in numbers if n is not None])
            except (ArithmeticError, ValueError):  # infinite or not a number: left to whoever runs
                return self.graph.apply(op, *inputs)
        if op in _SHORTER:
            shorter = _SHORTER[op](self, inputs, numbers)
            if shorter is not None:
                return shorter
        return self.graph.apply(op, *inputs)

    def _folded(self, op: Op, numbers: list[float]) -> int:
        value = _FOLD[op](*numbers)
        if op not in CONDITIONS:
            return self.number(float(value))
        return self.truth(bool(value))

    def truth(self, value: bool) -> int:
        """Give the node of a condition that is always or never true."""
        one, zero = self.number(1.0), self.number(0.0)
        node = self.graph.apply(Op.GREATER, *((one, zero) if value else (zero, one)))
        self._truths[node] = value
        return node

    def assume(self, node: int, condition: int, holds: bool) -> int:
        """Give a node with the choices settled that ask for a condition known to hold or not."""
        found: dict[int, int] = {}
        for k in self.graph.needed([node]):
            what = self.graph.nodes[k]
            inputs = tuple(found[i] for i in what.inputs)
            if what.op is Op.WHERE and what.inputs[0] == condition:
                found[k] = inputs[1] if holds else inputs[2]
            else:
                found[k] = k if inputs == what.inputs else self.apply(what.op, *inputs)
        return found[node]

    def _parts(self, node: int, op: Op) -> tuple[int, ...]:
        what = self.graph.nodes[node]
        return what.inputs if what.op is op else ()


_Numbers = list[float | None]


def _add(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    first, second = inputs
    if numbers[0] == 0.0:
        return second
    if numbers[1] == 0.0:
        return first
    for one, other in ((first, second), (second, first)):
        gap = a._parts(other, Op.SUB)
        if gap and gap[1] == one:
            return gap[0]
        negative = a._parts(other, Op.NEG)
        if negative:
            return a.apply(Op.SUB, one, negative[0])
    return None


def _sub(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    first, second = inputs
    if first == second:
        return a.number(0.0)
    if numbers[1] == 0.0:
        return first
    if numbers[0] == 0.0:
        return a.apply(Op.NEG, second)
    terms = a._parts(first, Op.ADD)
    if second in terms:
        return terms[1] if terms[0] == second else terms[0]
    gap = a._parts(first, Op.SUB)
    if gap and gap[0] == second:
        return a.apply(Op.NEG, gap[1])
    others = a._parts(second, Op.ADD)
    if first in others:
        return a.apply(Op.NEG, others[1] if others[0] == first else others[0])
    if terms and others and terms[0] == others[0]:
        return a.apply(Op.SUB, terms[1], others[1])
    return None


def _mul(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    first, second = inputs
    if 0.0 in numbers:
        return a.number(0.0)
    if numbers[0] == 1.0:
        return second
    if numbers[1] == 1.0:
        return first
    for one, other in ((first, second), (second, first)):
        negative = a._parts(one, Op.NEG)
        if negative:
            return a.apply(Op.NEG, a.apply(Op.MUL, negative[0], other))
    return None


def _div(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    if numbers[0] == 0.0:
        return a.number(0.0)
    if inputs[0] == inputs[1]:
        return a.number(1.0)
    return inputs[0] if numbers[1] == 1.0 else None


def _neg(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    negative = a._parts(inputs[0], Op.NEG)
    return negative[0] if negative else None


def _where(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    if numbers[0] is not None:
        return inputs[1] if numbers[0] else inputs[2]
    condition, yes, no = inputs
    sure, never = a.assume(yes, condition, True), a.assume(no, condition, False)
    if sure == never:
        return sure
    return None if (sure, never) == (yes, no) else a.apply(Op.WHERE, condition, sure, never)


def _maximum(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    return _extreme(a, Op.MAXIMUM, inputs)


def _minimum(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    return _extreme(a, Op.MINIMUM, inputs)


def _extreme(a: Algebra, op: Op, inputs: tuple[int, ...]) -> int | None:
    for one, other in (inputs, inputs[::-1]):
        if one == other or other in a._parts(one, op):
            return one
    return None


def _less(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    return _inside(a, Op.LESS, Op.MINIMUM, inputs)


def _greater(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    return _inside(a, Op.GREATER, Op.MAXIMUM, inputs)


def _inside(a: Algebra, op: Op, limit: Op, inputs: tuple[int, ...]) -> int | None:
    """Say that the smaller of x and a bound lies below the bound where x does."""
    pair = a._parts(inputs[0], limit)
    if inputs[1] not in pair:
        return None
    return a.apply(op, pair[1] if pair[0] == inputs[1] else pair[0], inputs[1])


def _and(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    if 0.0 in numbers:
        return a.truth(False)
    return _other(inputs, numbers, 1.0)


def _or(a: Algebra, inputs: tuple[int, ...], numbers: _Numbers) -> int | None:
    if 1.0 in numbers:
        return a.truth(True)
    return _other(inputs, numbers, 0.0)


def _other(inputs: tuple[int, ...], numbers: _Numbers, idle: float) -> int | None:
    if numbers[0] == idle:
        return inputs[1]
    return inputs[0] if numbers[1] == idle else None


_SHORTER: dict[Op, Callable[[Algebra, tuple[int, ...], _Numbers], int | None]] = {
    Op.ADD: _add,
    Op.SUB: _sub,
    Op.MUL: _mul,
    Op.DIV: _div,
    Op.NEG: _neg,
    Op.WHERE: _where,
    Op.MAXIMUM: _maximum,
    Op.MINIMUM: _minimum,
    Op.LESS: _less,
    Op.GREATER: _greater,
    Op.AND: _and,
    Op.OR: _or,
}


def compute(
    graph: Graph, nodes: list[int], values: dict[str, float]
) -> Callable[[dict[str, float]], list[float]]:
    """Prepare the computation of nodes on plain numbers, for many calls.

    Parameters
    ----------
    graph
        Where the nodes stand.
    nodes
        What is asked for.
    values
        Parameters and values by name that stay the same.

    Returns
    -------
    Callable
        Takes the other values by name and gives the numbers in order.
    """
    found: list[Any] = [0.0] * len(graph.nodes)
    open_: list[tuple[int, str]] = []
    work: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
    settled = set[int]()
    for k in graph.needed(nodes):
        what = graph.nodes[k]
        if what.op is Op.CONSTANT:
            found[k] = float.fromhex(what.label)
            settled.add(k)
        elif what.op in {Op.PARAMETER, Op.VALUE}:
            if what.label in values:
                found[k] = values[what.label]
                settled.add(k)
            else:
                open_.append((k, what.label))
        elif settled.issuperset(what.inputs):
            found[k] = _FOLD[what.op](*(found[i] for i in what.inputs))
            settled.add(k)
        else:
            work.append((k, _FOLD[what.op], what.inputs))

    def run(given: dict[str, float]) -> list[float]:
        for k, name in open_:
            found[k] = given[name]
        for k, do, inputs in work:
            if len(inputs) == 2:
                found[k] = do(found[inputs[0]], found[inputs[1]])
            else:
                found[k] = do(*[found[i] for i in inputs])
        return [found[k] for k in nodes]

    return run
