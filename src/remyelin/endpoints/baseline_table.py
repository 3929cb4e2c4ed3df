"""Table 1: baseline characteristics of all patients and by group, with standardised differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import MEASURES, PATIENT_WORDS
from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.dataset import Dataset
from remyelin.endpoints.quality import is_empty, texts
from remyelin.endpoints.rows import pick
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.endpoints.summary import EVERYBODY
from remyelin.errors import InputError
from remyelin.files import ReadLimits, listed, shown
from remyelin.units import DAYS_PER_YEAR

MOST_LEVELS: Final = 20
"""Different words from which on a column is names or notes, and no characteristic."""

FEW_NUMBERS: Final = 2
"""A column of at most so many different numbers (0 and 1, 1 and 2) holds classes."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A characteristic in one group; numbers are nan where there are none.

    Attributes
    ----------
    group
        Name of the group, or ``all``.
    n, missing
        Patients with a value, and without.
    mean, sd, median, q1, q3
        Of a number; quartiles by linear interpolation.
    count, share
        Of a class: patients in it, and their share of those with a value.
    """

    group: str
    n: int
    missing: int
    mean: float = np.nan
    sd: float = np.nan
    median: float = np.nan
    q1: float = np.nan
    q3: float = np.nan
    count: int = 0
    share: float = np.nan


@dataclass(frozen=True, kw_only=True)
class Characteristic:
    """One row of Table 1.

    Attributes
    ----------
    name, level
        What it is, and the class; empty for a number.
    cells
        All patients first, then the groups.
    difference
        Standardised difference between the groups, of more than two the largest of any pair;
        for classes that of all classes together; nan for one group or without spread.
    """

    name: str
    level: str
    cells: tuple[Cell, ...]
    difference: float


@dataclass(frozen=True, eq=False)
class BaselineTable:
    """Baseline characteristics.

    Attributes
    ----------
    groups
        All patients first, then the groups with the number of their patients.
    rows
        Characteristics in order.
    left_out
        Columns that are no characteristic, each with the reason.
    """

    groups: tuple[tuple[str, int], ...]
    rows: tuple[Characteristic, ...]
    left_out: tuple[str, ...]

    def frame(self) -> pd.DataFrame:
        """One row per characteristic, class and group."""
        made = [
            {
                "characteristic": row.name,
                "level": row.level,
                **vars(cell),
                "standardised_difference": row.difference,
            }
            for row in self.rows
            for cell in row.cells
        ]
        return pd.DataFrame(made)


def baseline_table(
    data: Dataset,
    *,
    patients: Source | None = None,
    group: str | None = None,
    classes: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
    limits: ReadLimits | None = None,
) -> BaselineTable:
    """Describe patients at baseline, all together and by group.

    Parameters
    ----------
    data
        The visits; their measurements at baseline are characteristics, and, where relapses are
        recorded, onsets in the year before baseline.
    patients
        The table of patients: its further columns (age, sex, ...) are characteristics.
    group
        Column of that table by which patients are grouped; None: the arms of the visits.
    classes
        Columns of numbers that hold classes; those with at most two different numbers do anyway.
    renamed, limits
        As for `read_dataset`.

    Raises
    ------
    InputError
        A column that is named is not there, or a patient stands twice in the table.
    """
    sheet, place = _sheet(patients, data, renamed, limits)
    columns = _columns(sheet, place, data)
    asked = [name for name in (*classes, *([group] if group else [])) if name not in columns]
    if asked:
        there = listed(tuple(columns)) or "none"
        what = f"no column {', '.join(shown(name) for name in asked)}; there are: {there}"
        raise InputError("table patients", [what], "Hand the table of patients in with --patients.")
    groups = _groups(data, columns.pop(group) if group else None)
    rows: list[Characteristic] = []
    left_out: list[str] = []
    for name, values in {**_measured(data), **columns}.items():
        words = values.dtype == object
        numbers = None if words else values
        if words and name not in classes:
            numbers = _as_numbers(values)
        if numbers is not None and not _few(numbers, name in columns):
            if np.isfinite(numbers).any():
                rows.append(_number_row(name, numbers, groups))
            else:
                left_out.append(f"{name} (empty)")
            continue
        held = values if words else np.where(np.isnan(values), "", values.astype(str))
        levels = sorted({str(word) for word in held if word != ""})
        if not levels or len(levels) > MOST_LEVELS:
            why = "empty" if not levels else f"{len(levels)} different values"
            left_out.append(f"{name} ({why})")
            continue
        rows += _class_rows(name, levels, held, groups)
    named = tuple((name, int(member.size)) for name, member in groups)
    return BaselineTable(named, tuple(rows), tuple(left_out))


def _few(numbers: FloatArray, given: bool) -> bool:
    known = np.unique(numbers[np.isfinite(numbers)])
    return given and 0 < known.size <= FEW_NUMBERS and bool(np.all(known % 1 == 0))


def _sheet(
    patients: Source | None,
    data: Dataset,
    renamed: Mapping[str, str] | None,
    limits: ReadLimits | None,
) -> tuple[Sheet | None, IntArray]:
    """The table of patients, and the row of each patient of the data, -1 without one."""
    history = data.history
    if patients is None:
        return None, np.full(history.n, -1, dtype=np.int64)
    sheet = read_sheet(patients, name="patients", wanted=None, renamed=renamed, limits=limits)
    if "subject_id" not in sheet.columns:
        there = listed(tuple(sheet.columns))
        what = f"column subject_id is missing; there are: {there}"
        raise InputError(sheet.where, [what])
    mine: list[NDArray[Any]] = [data.labels]
    theirs: list[NDArray[Any]] = [texts(sheet.columns["subject_id"])]
    if "arm_id" in sheet.columns and len(history.arm_ids) > 1:
        mine.append(np.asarray(history.arm_ids, dtype=object)[history.arm])
        theirs.append(texts(sheet.columns["arm_id"]))
    known = pd.MultiIndex.from_arrays(theirs)
    if known.has_duplicates:
        row = int(np.flatnonzero(known.duplicated())[0])
        what = f"{sheet.row(row)}, column subject_id: this patient stands twice"
        raise InputError(sheet.where, [what], "Give one row per patient.")
    place = known.get_indexer(pd.MultiIndex.from_arrays(mine))
    return sheet, np.asarray(place, dtype=np.int64)


def _columns(sheet: Sheet | None, place: IntArray, data: Dataset) -> dict[str, NDArray[Any]]:
    """Further columns of the table of patients, one cell per patient, empty for nobody."""
    if sheet is None:
        return {}
    made = {}
    for name, cells in sheet.columns.items():
        if name in PATIENT_WORDS:
            continue
        words = np.where(is_empty(cells), "", texts(cells))
        made[name] = np.where(place >= 0, words[np.maximum(place, 0)], "").astype(object)
    return made


def _measured(data: Dataset) -> dict[str, NDArray[Any]]:
    """Measurements at baseline, and relapses in the year before where any are recorded."""
    history = data.history
    made: dict[str, NDArray[Any]] = {}
    for column in MEASURES:
        if column.name in data.columns:
            rows = history.measured(column.name)
            unit = f", {column.unit}" if column.unit else ""
            made[f"{column.meaning}{unit}"] = pick(
                rows.value, rows.first(rows.visit == 0, history.n)
            )
    before = history.relapses.keep(history.relapses.day < 0)
    if data.has_relapses and before.day.size:
        year = before.keep(before.day >= -DAYS_PER_YEAR)
        count = np.bincount(year.patient, minlength=history.n).astype(np.float64)
        made["relapses in the year before baseline"] = count
    return made


def _groups(data: Dataset, column: NDArray[Any] | None) -> tuple[tuple[str, IntArray], ...]:
    history = data.history
    if column is None:
        column = np.asarray(history.arm_ids, dtype=object)[history.arm]
    names = sorted({str(name) for name in column if name != ""})
    everybody = (EVERYBODY, np.arange(history.n))
    if len(names) < 2:
        return (everybody,)
    return (everybody, *((name, np.flatnonzero(column == name)) for name in names))


def _as_numbers(values: NDArray[Any]) -> FloatArray | None:
    """Numbers of a column of text, nan where empty; None where one is no number."""
    empty = values == ""
    parsed = pd.to_numeric(pd.Series(np.where(empty, "nan", values)), errors="coerce")
    numbers = parsed.to_numpy(np.float64)
    return numbers if np.isfinite(numbers[~empty]).all() else None


_Groups = tuple[tuple[str, IntArray], ...]


def _number_row(name: str, values: FloatArray, groups: _Groups) -> Characteristic:
    cells = tuple(_number_cell(group, values[member]) for group, member in groups)
    known = [values[member][~np.isnan(values[member])] for _, member in groups[1:]]
    pairs = (_distance_of_numbers(one, two) for one, two in combinations(known, 2))
    return Characteristic(name=name, level="", cells=cells, difference=_largest(pairs))


def _number_cell(group: str, values: FloatArray) -> Cell:
    known = values[~np.isnan(values)]
    missing = values.size - known.size
    if not known.size:
        return Cell(group=group, n=0, missing=missing)
    q1, median, q3 = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
    return Cell(
        group=group,
        n=known.size,
        missing=missing,
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if known.size > 1 else np.nan,
        median=median,
        q1=q1,
        q3=q3,
    )


def _class_rows(
    name: str, levels: Sequence[str], values: NDArray[Any], groups: _Groups
) -> Iterator[Characteristic]:
    shares = []
    for _, member in groups[1:]:
        mine = values[member]
        known = int((mine != "").sum())
        count = np.array([(mine == level).sum() for level in levels], dtype=np.float64)
        shares.append(count / known if known else np.full(len(levels), np.nan))
    pairs = (_distance_of_shares(one, two) for one, two in combinations(shares, 2))
    difference = _largest(pairs)
    for level in levels:
        cells = tuple(_class_cell(group, values[member], level) for group, member in groups)
        yield Characteristic(name=name, level=level, cells=cells, difference=difference)


def _class_cell(group: str, values: NDArray[Any], level: str) -> Cell:
    known, count = int((values != "").sum()), int((values == level).sum())
    share = count / known if known else np.nan
    return Cell(group=group, n=known, missing=values.size - known, count=count, share=share)


def _largest(pairs: Iterator[float]) -> float:
    known = [value for value in pairs if not np.isnan(value)]
    return max(known, key=abs) if known else np.nan


def _distance_of_numbers(one: FloatArray, two: FloatArray) -> float:
    """Difference of means over the root of the mean variance (Austin 2009)."""
    if min(one.size, two.size) < 2:
        return np.nan
    spread = np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2)
    apart = float(one.mean() - two.mean())
    return apart / float(spread) if spread > 0 else (0.0 if apart == 0 else np.nan)


def _distance_of_shares(one: FloatArray, two: FloatArray) -> float:
    """Distance of two distributions over classes (Yang and Dalton 2012; recalled).

    The difference of all shares but the first, measured by the mean of both multinomial
    covariances; for two classes it is that of Austin (2009) without its sign.
    """
    if np.isnan(one).any() or np.isnan(two).any():
        return np.nan
    apart = (one - two)[1:]
    if not np.any(np.abs(apart) > 0):
        return 0.0
    mean = (_covariance(one) + _covariance(two)) / 2
    if np.linalg.matrix_rank(mean) < apart.size:
        return np.nan
    return float(np.sqrt(apart @ np.linalg.solve(mean, apart)))


def _covariance(share: FloatArray) -> FloatArray:
    rest = share[1:]
    return np.asarray(np.diag(rest) - np.outer(rest, rest), dtype=np.float64)
