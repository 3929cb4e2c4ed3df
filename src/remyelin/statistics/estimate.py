"""From longitudinal tables and a question to one figure per replicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.endpoints import (
    Censoring,
    EventTable,
    History,
    LevelTable,
    Tables,
    components_seen,
    events,
    level,
    slope,
    visit_window,
)
from remyelin.errors import UsageError
from remyelin.statistics import figures
from remyelin.statistics.arms import Replicates, members
from remyelin.statistics.arrays import BoolArray, FloatArray, IntArray
from remyelin.statistics.summaries import ratio
from remyelin.study.definition import Definition, EventKind
from remyelin.study.measures import CONTRAST_MEASURES, RATE_MEASURES, measures_of
from remyelin.study.vocabulary import Measure

_OF_ARMS: Final = frozenset({Measure.COUNT})


@dataclass(frozen=True, eq=False, kw_only=True)
class Figures:
    """One figure per replicate.

    Attributes
    ----------
    values
        nan where the figure could not be estimated; a ratio may be 0 or inf; (replicates,).
    replicates
        Names of the replicates in the tables, ascending; (replicates,).
    status
        Patients behind the figure, over all replicates, by what became of them: a `Status`
        for events, ``measured`` and ``missing`` for levels, ``observed`` for rates.
    """

    values: FloatArray
    replicates: IntArray
    status: Mapping[str, int]


def replicate_figures(
    tables: Tables,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    outcome: str,
    measure: Measure,
    arm: str,
    time_months: float | None = None,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
) -> Figures:
    """Estimate one outcome in every replicate.

    Parameters
    ----------
    tables
        Longitudinal tables; hand in a ``History`` when several outcomes are read.
    definition, definitions
        What is looked for, and the catalogue for the components of composites.
    outcome
        Name of the outcome; it decides whether a proportion is of patients with or without
        the event (see ``figures.EVENT_FREE``) and whether times are in days.
    measure
        Kind of figure. A contrast of proportions, means or rates per year is a difference.
    arm
        An arm, ``all``, or a contrast written ``first_vs_second``.
    time_months
        Time from baseline; None is the whole follow-up (a level: each patient's last visit).

    Raises
    ------
    UsageError
        The measure does not go with the definition or with an arm or contrast.
    UnknownNameError
        The arm, or a component of the definition, does not exist.
    """
    history = History.of(tables)
    groups = members(history, arm)
    check_measure(definition, measure, contrast=len(groups) > 1, arm=arm)
    replicates = Replicates.of(history)
    everybody = np.any(groups, axis=0)
    ask = Question(outcome=outcome, measure=measure, months=time_months)
    if definition.kind.is_measured:
        if definition.kind is EventKind.SLOPE:
            read = slope(history, definition, until_months=time_months)
        else:
            window = visit_window(history, definition)
            read = level(history, definition, time_months=time_months, window_days=window)
        parts = [ask.of_level(read, replicates, member) for member in groups]
        status = _level_status(read, everybody)
    elif measure in RATE_MEASURES:
        parts = [
            figures.yearly_rate(history, definition, replicates, member, months=time_months)
            for member in groups
        ]
        status = {"observed": int(everybody.sum())}
    else:
        seen = all(components_seen(history, definition, definitions))
        table = events(history, definition, definitions, censoring=censoring, seen=seen)
        status = _event_status(table, everybody)
        if measure is Measure.HAZARD_RATIO:
            parts = [
                figures.event_hazard_ratio(
                    table, replicates, groups[0], groups[1], months=time_months
                )
            ]
        else:
            parts = [ask.of_events(table, replicates, member) for member in groups]
    values = combined(parts, measure)
    return Figures(values=values, replicates=replicates.number, status=status)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a figure is about: name of the outcome, kind of figure, time from baseline."""

    outcome: str
    measure: Measure
    months: float | None

    def of_level(self, table: LevelTable, replicates: Replicates, member: BoolArray) -> FloatArray:
        """Figure of a level, one per replicate."""
        return figures.level_figure(
            table, replicates, member, outcome=self.outcome, measure=self.measure
        )

    def of_events(
        self, table: figures.Events, replicates: Replicates, member: BoolArray
    ) -> FloatArray:
        """Figure of events, one per replicate."""
        if self.measure is Measure.PROPORTION:
            return figures.event_proportion(
                table, replicates, member, outcome=self.outcome, months=self.months
            )
        if self.measure is Measure.COUNT:
            return figures.event_count(
                table, replicates, member, outcome=self.outcome, months=self.months
            )
        return figures.event_time(
            table, replicates, member, outcome=self.outcome, measure=self.measure
        )


def combined(parts: list[FloatArray], measure: Measure) -> FloatArray:
    """Figure of an arm, or difference or ratio of those of two arms."""
    if len(parts) == 1:
        return parts[0]
    return ratio(*parts) if measure is Measure.RATE_RATIO else parts[0] - parts[1]


def check_measure(definition: Definition, measure: Measure, *, contrast: bool, arm: str) -> None:
    """Refuse a measure that does not go with a definition, or with an arm or contrast.

    Raises
    ------
    UsageError
        It does not; the message says what is allowed.
    """
    possible = measures_of(definition.kind)
    if measure not in possible:
        raise UsageError(
            f"measure {measure} cannot be formed from definition {definition.definition_id} of "
            f"kind {definition.kind}; allowed: {', '.join(possible)}. "
            "Choose another measure or definition."
        )
    if measure in CONTRAST_MEASURES and not contrast:
        raise UsageError(
            f"measure {measure} compares two arms, but {arm!r} is one; "
            "give a contrast written first_vs_second."
        )
    if measure in _OF_ARMS and contrast:
        raise UsageError(
            f"measure {measure} is of one arm, but {arm!r} is a contrast; name a single arm."
        )


def _event_status(table: EventTable, member: BoolArray) -> dict[str, int]:
    counts = table.frame["status"][member].value_counts()
    return {str(status): int(count) for status, count in counts.items()}


def _level_status(table: LevelTable, member: BoolArray) -> dict[str, int]:
    measured = int((member & ~np.isnan(table.value)).sum())
    return {"measured": measured, "missing": int(member.sum()) - measured}
