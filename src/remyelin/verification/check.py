"""A check: what it proves, the numbers found, and bounds that say where they come from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from remyelin.verification.bench import Bench

FALSE_ALARM: Final = 1e-4
"""Chance, in each direction, that a bound from Monte Carlo error rejects a right program."""

MONTE_CARLO_Z: Final = 3.719016485455709
"""Standard normal quantile of `FALSE_ALARM`; every bound from Monte Carlo error uses it."""

MONTE_CARLO: Final = f"Monte Carlo error: {MONTE_CARLO_Z:.2f} standard errors"
EXACT: Final = "exact: no tolerance"


@dataclass(frozen=True)
class Finding:
    """One number of a check.

    Attributes
    ----------
    quantity
        What was measured, with its unit.
    found
        The number.
    low, high
        Bounds, both included; minus or plus infinity where there is none.
    bound
        Where the bounds come from.
    """

    quantity: str
    found: float
    low: float
    high: float
    bound: str

    @property
    def passed(self) -> bool:
        """Whether the number lies within its bounds; what is no number does not."""
        return math.isfinite(self.found) and self.low <= self.found <= self.high


class Group(StrEnum):
    """What kind of mathematics a check is about."""

    BOUNDS = "bounds"
    CONSERVATION = "conservation"
    STEADY = "steady state"
    LIMIT = "limit"
    SIGN = "sign"
    EFFECT = "effect"
    MARROW = "marrow"
    RANDOMNESS = "randomness"
    EXCHANGE = "exchange"


@dataclass(frozen=True)
class Check:
    """A small experiment on the model.

    Attributes
    ----------
    name, group
        Name on the command line, and kind.
    proves
        What holds when it passes, in one sentence.
    run
        Gives the findings; raises `NotRun` where the check cannot be made here.
    """

    name: str
    group: Group
    proves: str
    run: Callable[[Bench], Sequence[Finding]]


class NotRun(Exception):  # noqa: N818 - not an error: the check does not apply here
    """A check that cannot be made here; the text says why."""


def nothing(quantity: str, count: float) -> Finding:
    """Expect a count of offences to be 0."""
    return Finding(quantity, float(count), 0.0, 0.0, EXACT)


def falls(quantity: str, change: NDArray[np.float64]) -> Finding:
    """Expect the mean of paired changes to lie below 0 by more than Monte Carlo error."""
    return Finding(_in_errors(quantity), _z(change), -math.inf, -MONTE_CARLO_Z, MONTE_CARLO)


def rises(quantity: str, change: NDArray[np.float64]) -> Finding:
    """Expect the mean of paired changes to lie above 0 by more than Monte Carlo error."""
    return Finding(_in_errors(quantity), _z(change), MONTE_CARLO_Z, math.inf, MONTE_CARLO)


def centred(quantity: str, values: NDArray[np.float64], expected: float) -> Finding:
    """Expect the mean of independent values to be what theory says, within Monte Carlo error."""
    error = _error(values)
    found = float(values.mean())
    width = MONTE_CARLO_Z * error
    return Finding(quantity, found, expected - width, expected + width, MONTE_CARLO)


def _in_errors(quantity: str) -> str:
    return f"{quantity}, in standard errors"


def _error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _z(change: NDArray[np.float64]) -> float:
    error = _error(change)
    return float(change.mean()) / error if error > 0.0 else 0.0
