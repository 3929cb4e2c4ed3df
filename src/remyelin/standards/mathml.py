"""MathML of graph nodes, as SBML wants it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, SubElement

from remyelin.engine.graph import CONDITIONS, LEAVES, Graph, Op

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

_APPLIED = {
    Op.ADD: "plus",
    Op.SUB: "minus",
    Op.MUL: "times",
    Op.DIV: "divide",
    Op.NEG: "minus",
    Op.LESS: "lt",
    Op.AT_MOST: "leq",
    Op.GREATER: "gt",
    Op.AT_LEAST: "geq",
    Op.AND: "and",
    Op.OR: "or",
    Op.EXP: "exp",
    Op.LOG: "ln",
    Op.SQRT: "root",
    Op.COS: "cos",
    Op.MAXIMUM: "max",
    Op.MINIMUM: "min",
}


def shared(graph: Graph, results: Iterable[int]) -> list[int]:
    """Give the operations that are used more than once, in the order of their computation.

    They get names of their own, so that no expression is written twice.
    """
    wanted = list(results)
    uses: Counter[int] = Counter(wanted)
    for node in graph.needed(wanted):
        uses.update(graph.nodes[node].inputs)
    return [
        node
        for node in graph.needed(wanted)
        if uses[node] > 1 and graph.nodes[node].op not in LEAVES | CONDITIONS
    ]


class Writer:
    """Writes nodes.

    Parameters
    ----------
    graph
        Where they stand.
    names
        Gives the identifier of a node that has one, else an empty text.
    """

    def __init__(self, graph: Graph, names: Callable[[int], str]) -> None:
        self._graph = graph
        self._names = names

    def math(self, parent: Element, node: int, *, whole: bool = False) -> None:
        """Add the element ``math`` of a node.

        Parameters
        ----------
        parent
            Where it goes.
        node
            What it says.
        whole
            Write the operation even if the node has a name.
        """
        self._write(SubElement(parent, "math", xmlns=NAMESPACE), node, whole=whole)

    def _write(self, parent: Element, node: int, *, whole: bool = False) -> None:
        name = "" if whole else self._names(node)
        what = self._graph.nodes[node]
        if name:
            SubElement(parent, "ci").text = f" {name} "
        elif what.op is Op.CONSTANT:
            SubElement(parent, "cn").text = f" {float.fromhex(what.label)!r} "
        elif what.op is Op.WHERE:
            condition, yes, no = what.inputs
            piecewise = SubElement(parent, "piecewise")
            piece = SubElement(piecewise, "piece")
            self._write(piece, yes)
            self._write(piece, condition)
            self._write(SubElement(piecewise, "otherwise"), no)
        else:
            self._apply(parent, _APPLIED[what.op], what.inputs)

    def _apply(self, parent: Element, sign: str, inputs: tuple[int, ...]) -> None:
        apply = SubElement(parent, "apply")
        SubElement(apply, sign)
        for k in inputs:
            self._write(apply, k)
