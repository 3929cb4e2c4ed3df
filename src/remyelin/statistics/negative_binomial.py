"""Rates of recurrent events by group: negative binomial regression with log follow-up as offset.

The mean of a patient is the rate of the group times the years of follow-up; the variance is
mean + dispersion x mean², with one dispersion for all groups (NB2, as R ``MASS::glm.nb``, SAS
``dist=negbin``). Where the counts vary no more than a Poisson law has it, the likelihood is
highest at dispersion 0 and the fit is Poisson regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from remyelin.errors import InputError
from remyelin.statistics.arrays import FloatArray, IntArray, group_sums

_LOG_DISPERSION: Final = (-16.0, 7.0)
"""Log dispersions that are searched."""
_STEPS: Final = 100
_TOLERANCE: Final = 1e-13
_BETTER: Final = 1e-7
"""Gain in log-likelihood from which on counts are overdispersed."""


@dataclass(frozen=True, eq=False)
class RateFit:
    """Rates by group.

    Attributes
    ----------
    log_rate
        Log of events per year; -inf for a group without events, nan for one without follow-up;
        shape (groups,).
    log_se
        Its standard error, by the expected information; nan unless the rate is above 0; (groups,).
    dispersion
        Common dispersion; 0 where the fit is Poisson.
    is_bounded
        Whether the dispersion was found within the limits of the search.
    """

    log_rate: FloatArray
    log_se: FloatArray
    dispersion: float
    is_bounded: bool = True

    @property
    def is_poisson(self) -> bool:
        """Whether the counts were not overdispersed."""
        return self.dispersion == 0.0


@dataclass(frozen=True, eq=False)
class _Counts:
    """Patients of the groups that have events."""

    count: FloatArray
    years: FloatArray
    group: IntArray
    n: int

    def rates(self, dispersion: float) -> tuple[FloatArray, FloatArray]:
        """Log rates of the highest likelihood for a dispersion, and their expected information."""
        total = group_sums(self.group, self.count, self.n)
        log_rate = np.log(total / group_sums(self.group, self.years, self.n))
        for _ in range(_STEPS):
            mean = np.exp(log_rate[self.group]) * self.years
            score = group_sums(self.group, (self.count - mean) / (1.0 + dispersion * mean), self.n)
            steep = mean * (1.0 + dispersion * self.count) / (1.0 + dispersion * mean) ** 2
            step = np.clip(score / group_sums(self.group, steep, self.n), -2.0, 2.0)
            log_rate = log_rate + step
            if np.all(np.abs(step) <= _TOLERANCE * np.maximum(1.0, np.abs(log_rate))):
                break
        mean = np.exp(log_rate[self.group]) * self.years
        return log_rate, group_sums(self.group, mean / (1.0 + dispersion * mean), self.n)

    def log_likelihood(self, dispersion: float) -> float:
        """Highest log-likelihood for a dispersion, without the part that depends on counts only."""
        from scipy.special import gammaln

        mean = np.exp(self.rates(dispersion)[0][self.group]) * self.years
        if dispersion == 0.0:
            return float((self.count * np.log(mean) - mean).sum())
        shape = 1.0 / dispersion
        spread = dispersion * mean
        gamma = gammaln(self.count + shape) - gammaln(shape) + self.count * np.log(dispersion)
        return float(
            (
                gamma + self.count * (np.log(mean) - np.log1p(spread)) - shape * np.log1p(spread)
            ).sum()
        )


def event_rates(
    count: ArrayLike, years: ArrayLike, group: ArrayLike, *, n_groups: int, poisson: bool = False
) -> RateFit:
    """Fit rates of recurrent events by group.

    Parameters
    ----------
    count, years, group
        Events of each patient, years of follow-up (0: the patient takes no part), and group from
        0; shape (patients,).
    n_groups
        Number of groups.
    poisson
        Whether to fit Poisson regression whatever the dispersion.

    Raises
    ------
    InputError
        Lengths differ, or a count or time is negative or not finite.
    """
    counts, times = np.asarray(count, dtype=np.float64), np.asarray(years, dtype=np.float64)
    groups = np.asarray(group, dtype=np.int64)
    if counts.ndim != 1 or not counts.shape == times.shape == groups.shape:
        shapes = f"{counts.shape}, {times.shape}, {groups.shape}"
        raise InputError("counts", [f"count, years and group have shapes {shapes}"])
    if not (np.all(np.isfinite(counts + times)) and np.all(counts >= 0) and np.all(times >= 0)):
        raise InputError("counts", ["a count or time is negative or missing"])
    known = times > 0
    followed = group_sums(groups[known], times[known], n_groups)
    total = group_sums(groups[known], counts[known], n_groups)
    log_rate = np.where(followed > 0, -np.inf, np.nan)
    log_se = np.full(n_groups, np.nan)
    some = np.flatnonzero(total > 0)
    if not some.size:
        return RateFit(log_rate, log_se, 0.0)
    used = known & np.isin(groups, some)
    data = _Counts(counts[used], times[used], np.searchsorted(some, groups[used]), some.size)
    dispersion, is_bounded = (0.0, True) if poisson else _dispersion(data)
    log_rate[some], information = data.rates(dispersion)
    log_se[some] = 1.0 / np.sqrt(information)
    return RateFit(log_rate, log_se, dispersion, is_bounded)


def _dispersion(data: _Counts) -> tuple[float, bool]:
    """Dispersion of the highest likelihood, 0 where none is better than a Poisson law."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log: -data.log_likelihood(float(np.exp(log))),
        bounds=_LOG_DISPERSION,
        method="bounded",
        options={"xatol": 1e-10},
    )
    if -found.fun <= data.log_likelihood(0.0) + _BETTER:
        return 0.0, True
    if found.x > _LOG_DISPERSION[1] - 1e-3:
        return 0.0, False
    return float(np.exp(found.x)), True
