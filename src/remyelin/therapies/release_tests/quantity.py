"""Results in numbers: exact, with a unit, possibly only a bound such as ``< 0.05 EU/mL``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from remyelin.files import parse_yaml
from remyelin.study.fields import Frozen
from remyelin.therapies.release_tests.texts import normal
from remyelin.therapies.release_tests.verdict import Verdict

_WHERE = "units.yaml"
SHARE = "share"
"""Dimension of per cents."""

_NUMBER = re.compile(
    r"(?P<sign><=|>=|=<|=>|[<>≤≥=])?\s*(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)"
    r"(?:\s*(?P<unit>%)|\s+(?P<words>\S.*))?"
)


class Comparator(StrEnum):
    """How a number is meant."""

    EXACT = "="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


_SIGNS = {"": "=", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}


class Unit(Frozen):
    """A unit: its dimension, the factor to the first unit of it, and other names."""

    dimension: str
    factor: Fraction
    names: tuple[str, ...]


@cache
def units() -> Mapping[str, Unit]:
    """Give the units by name, in the order of the file."""
    text = files("remyelin.therapies.release_tests").joinpath(_WHERE).read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Unit]).validate_python(parse_yaml(text, where=_WHERE))


@cache
def unit_named(text: str) -> str | None:
    """Name of the unit that a text stands for; None where there is none."""
    for name, unit in units().items():
        if normal(text) in {normal(name), *map(normal, unit.names)}:
            return name
    return None


@dataclass(frozen=True)
class Quantity:
    """What is known of a number: it lies between two ends.

    Attributes
    ----------
    low, high
        Ends in the unit; no upper end where ``high`` is None. Equal ends are the number itself.
    low_open, high_open
        Whether an end itself is left out.
    unit
        Name of the unit.
    """

    low: Fraction
    high: Fraction | None
    unit: str
    low_open: bool = False
    high_open: bool = False

    def times(self, factor: Fraction, unit: str) -> Quantity:
        """Give the same quantity in another unit."""
        high = None if self.high is None else self.high * factor
        return replace(self, low=self.low * factor, high=high, unit=unit)

    def over_at_least(self, divisor: Fraction) -> Quantity:
        """Give what is left when it is divided by ``divisor`` or by anything larger."""
        high = None if self.high is None else self.high / divisor
        return replace(self, low=Fraction(0), low_open=False, high=high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{plain(self.low)} {self.unit}"
        if self.high is None:
            return f"{'>' if self.low_open else '>='} {plain(self.low)} {self.unit}"
        upper = f"{'<' if self.high_open else '<='} {plain(self.high)} {self.unit}"
        if self.low == 0 and not self.low_open:
            return upper
        return f"{'>' if self.low_open else '>='} {plain(self.low)}, {upper}"


def plain(value: Fraction) -> str:
    """Write a number so that two which differ are told apart."""
    try:
        return f"{float(value):.12g}"
    except OverflowError:
        return "a number beyond 1e308"


def exact(value: float) -> Fraction:
    """Give the number that a person wrote, without the rounding of binary numbers."""
    return Fraction(repr(value))


def quantity(number: Fraction, comparator: Comparator, unit: str) -> Quantity:
    """Put a number and how it is meant into a quantity.

    Raises
    ------
    ValueError
        The number cannot be: it is negative, or a share beyond 0 to 100 %.
    """
    share = units()[unit].dimension == SHARE
    top = 100 / units()[unit].factor if share else None
    beyond = top is not None and (number > top or (number == top and comparator == ">"))
    if number < 0 or beyond or (number == 0 and comparator is Comparator.BELOW):
        sign = "" if comparator is Comparator.EXACT else f"{comparator} "
        allowed = "0 or more" if top is None else f"0 to {plain(top)}"
        raise ValueError(f"{sign}{plain(number)} {unit} given, allowed: {allowed} {unit}")
    if comparator is Comparator.EXACT:
        return Quantity(number, number, unit)
    if comparator in (Comparator.BELOW, Comparator.AT_MOST):
        open_ = comparator is Comparator.BELOW
        return Quantity(Fraction(0), number, unit, high_open=open_)
    return Quantity(number, top, unit, low_open=comparator is Comparator.ABOVE)


def read_quantity(text: str, unit: str = "") -> Quantity | None:
    """Read a number with its unit, such as ``< 0.05 EU/mL``; None where a text is none.

    Parameters
    ----------
    text
        Sign (``< <= > >= ≤ ≥`` or none), number with a decimal point, unit.
    unit
        Unit where the text has none.

    Raises
    ------
    ValueError
        The number cannot be, or the text has another unit than ``unit``.
    """
    match = _NUMBER.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    own = unit_named(match["unit"] or match["words"] or unit)
    if own is None:
        return None
    if unit and own != unit_named(unit):
        raise ValueError(f"{text} given, but unit says {unit}; give one unit")
    sign = match["sign"] or ""
    return quantity(Fraction(match["number"]), Comparator(_SIGNS.get(sign, sign)), own)


def against(given: Quantity, operator: str, limit: Fraction) -> Verdict:
    """Hold a quantity to a limit in the same unit.

    A bound passes where all that it allows passes, fails where nothing of it does, and is not
    decided in between.

    Parameters
    ----------
    given
        The quantity.
    operator
        One of ``< <= > >=``.
    limit
        The limit.
    """
    if operator in ("<", "<="):
        strict = operator == "<"
        below = given.high is not None and (
            given.high < limit or (given.high == limit and (given.high_open or not strict))
        )
        beyond = given.low > limit or (given.low == limit and (given.low_open or strict))
    else:
        strict = operator == ">"
        below = given.low > limit or (given.low == limit and (given.low_open or not strict))
        beyond = given.high is not None and (
            given.high < limit or (given.high == limit and (given.high_open or strict))
        )
    if below:
        return Verdict.PASS
    return Verdict.FAIL if beyond else Verdict.NOT_DECIDED
