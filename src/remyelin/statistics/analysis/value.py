"""An estimate with its interval, of which parts may not exist."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

NAN = float("nan")


class Bound(StrEnum):
    """What an interval is."""

    BOTH = "interval"
    """Estimate with both ends (an end may be beyond follow-up)."""
    AT_MOST = "at most"
    """No event on one side: no estimate, only an upper end."""
    AT_LEAST = "at least"
    """No event on the other side: no estimate, only a lower end."""
    NONE = "none"
    """Nothing can be said."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its confidence interval.

    Attributes
    ----------
    value
        The figure; nan where there is none.
    low, high
        Ends of the interval; nan where there is none.
    bound
        What the interval is.
    note
        Why a part is missing, in words; empty where none is.
    """

    value: float = NAN
    low: float = NAN
    high: float = NAN
    bound: Bound = Bound.BOTH
    note: str = ""

    @property
    def has_value(self) -> bool:
        """Whether there is an estimate that may be printed as a number."""
        return math.isfinite(self.value)


def nothing(note: str) -> Estimate:
    """Say that there is neither estimate nor bound."""
    return Estimate(bound=Bound.NONE, note=note)
