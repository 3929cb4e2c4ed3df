"""Confirmed worsening and improvement of EDSS."""

from __future__ import annotations

import numpy as np

from remyelin.endpoints.conventions import (
    EPSILON,
    VISIT_TOLERANCE_DAYS,
    BoolArray,
    Censoring,
    FloatArray,
    IntArray,
)
from remyelin.endpoints.eventtable import Found
from remyelin.endpoints.history import History
from remyelin.endpoints.rows import Rows, pick
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind
from remyelin.units import months_to_days


def confirmed_change(
    history: History, definition: Definition, observed_until: FloatArray, censoring: Censoring
) -> Found:
    """Find the first change of EDSS from baseline that holds until it is confirmed.

    A visit starts an event when the change from visit 0 reaches the step for that baseline, the
    visit is not before ``earliest_months`` and not within ``relapse_window_days`` after a
    relapse's onset (a later visit outside the window may start it). The change must hold at
    every visit up to the first one at least ``confirmation_months`` later; both limits allow
    `VISIT_TOLERANCE_DAYS`. The event is dated at the visit that starts it. A change that
    follow-up, death
    or a censoring switch leaves unconfirmed is no event.

    Parameters
    ----------
    observed_until
        Last day that counts, by patient; shape (patients,).

    Raises
    ------
    InputError
        The definition has no steps.
    """
    if not definition.steps:
        raise InputError(
            f"definition {definition.definition_id}",
            ["steps is empty; at least one step (from_edss, change) is needed"],
            "Give the EDSS change that counts.",
        )
    rated = history.measured("edss").until(observed_until)
    start = pick(rated.value, rated.first(rated.visit == 0, history.n))
    needed = _steps(definition, start)
    rows = rated.keep((rated.visit > 0) & ~np.isnan(needed)[rated.patient])
    sign = 1.0 if definition.kind is EventKind.WORSENING else -1.0
    change = sign * (rows.value - start[rows.patient])
    holds = change >= needed[rows.patient] - EPSILON
    eligible = rows.day >= months_to_days(definition.earliest_months) - VISIT_TOLERANCE_DAYS
    if definition.relapse_window_days > 0:
        eligible &= rows.days_since(history.relapses) > definition.relapse_window_days
    return _found(
        history.n,
        rows,
        baseline=~np.isnan(needed),
        eligible=eligible,
        holds=holds,
        confirming=_confirming(rows, definition),
        censoring=censoring,
    )


def _steps(definition: Definition, start: FloatArray) -> FloatArray:
    """Change needed by baseline; nan below the lowest step or without baseline."""
    ordered = sorted(definition.steps, key=lambda step: step.from_edss)
    bounds = np.array([step.from_edss for step in ordered])
    changes = np.array([step.change for step in ordered])
    place = np.searchsorted(bounds, np.nan_to_num(start, nan=-np.inf) + EPSILON, side="right") - 1
    return pick(changes, np.asarray(place, dtype=np.int64))


def _confirming(rows: Rows, definition: Definition) -> IntArray:
    """Position of the visit that would confirm a change starting at each row, -1 if none."""
    if definition.confirmation_months is None:
        return np.arange(rows.day.size)
    wait = max(months_to_days(definition.confirmation_months) - VISIT_TOLERANCE_DAYS, 0.0)
    found = rows.at_or_after(rows.day + wait)
    own = found == np.arange(found.size)
    if not own.any():
        return found
    later = np.flatnonzero(own) + 1
    inside = later < rows.day.size
    place = np.where(inside, later, 0)
    same = inside & (rows.patient[place] == rows.patient[own])
    found[own] = np.where(same, later, -1)
    return found


def _found(
    n: int,
    rows: Rows,
    *,
    baseline: BoolArray,
    eligible: BoolArray,
    holds: BoolArray,
    confirming: IntArray,
    censoring: Censoring,
) -> Found:
    findable = eligible & (confirming >= 0)
    first = rows.first(findable & holds & (confirming < rows.run_ends(holds)), n)
    event = first >= 0
    last = rows.last(np.ones(rows.day.size, dtype=bool), n)
    if censoring is Censoring.LAST_CONFIRMABLE:
        last = rows.last(findable, n)
    visit = rows.visit.astype(np.float64)
    seal = confirming[first] if confirming.size else first
    return Found(
        time=np.where(event, pick(rows.day, first), pick(rows.day, last, 0.0)),
        event=event,
        findable=rows.first(findable, n) >= 0,
        baseline=baseline,
        first_visit=pick(visit, first),
        confirming_visit=pick(visit, np.where(event, seal, -1)),
    )
