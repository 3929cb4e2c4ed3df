"""From a graph to LLVM's language: one line or one call for each operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from remyelin.engine.fused.shared import Shared
from remyelin.engine.fused.text import Writer
from remyelin.engine.graph import CONDITIONS, Graph, Op

_ARITHMETIC = {Op.ADD: "fadd", Op.SUB: "fsub", Op.MUL: "fmul", Op.DIV: "fdiv"}
_COMPARISONS = {Op.LESS: "olt", Op.AT_MOST: "ole", Op.GREATER: "ogt", Op.AT_LEAST: "oge"}
_LOGIC = {Op.AND: "and", Op.OR: "or"}
_CALLS = {Op.EXP: "exp", Op.LOG: "log", Op.COS: "cos"}
_EXTREMES = {Op.MAXIMUM: ("maximum", "ogt"), Op.MINIMUM: ("minimum", "olt")}


class Expressions:
    """Writes nodes of one graph where they are needed.

    Parameters
    ----------
    writer
        Where the lines go.
    graph, number
        The graph and its number among those that share a table.
    shared
        Slots of numbers that are the same for all patients.
    look_up
        Gives the name of a patient's value by its label.
    """

    def __init__(
        self,
        writer: Writer,
        graph: Graph,
        number: int,
        shared: Shared,
        look_up: Callable[[str], str],
    ) -> None:
        self._w = writer
        self._graph = graph
        self._number = number
        self._shared = shared
        self._look_up = look_up
        self._names: dict[int, str] = {}

    def write(self, nodes: Iterable[int]) -> list[str]:
        """Write nodes and whatever they need; give their names."""
        wanted = list(nodes)
        varying = self._varying(wanted)
        for node in varying:
            if node not in self._names:
                self._names[node] = self._operation(node)
        return [self._name(node) for node in wanted]

    def _varying(self, wanted: list[int]) -> list[int]:
        """Nodes to be computed for each patient; numbers of all patients hide what they need."""
        waiting, found = list(wanted), set[int]()
        while waiting:
            node = waiting.pop()
            if node in found or self._graph.same_for_all[node]:
                continue
            found.add(node)
            waiting += self._graph.nodes[node].inputs
        return sorted(found)

    def _name(self, node: int) -> str:
        if node not in self._names:
            self._names[node] = self._number_of_all(node)
        return self._names[node]

    def _number_of_all(self, node: int) -> str:
        w, what = self._w, self._graph.nodes[node]
        if what.op is Op.CONSTANT:
            return w.real(float.fromhex(what.label))
        slot = self._shared.slot(self._graph, self._number, node)
        scalar = w.form.scalar
        place = w.set(f"getelementptr {scalar}, ptr %shared, i64 {slot}")
        value = w.spread(scalar, w.set(f"load {scalar}, ptr {place}"))
        return w.compare("une", value, w.real(0.0)) if what.op in CONDITIONS else value

    def _operation(self, node: int) -> str:
        w, what = self._w, self._graph.nodes[node]
        if what.op is Op.VALUE:
            return self._look_up(what.label)
        names = [self._name(k) for k in what.inputs]
        real = w.form.real
        if what.op in _ARITHMETIC:
            return w.on_reals(_ARITHMETIC[what.op], *names)
        if what.op in _COMPARISONS:
            return w.compare(_COMPARISONS[what.op], *names)
        if what.op in _LOGIC:
            return w.set(f"{_LOGIC[what.op]} {w.form.truth} {names[0]}, {names[1]}")
        if what.op is Op.WHERE:
            return w.select(*names)
        if what.op in _EXTREMES:
            return self._extreme(what.op, what.inputs, names)
        if what.op is Op.NEG:
            return w.set(f"fneg {real} {names[0]}")
        if what.op is Op.SQRT:
            return w.set(f"call {real} {w.form.intrinsic('sqrt')}({real} {names[0]})")
        return w.set(f"call {real} @{_CALLS[what.op]}({real} {names[0]})")

    def _extreme(self, op: Op, inputs: tuple[int, ...], names: list[str]) -> str:
        """Larger or smaller; a number of all patients, never nan, comes first: that is one step."""
        w, real = self._w, self._w.form.real
        name, comparison = _EXTREMES[op]
        same = [self._graph.same_for_all[k] for k in inputs]
        if not any(same):
            return w.set(f"call {real} @{name}({real} {names[0]}, {real} {names[1]})")
        bound, value = names if same[0] else reversed(names)
        return w.select(w.compare(comparison, bound, value), bound, value)
