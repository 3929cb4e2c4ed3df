"""The tracer: runs the model's plain Python once on symbols and keeps what it did as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, get_type_hints

from remyelin.engine.graph import Graph, Op
from remyelin.errors import SimulationError
from remyelin.model.stage import STEP_DAYS, WORDS_PER_BLOCK, Purpose, Stage


class TraceError(SimulationError):
    """An equation did something that works on known values only."""


class _Symbol:
    """Something that has no value while the equations are traced."""

    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, graph: Graph, node: int) -> None:
        self.graph = graph
        self.node = node

    def __bool__(self) -> bool:
        raise TraceError(
            "an equation branches on a value of the patient (if, while, and, or, not, min, max). "
            "A traced value has no truth of its own: use m.where, m.maximum or m.minimum, "
            "and & and | between conditions."
        )

    def _refuse(self, *_: object) -> NoReturn:
        raise TraceError(
            "an equation asks for the number behind a value of the patient; it is not known while "
            "the equation is traced. Use + - * /, comparisons and the functions of m."
        )

    __float__ = __int__ = __index__ = __len__ = __iter__ = _refuse
    __eq__ = __ne__ = __array__ = __contains__ = __getitem__ = _refuse


class Truth(_Symbol):
    """A condition that is not known yet; supports ``&`` and ``|``."""

    def __and__(self, other: object) -> Truth:
        return Truth(self.graph, self.graph.apply(Op.AND, self.node, _condition(other).node))

    def __or__(self, other: object) -> Truth:
        return Truth(self.graph, self.graph.apply(Op.OR, self.node, _condition(other).node))


class Number(_Symbol):
    """A number that is not known yet; supports ``+ - * /`` and comparisons."""

    def _with(self, op: Op, other: object, *, swap: bool = False) -> Number:
        pair = (self.node, node_of(self.graph, other))
        return Number(self.graph, self.graph.apply(op, *(reversed(pair) if swap else pair)))

    def _compared(self, op: Op, other: object) -> Truth:
        return Truth(self.graph, self.graph.apply(op, self.node, node_of(self.graph, other)))

    def __add__(self, other: object) -> Number:
        return self._with(Op.ADD, other)

    def __radd__(self, other: object) -> Number:
        return self._with(Op.ADD, other, swap=True)

    def __sub__(self, other: object) -> Number:
        return self._with(Op.SUB, other)

    def __rsub__(self, other: object) -> Number:
        return self._with(Op.SUB, other, swap=True)

    def __mul__(self, other: object) -> Number:
        return self._with(Op.MUL, other)

    def __rmul__(self, other: object) -> Number:
        return self._with(Op.MUL, other, swap=True)

    def __truediv__(self, other: object) -> Number:
        return self._with(Op.DIV, other)

    def __rtruediv__(self, other: object) -> Number:
        return self._with(Op.DIV, other, swap=True)

    def __neg__(self) -> Number:
        return Number(self.graph, self.graph.apply(Op.NEG, self.node))

    def __lt__(self, other: object) -> Truth:
        return self._compared(Op.LESS, other)

    def __le__(self, other: object) -> Truth:
        return self._compared(Op.AT_MOST, other)

    def __gt__(self, other: object) -> Truth:
        return self._compared(Op.GREATER, other)

    def __ge__(self, other: object) -> Truth:
        return self._compared(Op.AT_LEAST, other)


def _condition(value: object) -> Truth:
    if isinstance(value, Truth):
        return value
    raise TraceError(f"a condition is needed where an equation gives {type(value).__name__}")


def node_of(graph: Graph, value: object) -> int:
    """Give the node of a traced number or of a plain one.

    Raises
    ------
    TraceError
        It is neither.
    """
    if isinstance(value, Number):
        return value.node
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return graph.constant(float(value))
    raise TraceError(f"a number is needed where an equation gives {type(value).__name__}")


class TracedNumeric:
    """The operations of `remyelin.model.numeric.Numeric`, written into a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def _apply(self, op: Op, *values: object) -> Number:
        nodes = (node_of(self._graph, value) for value in values)
        return Number(self._graph, self._graph.apply(op, *nodes))

    def exp(self, x: object) -> Number:
        """Exponential."""
        return self._apply(Op.EXP, x)

    def log(self, x: object) -> Number:
        """Natural logarithm."""
        return self._apply(Op.LOG, x)

    def sqrt(self, x: object) -> Number:
        """Square root."""
        return self._apply(Op.SQRT, x)

    def cos(self, x: object) -> Number:
        """Cosine."""
        return self._apply(Op.COS, x)

    def where(self, condition: object, yes: object, no: object) -> Number:
        """``yes`` where the condition holds, else ``no``."""
        choice = _condition(condition).node, node_of(self._graph, yes), node_of(self._graph, no)
        return Number(self._graph, self._graph.apply(Op.WHERE, *choice))

    def maximum(self, a: object, b: object) -> Number:
        """Larger of two."""
        return self._apply(Op.MAXIMUM, a, b)

    def minimum(self, a: object, b: object) -> Number:
        """Smaller of two."""
        return self._apply(Op.MINIMUM, a, b)


@dataclass(frozen=True)
class TracedStage:
    """What a stage does.

    Attributes
    ----------
    stage
        The stage.
    graph
        Its operations, guard included.
    guard
        Node that is true where it acts; None: everywhere.
    changes
        Node of the new value of each leaf that changes, by the leaf's name ``part.field``.
    """

    stage: Stage
    graph: Graph
    guard: int | None
    changes: dict[str, int]

    @property
    def results(self) -> list[int]:
        """Nodes that are asked for."""
        return [*([] if self.guard is None else [self.guard]), *self.changes.values()]


def word(purpose: Purpose, number: int) -> str:
    """Name of a random word among a patient's values."""
    return f"{purpose.name}#{number}"


def parameters_of(graph: Graph, shape: type[Any], prefix: str = "") -> Any:
    """Fill a NamedTuple with symbols of parameters; nested ones too."""
    return _filled(shape, prefix, lambda name: Number(graph, graph.parameter(name)))


def values_of(graph: Graph, shape: type[Any], prefix: str) -> Any:
    """Fill a NamedTuple with symbols of a patient's values, named ``prefix.field``."""
    return _filled(shape, f"{prefix}.", lambda name: Number(graph, graph.value(name)))


def words_of(graph: Graph, purpose: Purpose, blocks: int) -> list[Number]:
    """Give symbols of the random words of one purpose."""
    count = blocks * WORDS_PER_BLOCK
    return [Number(graph, graph.value(word(purpose, k))) for k in range(count)]


def _filled(shape: type[Any], prefix: str, make: Any) -> Any:
    hints = get_type_hints(shape)
    values = {}
    for name in shape._fields:
        hint, label = hints.get(name), f"{prefix}{name}"
        if isinstance(hint, type) and hasattr(hint, "_fields"):
            values[name] = _filled(hint, f"{label}.", make)
        else:
            values[name] = make(label)
    return shape(**values)


def trace_stage(
    stage: Stage, parts: dict[str, type[Any]], *, step: str | None = None
) -> TracedStage:
    """Run guard and step of a stage once on symbols.

    Parameters
    ----------
    stage
        The stage.
    parts
        Shape of every part of a patient, by name.
    step
        Name of the value that stands for the step in days; None: the step is one day.

    Raises
    ------
    TraceError
        An equation branches on a value, or does something else that needs it.
    """
    graph = Graph()
    m, p = TracedNumeric(graph), parameters_of(graph, stage.parameters)
    h = STEP_DAYS if step is None else Number(graph, graph.value(step))

    def asked(names: Sequence[str]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in names:
            if name == "u":
                purpose = stage.purpose or Purpose.DAILY
                given[name] = words_of(graph, purpose, max(stage.blocks, 1))
            elif name in parts:
                given[name] = values_of(graph, parts[name], name)
            else:
                raise TraceError(
                    f"stage {stage.name!r} asks for {name!r}, which is no part of a patient; "
                    f"known: {', '.join(parts)}"
                )
        return given

    guard = stage.when(m, p, h, **asked(stage.guard_reads)) if stage.when else None
    new = stage.step(m, p, h, **asked(stage.reads))
    changes: dict[str, int] = {}
    for part, group in new.items():
        for name, value in zip(group._fields, group, strict=True):
            leaf, node = f"{part}.{name}", node_of(graph, value)
            if node != graph.value(leaf):
                changes[leaf] = node
    return TracedStage(stage, graph, None if guard is None else _condition(guard).node, changes)
