"""Measured levels at a time: EDSS, lesions, brain volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.events import observed_until
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.rows import Rows, pick
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind
from remyelin.units import months_to_days

PERCENT_COLUMNS: Final = frozenset({"brain_volume_pct"})
"""Columns whose change is given in per cent of baseline."""


@dataclass(frozen=True, eq=False)
class LevelTable:
    """A level of all patients at one time.

    Attributes
    ----------
    definition, time_months
        What was read, and when; None is the last visit.
    frame
        One row per patient in the order of table ``subjects``: replicate, arm_id, subject_id,
        ``day`` and ``visit`` of the visit used, ``value``, ``baseline`` and ``change``;
        nan (or missing) where there is no visit near the time.
    """

    definition: Definition
    time_months: float | None
    frame: pd.DataFrame

    @property
    def value(self) -> FloatArray:
        """Level at the time; shape (patients,)."""
        return self.frame["value"].to_numpy(np.float64)

    @property
    def change(self) -> FloatArray:
        """Change since baseline; shape (patients,)."""
        return self.frame["change"].to_numpy(np.float64)


def level(
    tables: Tables,
    definition: Definition,
    *,
    time_months: float | None,
    window_days: float | None = None,
) -> LevelTable:
    """Read a level at the visit nearest to a time; the earlier one of two equally near.

    Parameters
    ----------
    definition
        Kind level; ``column`` names the column of the visits.
    time_months
        Time from baseline; 0 is visit 0 itself, None the last visit of each patient.
    window_days
        How far the visit may lie from the time; None takes half the median interval between
        two measurements of this column in the same patient. Who reads a study hands in
        `visit_window`, half the interval of its schedule.

    Notes
    -----
    Under a definition with ``summed`` the values of all visits after baseline up to the one that
    is read are added up; a patient without a visit after baseline has no sum.

    Raises
    ------
    InputError
        The definition is of another kind or its column is not in the visits.
    """
    if definition.kind is not EventKind.LEVEL or not definition.column:
        raise InputError(
            f"definition {definition.definition_id}",
            [f"kind is {definition.kind}, column {definition.column!r}; a level needs both"],
            "Use kind level and name a column of the visits.",
        )
    history = History.of(tables)
    rows = history.measured(definition.column).until(observed_until(history, definition))
    start = pick(rows.value, rows.first(rows.visit == 0, history.n))
    if definition.summed:
        rows = _accumulated(rows, time_months)
        start = np.zeros(history.n)
    chosen = _nearest(rows, history.n, time_months, window_days)
    value = pick(rows.value, chosen)
    change = value - start
    if definition.column in PERCENT_COLUMNS:
        change = 100.0 * change / start
    frame = pd.DataFrame(
        {
            "replicate": history.replicate,
            "arm_id": np.asarray(history.arm_ids, dtype=object)[history.arm],
            "subject_id": history.subject,
            "day": pick(rows.day, chosen),
            "visit": pd.array(pick(rows.visit.astype(np.float64), chosen), dtype="Float64").astype(
                "Int64"
            ),
            "value": value,
            "baseline": start,
            "change": change,
        }
    )
    return LevelTable(definition, time_months, frame)


def _accumulated(rows: Rows, time_months: float | None) -> Rows:
    """Sum the values after baseline within each patient; only at time 0 is baseline a sum."""
    total = np.cumsum(np.where(rows.visit > 0, rows.value, 0.0))
    begin = np.searchsorted(rows.patient, rows.patient, side="left")
    before = np.concatenate([[0.0], total])[begin]
    summed = Rows(rows.patient, rows.day, total - before, rows.visit)
    return summed if time_months == 0 else summed.keep(rows.visit > 0)


def _nearest(rows: Rows, n: int, time_months: float | None, window_days: float | None) -> IntArray:
    everything = np.ones(rows.day.size, dtype=bool)
    if time_months is None:
        return rows.last(everything, n)
    if time_months == 0:
        return rows.first(rows.visit == 0, n)
    window = _own_windows(rows, n)[rows.patient] if window_days is None else window_days
    distance = np.abs(rows.day - months_to_days(time_months))
    near = np.flatnonzero((rows.visit > 0) & (distance <= window))
    order = near[::-1][np.argsort(-distance[near[::-1]], kind="stable")]
    chosen = np.full(n, -1, dtype=np.int64)
    chosen[rows.patient[order]] = order
    return chosen


def _own_windows(rows: Rows, n: int) -> FloatArray:
    """Half the median interval of each patient, counted from day 0; inf without one."""
    first = np.append(True, rows.patient[1:] != rows.patient[:-1])[: rows.day.size]
    gap = rows.day - np.where(first, 0.0, np.append(0.0, rows.day[:-1])[: rows.day.size])
    kept = gap > 0
    patient, gap = rows.patient[kept], gap[kept]
    order = np.lexsort((gap, patient))
    patient, gap = patient[order], gap[order]
    count = np.bincount(patient, minlength=n)
    begin, have = np.cumsum(count) - count, count > 0
    window = np.full(n, np.inf)
    low, high = begin[have] + (count[have] - 1) // 2, begin[have] + count[have] // 2
    window[have] = (gap[low] + gap[high]) / 4
    return window


def visit_window(tables: Tables, definition: Definition) -> float:
    """Half the median interval between two measurements of a level's column in a study.

    Raises
    ------
    InputError
        The column is not in the visits.
    """
    gaps = intervals(tables, definition)
    return float(np.median(gaps)) / 2 if gaps.size else np.inf


def _gaps(rows: Rows) -> FloatArray:
    same = rows.patient[1:] == rows.patient[:-1]
    return np.asarray(np.diff(rows.day)[same], dtype=np.float64)


def intervals(tables: Tables, definition: Definition) -> FloatArray:
    """Give the days between every two successive measurements of a level's column.

    Half their median is the window of `level`; who reads a study in parts has to take it over
    all parts.

    Raises
    ------
    InputError
        The column is not in the visits.
    """
    history = History.of(tables)
    return _gaps(history.measured(definition.column).until(observed_until(history, definition)))
