"""Checks of single cells, and the problems that they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import MISSING, NumberColumn
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.sheet import Sheet
from remyelin.errors import MOST_LISTED
from remyelin.files import shown

FIRST_DAY, LAST_DAY = "1900-01-01", "2100-12-31"
"""Dates outside of these are slips of the pen."""

_FURTHEST: Final = 200_000.0
"""Days from baseline beyond which a day is a slip of the pen (some 550 years)."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a table.

    Attributes
    ----------
    where, row, column
        File or table, row as a person counts it (empty: the whole table) and column.
    what
        What is wrong, what was given and what is allowed.
    settled
        What is done about it where the reader is asked to go on; empty where it cannot be settled.
    """

    where: str
    row: str
    column: str
    what: str
    settled: str = ""

    def __str__(self) -> str:
        """Sentence without the name of the file."""
        place = ", ".join(
            part for part in (self.row, f"column {self.column}" if self.column else "") if part
        )
        return f"{place}: {self.what}" if place else self.what


@dataclass
class Findings:
    """Problems found so far, in the order of tables and rows.

    Attributes
    ----------
    problems
        What was found; of one kind that cannot be settled at most `MOST_LISTED`.
    unlisted
        How many more there are.
    """

    problems: list[Problem] = field(default_factory=list)
    unlisted: int = 0

    def add(
        self, sheet: Sheet, row: int | None, column: str, what: str, *, settled: str = ""
    ) -> None:
        """Note a problem of one row, or of the whole table where ``row`` is None."""
        place = "" if row is None else sheet.row(row)
        self.problems.append(Problem(sheet.where, place, column, what, settled))

    def add_rows(
        self,
        sheet: Sheet,
        rows: IntArray,
        column: str,
        what: str | Callable[[int], str],
        *,
        settled: str = "",
    ) -> None:
        """Note a kind of problem of several rows.

        Parameters
        ----------
        sheet, rows, column
            Where.
        what
            What is wrong: the same for all rows, or the sentence of a row.
        settled
            What is done about it on request; such problems are all kept, as they are all told.
        """
        kept = rows if settled else rows[:MOST_LISTED]
        self.unlisted += rows.size - kept.size
        for row in kept.tolist():
            text = what if isinstance(what, str) else what(row)
            self.add(sheet, row, column, text, settled=settled)

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Problems that cannot be settled."""
        return tuple(problem for problem in self.problems if not problem.settled)


def sentences(found: Findings) -> Iterator[str]:
    """One sentence per problem, those that cannot be settled first; of many the rest is counted."""
    worst_first = sorted(found.problems, key=lambda problem: bool(problem.settled))
    for problem in worst_first[:MOST_LISTED]:
        yield f"{problem.where}, {problem}"
    more = len(worst_first[MOST_LISTED:]) + found.unlisted
    if more:
        yield f"and {more:,} more problems"


def is_empty(cells: NDArray[Any]) -> BoolArray:
    """Which cells hold nothing."""
    gone = np.asarray(pd.isna(cells), dtype=bool)
    text = np.array([isinstance(cell, str) for cell in cells], dtype=bool)
    gone[text] = [cell.strip().lower() in MISSING for cell in cells[text]]
    return gone


def texts(cells: NDArray[Any]) -> NDArray[Any]:
    """Cells as text without blanks around them; whole numbers without a decimal point."""
    return np.array([_text(cell) for cell in cells], dtype=object)


def _text(cell: Any) -> str:
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell).strip()


def numbers(sheet: Sheet, column: str, found: Findings) -> FloatArray:
    """Numbers of a column, nan where a cell is empty; cells that are no number are noted."""
    cells = sheet.columns[column]
    empty = is_empty(cells)
    values = pd.to_numeric(pd.Series(texts(cells), dtype=object), errors="coerce").to_numpy(
        np.float64
    )
    values = np.where(empty, np.nan, values)
    wrong = np.flatnonzero(~empty & ~np.isfinite(values))
    found.add_rows(sheet, wrong, column, lambda row: _no_number(cells[row]))
    return np.where(np.isfinite(values), values, np.nan)


def _no_number(cell: Any) -> str:
    given = str(cell)
    hint = "; write a decimal point" if given.replace(",", ".", 1) != given else ""
    return f"{shown(given)} is no number{hint}"


def measured(sheet: Sheet, column: NumberColumn, found: Findings) -> FloatArray:
    """Numbers of a measurement; impossible values are noted."""
    values = numbers(sheet, column.name, found)
    found.add_rows(
        sheet,
        np.flatnonzero(~column.allows(values)),
        column.name,
        lambda row: f"{values[row]:g} is impossible; allowed: {column.allowed}",
    )
    return values


def days(sheet: Sheet, column: str, found: Findings, *, needed: bool) -> FloatArray:
    """Day numbers of a column of days or dates; dates count from 1970.

    Parameters
    ----------
    needed
        Whether an empty cell is a problem.
    """
    cells = sheet.columns[column]
    empty = is_empty(cells)
    if column.endswith("date"):
        values = _dates(sheet, column, empty, found)
    else:
        values = numbers(sheet, column, found)
        far = np.abs(np.nan_to_num(values)) > _FURTHEST
        found.add_rows(sheet, np.flatnonzero(far), column, "this day is impossibly far away")
    if needed:
        found.add_rows(sheet, np.flatnonzero(empty), column, "a value is missing")
    return values


def _dates(sheet: Sheet, column: str, empty: BoolArray, found: Findings) -> FloatArray:
    cells = sheet.columns[column]
    written = np.array([isinstance(cell, str) for cell in cells], dtype=bool)
    raw = cells.copy()
    raw[empty] = None
    stamps = pd.Series(pd.NaT, index=range(sheet.n), dtype="datetime64[ns]")
    stripped = pd.Series([cell.strip() for cell in raw[written & ~empty]], dtype=object)
    stamps[written & ~empty] = pd.to_datetime(
        stripped, format="%Y-%m-%d", errors="coerce"
    ).to_numpy()
    other = ~written & ~empty
    if other.any():
        held = pd.Series([_stamp(cell) for cell in raw[other]])
        stamps[other] = held.to_numpy()
    good = stamps.notna().to_numpy() & (stamps >= FIRST_DAY).to_numpy()
    good &= (stamps <= LAST_DAY).to_numpy()
    allowed = "allowed: year-month-day, as 2024-03-31"
    found.add_rows(
        sheet,
        np.flatnonzero(~empty & ~good),
        column,
        lambda row: f"{shown(str(cells[row]))} is no date; {allowed}",
    )
    count = stamps.dt.normalize().astype("int64").to_numpy() / 86_400e9
    return np.where(good, count, np.nan)


def _stamp(cell: Any) -> Any:
    import datetime

    if isinstance(cell, datetime.date | np.datetime64):
        stamp = pd.Timestamp(cell)
        return stamp.tz_localize(None) if stamp.tzinfo is not None else stamp
    return pd.NaT
