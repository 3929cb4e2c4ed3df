"""Proportions, means, differences and rates of one sample, with confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remyelin.errors import InputError
from remyelin.statistics.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its confidence interval; nan where it cannot be formed.

    Attributes
    ----------
    n
        Patients behind the figure.
    level
        Probability of the interval.
    """

    value: float
    low: float
    high: float
    n: int
    level: float


def proportion(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """Proportion with Wilson's score interval.

    Raises
    ------
    InputError
        ``events`` is not within 0 to ``n``.
    """
    from statsmodels.stats.proportion import proportion_confint

    if not 0 <= events <= n:
        raise InputError("proportion", [f"{events} events of {n}; 0 <= events <= n is needed"])
    if n == 0:
        return Estimate(value=np.nan, low=np.nan, high=np.nan, n=0, level=level)
    low, high = proportion_confint(events, n, alpha=1 - level, method="wilson")
    return Estimate(value=events / n, low=float(low), high=float(high), n=n, level=level)


def mean(values: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Mean of the values that are not missing, with Student's interval."""
    sample = _present(values)
    value = float(sample.mean()) if sample.size else np.nan
    half = np.nan
    if sample.size > 1:
        error = float(sample.std(ddof=1)) / sample.size**0.5
        half = _student(level, sample.size - 1) * error
    return Estimate(value=value, low=value - half, high=value + half, n=sample.size, level=level)


def mean_difference(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Mean of the first minus mean of the second sample, with Welch's interval."""
    one, two = _present(first), _present(second)
    value = float(one.mean() - two.mean()) if one.size and two.size else np.nan
    half = np.nan
    if one.size > 1 and two.size > 1:
        parts = np.array([one.var(ddof=1) / one.size, two.var(ddof=1) / two.size])
        freedom = np.array([one.size - 1, two.size - 1])
        if parts.sum() > 0:
            half = _student(level, parts.sum() ** 2 / (parts**2 / freedom).sum())
            half *= float(parts.sum()) ** 0.5
        else:
            half = 0.0
    n = one.size + two.size
    return Estimate(value=value, low=value - half, high=value + half, n=n, level=level)


def rate(events: float, exposure: float, *, n: int = 0, level: float = 0.95) -> Estimate:
    """Events per unit of exposure with the exact Poisson interval (Garwood 1936).

    Raises
    ------
    InputError
        ``events`` or ``exposure`` is negative.
    """
    from scipy.stats import chi2

    if events < 0 or exposure < 0:
        raise InputError("rate", [f"{events} events in {exposure}; neither may be negative"])
    if exposure == 0:
        return Estimate(value=np.nan, low=np.nan, high=np.nan, n=n, level=level)
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events > 0 else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (events + 1))) / 2
    return Estimate(
        value=events / exposure, low=low / exposure, high=high / exposure, n=n, level=level
    )


def rate_ratio(
    first: tuple[float, float], second: tuple[float, float], *, level: float = 0.95
) -> Estimate:
    """Ratio of two rates, each given as (events, exposure).

    The maximum-likelihood estimate of a Poisson regression with one binary covariate and
    exposure as offset, with its Wald interval on the log scale.
    """
    from scipy.stats import norm

    one = rate(*first, level=level).value
    two = rate(*second, level=level).value
    value = float(ratio(np.array([one]), np.array([two]))[0])
    low = high = np.nan
    if first[0] > 0 and second[0] > 0:
        half = float(norm.ppf(0.5 + level / 2)) * (1 / first[0] + 1 / second[0]) ** 0.5
        low, high = value * np.exp(-half), value * np.exp(half)
    return Estimate(value=value, low=low, high=high, n=0, level=level)


def ratio(one: FloatArray, two: FloatArray) -> FloatArray:
    """Quotient that is inf over 0 and nan for 0 over 0, without a warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(one / two, dtype=np.float64)


def _student(level: float, freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf(0.5 + level / 2, freedom))


def _present(values: ArrayLike) -> FloatArray:
    sample = np.asarray(values, dtype=np.float64)
    return sample[~np.isnan(sample)]
