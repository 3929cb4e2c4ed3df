"""Random variables as branch-free functions of a fixed number of uniforms in (0, 1)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from remyelin.model.numeric import Numeric, Value, power

_TWO_PI = 2.0 * math.pi


def normal(m: Numeric, u: Value, v: Value) -> Value:
    """Draw a standard normal value from two uniforms (Box and Muller)."""
    return m.sqrt(-2.0 * m.log(u)) * m.cos(_TWO_PI * v)


def exponential(m: Numeric, u: Value) -> Value:
    """Draw an exponential value of mean 1."""
    return -m.log(u)


def gamma_of_whole_shape(m: Numeric, uniforms: Sequence[Value]) -> Value:
    """Draw a gamma value of mean 1 whose shape is the number of uniforms."""
    product = uniforms[0]
    for uniform in uniforms[1:]:
        product = product * uniform
    return -m.log(product) / float(len(uniforms))


def skewed_share(m: Numeric, u: Value, mean: Value) -> Value:
    """Draw a share in (0, 1) from the Beta(mean/(1-mean), 1) law."""
    return power(m, u, (1.0 - mean) / mean)


def poisson(m: Numeric, u: Value, rate: Value, cap: int) -> Value:
    """Draw a Poisson count by inversion, never above ``cap``."""
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
