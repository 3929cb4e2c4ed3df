"""From longitudinal tables and a definition to the events of every patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from remyelin.endpoints.conventions import Censoring, FloatArray
from remyelin.endpoints.disability import confirmed_change
from remyelin.endpoints.eventtable import EventTable, Found
from remyelin.endpoints.firsts import (
    atrophy,
    death,
    first_adverse_event,
    first_relapse,
    mri_activity,
)
from remyelin.endpoints.history import History, Tables
from remyelin.errors import InputError, UnknownNameError
from remyelin.study.definition import Definition, EventKind, OnSwitch

_MEASURED = frozenset(kind for kind in EventKind if kind.is_measured)
_COMPONENT_KINDS = frozenset(kind for kind in EventKind if not kind.is_composite) - _MEASURED


def events(
    tables: Tables,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
    seen: bool = True,
) -> EventTable:
    """Find each patient's first event under a definition.

    Parameters
    ----------
    tables
        Longitudinal tables, simulated or real; hand in a `History` when several endpoints are
        read from the same tables.
    definition
        What counts as the event; any kind but ``level``.
    definitions
        Catalogue in which the components of a composite are looked up.
    censoring
        When a patient without event leaves the patients at risk.
    seen
        For composites: false where some component was looked for in nobody of the study (no MRI),
        as `components_seen` tells; then nothing is found. Each patient is judged alone: an event
        of any component is one of the composite, whoever else stands in the tables.

    Returns
    -------
    EventTable
        One row per patient. Death ends observation and is an event only where the definition
        says so.

    Raises
    ------
    InputError
        The tables or the definition are malformed.
    UnknownNameError
        A component of the definition is not in ``definitions``.
    """
    history = History.of(tables)
    found = _search(history, definition, definitions, censoring, seen)
    followed = observed_until(history, definition)
    return EventTable.of(history, definition, censoring, found, followed)


def components_seen(
    tables: Tables, definition: Definition, definitions: Mapping[str, Definition]
) -> tuple[bool, ...]:
    """Say for each component of a composite whether it could be found in any of the patients.

    Empty for other definitions. A composite can be found in a study only where each of its
    components could be found in somebody; of the parts of a study, one is enough.
    """
    if not definition.kind.is_composite:
        return ()
    history = History.of(tables)
    found = (
        _search(history, part, definitions, Censoring.LAST_ASSESSMENT)
        for part in parts_of(definition, definitions)
    )
    return tuple(bool(part.findable.any()) for part in found)


def observed_until(history: History, definition: Definition) -> FloatArray:
    """Last day that counts for a definition; shape (patients,).

    The end of observation, or the day of the switch where the definition censors at it: the
    visit on that day still counts, as it comes before the new treatment.
    """
    if definition.on_switch is OnSwitch.CENSOR:
        return np.minimum(history.end_day, history.switch_day)
    return history.end_day


def _search(
    history: History,
    definition: Definition,
    definitions: Mapping[str, Definition],
    censoring: Censoring,
    seen: bool = True,
) -> Found:
    last_day = observed_until(history, definition)
    match definition.kind:
        case EventKind.WORSENING | EventKind.IMPROVEMENT | EventKind.MILESTONE:
            return confirmed_change(history, definition, last_day, censoring)
        case EventKind.RELAPSE:
            return first_relapse(history, definition, last_day)
        case EventKind.MRI_ACTIVITY:
            return mri_activity(history, definition, last_day)
        case EventKind.ADVERSE_EVENT:
            return first_adverse_event(history, definition, last_day)
        case EventKind.DEATH:
            return death(history, definition, last_day)
        case EventKind.ATROPHY:
            return atrophy(history, definition, last_day)
        case EventKind.NEDA3 | EventKind.NEDA4 | EventKind.COMPOSITE:
            return _composite(history, definition, definitions, censoring, seen)
        case EventKind.LEVEL | EventKind.SLOPE:
            raise InputError(
                f"definition {definition.definition_id}",
                [f"kind is {definition.kind}, which is measured and has no events"],
                f"Read it with endpoints.{definition.kind}.",
            )


def _composite(
    history: History,
    definition: Definition,
    definitions: Mapping[str, Definition],
    censoring: Censoring,
    seen: bool,
) -> Found:
    """First event of any component.

    Without event a patient is censored when the last component was last assessed; under
    `Censoring.LAST_CONFIRMABLE` when the first of them was, and later events do not count.
    Without event the state is only known where every component could have been found.
    """
    parts = [
        _search(history, part, definitions, censoring) for part in parts_of(definition, definitions)
    ]
    time = np.stack([part.time for part in parts])
    event = np.stack([part.event & part.baseline for part in parts])
    free = np.where(event, np.inf, time)
    if censoring is Censoring.LAST_CONFIRMABLE:
        event &= time <= free.min(axis=0)
        end = free.min(axis=0)
    else:
        end = time.max(axis=0)
    when = np.where(event, time, np.inf)
    first = when.argmin(axis=0)
    happened = np.asarray(event.any(axis=0) & seen, dtype=np.bool_)
    findable = np.all([part.findable for part in parts], axis=0) & seen

    def chosen(values: list[FloatArray | None]) -> FloatArray:
        blank = np.full(history.n, np.nan)
        table = np.stack([blank if value is None else value for value in values])
        return np.where(happened, table[first, np.arange(history.n)], np.nan)

    return Found(
        time=np.where(happened, when.min(axis=0), end),
        event=happened,
        findable=findable,
        baseline=np.all([part.baseline for part in parts], axis=0),
        first_visit=chosen([part.first_visit for part in parts]),
        confirming_visit=chosen([part.confirming_visit for part in parts]),
        confirming_day=chosen([part.confirming_day for part in parts]),
        reference_visit=chosen([part.reference_visit for part in parts]),
        reference_day=chosen([part.reference_day for part in parts]),
        component=np.where(happened, first, -1),
    )


def parts_of(
    definition: Definition, definitions: Mapping[str, Definition]
) -> tuple[Definition, ...]:
    """Components of a composite, with the settings that it hands on to them.

    Raises
    ------
    InputError
        There are none, or one is of a kind that cannot be a component.
    UnknownNameError
        A component is not in ``definitions``.
    """
    where = f"definition {definition.definition_id}"
    if not definition.components:
        raise InputError(
            where, ["components is empty"], "Name the definitions whose events end the state."
        )
    parts = []
    for name in definition.components:
        if name not in definitions:
            raise UnknownNameError("definition", name, tuple(definitions), f"Named in {where}.")
        part = definitions[name]
        if part.kind not in _COMPONENT_KINDS:
            raise InputError(
                where,
                [f"component {name} is of kind {part.kind}, which cannot be a component"],
                "Allowed kinds: " + ", ".join(sorted(_COMPONENT_KINDS)) + ".",
            )
        if definition.on_switch is OnSwitch.CENSOR:
            part = replace(part, on_switch=OnSwitch.CENSOR)
        if definition.baseline_months > 0:
            part = replace(part, baseline_months=definition.baseline_months)
        parts.append(part)
    return tuple(parts)
