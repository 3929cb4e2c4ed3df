"""Measurements of several datasets as one list: whose, when, what, how much, from which row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.conventions import BoolArray, IntArray
from remyelin.endpoints.mapping.folder import Part
from remyelin.endpoints.mapping.schema import Measure, VisitRows
from remyelin.endpoints.mapping.selection import (
    counted,
    first_filled,
    fits,
    kept_rows,
    missing_column,
)
from remyelin.endpoints.quality import AS_POINT, Findings, with_points
from remyelin.files import shown

_SAME: Final = 1e-6
"""Difference below which a number in two columns counts as one."""


@dataclass(frozen=True, eq=False, slots=True)
class Measurement:
    """One measurement; `time` is as it stands in the dataset."""

    subject: str
    time: Any
    measure: Measure
    value: Any
    row: str
    is_baseline: bool
    scheduled: bool


@dataclass(eq=False)
class Taken:
    """Measurements of all datasets, and how many rows each file gave.

    Attributes
    ----------
    measurements
        In the order of datasets and rows.
    marked
        Whether rows of the baseline visit are marked in one of the datasets.
    used
        Files, their rows, and the rows that were used.
    """

    measurements: list[Measurement] = field(default_factory=list)
    marked: bool = False
    used: list[tuple[str, int, int]] = field(default_factory=list)


def take(rows: VisitRows, part: Part, keep: BoolArray, taken: Taken, found: Findings) -> None:
    """Add the measurements of a file.

    Parameters
    ----------
    keep
        Which rows are of patients who are kept; shape (rows,).
    """
    chosen = kept_rows(rows, part, found)
    chosen = chosen[keep[chosen]]
    times, _ = first_filled(part, rows.time, chosen, found)
    flag, scheduled = _marks(rows, part, chosen, taken)
    before = len(taken.measurements)
    used: set[int] = set()
    for measures, columns in _columns(rows, part, chosen, found):
        asked = np.array([measure is not None for measure in measures], dtype=np.bool_)
        cells, origin = first_filled(part, columns, chosen, found)
        _tell_columns(rows, part, columns, chosen, asked=asked, origin=origin, found=found)
        cells, commas = with_points(part.sheet, cells)
        found.tell(part.sheet, chosen[commas], columns[0], "decimal comma", AS_POINT)
        cells = _known(part, columns, measures, cells, chosen=chosen, found=found)
        cells = _scaled(rows, part, cells, chosen=chosen, asked=asked, found=found)
        empty = np.array([cell is None for cell in cells], dtype=np.bool_)
        found.tell(part.sheet, chosen[asked & empty], columns[0], "no value", "not read")
        undated = np.array([time is None for time in times], dtype=np.bool_) & asked & ~empty
        found.add_rows(
            part.sheet,
            chosen[undated],
            rows.time[0],
            "a value without a time",
            settled="the row is left out",
        )
        subjects = part.words(rows.subject)
        for k in np.flatnonzero(asked & ~empty & ~undated):
            measure = measures[k]
            if measure is not None:
                row = int(chosen[k])
                used.add(row)
                taken.measurements.append(
                    Measurement(
                        str(subjects[row]),
                        times[k],
                        measure,
                        cells[k],
                        part.row(row),
                        bool(flag[k]),
                        bool(scheduled[k]),
                    )
                )
    if part.sheet.n and before == len(taken.measurements):
        found.tell(part.sheet, None, "", "no measurement is read of this file", "see above")
    taken.used.append((part.name, part.sheet.n, len(used)))


Columns = list[tuple[list[Measure | None], tuple[str, ...]]]


def _columns(rows: VisitRows, part: Part, chosen: IntArray, found: Findings) -> Columns:
    """What each row is read as, with the columns of the value."""
    if rows.columns:
        there = {name: one for name, one in rows.columns.items() if part.has(name)}
        if not there:
            missing_column(part, next(iter(rows.columns)), "", found)
        return [([measure] * chosen.size, (name,)) for name, measure in there.items()]
    return [(_tests(rows, part, chosen, found), rows.values)]


def _tests(rows: VisitRows, part: Part, chosen: IntArray, found: Findings) -> list[Measure | None]:
    """What each row is read as, by its code and its name; rows of other tests are told."""
    known = {word.upper(): measure for word, measure in rows.tests.items()}
    there = [column for column in rows.test if part.has(column)]
    if not there:
        missing_column(part, rows.test[0], "", found)
        return [None] * chosen.size
    made: list[Measure | None] = [None] * chosen.size
    for column in there:
        words = part.words(column)[chosen]
        for k, word in enumerate(words):
            measure = known.get(str(word).upper())
            earlier = made[k]
            if measure is not None and earlier is not None and measure.name != earlier.name:
                what = f"{shown(word)} is {measure.name}, but {there[0]} says {earlier.name}"
                found.add(part.sheet, int(chosen[k]), column, what)
            made[k] = earlier or measure
    others = np.array([measure is None for measure in made], dtype=np.bool_)
    told = part.words(there[0])[chosen[others]]
    what = f"tests that the mapping does not name: {counted(told)}"
    found.tell(part.sheet, chosen[others], there[0], what, "not read")
    if chosen.size and others.all():
        found.add(
            part.sheet,
            None,
            there[0],
            f"none of its tests is named by the mapping; there are: {counted(told)}",
            settled="nothing is read of it",
        )
    return made


def _marks(
    rows: VisitRows, part: Part, chosen: IntArray, taken: Taken
) -> tuple[BoolArray, BoolArray]:
    """Which rows are marked as baseline, and which are of planned visits."""
    flag, scheduled = np.zeros(chosen.size, dtype=np.bool_), np.ones(chosen.size, dtype=np.bool_)
    marks = ((rows.baseline, flag, True), (rows.unscheduled, scheduled, False))
    for condition, target, value in marks:
        if condition is None or not part.has(condition.column):
            continue
        words = part.words(condition.column)[chosen]
        hit = fits(words, condition.words) if condition.words else ~fits(words, condition.but)
        target[hit] = value
        taken.marked |= condition is rows.baseline and bool(hit.any())
    return flag, scheduled


def _tell_columns(
    rows: VisitRows,
    part: Part,
    columns: tuple[str, ...],
    chosen: IntArray,
    *,
    asked: BoolArray,
    origin: IntArray,
    found: Findings,
) -> None:
    """Tell which values were not taken from the first column, and which differ from it."""
    for k, column in enumerate(columns[1:], 1):
        later = chosen[asked & (origin == k)]
        found.tell(part.sheet, later, columns[0], "an empty value", f"{column} is read")
    if rows.unit or not part.has(columns[0]):
        return
    first = _numbers(part.words(columns[0])[chosen])
    for column in columns[1:]:
        if part.has(column):
            other = _numbers(part.words(column)[chosen])
            with np.errstate(invalid="ignore"):
                differ = asked & (np.abs(first - other) > _SAME)
            what = f"a value other than that of {column}"
            found.tell(part.sheet, chosen[differ], columns[0], what, f"{columns[0]} is read")


def _numbers(words: NDArray[Any]) -> NDArray[np.float64]:
    return np.array([_number(word) for word in words], dtype=np.float64)


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return np.nan


def _known(
    part: Part,
    columns: tuple[str, ...],
    measures: list[Measure | None],
    cells: NDArray[Any],
    *,
    chosen: IntArray,
    found: Findings,
) -> NDArray[Any]:
    """Cells without the values that mean "not known"."""
    out = cells.copy()
    gone = []
    for k, (cell, measure) in enumerate(zip(cells, measures, strict=True)):
        if cell is None or measure is None or not measure.missing:
            continue
        number = _number(cell)
        if str(cell).strip() in measure.missing or number in map(_number, measure.missing):
            out[k] = None
            gone.append(k)
    told = chosen[np.array(gone, dtype=np.int64)]
    what = 'a value that means "not known" by the mapping'
    found.tell(part.sheet, told, columns[0], what, "it is no measurement")
    return out


def _scaled(
    rows: VisitRows,
    part: Part,
    cells: NDArray[Any],
    *,
    chosen: IntArray,
    asked: BoolArray,
    found: Findings,
) -> NDArray[Any]:
    """Values in the unit of remyelin; a unit that is not known is a problem."""
    if not rows.unit:
        return cells
    if not part.has(rows.unit):
        what = f"no unit is given; allowed units: {', '.join(u or 'none' for u in rows.units)}"
        found.tell(part.sheet, None, rows.unit, what, "values are read as they stand")
        return cells
    known = {unit.upper(): factor for unit, factor in rows.units.items()}
    units, out, converted = part.words(rows.unit)[chosen], cells.copy(), []
    for k in np.flatnonzero(asked):
        factor = known.get(str(units[k]).upper())
        if cells[k] is None:
            continue
        if factor is None:
            allowed = ", ".join(unit or "empty" for unit in rows.units)
            what = f"{shown(units[k])} given; allowed: {allowed}"
            found.add(part.sheet, int(chosen[k]), rows.unit, what)
        elif factor != 1.0 and np.isfinite(_number(cells[k])):
            out[k] = _number(cells[k]) * factor
            converted.append(k)
    told = chosen[np.array(converted, dtype=np.int64)]
    found.tell(part.sheet, told, rows.unit, "values in another unit", "they are converted")
    return out
