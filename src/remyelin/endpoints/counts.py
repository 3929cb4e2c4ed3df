"""Number of dated events and time under observation, for rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints.conventions import FloatArray
from remyelin.endpoints.events import observed_until
from remyelin.endpoints.firsts import SERIOUS_GRADE
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.rows import Rows
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind
from remyelin.study.vocabulary import NO_HARM
from remyelin.units import months_to_days, months_to_whole_days


@dataclass(frozen=True, eq=False)
class EventCounts:
    """Recurrent events and exposure of every patient, in the order of table ``subjects``.

    Attributes
    ----------
    definition
        What was counted.
    count
        Events on or before the limit; shape (patients,).
    days
        Days under observation up to the limit; shape (patients,).
    """

    definition: Definition
    count: FloatArray
    days: FloatArray


def event_counts(
    tables: Tables, definition: Definition, *, until_months: float | None = None
) -> EventCounts:
    """Count relapses or adverse events and the days in which they could occur.

    Parameters
    ----------
    definition
        Kind relapse or adverse_event; events and days before ``earliest_months`` do not count.
    until_months
        Counting stops here; None counts the whole follow-up.

    Raises
    ------
    InputError
        Events of this kind occur once and have no rate.
    """
    history = History.of(tables)
    last_day = observed_until(history, definition)
    if until_months is not None:
        last_day = np.minimum(last_day, months_to_days(until_months))
    start = months_to_whole_days(definition.earliest_months)
    rows = _rows(history, definition).until(last_day)
    rows = rows.keep(rows.day >= start)
    count = np.bincount(rows.patient, minlength=history.n).astype(np.float64)
    return EventCounts(definition, count, np.maximum(last_day - start, 0.0))


def _rows(history: History, definition: Definition) -> Rows:
    if definition.kind is EventKind.RELAPSE:
        return history.relapses
    if definition.kind is not EventKind.ADVERSE_EVENT:
        raise InputError(
            f"definition {definition.definition_id}",
            [f"kind is {definition.kind}; a rate needs relapse or adverse_event"],
            "Ask for a proportion or hazard ratio instead.",
        )
    if definition.column:
        named = history.adverse_named(frozenset({definition.column}))
    else:
        named = ~history.adverse_named(NO_HARM)
    if definition.serious:
        named &= history.adverse_events.value >= SERIOUS_GRADE
    return history.adverse_events.keep(named)
