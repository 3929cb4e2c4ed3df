"""Confirmed worsening and improvement of a score, and scores that are reached and kept."""

from __future__ import annotations

import numpy as np

from remyelin.endpoints.conventions import BoolArray, Censoring, FloatArray, IntArray
from remyelin.endpoints.course import Hits, Search
from remyelin.endpoints.eventtable import Found
from remyelin.endpoints.history import History
from remyelin.endpoints.relapses import Onsets
from remyelin.endpoints.rows import Rows, pick
from remyelin.endpoints.rules import Rule, systems_needed, tolerance_of
from remyelin.endpoints.scans import activity_scans
from remyelin.errors import InputError
from remyelin.study.definition import Definition
from remyelin.units import months_to_whole_days


def confirmed_change(
    history: History, definition: Definition, observed_until: FloatArray, censoring: Censoring
) -> Found:
    """Find the first change of a score that holds until it is confirmed.

    A visit starts an event when the change from the reference visit reaches the step for the
    reference score, the visit is not before ``earliest_months`` and not within
    ``relapse_window_days`` after a relapse's onset (a later visit outside the window may start
    it), and the worsening lies to relapses as ``relation`` asks. The change must hold at every
    visit up to the first one at least ``confirmation_days`` later; both limits allow the
    tolerance of the definition. The event is dated at the visit that starts it. A change that
    follow-up, death or a censoring switch leaves unconfirmed is no event.

    Parameters
    ----------
    observed_until
        Last day that counts, by patient; shape (patients,).

    Raises
    ------
    InputError
        The definition has neither steps nor a relative change nor a threshold, or the visits lack
        a column that it reads.
    """
    search, baseline = change_search(history, definition, observed_until)
    rows, rule = search.rows, search.rule
    hits = search.run(baseline)
    applies = rule.applies(pick(rows.value, baseline))
    return _found(rows, rule, hits, baseline=baseline, applies=applies, censoring=censoring)


def change_search(
    history: History, definition: Definition, observed_until: FloatArray
) -> tuple[Search, IntArray]:
    """Make the search for a change ready, and give the position of each patient's baseline.

    Raises
    ------
    InputError
        As `confirmed_change`.
    """
    if not definition.steps and definition.relative_change is None and definition.threshold is None:
        raise InputError(
            f"definition {definition.definition_id}",
            ["steps is empty; at least one step (from_edss, change) is needed"],
            "Give the EDSS change that counts.",
        )
    needed = systems_needed(definition)
    rated, systems = history.measured_with(definition.measured_column, needed)
    first = baseline_visit(rated, definition, history.n)
    begin = pick(rated.day, first, np.inf)
    used = (rated.day <= observed_until[rated.patient]) & (rated.day >= begin[rated.patient])
    rows = rated.keep(used)
    rule = Rule(
        definition,
        rows,
        Onsets(history.relapses),
        {name: score[used] for name, score in systems.items()},
        activity_scans(history).until(observed_until) if definition.mri_free else None,
    )
    baseline = rows.first(np.ones(rows.day.size, dtype=bool), history.n)
    return Search(rows, rule, Onsets(history.relapses)), baseline


def baseline_visit(rated: Rows, definition: Definition, n: int) -> IntArray:
    """Position of each patient's baseline among his assessments, -1 where he has none.

    It is visit 0, or with ``baseline_months`` the first assessment from that time on.
    """
    if definition.baseline_months == 0:
        return rated.first(rated.visit == 0, n)
    start = months_to_whole_days(definition.baseline_months) - tolerance_of(definition)
    return rated.first(rated.day >= start, n)


def _found(
    rows: Rows,
    rule: Rule,
    hits: Hits,
    *,
    baseline: IntArray,
    applies: BoolArray,
    censoring: Censoring,
) -> Found:
    n = baseline.size
    later = np.ones(rows.day.size, dtype=bool)
    later[baseline[baseline >= 0]] = False
    findable = later & rule.countable & (rule.moving >= 0)
    event = hits.event >= 0
    last = rows.last(later if censoring is Censoring.LAST_ASSESSMENT else findable, n)
    visit = rows.visit.astype(np.float64)
    confirming = np.where(event, hits.confirming, -1)
    return Found(
        time=np.where(event, pick(rows.day, hits.event), pick(rows.day, last, 0.0)),
        event=event,
        findable=rows.first(findable, n) >= 0,
        baseline=applies,
        first_visit=pick(visit, hits.event),
        confirming_visit=pick(visit, confirming),
        confirming_day=pick(rows.day, confirming),
        reference_day=pick(rows.day, hits.reference),
        reference_visit=pick(visit, hits.reference),
    )
