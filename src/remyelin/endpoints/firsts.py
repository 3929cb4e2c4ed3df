"""First relapse, MRI activity, adverse event and death."""

from __future__ import annotations

from typing import Final

import numpy as np

from remyelin.endpoints.conventions import (
    EPSILON,
    VISIT_TOLERANCE_DAYS,
    BoolArray,
    FloatArray,
)
from remyelin.endpoints.disability import baseline_visit
from remyelin.endpoints.eventtable import Found
from remyelin.endpoints.history import History
from remyelin.endpoints.rows import Rows, pick
from remyelin.endpoints.scans import MRI_COLUMNS, scans_of
from remyelin.errors import InputError
from remyelin.study.definition import TREATMENT, Definition, EventKind
from remyelin.study.vocabulary import NO_HARM, OTHER_CAUSE
from remyelin.units import DAYS_PER_YEAR, months_to_whole_days

SERIOUS_GRADE: Final = 3
"""Lowest CTCAE grade of a serious adverse event."""


def first_relapse(history: History, definition: Definition, observed_until: FloatArray) -> Found:
    """First relapse with onset on or after ``earliest_months``; censored at the last day."""
    return _dated(history, definition, observed_until)


def first_adverse_event(
    history: History, definition: Definition, observed_until: FloatArray
) -> Found:
    """First adverse event of the name in ``column`` (any harm where it is empty)."""
    return _dated(history, definition, observed_until)


def dated_events(history: History, definition: Definition, observed_until: FloatArray) -> Rows:
    """All relapses or adverse events that count under a definition, sorted."""
    rows = history.relapses
    if definition.kind is EventKind.ADVERSE_EVENT:
        rows = history.adverse_events
        if definition.column:
            named = history.adverse_named(frozenset({definition.column}))
        else:
            named = ~history.adverse_named(NO_HARM)
        if definition.serious:
            named &= rows.value >= SERIOUS_GRADE
        rows = rows.keep(named)
    rows = rows.until(observed_until)
    return rows.keep(_counted(rows, definition, 0.0))


def death(history: History, definition: Definition, observed_until: FloatArray) -> Found:
    """Death; censored at the last day under observation.

    Under a definition with column ``treatment`` a death with an event ``death_of_other_cause`` on
    the same day is none: it competes and censors. A death without a known cause counts.
    """
    died = history.death_day <= observed_until
    event = died & ~_of_other_cause(history) if definition.column == TREATMENT else died
    time = np.where(died, history.death_day, observed_until)
    return _plain(history, time, event, observed_until > 0)


def _of_other_cause(history: History) -> BoolArray:
    rows = history.adverse_events.keep(history.adverse_named(frozenset({OTHER_CAUSE})))
    found = np.zeros(history.n, dtype=np.bool_)
    found[rows.patient[rows.day == history.death_day[rows.patient]]] = True
    return found


def mri_activity(history: History, definition: Definition, observed_until: FloatArray) -> Found:
    """First scheduled MRI after baseline with an enhancing or new T2 lesion.

    Dated at the MRI that shows it; censored at the last MRI. ``column`` narrows the search to
    one of `MRI_COLUMNS`. A patient without MRI after baseline has nothing that could be found.

    Raises
    ------
    InputError
        ``column`` is neither empty nor one of `MRI_COLUMNS`.
    """
    scans = counted_scans(history, definition, observed_until)
    first = scans.first(scans.value > 0, history.n)
    last = scans.last(np.ones(scans.day.size, dtype=bool), history.n)
    event = first >= 0
    return Found(
        time=np.where(event, pick(scans.day, first), pick(scans.day, last, 0.0)),
        event=event,
        findable=last >= 0,
        baseline=np.ones(history.n, dtype=bool),
        first_visit=pick(scans.visit.astype(np.float64), first),
        confirming_visit=np.full(history.n, np.nan),
    )


def counted_scans(history: History, definition: Definition, observed_until: FloatArray) -> Rows:
    """All scans in which MRI activity would count, sorted; the value is the number of lesions.

    Raises
    ------
    InputError
        As `mri_activity`.
    """
    if definition.column and definition.column not in MRI_COLUMNS:
        raise InputError(
            f"definition {definition.definition_id}",
            [f"column is {definition.column!r}; allowed: {', '.join(MRI_COLUMNS)}, or empty"],
            "Leave column empty to count both.",
        )
    asked = (definition.column,) if definition.column else MRI_COLUMNS
    columns = tuple(column for column in asked if history.has_column(column)) or asked
    scans = scans_of(history, columns).until(observed_until)
    scans = scans.keep(_after_baseline(scans, definition, history.n))
    return scans.keep(_counted(scans, definition, VISIT_TOLERANCE_DAYS))


def atrophy(history: History, definition: Definition, observed_until: FloatArray) -> Found:
    """First scan at which brain volume was lost faster than the yearly rate in ``threshold``.

    The loss since the baseline scan is taken per year; scans before ``earliest_months`` do not
    count, as a short span makes the noise of a scan a large yearly rate.
    """
    scans = history.measured("brain_volume_pct").until(observed_until)
    first = baseline_visit(scans, definition, history.n)
    begin, start = pick(scans.day, first), pick(scans.value, first)
    years = (scans.day - begin[scans.patient]) / DAYS_PER_YEAR
    later = (years > 0) & _counted(scans, definition, VISIT_TOLERANCE_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = 100.0 * (1.0 - scans.value / start[scans.patient]) / years
    fast = later & (loss > (definition.threshold or 0.0) + EPSILON)
    shown, last = scans.first(fast, history.n), scans.last(later, history.n)
    event = shown >= 0
    number = scans.visit.astype(np.float64)
    return Found(
        time=np.where(event, pick(scans.day, shown), pick(scans.day, last, 0.0)),
        event=event,
        findable=last >= 0,
        baseline=first >= 0,
        first_visit=pick(number, shown),
        confirming_visit=np.full(history.n, np.nan),
        reference_visit=pick(number, np.where(event, first, -1)),
        reference_day=pick(scans.day, np.where(event, first, -1)),
    )


def _after_baseline(scans: Rows, definition: Definition, n: int) -> BoolArray:
    """Scans after the baseline visit, or after the scan from which ``baseline_months`` counts."""
    if definition.baseline_months == 0:
        return scans.visit > 0
    begin = pick(scans.day, baseline_visit(scans, definition, n), np.inf)
    return scans.day > begin[scans.patient]


def _counted(rows: Rows, definition: Definition, tolerance: float) -> BoolArray:
    return rows.day >= _begin(definition) - tolerance


def _begin(definition: Definition) -> float:
    """First day that counts."""
    return months_to_whole_days(max(definition.earliest_months, definition.baseline_months))


def _dated(history: History, definition: Definition, observed_until: FloatArray) -> Found:
    """First dated row; whoever was not observed from the first day that counts had no chance."""
    rows = dated_events(history, definition, observed_until)
    first = rows.first(np.ones(rows.day.size, dtype=np.bool_), history.n)
    event = first >= 0
    time = np.where(event, pick(rows.day, first), observed_until)
    followed = (observed_until > 0) & (observed_until >= _begin(definition))
    return _plain(history, time, event, followed)


def _plain(history: History, time: FloatArray, event: BoolArray, findable: BoolArray) -> Found:
    everybody = np.ones(history.n, dtype=bool)
    nothing = np.full(history.n, np.nan)
    return Found(
        time=time,
        event=event,
        findable=event | findable,
        baseline=everybody,
        first_visit=nothing,
        confirming_visit=nothing,
    )
