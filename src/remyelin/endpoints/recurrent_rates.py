"""Rates of events in a row, with an interval that allows patients to differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.history import History
from remyelin.endpoints.recurrent import EveryEvent
from remyelin.units import DAYS_PER_YEAR

EVERYBODY = "all"
"""Name of the group of all arms together."""

NORMAL_QUANTILE = 1.959963984540054
"""Of the standard normal distribution, for 95 % intervals."""


@dataclass(frozen=True, kw_only=True)
class RateLine:
    """Events in a row of a group.

    Attributes
    ----------
    group
        Arm or treatment, or ``all``.
    patients, assessable
        Patients (or courses), and those in whom an event could be found.
    events, with_event
        Events of the assessable, and how many of these have at least one.
    most
        Highest number of events in one of them.
    years
        Years under observation of the assessable.
    rate_per_year, low, high
        Events per year with a 95 % interval; nan where nobody is assessable.
    """

    group: str
    patients: int
    assessable: int
    events: int
    with_event: int
    most: int
    years: float
    rate_per_year: float
    low: float
    high: float


def rate_interval(
    count: FloatArray, days: FloatArray, cluster: IntArray | None = None
) -> tuple[float, float, float]:
    """Events per year of several patients, with a 95 % interval.

    Parameters
    ----------
    count, days
        Events and days under observation; shape (courses,).
    cluster
        Patient of each course, where one can have several; None: each is a patient's only one.

    Returns
    -------
    tuple
        Rate, lower and upper limit; nan without time under observation, and limits nan for a
        single patient. On the log scale with the variance between patients (the sandwich of a
        Poisson model), so patients may differ in rate; without any event from 0 to the exact
        Poisson limit.
    """
    if cluster is not None:
        who = np.unique(cluster, return_inverse=True)[1]
        count = np.bincount(who, count).astype(np.float64)
        days = np.bincount(who, days).astype(np.float64)
    years = days / DAYS_PER_YEAR
    total, time, n = float(count.sum()), float(years.sum()), count.size
    if time <= 0:
        return np.nan, np.nan, np.nan
    if total == 0:
        return 0.0, 0.0, float(gammaincinv(1.0, 0.975)) / time
    rate = total / time
    if n < 2:
        return rate, np.nan, np.nan
    error = np.sqrt(np.square(count - rate * years).sum() * n / (n - 1)) / total
    wide = np.exp(NORMAL_QUANTILE * error)
    return rate, rate / wide, rate * wide


def lines_of(found: EveryEvent, history: History) -> tuple[RateLine, ...]:
    """Rates of all patients, and of each arm where there are several."""
    groups = [(EVERYBODY, np.arange(history.n))]
    if len(history.arm_ids) > 1:
        groups += [
            (name, np.flatnonzero(history.arm == k)) for k, name in enumerate(history.arm_ids)
        ]
    counts = found.counts.astype(np.float64)
    return tuple(rate_line(name, counts[member], found.followed[member]) for name, member in groups)


def rate_line(
    group: str, count: FloatArray, days: FloatArray, cluster: IntArray | None = None
) -> RateLine:
    """Rate of one group; ``days`` is nan where no event could be found."""
    known = ~np.isnan(days)
    mine, time = count[known], days[known]
    rate, low, high = rate_interval(mine, time, None if cluster is None else cluster[known])
    return RateLine(
        group=group,
        patients=count.size,
        assessable=int(known.sum()),
        events=int(mine.sum()),
        with_event=int((mine > 0).sum()),
        most=int(mine.max(initial=0)),
        years=float(time.sum() / DAYS_PER_YEAR),
        rate_per_year=rate,
        low=low,
        high=high,
    )
