"""How many patients a definition can be read in, and at which step the others are lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from remyelin.endpoints.conventions import BoolArray
from remyelin.endpoints.dataset import Dataset
from remyelin.endpoints.disability import baseline_visit, change_search
from remyelin.endpoints.events import events, observed_until, parts_of
from remyelin.endpoints.history import History
from remyelin.endpoints.rows import pick
from remyelin.endpoints.summary import missing_columns, reads_relapses
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One step of the funnel.

    Attributes
    ----------
    what
        What is asked of a patient at this step, of the component named in brackets.
    left, lost
        Patients who pass this step and all before, and those whom it loses.
    kept
        Whether each patient passes this step and all before; shape (patients,).
    """

    what: str
    left: int
    lost: int
    kept: BoolArray


def funnel(
    data: Dataset,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    least_visits: int | None = None,
) -> tuple[Step, ...]:
    """Count who passes each step from standing in the data to an event that could be found.

    Parameters
    ----------
    data, definition, definitions
        As for `remyelin.endpoints.evaluate`.
    least_visits
        Visits after baseline at which the score has to be measured; by default 2 where the
        definition asks for confirmation, else 1. More than that loses patients in whom the
        event could be found.

    Returns
    -------
    tuple of Step
        The first step is everybody. Without ``least_visits`` those who pass the last one are the
        ``assessable`` of `evaluate`.

    Raises
    ------
    InputError
        The definition is measured, not an event, or ``least_visits`` is below 1.
    """
    if definition.kind.is_measured:
        raise InputError(
            f"definition {definition.definition_id}",
            [f"kind is {definition.kind}, which is measured and has no events"],
            "Give a definition of an event.",
        )
    if least_visits is not None and least_visits < 1:
        raise InputError("least visits", [f"{least_visits} given, allowed: a whole number from 1"])
    history = data.history
    kept = np.ones(history.n, dtype=np.bool_)
    steps = [Step(what="in the data", left=history.n, lost=0, kept=kept)]
    for what, holds in _asked(data, definition, definitions, least_visits):
        before, kept = kept, kept & holds
        left = int(kept.sum())
        steps.append(Step(what=what, left=left, lost=int(before.sum()) - left, kept=kept))
    return tuple(steps)


_Asked = tuple[str, BoolArray]


def _asked(
    data: Dataset,
    definition: Definition,
    definitions: Mapping[str, Definition],
    least_visits: int | None,
) -> Iterator[_Asked]:
    history = data.history
    parts: tuple[Definition, ...] = (definition,)
    if definition.kind.is_composite:
        parts = parts_of(definition, definitions)
    nobody, everybody = np.zeros(history.n, dtype=np.bool_), np.ones(history.n, dtype=np.bool_)
    if any(reads_relapses(part) for part in parts):
        yield "relapses are recorded (a table of them)", everybody if data.has_relapses else nobody
    if any(part.kind is EventKind.DEATH for part in parts):
        known = everybody if data.has_reasons else nobody
        yield "why observation ended is recorded (a table of patients)", known
    lacking = missing_columns(definition, definitions, data.columns)
    if any(part.kind is EventKind.ADVERSE_EVENT for part in parts):
        lacking = (*lacking, "adverse events")
    if lacking:
        yield f"{', '.join(lacking)} recorded", nobody
        return
    for part in parts:
        name = f" [{part.definition_id}]" if len(parts) > 1 else ""
        for what, holds in _of_part(history, part, definitions, least_visits):
            yield what + name, holds


def _of_part(
    history: History,
    part: Definition,
    definitions: Mapping[str, Definition],
    least_visits: int | None,
) -> Iterator[_Asked]:
    if part.kind.is_change or part.kind is EventKind.MILESTONE:
        yield from _of_change(history, part, least_visits)
    elif part.kind is EventKind.ATROPHY:
        measured = history.measured("brain_volume_pct")
        yield "brain volume measured", np.bincount(measured.patient, minlength=history.n) > 0
        yield "a baseline scan", baseline_visit(measured, part, history.n) >= 0
    elif part.kind is EventKind.RELAPSE:
        yield "observed after baseline", observed_until(history, part) > 0
    table = events(history, part, definitions)
    yield "the event could be found" + _when(part), table.findable


def _when(part: Definition) -> str:
    if part.confirmation_days is not None:
        return f" and confirmed {part.confirmation_days:g} days later"
    return ""


def _of_change(history: History, part: Definition, least: int | None) -> Iterator[_Asked]:
    n, column = history.n, part.measured_column
    measured = history.measured(column)
    yield f"{column} measured at a visit", np.bincount(measured.patient, minlength=n) > 0
    when = f" at month {part.baseline_months:g}" if part.baseline_months else ""
    yield f"{column} measured at baseline{when}", baseline_visit(measured, part, n) >= 0
    search, baseline = change_search(history, part, observed_until(history, part))
    rows, rule = search.rows, search.rule
    yield "observed at baseline or later", baseline >= 0
    what = "a baseline to which the definition applies"
    yield what, rule.applies(pick(rows.value, baseline))
    later = np.bincount(rows.patient, minlength=n) - 1
    fewest = 1 if part.confirmation_days is None else 2
    yield "a visit after baseline", later >= 1
    for count in range(2, max(fewest, least or 0) + 1):
        yield f"{count} visits after baseline", later >= count
