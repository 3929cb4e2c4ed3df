"""Numbers that are the same for all patients: computed once, handed to the kernel as a table.

New parameter values change the table, never the code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.graph import Graph, Op

_EXACT: Final = Context(prec=40)
"""Enough digits for a correctly rounded double, on every machine the same."""


class Shared:
    """Slots of the table, filled while code is written.

    Each slot belongs to a node of a stage's graph; equal expressions share one.
    """

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._origin: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Count the slots."""
        return len(self._origin)

    def slot(self, graph: Graph, graph_number: int, node: int) -> int:
        """Give the slot of a node that is the same for all patients."""
        key = _written(graph, node)
        if key not in self._slots:
            self._slots[key] = len(self._origin)
            self._origin.append((graph_number, node))
        return self._slots[key]

    def values(
        self, graphs: Sequence[Graph], parameters: Sequence[Mapping[str, float]]
    ) -> NDArray[np.float64]:
        """Compute the table.

        Parameters
        ----------
        graphs
            Graphs by number.
        parameters
            Values by name, for each graph.
        """
        table = np.zeros(max(len(self), 1))
        for graph_number, graph in enumerate(graphs):
            mine = {s: n for s, (g, n) in enumerate(self._origin) if g == graph_number}
            found = evaluate(graph, list(mine.values()), parameters[graph_number])
            for slot, node in mine.items():
                table[slot] = found[node]
        return table


def _written(graph: Graph, node: int) -> str:
    found: dict[int, str] = {}
    for k in graph.needed([node]):
        inputs = ",".join(found[i] for i in graph.nodes[k].inputs)
        found[k] = f"{graph.nodes[k].op}[{graph.nodes[k].label}]({inputs})"
    return found[node]


def flat(group: Any, prefix: str = "") -> dict[str, float]:
    """Give bound parameters by the names that the tracer gives them."""
    found: dict[str, float] = {}
    for name, value in zip(group._fields, group, strict=True):
        if isinstance(value, tuple):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = float(value)
    return found


def evaluate(
    graph: Graph, nodes: Sequence[int], parameters: Mapping[str, float]
) -> dict[int, float]:
    """Compute nodes that are the same for all patients, in double precision."""
    found: dict[int, float] = {}
    with np.errstate(all="ignore"):
        for k in graph.needed(nodes):
            node = graph.nodes[k]
            if node.op is Op.CONSTANT:
                found[k] = float.fromhex(node.label)
            elif node.op is Op.PARAMETER:
                found[k] = parameters[node.label]
            else:
                inputs = (np.float64(found[i]) for i in node.inputs)
                found[k] = float(_COMPUTE[node.op](*inputs))
    return found


def _exp(x: float) -> float:
    return float(_EXACT.exp(Decimal(x))) if abs(x) < 1000.0 else float(np.exp(x))


def _log(x: float) -> float:
    return float(_EXACT.ln(Decimal(x))) if 0.0 < x < math.inf else float(np.log(x))


_COMPUTE: Mapping[Op, Callable[..., Any]] = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a / b,
    Op.NEG: lambda a: -a,
    Op.LESS: lambda a, b: a < b,
    Op.AT_MOST: lambda a, b: a <= b,
    Op.GREATER: lambda a, b: a > b,
    Op.AT_LEAST: lambda a, b: a >= b,
    Op.AND: lambda a, b: a != 0.0 and b != 0.0,
    Op.OR: lambda a, b: a != 0.0 or b != 0.0,
    Op.WHERE: lambda c, a, b: a if c != 0.0 else b,
    Op.MAXIMUM: np.maximum,
    Op.MINIMUM: np.minimum,
    Op.EXP: _exp,
    Op.LOG: _log,
    Op.SQRT: np.sqrt,
    Op.COS: np.cos,
}
