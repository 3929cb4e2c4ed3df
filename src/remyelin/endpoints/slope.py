"""Yearly change of a measured level: a straight line through each patient's visits."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import FloatArray
from remyelin.endpoints.events import observed_until
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.level import LevelTable
from remyelin.endpoints.rows import Rows, pick
from remyelin.errors import InputError
from remyelin.study.definition import Definition, EventKind
from remyelin.units import DAYS_PER_YEAR, months_to_days, months_to_whole_days

LEAST_VISITS: Final = 2
"""Fewest visits through which a line can be laid."""


def slope(
    tables: Tables, definition: Definition, *, until_months: float | None = None
) -> LevelTable:
    """Lay a line by least squares through the visits of every patient.

    Parameters
    ----------
    definition
        Kind slope; ``column`` names the column of the visits.
    until_months
        Visits after this time do not count; None takes them all.

    Returns
    -------
    LevelTable
        ``value`` is the slope per year, nan with fewer than `LEAST_VISITS` days of visits;
        ``baseline`` is the first and ``change`` the last value less the first.

    Raises
    ------
    InputError
        The definition is of another kind or its column is not in the visits.
    """
    if definition.kind is not EventKind.SLOPE or not definition.column:
        raise InputError(
            f"definition {definition.definition_id}",
            [f"kind is {definition.kind}, column {definition.column!r}; a slope needs both"],
            "Use kind slope and name a column of the visits.",
        )
    history = History.of(tables)
    rows = history.measured(definition.column).until(observed_until(history, definition))
    rows = rows.keep(rows.day >= months_to_whole_days(definition.baseline_months))
    if until_months is not None:
        rows = rows.keep(rows.day <= months_to_days(until_months))
    all_rows = np.ones(rows.day.size, dtype=bool)
    first, last = rows.first(all_rows, history.n), rows.last(all_rows, history.n)
    start, end = pick(rows.value, first), pick(rows.value, last)
    number = pick(rows.visit.astype(np.float64), last)
    frame = pd.DataFrame(
        {
            "replicate": history.replicate,
            "arm_id": np.asarray(history.arm_ids, dtype=object)[history.arm],
            "subject_id": history.subject,
            "day": pick(rows.day, last),
            "visit": pd.array(number, dtype="Float64").astype("Int64"),
            "value": _slopes(rows, history.n),
            "baseline": start,
            "change": end - start,
        }
    )
    return LevelTable(definition, until_months, frame)


def _slopes(rows: Rows, n: int) -> FloatArray:
    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(rows.patient, values, minlength=n), dtype=np.float64)

    years = rows.day / DAYS_PER_YEAR
    count = np.maximum(total(np.ones(years.size)), 1.0)
    time = years - (total(years) / count)[rows.patient]
    value = rows.value - (total(rows.value) / count)[rows.patient]
    spread = total(time * time)
    enough = spread > 0
    return np.where(enough, total(time * value) / np.where(enough, spread, 1.0), np.nan)
