"""The few operations on which every equation of the patient is written.

An equation receives the namespace ``m`` and works on scalars, arrays or traced symbols alike.
Values support ``+ - * /``, comparisons, and ``& |`` on conditions; nothing else is used, and no
equation branches on a value.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

Value: TypeAlias = Any
"""A number, an array with one entry per patient, or a traced symbol."""


class Numeric(Protocol):
    """Elementary functions of one numeric library."""

    def exp(self, x: Value) -> Value:
        """Exponential."""

    def log(self, x: Value) -> Value:
        """Natural logarithm of a positive value."""

    def sqrt(self, x: Value) -> Value:
        """Square root of a value that is not negative."""

    def cos(self, x: Value) -> Value:
        """Cosine of an angle in radians."""

    def where(self, condition: Value, yes: Value, no: Value) -> Value:
        """``yes`` where the condition holds, else ``no``; both are computed."""

    def maximum(self, a: Value, b: Value) -> Value:
        """Larger of two."""

    def minimum(self, a: Value, b: Value) -> Value:
        """Smaller of two."""


def clip(m: Numeric, x: Value, low: Value, high: Value) -> Value:
    """Bring a value into an interval."""
    return m.minimum(m.maximum(x, low), high)


def positive(m: Numeric, x: Value) -> Value:
    """Positive part of a value."""
    return m.maximum(x, 0.0)


def power(m: Numeric, base: Value, exponent: Value) -> Value:
    """Power of a positive base."""
    return m.exp(exponent * m.log(base))


LN10 = 2.302585092994046
"""Natural logarithm of 10."""


def survive(m: Numeric, log10_kill: Value) -> Value:
    """Share that survives a kill given in powers of ten; a kill of 0 leaves exactly everything."""
    return m.exp(-LN10 * log10_kill)


_SOFTPLUS_LINEAR = 30.0


def softplus(m: Numeric, x: Value) -> Value:
    """``log(1 + exp(x))``, linear where the exponential would swamp the one."""
    return m.where(x > _SOFTPLUS_LINEAR, x, m.log(1.0 + m.exp(m.minimum(x, _SOFTPLUS_LINEAR))))
