"""Kaplan-Meier estimates of many groups at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from remyelin.statistics.arrays import TIE_TOLERANCE, FloatArray, IntArray, survival_data

_HALF: Final = 0.5 + 1e-12
"""Half, with slack for the rounding of a product of fractions."""


@dataclass(frozen=True, eq=False)
class SurvivalCurves:
    """Kaplan-Meier curves of several groups; made by `kaplan_meier`.

    Rows are groups. Columns are the distinct times of a group, filled up with time inf,
    survival of the last step and nobody at risk.

    Attributes
    ----------
    times, survival
        Distinct times, and event-free proportion from each time on; shape (groups, steps).
    at_risk, events
        Patients under observation just before each time, and events at it.
    size
        Patients of each group; shape (groups,).
    """

    times: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    events: FloatArray
    size: IntArray

    @property
    def last_time(self) -> FloatArray:
        """Longest time of each group; -inf for an empty group; shape (groups,)."""
        known = np.where(np.isfinite(self.times), self.times, -np.inf)
        return np.asarray(known.max(axis=1, initial=-np.inf), dtype=np.float64)

    @staticmethod
    def _up_to(time: float) -> float:
        """Last time that is the same but for rounding."""
        return float(time + TIE_TOLERANCE * max(1.0, abs(time)))

    @staticmethod
    def _before(time: float) -> float:
        """First time that is the same but for rounding."""
        return float(time - TIE_TOLERANCE * max(1.0, abs(time)))

    def at(
        self, times: ArrayLike, *, reach: float = 0.0, until: FloatArray | None = None
    ) -> FloatArray:
        """Event-free proportion at each time; shape (groups, times).

        Parameters
        ----------
        times
            Times at which the curves are read.
        reach
            How far beyond its end a curve may still be read; further on the value is nan.
        until
            Last day of follow-up of each group, shape (groups,), where a curve ends; by default
            its longest time. Between the longest time and the end the last value holds. Follow-up
            must not depend on events, or groups would go missing because of their outcome.
        """
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        out = np.full((self.size.size, wanted.size), np.nan)
        padded = np.concatenate([np.ones((self.size.size, 1)), self.survival], axis=1)
        row = np.arange(self.size.size)
        end = self.last_time if until is None else until
        for column, time in enumerate(wanted):
            value = padded[row, (self.times <= self._up_to(time)).sum(axis=1)]
            known = self._before(time - reach) <= end
            out[:, column] = np.where(known & (self.size > 0), value, np.nan)
        return out

    def at_risk_at(self, times: ArrayLike) -> FloatArray:
        """Patients under observation just before each time; shape (groups, times)."""
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        padded = np.concatenate([self.at_risk, np.zeros((self.size.size, 1))], axis=1)
        row = np.arange(self.size.size)
        columns = [padded[row, (self.times < self._before(time)).sum(axis=1)] for time in wanted]
        return np.stack(columns, axis=1) if columns else np.empty((self.size.size, 0))

    def median(self) -> FloatArray:
        """First time at which half or fewer are event-free; shape (groups,).

        inf where the curve stays above half (the median lies beyond follow-up), nan for an empty
        group.
        """
        never = np.where(self.size > 0, np.inf, np.nan)
        down = (self.survival <= _HALF) & np.isfinite(self.times)
        if down.shape[1] == 0:
            return never
        first = self.times[np.arange(self.size.size), down.argmax(axis=1)]
        return np.where(down.any(axis=1), first, never)

    def median_interval(self, *, level: float = 0.95) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Median survival time with its confidence interval; each of shape (groups,).

        The interval holds the times at which the pointwise log-log interval of the curve holds
        half (Brookmeyer and Crowley 1982, doi:10.2307/2530286; recalled). Where curve or limit
        runs exactly at half and falls later, the middle of that stretch counts, as in R
        ``print.survfit``. nan: not reached.
        """
        known = np.isfinite(self.times)
        low, high = self.intervals(level=level)
        return (
            _first_at_half(self.times, np.where(known, self.survival, np.nan)),
            _first_at_half(self.times, np.where(known, low, np.nan)),
            _first_at_half(self.times, np.where(known, high, np.nan)),
        )

    def intervals(self, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Ends of the interval at every step, as `interval_at` has them; shape (groups, steps)."""
        return _log_log(self.survival, self._variance(), level)

    def _variance(self) -> FloatArray:
        """Greenwood's sum at every step; shape (groups, steps)."""
        left = self.at_risk - self.events
        ratio = np.divide(self.events, self.at_risk * left, out=np.zeros_like(left), where=left > 0)
        return np.asarray(np.cumsum(ratio, axis=1), dtype=np.float64)

    def interval_at(
        self, times: ArrayLike, *, level: float = 0.95
    ) -> tuple[FloatArray, FloatArray]:
        """Ends of the confidence interval, Greenwood variance on the log-log scale.

        As R ``survfit(conf.type = "log-log")``; nan where the curve is at 0 or 1.
        """
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        total = np.concatenate([np.zeros((self.size.size, 1)), self._variance()], axis=1)
        row = np.arange(self.size.size)[:, None]
        steps = [(self.times <= self._up_to(time)).sum(axis=1) for time in wanted]
        position = np.stack(steps, axis=1)
        return _log_log(self.at(wanted, reach=np.inf), total[row, position], level)


def _log_log(
    value: FloatArray, variance: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    from scipy.stats import norm

    inside = (value > 0) & (value < 1)
    log = np.log(np.where(inside, value, 0.5))
    half = norm.ppf(0.5 + level / 2) * np.sqrt(variance) / np.abs(log)
    low = np.where(inside, np.exp(log * np.exp(half)), np.nan)
    high = np.where(inside, np.exp(log * np.exp(-half)), np.nan)
    return low, high


def _first_at_half(times: FloatArray, curve: FloatArray) -> FloatArray:
    """First time at which each row of a falling curve is half or less; nan where it never is."""
    out = np.full(times.shape[0], np.nan)
    for row, (when, value) in enumerate(zip(times, curve, strict=True)):
        down = np.flatnonzero(value <= 0.5 + TIE_TOLERANCE)
        if not down.size:
            continue
        first = int(down[0])
        out[row] = when[first]
        lower = np.flatnonzero(value < value[first] - TIE_TOLERANCE)
        if abs(value[first] - 0.5) <= TIE_TOLERANCE and lower.size:
            out[row] = (when[first] + when[lower[0]]) / 2
    return out


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    n_groups: int | None = None,
    weight: ArrayLike | None = None,
) -> SurvivalCurves:
    """Kaplan-Meier curves of all groups in one pass.

    Parameters
    ----------
    time
        Time to event or censoring; shape (patients,).
    event
        True where the event was observed.
    group
        Group of each patient, from 0; None puts all in one.
    n_groups
        Number of groups, where the last ones may be empty.
    weight
        Whole number of patients for whom each entry stands; None: one.

    Raises
    ------
    InputError
        Lengths differ or a time is negative or not finite.
    """
    times, events, groups = survival_data(time, event, group)
    patients = np.ones(times.size) if weight is None else np.asarray(weight, dtype=np.float64)
    count = int(groups.max(initial=-1)) + 1 if n_groups is None else n_groups
    order = np.lexsort((times, groups))
    times, groups, patients = times[order], groups[order], patients[order]
    starts = np.flatnonzero(
        np.concatenate([[True], (times[1:] != times[:-1]) | (groups[1:] != groups[:-1])])
        if times.size
        else np.empty(0, dtype=bool)
    )
    size = np.bincount(groups, weights=patients, minlength=count).astype(np.int64)
    owner, when = groups[starts], times[starts]
    leaving = np.add.reduceat(patients, starts) if starts.size else when
    deaths = np.add.reduceat(events[order] * patients, starts) if starts.size else when
    steps = np.bincount(owner, minlength=count)
    column = np.arange(starts.size) - (np.cumsum(steps) - steps)[owner]
    shape = (count, int(steps.max(initial=0)))
    begin = np.cumsum(size) - size
    risk = np.zeros(shape)
    risk[owner, column] = size[owner] - (np.cumsum(leaving) - leaving - begin[owner])
    dead = np.zeros(shape)
    dead[owner, column] = deaths
    grid = np.full(shape, np.inf)
    grid[owner, column] = when
    factor = 1.0 - np.divide(dead, risk, out=np.zeros(shape), where=risk > 0)
    survival = np.cumprod(factor, axis=1).astype(np.float64)
    return SurvivalCurves(grid, survival, risk, dead, size)
