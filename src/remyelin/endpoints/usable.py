"""Which visits a definition may use as reference, as event and as confirmation, and why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import BoolArray, FloatArray
from remyelin.endpoints.disability import change_search
from remyelin.endpoints.events import observed_until
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.relapses import Onsets
from remyelin.endpoints.rules import tolerance_of
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind, Relation
from remyelin.units import months_to_whole_days


def outside_relapses(definition: Definition, days: int) -> Definition:
    """Give a definition under which visits soon after a relapse serve for nothing.

    Parameters
    ----------
    definition
        Of a change of a score; others stay as they are.
    days
        A visit within so many days after an onset, the last of them included, shows and confirms
        no event and is no reference.
    """
    if not definition.kind.is_change:
        return definition
    return replace(
        definition,
        relapse_window_days=days,
        confirmation_relapse_days=float(days),
        reference_relapse_days=float(days + 1) if days else 0.0,
    )


def usable_visits(tables: Tables, definition: Definition) -> pd.DataFrame:
    """Say for each visit from baseline on what a definition may use it for.

    Returns
    -------
    pandas.DataFrame
        ``patient`` (position), ``day``, ``visit``, ``value``, ``days_after_relapse`` (nan without
        one), ``reference``, ``event`` and ``confirmation`` (true or false), and ``reason``: why
        one of them is false, empty where all are true.

    Raises
    ------
    InputError
        The definition looks for no change of a score.
    """
    if not (definition.kind.is_change or definition.kind is EventKind.MILESTONE):
        raise InputError(
            f"definition {definition.definition_id}",
            [f"kind is {definition.kind}; allowed: worsening, improvement, milestone"],
            "Of a composite ask for its components one by one.",
        )
    history = History.of(tables)
    search, _ = change_search(history, definition, observed_until(history, definition))
    rows, onsets = search.rows, Onsets(history.relapses)
    since = onsets.since(rows.patient, rows.day)
    until = onsets.until(rows.patient, rows.day)
    early = months_to_whole_days(definition.earliest_months) - tolerance_of(definition)
    no_reference = since < definition.reference_relapse_days
    too_early = (rows.day < early) & (definition.earliest_months > 0)
    no_event = _within(since, definition.relapse_window_days)
    no_seal = _within(since, definition.confirmation_relapse_days)
    if definition.relation is Relation.INDEPENDENT:
        free = definition.relapse_free
        no_event |= _within(since, free.event_before) | _within(until, free.event_after)
        no_event |= _within(since, definition.associated_days)
        no_seal |= _within(since, free.confirmation_before)
        no_seal |= _within(until, free.confirmation_after)
    frame = pd.DataFrame(
        {
            "patient": rows.patient,
            "day": rows.day,
            "visit": rows.visit,
            "value": rows.value,
            "days_after_relapse": np.where(np.isfinite(since), since, np.nan),
            "reference": ~no_reference,
            "event": ~(no_event | too_early),
            "confirmation": ~no_seal,
        }
    )
    parts = (
        (no_reference, "no reference: too soon after a relapse"),
        (no_event, "shows no event: too near to a relapse"),
        (too_early, "shows no event: before the first time that counts"),
        (no_seal, "confirms nothing: too near to a relapse"),
    )
    reason = np.full(rows.day.shape, "", dtype=object)
    for holds, words in parts:
        joint = np.where(reason[holds] == "", "", "; ")
        reason[holds] = reason[holds] + joint + words
    frame["reason"] = reason
    return frame


def _within(distance: FloatArray, days: float) -> BoolArray:
    return (distance <= days) if days > 0 else np.zeros(distance.shape, dtype=np.bool_)
