"""Scales on which figures are pooled and compared, and the rule of the factor of 2."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.statistics.figures import CHANGES
from remyelin.study.vocabulary import Measure

Z_90: Final = 1.6448536269514722
"""Standard normal quantile of the ends of a 5 to 95 % interval."""

Z_95: Final = 1.959963984540054
"""Standard normal quantile of the ends of a 95 % confidence interval."""

RATIO_LIMIT: Final = 2.0
"""Largest ratio of predicted and observed rates, counts, times and levels."""

ODDS_RATIO_LIMIT: Final = 3.0
"""Largest odds ratio of predicted and observed proportions."""

ERRORS_LIMIT: Final = 2.0
"""Largest distance of signed changes, in combined standard errors."""


class Scale(StrEnum):
    """How two figures of a kind are compared."""

    RATIO = "ratio"
    """Rates, counts, times, levels and ratios: on the log scale."""
    PROPORTION = "proportion"
    """Proportions: on the logit scale."""
    CHANGE = "change"
    """Signed changes and differences: as they are."""

    def forward(self, values: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Give values on the scale; what has no place there becomes infinite or nan."""
        natural = np.asarray(values, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self is Scale.RATIO:
                return np.log(natural)
            if self is Scale.PROPORTION:
                return np.log(natural) - np.log1p(-natural)
        return natural.copy()

    def back(self, value: float) -> float:
        """Give the natural value of a place on the scale."""
        if self is Scale.RATIO:
            return math.exp(value) if value < math.inf else math.inf
        if self is Scale.PROPORTION:
            return 1.0 / (1.0 + math.exp(-value)) if value > -math.inf else 0.0
        return value

    @property
    def limit(self) -> float:
        """Give the largest `distance` that the rule of the factor of 2 allows."""
        limits = {Scale.RATIO: RATIO_LIMIT, Scale.PROPORTION: ODDS_RATIO_LIMIT}
        return limits.get(self, ERRORS_LIMIT)


_SIGNED: Final = frozenset(
    {
        Measure.MEAN_CHANGE,
        Measure.MEDIAN_CHANGE,
        Measure.MEAN_CHANGE_PER_YEAR,
        Measure.MEAN_DIFFERENCE,
        Measure.STANDARDISED_MEAN_CHANGE,
        Measure.STANDARDISED_MEAN_DIFFERENCE,
    }
)


def scale_of(measure: Measure, outcome: str) -> Scale:
    """Give the scale of a published figure by its measure and the name of its outcome."""
    if measure is Measure.PROPORTION:
        return Scale.PROPORTION
    return Scale.CHANGE if measure in _SIGNED or outcome in CHANGES else Scale.RATIO


def distance(
    scale: Scale, predicted: float, observed: float, error: float | None, *, n: int | None = None
) -> float | None:
    """Give how far a prediction lies from what was observed, as the factor-of-2 rule counts.

    Parameters
    ----------
    scale
        Ratio: the larger of predicted over observed and the inverse. Proportion: the same of the
        odds. Change: the difference in combined standard errors.
    predicted, observed
        The two figures.
    error
        Combined standard error, for changes only.
    n
        Patients behind a published proportion. Where one of two proportions is 0 or 1, half a
        patient is added to either side of both, so that nobody of few is not infinitely far from
        one of many.

    Returns
    -------
    float or None
        At least 1 for ratios and odds ratios, at least 0 for changes; inf where one of two
        figures is 0 (or 1, for proportions); None where it cannot be formed.
    """
    if math.isnan(predicted) or math.isnan(observed):
        return None
    if scale is Scale.CHANGE:
        if error is None or not error > 0.0:
            return None
        return abs(predicted - observed) / error
    if scale is Scale.PROPORTION and n and not (0 < predicted < 1 and 0 < observed < 1):
        predicted, observed = ((share * n + 0.5) / (n + 1.0) for share in (predicted, observed))
    one, two = float(scale.forward(predicted)), float(scale.forward(observed))
    if math.isnan(one) or math.isnan(two):
        return None
    if one == two:
        return 1.0
    gap = abs(one - two)
    return math.exp(gap) if math.isfinite(gap) else math.inf
