"""The law of what is not known of a parameter: its quantiles within the hard limits."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from remyelin.parameters.parameter import Parameter, Prior

_STANDARD: Final = NormalDist()
Z90: Final = 1.6448536269514722
"""The ends of a 90 % interval lie so many standard deviations from its middle."""


def quantile(parameter: Parameter, share: float, *, median: float | None = None) -> float:
    """Give the value below which a share of the prior lies.

    The prior is that of the table, cut at the hard limits: nothing piles up at a limit.

    Parameters
    ----------
    parameter
        The parameter; one whose prior is fixed has its value as every quantile.
    share
        Strictly between 0 and 1.
    median
        Middle of the law before it is cut, in the parameter's unit; its width on the scale of
        the prior stays. None: the middle of its 90 % interval. A uniform prior ignores it.
    """
    family = parameter.prior
    if family is Prior.FIXED:
        return parameter.value
    if family is Prior.UNIFORM:
        return parameter.low + share * (parameter.high - parameter.low)
    low, high = to_scale(family, parameter.low), to_scale(family, parameter.high)
    centre = 0.5 * (low + high) if median is None else to_scale(family, median)
    law = NormalDist(centre, (high - low) / (2.0 * Z90))
    floor, ceiling = to_scale(family, parameter.minimum), to_scale(family, parameter.maximum)
    below = 0.0 if floor == -math.inf else law.cdf(floor)
    above = 1.0 if ceiling == math.inf else law.cdf(ceiling)
    place = below + share * (above - below)
    if not 0.0 < place < 1.0:  # the law lies outside the limits but for rounding
        return parameter.minimum if place <= 0.0 else parameter.maximum
    value = from_scale(family, law.inv_cdf(place))
    return min(max(value, parameter.minimum), parameter.maximum)


def to_scale(family: Prior, value: float) -> float:
    """Give a value on the scale on which a prior is normal; an end of it may be infinite."""
    if family is Prior.LOGNORMAL:
        return math.log(value) if value > 0.0 else -math.inf
    if family is Prior.LOGIT_NORMAL:
        if value <= 0.0:
            return -math.inf
        return math.log(value / (1.0 - value)) if value < 1.0 else math.inf
    return value


def from_scale(family: Prior, value: float) -> float:
    """Give a value back from the scale on which its prior is normal."""
    if family is Prior.LOGNORMAL:
        return math.exp(value)
    return 1.0 / (1.0 + math.exp(-value)) if family is Prior.LOGIT_NORMAL else value
