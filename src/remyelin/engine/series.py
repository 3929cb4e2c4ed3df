"""Values of a short step: power series in its length, and draws that stand for their laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from remyelin.engine.graph import Op
from remyelin.errors import SimulationError

if TYPE_CHECKING:
    from remyelin.engine.means import Means


class MeanError(SimulationError):
    """A stage does something to a draw whose mean is not known here."""


@dataclass(frozen=True)
class Truth:
    """A condition, as a node."""

    m: Means
    node: int

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.m, self.m.algebra.apply(Op.AND, self.node, other.node))

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.m, self.m.algebra.apply(Op.OR, self.node, other.node))

    def __bool__(self) -> bool:
        raise MeanError("an equation branches on a value")


@dataclass(frozen=True, eq=False)
class Series:
    """``first + slope * h``; the slope is None where it is not known and must not matter."""

    m: Means
    first: int
    slope: int | None

    def __add__(self, other: object) -> Any:
        return self.m.add(self, other)

    def __radd__(self, other: object) -> Any:
        return self.m.add(other, self)

    def __sub__(self, other: object) -> Any:
        return self.m.subtract(self, other)

    def __rsub__(self, other: object) -> Any:
        return self.m.subtract(other, self)

    def __mul__(self, other: object) -> Any:
        return self.m.multiply(self, other)

    def __rmul__(self, other: object) -> Any:
        return self.m.multiply(other, self)

    def __truediv__(self, other: object) -> Any:
        return self.m.divide(self, other)

    def __rtruediv__(self, other: object) -> Any:
        return self.m.divide(other, self)

    def __neg__(self) -> Any:
        return self.m.negative(self)

    def __lt__(self, other: object) -> Truth:
        return self.m.compare(Op.LESS, self, other)

    def __le__(self, other: object) -> Truth:
        return self.m.compare(Op.AT_MOST, self, other)

    def __gt__(self, other: object) -> Truth:
        return self.m.compare(Op.GREATER, self, other)

    def __ge__(self, other: object) -> Truth:
        return self.m.compare(Op.AT_LEAST, self, other)


@dataclass(frozen=True, eq=False)
class Gaussian:
    """``mean + spread * z`` with a standard normal ``z``."""

    m: Means
    mean: Series
    spread: Series

    def __add__(self, other: object) -> Gaussian:
        return Gaussian(self.m, self.m.add(self.mean, other), self.spread)

    __radd__ = __add__

    def __mul__(self, other: object) -> Gaussian:
        by = self.m.plain(other)
        return Gaussian(self.m, self.m.multiply(self.mean, by), self.m.multiply(self.spread, by))

    __rmul__ = __mul__


@dataclass(frozen=True, eq=False)
class Uniform:
    """A uniform draw, divided by a series."""

    m: Means
    name: int
    divisor: Series

    def __truediv__(self, other: object) -> Uniform:
        return Uniform(self.m, self.name, self.m.multiply(self.divisor, other))

    def _refuse(self, *_: object) -> NoReturn:
        raise MeanError("an equation computes with a draw whose law is not named in model/draws.py")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __rtruediv__ = __neg__ = _refuse

    def __lt__(self, other: object) -> Truth:
        return self.m.below(self, other)

    __le__ = __lt__

    def __gt__(self, other: object) -> Truth:
        return self.m.not_below(self, other)

    __ge__ = __gt__
