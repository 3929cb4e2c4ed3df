"""Random variables as branch-free functions of a fixed number of uniforms in (0, 1)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Protocol, cast

from remyelin.model.numeric import Numeric, Value, power

_TWO_PI = 2.0 * math.pi


class Laws(Protocol):
    """A numeric namespace that knows the laws behind draws and gives their means."""

    gives_means: Literal[True]

    def normal(self) -> Value:
        """Stand for a standard normal value."""

    def exponential(self, u: Value) -> Value:
        """Mean of an exponential value of mean 1 drawn from a uniform; 0 where that is 1."""


def _laws(m: Numeric) -> Laws | None:
    return cast(Laws, m) if getattr(m, "gives_means", False) else None


def normal(m: Numeric, u: Value, v: Value) -> Value:
    """Draw a standard normal value from two uniforms (Box and Muller)."""
    if laws := _laws(m):
        return laws.normal()
    return m.sqrt(-2.0 * m.log(u)) * m.cos(_TWO_PI * v)


def exponential(m: Numeric, u: Value) -> Value:
    """Draw an exponential value of mean 1."""
    if laws := _laws(m):
        return laws.exponential(u)
    return -m.log(u)


def gamma_of_whole_shape(m: Numeric, uniforms: Sequence[Value]) -> Value:
    """Draw a gamma value of mean 1 whose shape is the number of uniforms."""
    if _laws(m):
        return 1.0
    product = uniforms[0]
    for uniform in uniforms[1:]:
        product = product * uniform
    return -m.log(product) / float(len(uniforms))


def skewed_share(m: Numeric, u: Value, mean: Value) -> Value:
    """Draw a share in (0, 1) from the Beta(mean/(1-mean), 1) law."""
    if _laws(m):
        return mean
    return power(m, u, (1.0 - mean) / mean)


def poisson(m: Numeric, u: Value, rate: Value, cap: int) -> Value:
    """Draw a Poisson count by inversion, never above ``cap``."""
    if _laws(m):
        return rate
    term = m.exp(-rate)
    below = term
    count = m.where(u > below, 1.0, 0.0)
    for k in range(1, cap):
        term = term * rate * (1.0 / k)
        below = below + term
        count = count + m.where(u > below, 1.0, 0.0)
    return count


def departures(m: Numeric, u: Value, present: Value, leave: Value, cap: int) -> Value:
    """Draw how many of ``present`` items leave, each with probability ``leave``.

    Binomial by inversion, never above ``cap`` and never above ``present``.
    """
    if _laws(m):
        return present * leave
    stay = 1.0 - leave
    odds = leave / stay
    term = m.exp(present * m.log(stay))
    below = term
    count = m.where(u > below, 1.0, 0.0)
    for k in range(1, cap):
        term = term * m.maximum(present - (k - 1.0), 0.0) * (1.0 / k) * odds
        below = below + term
        count = count + m.where(u > below, 1.0, 0.0)
    return m.minimum(count, present)
