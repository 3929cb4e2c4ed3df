"""What one definition answers: shares, with their intervals, and hazard ratios of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.endpoints import Dataset, EventTable
from remyelin.endpoints.groups import Groups
from remyelin.statistics.cox import Fit, hazard_ratios
from remyelin.statistics.figures import reading_days
from remyelin.statistics.survival import kaplan_meier
from remyelin.units import DAYS_PER_MONTH

_MONTHS_OF_A_YEAR: Final = 12
_HALF_A_MONTH: Final = 0.5

_REASONS: Final = {
    Fit.ZERO: "events in the reference group only",
    Fit.INFINITE: "no event in the reference group",
    Fit.NONE: "no event while both groups were at risk",
}


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Hazard ratio of a group against the reference group.

    Attributes
    ----------
    group, reference
        Names of the two groups.
    assessable, events, reference_assessable, reference_events
        Patients in whom the event could be found, and those who had it.
    ratio, low, high
        Cox estimate with its 95 % Wald interval; 0, inf or nan where ``reason`` says why.
    reason
        Why there is no finite ratio; empty where there is one.
    """

    group: str
    reference: str
    assessable: int
    events: int
    reference_assessable: int
    reference_events: int
    ratio: float
    low: float
    high: float
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one definition answers.

    Attributes
    ----------
    patients, assessable, events
        All patients; those in whom the event could be found; those of them who had it.
    share
        Events among the assessable over all of observation; nan where there are none.
    month
        Month for which the next three are read.
    km_share, low, high
        One less the Kaplan-Meier estimate at that month, with its 95 % interval (log-log); the
        share is nan where nobody was followed so long, the interval where the share is 0 or 1.
    contrasts
        A hazard ratio for each group but the reference.
    """

    patients: int
    assessable: int
    events: int
    share: float
    month: float
    km_share: float
    low: float
    high: float
    contrasts: tuple[Contrast, ...] = ()


def usual_month(data: Dataset) -> float:
    """Last full year that half of the patients reached; in shorter data the last full month."""
    months = float(np.median(data.history.end_day)) / DAYS_PER_MONTH + _HALF_A_MONTH
    years = int(months / _MONTHS_OF_A_YEAR)
    return float(years * _MONTHS_OF_A_YEAR if years else max(int(months), 1))


def estimate(table: EventTable, month: float, groups: Groups | None) -> Estimate:
    """Read shares and hazard ratios from the events of all patients.

    Only patients in whom the event could be found count, so nobody who could not have it passes
    for free of it.

    Parameters
    ----------
    table
        Events under one definition.
    month
        Month from baseline at which the Kaplan-Meier share is read; a visit within the tolerance
        of visit dates belongs to it.
    groups
        Groups that are compared, or None.
    """
    use = np.flatnonzero(table.evaluable & table.findable)
    time, event = table.time[use], table.event[use]
    share, low, high = np.nan, np.nan, np.nan
    if use.size:
        curve = kaplan_meier(time, event)
        limit, reach = reading_days(table.definition.kind, month)
        until = np.array([table.followed[use].max()])
        free = float(curve.at([limit], reach=reach, until=until)[0, 0])
        below, above = (float(end[0, 0]) for end in curve.interval_at([limit]))
        share = 1.0 - free
        low, high = (1.0 - above, 1.0 - below) if np.isfinite(free) else (np.nan, np.nan)
    return Estimate(
        patients=table.event.size,
        assessable=use.size,
        events=int(event.sum()),
        share=float(event.mean()) if use.size else np.nan,
        month=month,
        km_share=share,
        low=low,
        high=high,
        contrasts=() if groups is None else _contrasts(time, event, groups.code[use], groups),
    )


def _contrasts(
    time: np.ndarray, event: np.ndarray, code: np.ndarray, groups: Groups
) -> tuple[Contrast, ...]:
    made = []
    base = code == 0
    for place, name in enumerate(groups.names[1:], start=1):
        mine = code == place
        both = mine | base
        fit = hazard_ratios(time[both], event[both], mine[both], n_replicates=1)
        low, high = fit.interval()
        made.append(
            Contrast(
                group=name,
                reference=groups.reference,
                assessable=int(mine.sum()),
                events=int(event[mine].sum()),
                reference_assessable=int(base.sum()),
                reference_events=int(event[base].sum()),
                ratio=float(fit.ratio[0]),
                low=float(low[0]),
                high=float(high[0]),
                reason=_REASONS.get(fit.fit[0], ""),
            )
        )
    return tuple(made)
