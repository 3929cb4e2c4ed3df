"""A graph of operations: what the model's equations do, written down once.

Equal operations on equal inputs are one node. Nodes stand in the order in which they can be
computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Op(StrEnum):
    """What a node does."""

    CONSTANT = "constant"
    PARAMETER = "parameter"
    VALUE = "value"
    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    DIV = "div"
    NEG = "neg"
    LESS = "less"
    AT_MOST = "at_most"
    GREATER = "greater"
    AT_LEAST = "at_least"
    AND = "and"
    OR = "or"
    WHERE = "where"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    EXP = "exp"
    LOG = "log"
    SQRT = "sqrt"
    COS = "cos"


LEAVES = frozenset({Op.CONSTANT, Op.PARAMETER, Op.VALUE})
"""Nodes that compute nothing."""

CONDITIONS = frozenset({Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST, Op.AND, Op.OR})
"""Nodes that give a truth value."""


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes
    ----------
    op
        What it does.
    inputs
        Nodes that it reads, by number.
    label
        Name of a parameter or of a patient's value; the exact number of a constant.
    """

    op: Op
    inputs: tuple[int, ...] = ()
    label: str = ""


@dataclass
class Graph:
    """Nodes, each once.

    Attributes
    ----------
    nodes
        Every node, after the nodes that it reads.
    same_for_all
        For each node, whether it depends on parameters and constants alone.
    """

    nodes: list[Node] = field(default_factory=list)
    same_for_all: list[bool] = field(default_factory=list)
    _known: dict[Node, int] = field(default_factory=dict)

    def constant(self, value: float) -> int:
        """Give the node of a number."""
        return self._add(Node(Op.CONSTANT, label=float(value).hex()))

    def parameter(self, name: str) -> int:
        """Give the node of a parameter."""
        return self._add(Node(Op.PARAMETER, label=name))

    def value(self, name: str) -> int:
        """Give the node of a value that each patient has of its own."""
        return self._add(Node(Op.VALUE, label=name))

    def apply(self, op: Op, *inputs: int) -> int:
        """Give the node of an operation; what changes no bit is left out."""
        same = self._trivial(op, inputs)
        return self._add(Node(op, inputs)) if same is None else same

    def is_constant(self, node: int, value: float) -> bool:
        """Say whether a node is a certain number, to the bit."""
        return self.nodes[node] == Node(Op.CONSTANT, label=float(value).hex())

    def needed(self, results: Iterable[int]) -> list[int]:
        """Give the nodes on which results depend, in the order in which they can be computed."""
        waiting, found = list(results), set[int]()
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self.nodes[node].inputs
        return sorted(found)

    def operations(self) -> Counter[Op]:
        """Count the operations that differ between patients."""
        return Counter(node.op for node in self._varying() if node.op not in LEAVES)

    def _varying(self) -> Iterator[Node]:
        for node, same in zip(self.nodes, self.same_for_all, strict=True):
            if not same:
                yield node

    def _add(self, node: Node) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
            inputs = all(self.same_for_all[k] for k in node.inputs)
            self.same_for_all.append(inputs and node.op is not Op.VALUE)
        return self._known[node]

    def _trivial(self, op: Op, inputs: tuple[int, ...]) -> int | None:
        if op is Op.MUL and self.is_constant(inputs[0], 1.0):
            return inputs[1]
        if op in {Op.MUL, Op.DIV} and self.is_constant(inputs[1], 1.0):
            return inputs[0]
        if op is Op.SUB and self.is_constant(inputs[1], 0.0):
            return inputs[0]
        if op is Op.WHERE and inputs[1] == inputs[2]:
            return inputs[1]
        return None
