"""The scoring rule: how a prediction stands beside the published figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from remyelin.statistics.arrays import FloatArray
from remyelin.study.outcome import Outcome

LOW_QUANTILE: Final = 0.05
HIGH_QUANTILE: Final = 0.95
"""Ends of the prediction interval."""

MIN_REPLICATES: Final = 2
"""Fewest estimates that make an interval; with few it is narrower than it should be."""

MIN_SCORED: Final = 10
"""Fewest estimates whose 5 to 95 % interval is held against a published figure."""

_SLACK: Final = 1e-9
"""Relative slack of the comparison with an end of the interval, against rounding."""


class Verdict(StrEnum):
    """How a prediction stands beside the published figure."""

    IN = "in"
    OUT = "out"
    NOT_PUBLISHED = "not_published"
    NOT_SCORABLE = "not_scorable"
    NOT_ESTIMABLE = "not_estimable"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Spread of a figure over replicates.

    Attributes
    ----------
    n_replicates, n_not_estimable
        Replicates that gave an estimate (0 and inf are estimates of a ratio), and the others.
    median, low, high
        50th, 5th and 95th percentile, linear between order statistics; nan without estimate.
    mean, sd
        Over the finite estimates; sd is nan with fewer than two.
    """

    n_replicates: int
    n_not_estimable: int
    median: float
    low: float
    high: float
    mean: float
    sd: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """Verdict, distance in standard deviations and interval score; None where not formed."""

    verdict: Verdict
    z: float | None
    interval_score: float | None


def summarise(values: ArrayLike) -> Summary:
    """Summarise one figure per replicate; nan marks a replicate without estimate."""
    everything = np.asarray(values, dtype=np.float64)
    known = np.sort(everything[~np.isnan(everything)])
    finite = known[np.isfinite(known)]
    return Summary(
        n_replicates=known.size,
        n_not_estimable=everything.size - known.size,
        median=_quantile(known, 0.5),
        low=_quantile(known, LOW_QUANTILE),
        high=_quantile(known, HIGH_QUANTILE),
        mean=float(finite.mean()) if finite.size else math.nan,
        sd=float(finite.std(ddof=1)) if finite.size > 1 else math.nan,
    )


def score(values: ArrayLike, observed: Outcome | None) -> Score:
    """Score the figures of the replicates against the published one.

    Parameters
    ----------
    values
        One figure per replicate, nan where not estimable.
    observed
        The published figure; None where nothing is published. One without n and without
        interval is not scorable: its precision is unknown.

    Returns
    -------
    Score
        *In* means within the 5 to 95 % interval over replicates. z = (observed - mean) / sd, for
        ratios on the log scale; there is none when a replicate is 0 or infinite on that scale.
        Not estimable: no replicate gave an estimate. Not scorable: fewer than `MIN_SCORED` did.
    """
    if observed is None:
        return Score(verdict=Verdict.NOT_PUBLISHED, z=None, interval_score=None)
    if observed.n is None and observed.low is None and observed.high is None:
        return Score(verdict=Verdict.NOT_SCORABLE, z=None, interval_score=None)
    summary = summarise(values)
    if summary.n_replicates < MIN_SCORED:
        verdict = Verdict.NOT_SCORABLE if summary.n_replicates else Verdict.NOT_ESTIMABLE
        return Score(verdict=verdict, z=None, interval_score=None)
    slack = _SLACK * max(1.0, abs(observed.value))
    inside = summary.low - slack <= observed.value <= summary.high + slack
    return Score(
        verdict=Verdict.IN if inside else Verdict.OUT,
        z=_z(values, observed),
        interval_score=interval_score(summary.low, summary.high, observed.value),
    )


def interval_score(
    low: float, high: float, observed: float, *, level: float = HIGH_QUANTILE - LOW_QUANTILE
) -> float | None:
    r"""Interval score; the smaller the better, so that a wide interval costs too.

    Gneiting and Raftery 2007, J Am Stat Assoc 102:359-378, doi:10.1198/016214506000001437,
    section 6.2, with :math:`\alpha` = 1 - level:
    :math:`(u - l) + \frac{2}{\alpha} (l - x) 1\{x < l\} + \frac{2}{\alpha} (x - u) 1\{x > u\}`.

    Returns
    -------
    float or None
        None where an end is not finite.
    """
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(observed)):
        return None
    miss = max(low - observed, 0.0) + max(observed - high, 0.0)
    return (high - low) + 2.0 / (1.0 - level) * miss


def _z(values: ArrayLike, observed: Outcome) -> float | None:
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[~np.isnan(sample)]
    point = observed.value
    if observed.key.measure.is_ratio:
        if point <= 0 or (sample <= 0).any():
            return None
        point, sample = math.log(point), np.log(sample)
    if sample.size < MIN_REPLICATES or np.isinf(sample).any():
        return None
    spread = float(sample.std(ddof=1))
    return (point - float(sample.mean())) / spread if spread > 0 else None


def _quantile(ordered: FloatArray, share: float) -> float:
    """Linear quantile that also stands between infinite values."""
    if ordered.size == 0:
        return math.nan
    place = share * (ordered.size - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    if below == above or place == math.floor(place):
        return float(below)
    return float(below + (place - math.floor(place)) * (above - below))
