"""Kaplan-Meier curve, median survival time and shares of one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.statistics.analysis.value import Bound, Estimate, nothing
from remyelin.statistics.arrays import BoolArray, FloatArray
from remyelin.statistics.survival import SurvivalCurves, kaplan_meier
from remyelin.units import DAYS_PER_YEAR, months_to_whole_days

_NOBODY: Final = "the event could be found in nobody"


@dataclass(frozen=True, kw_only=True)
class Share:
    """Share of a group with the event by a month.

    Attributes
    ----------
    months, day
        Month asked for, and the day up to which events count.
    at_risk
        Patients under observation without event just before that day.
    with_event
        One minus the Kaplan-Meier estimate, with the log-log interval.
    """

    months: float
    day: float
    at_risk: int
    with_event: Estimate


@dataclass(frozen=True, eq=False, kw_only=True)
class GroupCurve:
    """Time to event of one group.

    Attributes
    ----------
    group
        Its name.
    patients, no_baseline, not_confirmable
        Patients of the group; those without a baseline to which the definition applies; those in
        whom no event could have been found. The latter two are not analysed.
    analysed, events, years
        Patients analysed, those of them with the event, and their years until event or censoring.
    left_out_events
        Composites: patients with the event in whom not every component could be found, not
        analysed.
    median_days
        Kaplan-Meier median survival time, days.
    day, at_risk, died, censored, event_free, low, high
        Steps of the curve, day 0 first: patients at risk just before, events and censored at the
        day, event-free proportion from it on with log-log interval (nan where the curve is at 0
        or 1); each of shape (steps,).
    shares
        At the months asked for.
    """

    group: str
    patients: int
    no_baseline: int
    not_confirmable: int
    analysed: int
    events: int
    years: float
    left_out_events: int
    median_days: Estimate
    day: FloatArray
    at_risk: FloatArray
    died: FloatArray
    censored: FloatArray
    event_free: FloatArray
    low: FloatArray
    high: FloatArray
    shares: tuple[Share, ...]

    @property
    def last_day(self) -> float:
        """Last day on which anybody is under observation."""
        return float(self.day[-1])

    def at_risk_at(self, days: Sequence[float]) -> list[int]:
        """Patients under observation without event just before each day."""
        later = np.append(self.at_risk, 0.0)
        return [int(later[np.searchsorted(self.day, day, side="left")]) for day in days]


def group_curve(
    group: str,
    time: FloatArray,
    event: BoolArray,
    *,
    months: Sequence[float],
    window_days: float,
    level: float,
    counts: tuple[int, int, int, int],
) -> GroupCurve:
    """Estimate the curve of the analysed patients of a group.

    Parameters
    ----------
    time, event
        Days to event or censoring, and whether it was the event; shape (analysed,).
    months, window_days
        Months at which shares are read, and how many days later events still count for them.
    level
        Level of the intervals.
    counts
        Patients, those without baseline, those in whom nothing could be found, and those with the
        event who are left out.
    """
    curves = kaplan_meier(time, event, n_groups=1)
    known = np.isfinite(curves.times[0])
    day, risk, died = (a[0][known] for a in (curves.times, curves.at_risk, curves.events))
    low, high = (end[0][known] for end in curves.intervals(level=level))
    left = risk - np.append(risk[1:], 0.0) - died
    begin = not day.size or day[0] > 0
    free = 1.0 if time.size else np.nan
    first = [
        np.array([value]) if begin else np.empty(0) for value in (0.0, time.size, free, np.nan)
    ]
    steps = (
        (first[0], day),
        (first[1], risk),
        (first[0], died),
        (first[0], left),
        (first[2], curves.survival[0][known]),
        (first[3], low),
        (first[3], high),
    )
    full = [np.concatenate(pair).astype(np.float64) for pair in steps]
    return GroupCurve(
        group=group,
        patients=counts[0],
        no_baseline=counts[1],
        not_confirmable=counts[2],
        left_out_events=counts[3],
        analysed=time.size,
        events=int(event.sum()),
        years=float(time.sum() / DAYS_PER_YEAR),
        median_days=_median(curves, level) if time.size else nothing(_NOBODY),
        day=full[0],
        at_risk=full[1],
        died=full[2],
        censored=full[3],
        event_free=full[4],
        low=full[5],
        high=full[6],
        shares=tuple(
            _share(curves, month, window_days=window_days, level=level) for month in months
        ),
    )


def _median(curves: SurvivalCurves, level: float) -> Estimate:
    value, low, high = (float(found[0]) for found in curves.median_interval(level=level))
    if not curves.events.sum():
        return nothing("no events")
    note = "not reached" if np.isnan(value) else "upper end not reached" if np.isnan(high) else ""
    return Estimate(value, low, high, Bound.BOTH, note)


def _share(curves: SurvivalCurves, months: float, *, window_days: float, level: float) -> Share:
    day = months_to_whole_days(months) + window_days
    at_risk = int(curves.at_risk_at([day])[0, 0])
    return Share(
        months=months,
        day=day,
        at_risk=at_risk,
        with_event=_with_event(curves, day, at_risk=at_risk, level=level),
    )


def _with_event(curves: SurvivalCurves, day: float, *, at_risk: int, level: float) -> Estimate:
    if not int(curves.size[0]):
        return nothing(_NOBODY)
    free = float(curves.at([day])[0, 0])
    if np.isnan(free):
        if not curves.survival[0, -1]:
            return Estimate(1.0, note="everybody had the event; no interval")
        return nothing(f"follow-up ends on day {curves.last_time[0]:,.0f}")
    if free == 1.0:
        most = 1.0 - ((1.0 - level) / 2) ** (1.0 / at_risk)
        note = f"no events by then, {at_risk} at risk"
        return Estimate(high=most, bound=Bound.AT_MOST, note=note)
    if free == 0.0:
        return Estimate(1.0, note="everybody had the event; no interval")
    low, high = (float(end[0, 0]) for end in curves.interval_at([day], level=level))
    return Estimate(1.0 - free, 1.0 - high, 1.0 - low)
