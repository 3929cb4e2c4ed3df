"""How estimates, intervals and probabilities are worded."""

from __future__ import annotations

import math

from remyelin.statistics.analysis import Bound, Estimate
from remyelin.units import DAYS_PER_MONTH

NOT_REACHED = "not reached"


def number(value: float, digits: int = 2) -> str:
    """Number with so many decimals, or with three figures where it is small or large."""
    if not math.isfinite(value):
        return NOT_REACHED
    if value and not 10.0**-digits <= abs(value) < 1000.0:
        return f"{value:.3g}"
    return f"{value:.{digits}f}"


def estimate(given: Estimate, digits: int = 2) -> str:
    """Estimate with its interval, or what is known in its place."""
    why = f" ({given.note})" if given.note else ""
    match given.bound:
        case Bound.AT_MOST:
            return f"at most {number(given.high, digits)}{why}"
        case Bound.AT_LEAST:
            return f"at least {number(given.low, digits)}{why}"
        case Bound.NONE:
            return given.note
    if not given.has_value:
        if math.isfinite(given.low):
            return f"{NOT_REACHED} ({number(given.low, digits)} to {NOT_REACHED})"
        return NOT_REACHED
    if math.isnan(given.low) and math.isnan(given.high):
        return f"{number(given.value, digits)}{why or ' (no interval)'}"
    ends = f"{number(given.low, digits)} to {number(given.high, digits)}"
    return f"{number(given.value, digits)} ({ends})"


def scaled(given: Estimate, factor: float) -> Estimate:
    """Give the same estimate in another unit."""
    return Estimate(
        given.value * factor, given.low * factor, given.high * factor, given.bound, given.note
    )


def percent(given: Estimate) -> str:
    """Share in percent."""
    text = estimate(scaled(given, 100.0), 1)
    return text if given.bound is Bound.NONE else text.replace(" (", " % (", 1)


def months(given: Estimate) -> str:
    """Days as months."""
    return estimate(scaled(given, 1.0 / DAYS_PER_MONTH), 1)


def probability(p: float) -> str:
    """Probability as it is printed; a dash where there is none."""
    if math.isnan(p):
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
