"""Log-rank test of two or more groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remyelin.statistics.arrays import FloatArray, survival_data


@dataclass(frozen=True, eq=False)
class LogRank:
    """Result of a log-rank test.

    Attributes
    ----------
    observed, expected
        Events of each group, and those expected if all had one hazard; shape (groups,).
    statistic, degrees, p
        Chi-squared statistic, its degrees of freedom and the probability of a larger one; nan
        where no event came while two groups were at risk.
    """

    observed: FloatArray
    expected: FloatArray
    statistic: float
    degrees: int
    p: float


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike, *, n_groups: int) -> LogRank:
    """Test whether groups have one hazard (Mantel's log-rank, as R ``survdiff``).

    Parameters
    ----------
    time, event, group
        Time to event or censoring, whether the event was observed, and group from 0; shape
        (patients,).
    n_groups
        Number of groups; empty ones and those never at risk at an event take no part.

    Raises
    ------
    InputError
        Lengths differ or a time is negative or not finite.
    """
    from scipy.stats import chi2

    times, events, groups = survival_data(time, event, group)
    when = np.unique(times[events])
    at_risk, dead = np.zeros((n_groups, when.size)), np.zeros((n_groups, when.size))
    for place in range(n_groups):
        mine = groups == place
        at_risk[place] = mine.sum() - np.searchsorted(np.sort(times[mine]), when)
        happened = np.searchsorted(when, times[mine & events])
        dead[place] = np.bincount(happened, minlength=when.size)
    risk, deaths = at_risk.sum(axis=0), dead.sum(axis=0)
    share = np.divide(at_risk, risk, out=np.zeros_like(at_risk), where=risk > 0)
    observed, expected = dead.sum(axis=1), (share * deaths).sum(axis=1)
    spread = np.divide(deaths * (risk - deaths), risk - 1, out=np.zeros_like(risk), where=risk > 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    used = np.flatnonzero(np.diag(covariance) > 0)[:-1]
    if not used.size:
        return LogRank(observed, expected, float("nan"), 0, float("nan"))
    gap = (observed - expected)[used]
    inner = covariance[np.ix_(used, used)]
    statistic = float(gap @ np.linalg.lstsq(inner, gap, rcond=None)[0])
    degrees = int(np.linalg.matrix_rank(inner))
    return LogRank(observed, expected, statistic, degrees, float(chi2.sf(statistic, degrees)))
