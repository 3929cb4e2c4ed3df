"""A short step as a power series in its length: what the model does in the limit of small steps.

A stage written for a step of ``h`` days runs on series in ``h``. The constant term of a result is
what it is at once, the next is its slope in time. Draws are replaced by their means, and a
condition on a uniform draw splits the run into ways, each with its probability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from remyelin.engine.algebra import Algebra
from remyelin.engine.graph import Op
from remyelin.engine.series import Gaussian, MeanError, Series, Truth, Uniform

Result = TypeVar("Result")


@dataclass
class Way:
    """One way through the conditions on draws: what was chosen, and how probable it is."""

    chosen: list[bool]
    weight: Series
    taken: int = 0
    limits: dict[int, tuple[Series, Series]] = field(default_factory=dict)


class Means:
    """The operations of `remyelin.model.numeric.Numeric` on series, with means for draws."""

    gives_means: Literal[True] = True

    def __init__(self, algebra: Algebra) -> None:
        self.algebra = algebra
        self.zero = self.constant(0.0)
        self.one = self.constant(1.0)
        self.asks_for_today = False
        """Whether a comparison asked for something that vanishes with the step."""
        self._way: Way | None = None
        self._names = 0

    def node(self, node: int) -> Series:
        """Give something that does not depend on the step."""
        return Series(self, node, self.algebra.number(0.0))

    def constant(self, value: float) -> Series:
        """Give a number."""
        return self.node(self.algebra.number(value))

    @property
    def step(self) -> Series:
        """The length of the step."""
        return Series(self, self.zero.first, self.algebra.number(1.0))

    def uniform(self) -> Uniform:
        """Give a new uniform draw."""
        self._names += 1
        return Uniform(self, self._names, self.one)

    def plain(self, value: object) -> Series:
        """Give a number or the mean of a draw as a series."""
        if isinstance(value, Series):
            return value
        if isinstance(value, Gaussian):
            return value.mean
        if isinstance(value, (int, float)):
            return self.constant(float(value))
        raise MeanError(f"an equation does with a {type(value).__name__} what has no known mean")

    def ways(self, run: Callable[[], Result]) -> list[tuple[Series, Result]]:
        """Run something along every way through the conditions on draws."""
        waiting: list[list[bool]] = [[]]
        found = []
        while waiting:
            prefix = waiting.pop()
            way = Way(list(prefix), self.one)
            self._way, names = way, self._names
            try:
                result = run()
            finally:
                self._way, self._names = None, names
            for k in range(len(prefix), way.taken):
                waiting.append([*way.chosen[:k], not way.chosen[k]])
            found.append((way.weight, result))
        return found

    # Laws of draws

    def normal(self) -> Gaussian:
        """Stand for a standard normal value."""
        return Gaussian(self, self.zero, self.one)

    def exponential(self, u: object) -> Series:
        """Mean of an exponential value of mean 1 drawn from a uniform; 0 where that is 1."""
        return self.one if isinstance(u, Uniform) else -self.log(self.plain(u))

    def below(self, u: Uniform, threshold: object) -> Truth:
        """Choose on this way whether a draw lies below a threshold."""
        way = self._way
        if way is None:
            raise MeanError("a condition on a draw stands outside a stage")
        limit = self.multiply(threshold, u.divisor)
        low, high = way.limits.get(u.name, (self.zero, self.one))
        chance = self._share(low, high, limit)
        sure = self.algebra.known(chance.first) if self._constant(chance) else None
        if sure in (0.0, 1.0):
            return Truth(self, self.algebra.truth(sure == 1.0))
        if way.taken == len(way.chosen):
            way.chosen.append(True)
        yes = way.chosen[way.taken]
        way.taken += 1
        way.limits[u.name] = (low, limit) if yes else (limit, high)
        way.weight = self.multiply(way.weight, chance if yes else self.one - chance)
        return Truth(self, self.algebra.truth(yes))

    def not_below(self, u: Uniform, threshold: object) -> Truth:
        """Choose on this way whether a draw lies above a threshold."""
        yes = self.below(u, threshold)
        return Truth(self, self.algebra.truth(not self.algebra.known(yes.node)))

    def _share(self, low: Series, high: Series, limit: Series) -> Series:
        """Part of an interval that lies below a limit."""
        if _same(limit, high):
            return self.one
        if _same(limit, low):
            return self.zero
        share = self.divide(limit - low, high - low)
        return self._extreme(Op.MINIMUM, self._extreme(Op.MAXIMUM, share, 0.0), 1.0)

    def _constant(self, value: Series) -> bool:
        return value.slope is not None and self.algebra.is_zero(value.slope)

    # Arithmetic

    def add(self, a: object, b: object) -> Any:
        """Sum."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Gaussian):
                return one + self.plain(other)
        x, y = self.plain(a), self.plain(b)
        return Series(self, self._do(Op.ADD, x.first, y.first), self._sum(x.slope, y.slope))

    def subtract(self, a: object, b: object) -> Any:
        """Difference."""
        if isinstance(a, Gaussian) or isinstance(b, Gaussian):
            return self.add(a, self.negative(b))
        x, y = self.plain(a), self.plain(b)
        slope = None
        if x.slope is not None and y.slope is not None:
            slope = self._do(Op.SUB, x.slope, y.slope)
        return Series(self, self._do(Op.SUB, x.first, y.first), slope)

    def negative(self, a: object) -> Any:
        """Give the value with the other sign."""
        if isinstance(a, Gaussian):
            return a * -1.0
        x = self.plain(a)
        slope = None if x.slope is None else self._do(Op.NEG, x.slope)
        return Series(self, self._do(Op.NEG, x.first), slope)

    def multiply(self, a: object, b: object) -> Any:
        """Product."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Gaussian):
                return one * other
        x, y = self.plain(a), self.plain(b)
        slope = self._sum(self._product(x.first, y.slope), self._product(y.first, x.slope))
        return Series(self, self._do(Op.MUL, x.first, y.first), slope)

    def divide(self, a: object, b: object) -> Any:
        """Quotient; two values that vanish with the step leave the ratio of their slopes."""
        if isinstance(a, Uniform):
            return a / b
        if isinstance(a, Gaussian):
            return a * self.divide(1.0, b)
        x, y = self.plain(a), self.plain(b)
        if self.algebra.is_zero(y.first):
            if not self.algebra.is_zero(x.first) or x.slope is None or y.slope is None:
                raise MeanError("an equation divides by the step what does not vanish with it")
            return Series(self, self._do(Op.DIV, x.slope, y.slope), None)
        first = self._do(Op.DIV, x.first, y.first)
        down = self._product(first, y.slope)
        rest = self._sum(x.slope, None if down is None else self._do(Op.NEG, down))
        return Series(self, first, None if rest is None else self._do(Op.DIV, rest, y.first))

    def compare(self, op: Op, a: object, b: object) -> Truth:
        """Compare what the values are at once."""
        if isinstance(b, Uniform):
            down = op in {Op.LESS, Op.AT_MOST}
            return self.not_below(b, a) if down else self.below(b, a)
        x, y = self.plain(a), self.plain(b)
        self.asks_for_today |= self._vanishes(x) or self._vanishes(y)
        return Truth(self, self._do(op, x.first, y.first))

    def _vanishes(self, value: Series) -> bool:
        return self.algebra.is_zero(value.first) and not self._constant(value)

    # Functions

    def exp(self, x: object) -> Series:
        """Exponential; of a normal draw, its mean."""
        if isinstance(x, Gaussian):
            variance = self.multiply(x.spread, x.spread)
            return self.exp(self.add(x.mean, self.multiply(0.5, variance)))
        value = self.plain(x)
        first = self._do(Op.EXP, value.first)
        return Series(self, first, self._product(first, value.slope))

    def log(self, x: object) -> Series:
        """Natural logarithm."""
        value = self.plain(x)
        slope = None if value.slope is None else self._do(Op.DIV, value.slope, value.first)
        return Series(self, self._do(Op.LOG, value.first), slope)

    def sqrt(self, x: object) -> Series:
        """Square root."""
        value = self.plain(x)
        first = self._do(Op.SQRT, value.first)
        if value.slope is None or self.algebra.is_zero(value.slope):
            return Series(self, first, value.slope)
        twice = self._do(Op.MUL, self.algebra.number(2.0), first)
        return Series(self, first, self._do(Op.DIV, value.slope, twice))

    def cos(self, x: object) -> Series:
        """Cosine of what does not change within the step."""
        value = self.plain(x)
        if not self._constant(value):
            raise MeanError("an equation takes the cosine of what changes within a step")
        return self.node(self._do(Op.COS, value.first))

    def where(self, condition: Truth, yes: object, no: object) -> Any:
        """``yes`` where the condition holds, else ``no``."""
        sure = self.algebra.known(condition.node)
        if sure is not None:
            chosen = yes if sure else no
            return self.plain(chosen) if isinstance(chosen, (int, float)) else chosen
        a, b = self.plain(yes), self.plain(no)
        return self._choice(condition.node, a, b)

    def maximum(self, a: object, b: object) -> Any:
        """Larger of two."""
        return self._extreme(Op.MAXIMUM, a, b)

    def minimum(self, a: object, b: object) -> Any:
        """Smaller of two; of a draw and a number, by the way that is gone."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Uniform):
                return one if self.algebra.known(self.below(one, other).node) else other
        return self._extreme(Op.MINIMUM, a, b)

    def _extreme(self, op: Op, a: object, b: object) -> Series:
        """Larger or smaller; a value that stands at its limit moves only away from it."""
        x, y = self.plain(a), self.plain(b)
        if self._constant(x) and not self._constant(y):
            x, y = y, x
        slope: int | None = None
        if x.slope is not None and y.slope is not None:
            better = Op.GREATER if op is Op.MAXIMUM else Op.LESS
            other = y.slope if not self._constant(y) else self._do(op, x.slope, y.slope)
            slope = self._do(Op.WHERE, self._do(better, x.first, y.first), x.slope, other)
        return Series(self, self._do(op, x.first, y.first), slope)

    def _choice(self, condition: int, a: Series, b: Series) -> Series:
        first = self._do(Op.WHERE, condition, a.first, b.first)
        if a.slope is None or b.slope is None:
            return Series(self, first, None)
        return Series(self, first, self._do(Op.WHERE, condition, a.slope, b.slope))

    def _do(self, op: Op, *inputs: int) -> int:
        return self.algebra.apply(op, *inputs)

    def _sum(self, a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else self._do(Op.ADD, a, b)

    def _product(self, first: int, slope: int | None) -> int | None:
        if self.algebra.is_zero(first):
            return self.algebra.number(0.0)
        return None if slope is None else self._do(Op.MUL, first, slope)


def _same(a: Series, b: Series) -> bool:
    return (a.first, a.slope) == (b.first, b.slope)
