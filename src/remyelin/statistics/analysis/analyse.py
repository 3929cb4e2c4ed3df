"""One definition, all groups: curves, comparisons and rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from remyelin.endpoints import Censoring, EventTable, History, Status, event_counts, events
from remyelin.errors import UsageError
from remyelin.statistics.analysis.contrasts import Contrast, contrast
from remyelin.statistics.analysis.curves import GroupCurve, group_curve
from remyelin.statistics.analysis.rates import Rates, rates
from remyelin.statistics.arrays import BoolArray, IntArray
from remyelin.statistics.logrank import LogRank, log_rank
from remyelin.study.definition import Definition, EventKind
from remyelin.units import DAYS_PER_YEAR


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How events are turned into figures.

    Attributes
    ----------
    months
        Months at which shares are read.
    window_days
        How many days after a month events still count for it (a visit that came late).
    level
        Level of the confidence intervals.
    censoring
        When patients without event leave the patients at risk.
    """

    months: tuple[float, ...] = (12.0, 24.0)
    window_days: float = 0.0
    level: float = 0.95
    censoring: Censoring = Censoring.LAST_ASSESSMENT


@dataclass(frozen=True, eq=False, kw_only=True)
class Analysis:
    """What is published of one definition.

    Attributes
    ----------
    definition
        With text and citation.
    table
        Event or censoring of every patient.
    analysed
        Patients that are analysed: their group is known and the event could be found in them;
        shape (patients,).
    curves
        One per group, the reference first.
    contrasts
        Every other group beside the reference.
    log_rank
        All groups together; None where there is one.
    rates
        Of relapses; None for other kinds.
    """

    definition: Definition
    table: EventTable
    analysed: BoolArray
    curves: tuple[GroupCurve, ...]
    contrasts: tuple[Contrast, ...]
    log_rank: LogRank | None
    rates: Rates | None


def analyse(
    history: History,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    names: Sequence[str],
    code: IntArray,
    settings: Settings,
) -> Analysis:
    """Analyse the time to the event of a definition by group.

    Patients in whom the event could not have been found (no baseline, too few visits; of a
    composite, not every component looked at) take no part, so that nobody counts as free of an
    event that he could not have.

    Parameters
    ----------
    history, definition, definitions
        The data, what is looked for, and the catalogue for components of composites.
    names, code
        Groups, the reference first, and the place of each patient's group, -1 where it is not
        known; shape (patients,).
    settings
        How events are turned into figures.

    Raises
    ------
    UsageError
        The definition measures a level and has no events.
    """
    if definition.kind.is_measured:
        raise UsageError(
            f"{definition.definition_id} is of kind {definition.kind}: it has no time to event\n"
            "Its means by arm are given by remyelin endpoints."
        )
    table = events(history, definition, definitions, censoring=settings.censoring)
    analysed = table.findable & (code >= 0)
    names = tuple(names)
    curves = tuple(_curve(name, table, code == place, settings) for place, name in enumerate(names))
    test = None
    if len(names) > 1:
        chosen = (table.time[analysed], table.event[analysed], code[analysed])
        test = log_rank(*chosen, n_groups=len(names))
    found = None
    if definition.kind is EventKind.RELAPSE:
        counted = event_counts(history, definition)
        years = counted.days / DAYS_PER_YEAR
        found = rates(names, counted.count, years, code, level=settings.level)
    return Analysis(
        definition=definition,
        table=table,
        analysed=analysed,
        curves=curves,
        contrasts=tuple(
            _contrast(table, code, analysed, names=names, place=place, settings=settings)
            for place in range(1, len(names))
        ),
        log_rank=test,
        rates=found,
    )


def _curve(name: str, table: EventTable, mine: BoolArray, settings: Settings) -> GroupCurve:
    use = mine & table.findable
    counts = (
        mine,
        mine & table.has(Status.NO_BASELINE),
        mine & table.has(Status.NOT_CONFIRMABLE),
        mine & table.event & ~table.findable,
    )
    return group_curve(
        name,
        table.time[use],
        table.event[use],
        months=settings.months,
        window_days=settings.window_days,
        level=settings.level,
        counts=tuple(int(np.count_nonzero(one)) for one in counts),  # type: ignore[arg-type]
    )


def _contrast(
    table: EventTable,
    code: IntArray,
    analysed: BoolArray,
    *,
    names: tuple[str, ...],
    place: int,
    settings: Settings,
) -> Contrast:
    use = analysed & ((code == 0) | (code == place))
    return contrast(
        (names[place], names[0]),
        table.time[use],
        table.event[use],
        code[use] == place,
        level=settings.level,
    )
