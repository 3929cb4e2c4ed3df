"""One parameter: a single number with its unit, range, source and mark."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from remyelin.units import INTERNAL_FACTOR, to_internal

_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")


class Prior(StrEnum):
    """Family of the law that says what is not known about a parameter."""

    FIXED = "fixed"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    LOGIT_NORMAL = "logit_normal"
    UNIFORM = "uniform"


class Spread(StrEnum):
    """Family of the law by which a parameter differs between patients."""

    NONE = "none"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    EXPONENTIAL = "exponential"


class ParameterMark(StrEnum):
    """How well the value is known."""

    SEEN = "seen"
    RECALLED = "recalled"
    ASSUMED = "assumed"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A scalar of the model.

    Attributes
    ----------
    key, symbol
        Name in code and command line, and in the equations.
    value, unit
        The figure in its own unit (a key of `remyelin.units.INTERNAL_FACTOR`).
    prior, low, high
        Family of the uncertainty; ``low`` and ``high`` are its 90 % interval.
    minimum, maximum
        Hard limits: no value outside is ever accepted.
    spread, spread_by
        Law between patients, and the key of the parameter that is its width.
    subsystem, meaning
        Where it acts and what it is.
    source, page
        DOI, PMID or other citation (``assumption`` where none exists); page where it was read.
    mark, note
        How well it is known; remarks.
    """

    key: str
    symbol: str
    value: float
    unit: str
    prior: Prior
    low: float
    high: float
    minimum: float
    maximum: float
    spread: Spread
    spread_by: str
    subsystem: str
    meaning: str
    source: str
    page: str
    mark: ParameterMark
    note: str

    @property
    def internal(self) -> float:
        """The value in the units used inside the model (days)."""
        return to_internal(self.value, self.unit)

    def problems(self) -> list[str]:
        """Everything that is wrong with this parameter, one sentence each."""
        found: list[str] = []
        if not _KEY.match(self.key):
            found.append(f"key {self.key!r} is not snake_case")
        if self.unit not in INTERNAL_FACTOR:
            found.append(f"unit {self.unit!r} is unknown; allowed: {', '.join(INTERNAL_FACTOR)}")
        numbers = (self.value, self.low, self.high, self.minimum, self.maximum)
        if not all(math.isfinite(number) for number in numbers):
            found.append("value, low, high, min and max must be finite numbers")
        elif not self.minimum <= self.low <= self.value <= self.high <= self.maximum:
            found.append(
                f"min <= low <= value <= high <= max does not hold: {self.minimum:g}, "
                f"{self.low:g}, {self.value:g}, {self.high:g}, {self.maximum:g}"
            )
        if self.prior is not Prior.FIXED and not self.low < self.high:
            found.append(f"prior {self.prior} needs low < high")
        if self.prior is Prior.LOGNORMAL and self.low <= 0.0:
            found.append(f"a lognormal prior needs low above 0; it is {self.low:g}")
        if self.prior is Prior.LOGIT_NORMAL and not 0.0 < self.low < self.high < 1.0:
            found.append(
                f"a logit-normal prior needs low and high between 0 and 1; they are "
                f"{self.low:g} and {self.high:g}"
            )
        if not self.meaning or not self.source:
            found.append("meaning and source must not be empty")
        if self.mark is ParameterMark.SEEN and self.source in ("assumption", "convention"):
            found.append("a value marked seen needs a citation as source")
        return [f"{self.key}: {text}" for text in found]
