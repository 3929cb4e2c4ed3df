"""The scale of a published figure, and the rule of the factor of 2."""

from __future__ import annotations

import math
from typing import Final

from remyelin.statistics.figures import CHANGES
from remyelin.study.vocabulary import Measure
from remyelin.synthesis.scale import Z_90, Z_95, Scale

__all__ = ["Z_90", "Z_95", "Scale", "distance", "scale_of"]

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
