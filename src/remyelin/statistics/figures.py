"""How each measure is read from events and levels, one figure per replicate and arm."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from remyelin.endpoints import (
    VISIT_TOLERANCE_DAYS,
    History,
    LevelTable,
    Status,
    event_counts,
)
from remyelin.statistics.arms import Replicates
from remyelin.statistics.arrays import BoolArray, FloatArray
from remyelin.statistics.cox import hazard_ratios
from remyelin.statistics.summaries import ratio
from remyelin.statistics.survival import SurvivalCurves, kaplan_meier
from remyelin.study.definition import Definition, EventKind
from remyelin.study.vocabulary import Measure
from remyelin.units import DAYS_PER_MONTH, DAYS_PER_YEAR, months_to_days

EVENT_FREE: Final = frozenset(
    {
        "event_free",
        "mri_activity_free",
        "neda3",
        "neda4",
        "overall_survival",
        "progression_free",
        "relapse_free",
    }
)
"""Outcomes whose proportion or count is of patients without the event; all others, with it."""

CHANGES: Final = frozenset({"brain_volume_change_pct"})
"""Outcomes whose name already says change: their mean and median are of the change."""

_IN_DAYS: Final = "_days"
"""Ending of outcomes whose times are given in days; other times are in months."""

_VISIT_DATED: Final = frozenset(
    {
        EventKind.WORSENING,
        EventKind.IMPROVEMENT,
        EventKind.MILESTONE,
        EventKind.MRI_ACTIVITY,
        EventKind.ATROPHY,
        EventKind.NEDA3,
        EventKind.NEDA4,
        EventKind.COMPOSITE,
    }
)
"""Kinds whose events are dated at a visit."""


class Events(Protocol):
    """Times and events of patients, or of counts of equal patients."""

    @property
    def definition(self) -> Definition:
        """What was looked for."""

    @property
    def followed(self) -> FloatArray:
        """Last day of observation."""

    @property
    def time(self) -> FloatArray:
        """Days to event or censoring."""

    @property
    def event(self) -> BoolArray:
        """Whether the event was found."""

    @property
    def evaluable(self) -> BoolArray:
        """Whether there is a baseline to which the definition applies."""

    def has(self, status: Status) -> BoolArray:
        """Whether a status is the patient's."""


def reading_days(kind: EventKind, months: float) -> tuple[float, float]:
    """Day up to which events count for a month, and how far beyond follow-up that may lie.

    The visit of month 24 may fall a few days later; it still belongs to month 24, so events
    dated at visits are read `VISIT_TOLERANCE_DAYS` after it. A curve is read at a month where
    somebody was followed to within this tolerance of it.
    """
    day = months_to_days(months)
    limit = day + (VISIT_TOLERANCE_DAYS if kind in _VISIT_DATED else 0.0)
    return limit, limit - day + VISIT_TOLERANCE_DAYS


def curves_of(table: Events, replicates: Replicates, member: BoolArray) -> SurvivalCurves:
    """Kaplan-Meier curves of the evaluable members, one per replicate."""
    kept = member & table.evaluable
    return kaplan_meier(
        table.time[kept],
        table.event[kept],
        replicates.code[kept],
        n_groups=replicates.n,
        weight=replicates.weights(kept),
    )


def followed_until(table: Events, replicates: Replicates, member: BoolArray) -> FloatArray:
    """Last day on which anybody of a replicate is under observation; shape (replicates,)."""
    kept = member & table.evaluable
    last = np.full(replicates.n, -np.inf)
    np.maximum.at(last, replicates.code[kept], table.followed[kept])
    return last


def event_proportion(
    table: Events,
    replicates: Replicates,
    member: BoolArray,
    *,
    outcome: str,
    months: float | None,
) -> FloatArray:
    """Proportion by Kaplan-Meier at a month; over the whole follow-up the crude one."""
    if months is None:
        kept = member & table.evaluable
        free = 1.0 - ratio(replicates.total(table.event, kept), replicates.count(kept))
    else:
        limit, reach = reading_days(table.definition.kind, months)
        until = followed_until(table, replicates, member)
        free = curves_of(table, replicates, member).at([limit], reach=reach, until=until)[:, 0]
    free = np.where(_findable(table, replicates, member), free, np.nan)
    return free if outcome in EVENT_FREE else 1.0 - free


def event_count(
    table: Events,
    replicates: Replicates,
    member: BoolArray,
    *,
    outcome: str,
    months: float | None,
) -> FloatArray:
    """Patients with the event by a month, or without it for outcomes in `EVENT_FREE`."""
    kept = member & table.evaluable
    limit = np.inf if months is None else reading_days(table.definition.kind, months)[0]
    happened = table.event & (table.time <= limit)
    count = replicates.count(kept & (~happened if outcome in EVENT_FREE else happened))
    return np.where(_findable(table, replicates, member), count, np.nan)


def event_time(
    table: Events,
    replicates: Replicates,
    member: BoolArray,
    *,
    outcome: str,
    measure: Measure,
) -> FloatArray:
    """Median time to event by Kaplan-Meier, or mean time of those who had it."""
    if measure is Measure.MEDIAN:
        days = curves_of(table, replicates, member).median()
    else:
        had = member & table.event
        days = ratio(replicates.total(table.time, had), replicates.count(had))
    return days if outcome.endswith(_IN_DAYS) else days / DAYS_PER_MONTH


def event_hazard_ratio(
    table: Events,
    replicates: Replicates,
    first: BoolArray,
    second: BoolArray,
    *,
    months: float | None,
) -> FloatArray:
    """Cox hazard ratio of the first against the second arm, up to a month or throughout."""
    kept = (first | second) & table.evaluable
    limit = np.inf if months is None else reading_days(table.definition.kind, months)[0]
    return hazard_ratios(
        np.minimum(table.time, limit)[kept],
        (table.event & (table.time <= limit))[kept],
        first[kept],
        replicates.code[kept],
        n_replicates=replicates.n,
        weight=replicates.weights(kept),
    ).ratio


def yearly_rate(
    history: History,
    definition: Definition,
    replicates: Replicates,
    member: BoolArray,
    *,
    months: float | None,
) -> FloatArray:
    """Events per patient-year under observation, up to a month or throughout."""
    counts = event_counts(history, definition, until_months=months)
    years = replicates.total(counts.days, member) / DAYS_PER_YEAR
    return ratio(replicates.total(counts.count, member), years)


def level_figure(
    table: LevelTable,
    replicates: Replicates,
    member: BoolArray,
    *,
    outcome: str,
    measure: Measure,
) -> FloatArray:
    """Mean or median of a level, or of its change from baseline, over those measured."""
    changed = measure in (Measure.MEAN_CHANGE, Measure.MEAN_DIFFERENCE) or outcome in CHANGES
    values = table.change if changed else table.value
    if measure is Measure.MEDIAN:
        return replicates.median(values, member)
    known = member & ~np.isnan(values)
    return ratio(replicates.total(values, known), replicates.count(known))


def _findable(table: Events, replicates: Replicates, member: BoolArray) -> BoolArray:
    """Replicates in which an event could have been found in at least one member."""
    possible = table.has(Status.EVENT) | table.has(Status.CENSORED)
    return replicates.count(member & possible) > 0
