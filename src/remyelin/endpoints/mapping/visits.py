"""Measurements brought together into visits, and the visit that is each patient's baseline."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import ARM, SCHEDULED, SUBJECT, VISIT
from remyelin.endpoints.conventions import FloatArray
from remyelin.endpoints.dates import days
from remyelin.endpoints.mapping.long import Measurement
from remyelin.endpoints.mapping.schema import Several, Time
from remyelin.endpoints.quality import Findings
from remyelin.endpoints.reading import Reading
from remyelin.endpoints.sheet import Sheet

_LEADING: Final = "edss"
_TIMED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].*")
_NO_BASELINE: Final = -1.0
"""Number of a visit that is not the baseline, in a table where one of the visits is."""


@dataclass(eq=False)
class _Visit:
    """Values of one patient on one day, by measure, each with its row."""

    subject: str
    time: Any
    scheduled: bool
    values: dict[str, list[Measurement]] = field(default_factory=dict)


def time_column(time: Time, prefix: str = "") -> str:
    """Name of the column of times in remyelin's tables."""
    return f"{prefix}date" if time is Time.DATE else f"{prefix}day"


def day_key(cell: Any) -> Any:
    """What of a time says the day: a date with an hour is the same day as one without."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    match = _TIMED.fullmatch(cell) if isinstance(cell, str) else None
    return cell if match is None else match[1]


def visit_sheet(
    measurements: Sequence[Measurement],
    *,
    time: Time,
    arm: Mapping[str, str],
    where: str,
    reading: Reading,
    found: Findings,
) -> Sheet:
    """Table of visits: rows of one patient and day are one visit.

    Parameters
    ----------
    measurements
        In the order of datasets and rows.
    arm
        Arm of each patient; empty where there are none.
    """
    visits: dict[tuple[str, Any, bool], _Visit] = {}
    for one in measurements:
        key = (one.subject, day_key(one.time), one.scheduled)
        visit = visits.setdefault(key, _Visit(one.subject, one.time, one.scheduled))
        visit.values.setdefault(one.measure.name, []).append(one)
    rows: list[_Row] = []
    told: dict[tuple[str, str], int] = {}
    for visit in _in_order(list(visits.values()), time, reading):
        rows += [(visit, row) for row in _rows_of(visit, told)]
    measures = list(dict.fromkeys(one.measure.name for one in measurements))
    columns, called = _columns(rows, measures, time, arm)
    place = np.arange(1, len(rows) + 1, dtype=np.int64)
    sheet = Sheet(where, columns, (), place, "row", tuple(columns), reading=reading, called=called)
    for (name, what), count in told.items():
        found.tell(sheet, None, name, f"{count:,} visits with {what}", _DONE[what])
    return sheet


_TWICE, _MEAN = "the same value in several rows", "several values, whose mean is read"
_FIRST, _LAST = "several values, of which the first is read", "several values, the last is read"
_DONE: Final = {_TWICE: "it counts once"} | dict.fromkeys(
    (_MEAN, _FIRST, _LAST), "as the mapping says"
)


def _rows_of(visit: _Visit, told: dict[tuple[str, str], int]) -> list[dict[str, tuple[Any, str]]]:
    """Values of a visit by measure, with their row; values that contradict make further rows."""
    rows: list[dict[str, tuple[Any, str]]] = [{}]
    for name, several in visit.values.items():
        values, what = _one(several)
        if what:
            told[(name, what)] = told.get((name, what), 0) + 1
        for k, value in enumerate(values):
            if k == len(rows):
                rows.append({})
            rows[k][name] = value
    return rows


def _one(several: Sequence[Measurement]) -> tuple[list[tuple[Any, str]], str]:
    """The values that are read of several ones, and what is told of it."""
    pairs = [(one.value, one.row) for one in several]
    if len(pairs) == 1:
        return pairs, ""
    rule = several[0].measure.several
    different = list({_as_number(value): (value, row) for value, row in reversed(pairs)}.values())
    if len(different) == 1:
        return [pairs[0]], _TWICE
    if rule is Several.FIRST:
        return [pairs[0]], _FIRST
    if rule is Several.LAST:
        return [pairs[-1]], _LAST
    numbers = [_as_number(value) for value, _ in pairs]
    if rule is Several.MEAN and all(isinstance(number, float) for number in numbers):
        return [(float(np.mean(numbers)), pairs[0][1])], _MEAN
    return different[::-1], ""


def _as_number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _in_order(visits: list[_Visit], time: Time, reading: Reading) -> list[_Visit]:
    """Visits patient by patient in the order of days: datasets are sorted by other keys."""
    day = parsed(objects([visit.time for visit in visits]), time_column(time), reading)
    first = {visit.subject: k for k, visit in reversed(list(enumerate(visits)))}
    keys = [(first[visit.subject], *_last(float(day[k]))) for k, visit in enumerate(visits)]
    order = sorted(range(len(visits)), key=lambda k: keys[k])
    return [visits[k] for k in order]


def _last(day: float) -> tuple[bool, float]:
    """Key that puts days that are not known after the others."""
    return (True, 0.0) if np.isnan(day) else (False, day)


_Row: TypeAlias = tuple[_Visit, dict[str, tuple[Any, str]]]
"""A visit, and its values by measure with the row that each was taken from."""


def _columns(
    rows: Sequence[_Row], names: Sequence[str], time: Time, arm: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Columns of the visits, and what the rows are called in each."""
    columns: dict[str, NDArray[Any]] = {
        SUBJECT: objects([visit.subject for visit, _ in rows]),
        time_column(time): objects([visit.time for visit, _ in rows]),
        SCHEDULED: objects([visit.scheduled for visit, _ in rows]),
    }
    called = {"": objects([next(iter(row.values()))[1] for _, row in rows])}
    if arm:
        columns[ARM] = objects([arm.get(visit.subject) for visit, _ in rows])
    for name in names:
        columns[name] = objects([row.get(name, (None, ""))[0] for _, row in rows])
        called[name] = objects([row.get(name, (None, ""))[1] for _, row in rows])
    return columns, called


def objects(cells: Sequence[Any]) -> NDArray[Any]:
    """Cells as an array of objects."""
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out


def with_baseline(
    sheet: Sheet,
    *,
    marked: Mapping[tuple[str, Any], bool],
    start: Mapping[str, float],
    time: Time,
    found: Findings,
) -> Sheet:
    """Number each patient's baseline visit 0 and all others -1, where a rule names one.

    Parameters
    ----------
    sheet
        The visits.
    marked
        Patient and day of visits that a dataset marks as baseline, and whether by its EDSS.
    start
        Day on which the study begins, by patient; the last visit with an EDSS up to it is baseline
        where no visit is marked.
    """
    if not marked and not start:
        found.tell(sheet, None, "", "no rule of the mapping names a baseline", _FIRST_VISIT)
        return sheet
    column = time_column(time)
    subject, day = sheet.columns[SUBJECT], days(sheet, column, Findings(), needed=False)
    keys = [(who, day_key(cell)) for who, cell in zip(subject, sheet.columns[column], strict=True)]
    planned = sheet.columns[SCHEDULED].astype(bool)
    rated = planned & np.array([cell is not None for cell in _leading(sheet)], dtype=np.bool_)
    number = np.full(sheet.n, _NO_BASELINE)
    by_mark = np.array([marked.get(key, False) for key in keys], dtype=np.bool_) & rated
    number[by_mark] = 0.0
    open_ = ~np.isin(subject.astype(str), subject[by_mark].astype(str))
    begin = np.array([start.get(who, np.nan) for who in subject])
    with np.errstate(invalid="ignore"):
        early = open_ & rated & (day <= begin)
    last = pd.Series(np.where(early, day, np.nan)).groupby(subject).transform("max").to_numpy()
    chosen = early & (day == last)
    number[chosen] = 0.0
    n_marked, n_last = len(set(subject[by_mark])), len(set(subject[chosen]))
    what = f"baseline visits: {n_marked:,} patients by their mark, {n_last:,} by the start of study"
    found.tell(sheet, None, VISIT, what, "the marked one, else the last EDSS up to the start")
    columns = {**sheet.columns, VISIT: number.astype(object)}
    return replace(sheet, columns=columns, names=(*sheet.names, VISIT))


_FIRST_VISIT: Final = "each patient's first visit is baseline"


def _leading(sheet: Sheet) -> NDArray[Any]:
    """Cells of the EDSS; without any, those of the first measurement."""
    if _LEADING in sheet.columns:
        return sheet.columns[_LEADING]
    return sheet.columns[list(sheet.columns)[-1]]


def study_days(cells: NDArray[Any]) -> tuple[NDArray[Any], list[int]]:
    """Days from the first day on (0), of study days without a day 0; and where one stands."""
    out, zeros = cells.copy(), []
    for k, cell in enumerate(cells):
        number = _as_number(cell)
        if isinstance(number, float) and number == 0:
            zeros.append(k)
        elif isinstance(number, float) and number > 0:
            out[k] = number - 1.0
        elif isinstance(number, float):
            out[k] = number
    return out, zeros


def parsed(cells: NDArray[Any], column: str, reading: Reading) -> FloatArray:
    """Days of cells of times, nan where they cannot be read; nothing is told."""
    place = np.arange(1, cells.size + 1, dtype=np.int64)
    sheet = Sheet("times", {column: cells}, (), place, "row", (column,), reading=reading)
    return days(sheet, column, Findings(), needed=False)
