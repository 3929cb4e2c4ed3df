"""Every event of a patient in a row, each after a new reference, and their rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from remyelin.endpoints.choices import choices
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.disability import change_search
from remyelin.endpoints.events import events, observed_until, parts_of
from remyelin.endpoints.eventtable import EventTable
from remyelin.endpoints.firsts import counted_scans, dated_events
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.rows import Rows
from remyelin.study.definition import Definition, EventKind, MovesTo, Reference

AFTER_RELAPSE_DAYS = choices()["reference_after_relapse"].value
"""Days after an onset from which a visit may be a reference, where the definition says nothing."""


class Rebaseline(StrEnum):
    """What else moves the reference; a confirmed event always does."""

    DEFINITION = "definition"
    """Between two events what the definition says."""
    EVENT = "event"
    """Nothing but confirmed events: the reference stays between two of them."""
    ROVING = "roving"
    """Every confirmed change of either direction too."""
    RELAPSE = "relapse"
    """Every relapse too: the first visit at least 30 days after its onset, or the definition's."""

    def applied(self, definition: Definition) -> Definition:
        """Give the definition under this rule; others than changes of a score stay."""
        if not definition.kind.is_change or self is Rebaseline.DEFINITION:
            return definition
        if self is Rebaseline.ROVING:
            return replace(definition, reference=Reference.ROVING)
        if self is Rebaseline.RELAPSE:
            days = definition.reference_relapse_days or AFTER_RELAPSE_DAYS
            return replace(definition, rebaseline_after_relapse=True, reference_relapse_days=days)
        return replace(
            definition,
            reference=Reference.FIXED,
            rebaseline_after_relapse=False,
            reference_never_falls=False,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class EveryEvent:
    """All events of all patients under a definition.

    Attributes
    ----------
    definition, rebaseline
        What was looked for, and what moved the reference.
    patient
        Position of the patient of each event, ascending; shape (events,).
    number
        1 for a patient's first event, 2 for the next, and so on; shape (events,).
    day, confirming_day, reference_day
        Days of the visits that show and confirm it and of its reference; nan where there is none.
    value, reference_value
        Scores at the event and with which it was compared; nan where there is none.
    component
        Definition that brought the event of a composite; empty otherwise.
    first
        The table of first events, with the status of every patient.
    followed
        Days under observation of each patient, nan where no event could be found in him; shape
        (patients,).
    """

    definition: Definition
    rebaseline: Rebaseline
    patient: IntArray
    number: IntArray
    day: FloatArray
    confirming_day: FloatArray
    reference_day: FloatArray
    value: FloatArray
    reference_value: FloatArray
    component: tuple[str, ...]
    first: EventTable
    followed: FloatArray

    @property
    def counts(self) -> IntArray:
        """Events of each patient; shape (patients,)."""
        return np.bincount(self.patient, minlength=self.followed.size).astype(np.int64)

    def frame(self, history: History) -> pd.DataFrame:
        """One row per event, by patient and day, with the keys of table ``subjects``."""
        who = self.patient
        return pd.DataFrame(
            {
                "replicate": history.replicate[who],
                "arm_id": np.asarray(history.arm_ids, dtype=object)[history.arm[who]],
                "subject_id": history.subject[who],
                "number": self.number,
                "event_day": self.day,
                "confirming_day": self.confirming_day,
                "reference_day": self.reference_day,
                "value": self.value,
                "reference_value": self.reference_value,
                "component": list(self.component),
            }
        )


@dataclass(frozen=True, eq=False)
class _Events:
    """Events of one search, in any order."""

    patient: IntArray
    day: FloatArray
    confirming: FloatArray
    reference: FloatArray
    value: FloatArray
    compared: FloatArray


def every_event(
    tables: Tables,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    rebaseline: Rebaseline = Rebaseline.DEFINITION,
) -> EveryEvent:
    """Find every event of each patient, first, second and so on.

    After a confirmed change the confirming visit is the new reference (the visit that shows the
    change where the definition says ``moves_to: event``), or the first one after it that may be
    one, and the search goes on from there as from a baseline. Relapses, adverse events and active
    scans are all counted. Milestones, deaths, faster loss of brain volume and the loss of a NEDA
    state happen once. The events of a composite are those of its components, each searched on its
    own measure; several on one day are one event, named after the first of the components.

    Parameters
    ----------
    tables, definition, definitions
        As for `remyelin.endpoints.events`.
    rebaseline
        What else moves the reference.

    Raises
    ------
    InputError, UnknownNameError
        As `remyelin.endpoints.events`.
    """
    history = History.of(tables)
    chosen = rebaseline.applied(definition)
    if definition.kind is EventKind.COMPOSITE:
        parts = tuple(rebaseline.applied(part) for part in parts_of(definition, definitions))
        library = {**definitions, **{part.definition_id: part for part in parts}}
        first = events(history, definition, library)
        found = [_every(history, part) for part in parts]
        names = definition.components
    else:
        first = events(history, chosen, definitions)
        neda = definition.kind.is_composite
        found = [_once(first)] if neda else [_every(history, chosen)]
        names = ("",)
    merged, part, number = _merged(found, first.evaluable)
    component = [names[k] for k in part]
    if definition.kind.is_composite and len(found) == 1:
        component = first.frame["component"].to_numpy()[merged.patient].tolist()
    return EveryEvent(
        definition=chosen,
        rebaseline=rebaseline,
        patient=merged.patient,
        number=number,
        day=merged.day,
        confirming_day=merged.confirming,
        reference_day=merged.reference,
        value=merged.value,
        reference_value=merged.compared,
        component=tuple(component),
        first=first,
        followed=np.where(first.findable, first.followed, np.nan),
    )


def _every(history: History, definition: Definition) -> _Events:
    last_day = observed_until(history, definition)
    match definition.kind:
        case EventKind.WORSENING | EventKind.IMPROVEMENT | EventKind.MILESTONE:
            return _changes(history, definition, last_day)
        case EventKind.RELAPSE | EventKind.ADVERSE_EVENT:
            return _plain(dated_events(history, definition, last_day))
        case EventKind.MRI_ACTIVITY:
            scans = counted_scans(history, definition, last_day)
            return _plain(scans.keep(scans.value > 0))
        case _:
            return _once(events(history, definition, {}))


def _plain(rows: Rows) -> _Events:
    blank = np.full(rows.day.shape, np.nan)
    return _Events(rows.patient, rows.day, blank, blank, blank, blank)


def _once(table: EventTable) -> _Events:
    who = np.flatnonzero(table.event)
    seal, start = (
        table.frame[name].to_numpy(np.float64)[who] for name in ("confirming_day", "reference_day")
    )
    blank = np.full(who.shape, np.nan)
    return _Events(who, table.time[who], seal, start, blank, blank)


def _changes(history: History, definition: Definition, last_day: FloatArray) -> _Events:
    """Search, move the reference to where the change was confirmed, and search again."""
    search, begin = change_search(history, definition, last_day)
    rows = search.rows
    once = not definition.kind.is_change
    by_event = definition.moves_to is MovesTo.EVENT
    rounds: list[tuple[IntArray, ...]] = []
    scores: list[FloatArray] = []
    while (begin >= 0).any():
        hits = search.run(begin)
        who = np.flatnonzero(hits.event >= 0)
        rounds.append((who, hits.event[who], hits.confirming[who], hits.reference[who]))
        scores.append(search.compared_score[who])
        begin = np.full(history.n, -1, dtype=np.int64)
        if not once:
            begin[who] = (hits.event if by_event else hits.confirming)[who]
    if not rounds:
        return _plain(rows.keep(np.zeros(rows.day.size, dtype=np.bool_)))
    who, event, seal, start = (np.concatenate(part) for part in zip(*rounds, strict=True))
    compared = np.concatenate(scores)
    return _Events(
        who, rows.day[event], rows.day[seal], rows.day[start], rows.value[event], compared
    )


def _merged(parts: Sequence[_Events], known: BoolArray) -> tuple[_Events, IntArray, IntArray]:
    """Events of all parts by patient and day, one a day, with their part and number."""
    names = [field.name for field in fields(_Events)]
    columns = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
    part = np.concatenate([np.full(one.day.shape, k) for k, one in enumerate(parts)])
    order = np.lexsort((part, columns["day"], columns["patient"]))
    order = order[known[columns["patient"][order]]]
    patient, day = columns["patient"][order], columns["day"][order]
    again = (patient[1:] == patient[:-1]) & (day[1:] == day[:-1])
    order = order[np.append(True, ~again)[: order.size]]
    patient = columns["patient"][order]
    number = np.arange(order.size) - np.searchsorted(patient, patient) + 1
    return _Events(**{name: columns[name][order] for name in names}), part[order], number
