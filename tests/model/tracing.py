"""A strict numeric namespace whose values are unknown while the code runs, as for a compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias, get_type_hints

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


class NotTraceableError(TypeError):
    """An equation did something that only works on known values."""


class _Node:
    """A step of a calculation: what is done, to what."""

    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, apply: Callable[..., Array] | str, *inputs: Any) -> None:
        self.apply = apply
        self.inputs = inputs

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotTraceableError(f"{type(self).__name__} has no value yet")

    __bool__ = __float__ = __int__ = __index__ = __len__ = __iter__ = _refuse
    __eq__ = __ne__ = __array__ = __contains__ = __getitem__ = _refuse  # type: ignore[assignment]


def _number(value: Any) -> Any:
    if isinstance(value, Symbol):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise NotTraceableError(f"{type(value).__name__} given where a number is needed")


def _condition(value: Any) -> Any:
    if isinstance(value, Condition):
        return value
    raise NotTraceableError(f"{type(value).__name__} given where a condition is needed")


class Condition(_Node):
    """Truth that is not known yet; supports ``&`` and ``|`` only."""

    def __and__(self, other: Any) -> Condition:
        return Condition(np.logical_and, self, _condition(other))

    def __or__(self, other: Any) -> Condition:
        return Condition(np.logical_or, self, _condition(other))


class Symbol(_Node):
    """Number that is not known yet; supports ``+ - * /`` and comparisons only."""

    def __add__(self, other: Any) -> Symbol:
        return Symbol(np.add, self, _number(other))

    def __radd__(self, other: Any) -> Symbol:
        return Symbol(np.add, _number(other), self)

    def __sub__(self, other: Any) -> Symbol:
        return Symbol(np.subtract, self, _number(other))

    def __rsub__(self, other: Any) -> Symbol:
        return Symbol(np.subtract, _number(other), self)

    def __mul__(self, other: Any) -> Symbol:
        return Symbol(np.multiply, self, _number(other))

    def __rmul__(self, other: Any) -> Symbol:
        return Symbol(np.multiply, _number(other), self)

    def __truediv__(self, other: Any) -> Symbol:
        return Symbol(np.divide, self, _number(other))

    def __rtruediv__(self, other: Any) -> Symbol:
        return Symbol(np.divide, _number(other), self)

    def __neg__(self) -> Symbol:
        return Symbol(np.negative, self)

    def __lt__(self, other: Any) -> Condition:
        return Condition(np.less, self, _number(other))

    def __le__(self, other: Any) -> Condition:
        return Condition(np.less_equal, self, _number(other))

    def __gt__(self, other: Any) -> Condition:
        return Condition(np.greater, self, _number(other))

    def __ge__(self, other: Any) -> Condition:
        return Condition(np.greater_equal, self, _number(other))


class Tracer:
    """The operations of the model on symbols; anything else is an error."""

    @staticmethod
    def exp(x: Any) -> Symbol:
        return Symbol(np.exp, _number(x))

    @staticmethod
    def log(x: Any) -> Symbol:
        return Symbol(np.log, _number(x))

    @staticmethod
    def sqrt(x: Any) -> Symbol:
        return Symbol(np.sqrt, _number(x))

    @staticmethod
    def cos(x: Any) -> Symbol:
        return Symbol(np.cos, _number(x))

    @staticmethod
    def where(condition: Any, yes: Any, no: Any) -> Symbol:
        return Symbol(np.where, _condition(condition), _number(yes), _number(no))

    @staticmethod
    def maximum(a: Any, b: Any) -> Symbol:
        return Symbol(np.maximum, _number(a), _number(b))

    @staticmethod
    def minimum(a: Any, b: Any) -> Symbol:
        return Symbol(np.minimum, _number(a), _number(b))


TRACER = Tracer()


def symbols(shape: type[Any], prefix: str) -> Any:
    """Fill a NamedTuple with symbols named ``prefix.field``; nested ones too."""
    values = {}
    hints = get_type_hints(shape)
    for name in shape._fields:
        hint, label = hints.get(name), f"{prefix}.{name}"
        nested = isinstance(hint, type) and hasattr(hint, "_fields")
        values[name] = symbols(hint, label) if nested else Symbol(label)
    return shape(**values)


def names_in(result: Any) -> set[str]:
    """Names of all symbols on which a traced result depends."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [result]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple | list):
            waiting += node
        elif isinstance(node, Mapping):
            waiting += node.values()
        elif isinstance(node, _Node) and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node.apply, str):
                found.add(node.apply)
            waiting += node.inputs
    return found


def leaves_of(prefix: str, group: Any) -> dict[str, Any]:
    """Name every leaf of a nested NamedTuple as `symbols` does."""
    if not isinstance(group, tuple):
        return {prefix: group}
    found: dict[str, Any] = {}
    for name, value in zip(group._fields, group, strict=True):  # type: ignore[attr-defined]
        found |= leaves_of(f"{prefix}.{name}", value)
    return found


def evaluate(node: Any, known: Mapping[str, Any]) -> Any:
    """Work out a traced result on known values."""
    done: dict[int, Any] = {}

    def value(item: Any) -> Any:
        if not isinstance(item, _Node):
            return item
        if id(item) not in done:
            if isinstance(item.apply, str):
                done[id(item)] = known[item.apply]
            else:
                done[id(item)] = item.apply(*map(value, item.inputs))
        return done[id(item)]

    if isinstance(node, tuple) and hasattr(node, "_fields"):
        return type(node)(*(evaluate(part, known) for part in node))
    return value(node)
