"""Checks of single cells, and the problems that they find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import MISSING, NumberColumn
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.reading import DecimalMark
from remyelin.endpoints.sheet import Sheet
from remyelin.errors import MOST_LISTED
from remyelin.files import shown

HIDDEN_DIGITS: Final = 1e-4
"""A value this near to a step of its scale was one before another program rounded it."""

_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})|[+-]?0,\d+")
"""Three digits after a comma may be thousands, unless a zero stands before it."""

_COMMA_CHOSEN: Final = re.compile(r"[+-]?\d*,\d+")
_POINT_DOUBTED: Final = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
"""Where commas are decimal, points before three digits may part thousands."""

AS_POINT: Final = "the comma is read as a decimal point"
"""What is done with a decimal comma."""

_YES, _NO = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f")


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
        What is wrong; of one kind that cannot be settled at most `MOST_LISTED`.
    unlisted
        How many more there are.
    notes
        What was read otherwise than it stands, or assumed, without asking; always told.
    """

    problems: list[Problem] = field(default_factory=list)
    unlisted: int = 0
    notes: list[Problem] = field(default_factory=list)

    def take(self, sheet: Sheet) -> Sheet:
        """Note what was read otherwise than it stands while the rows were made."""
        for place, column, what, done in sheet.repairs:
            self.notes.append(Problem(sheet.where, place, column, what, done))
        return sheet

    def tell(
        self, sheet: Sheet, rows: NDArray[np.int64] | None, column: str, what: str, done: str
    ) -> None:
        """Note once for a column what was read otherwise than it stands, or assumed."""
        place = ""
        if rows is not None:
            if rows.size == 0:
                return
            place = sheet.row(int(rows[0]), column)
            if rows.size > 1:
                place = f"{rows.size:,} cells from {place} to {sheet.row(int(rows[-1]), column)}"
        self.notes.append(Problem(sheet.where, place, column, what, done))

    def add(
        self, sheet: Sheet, row: int | None, column: str, what: str, *, settled: str = ""
    ) -> None:
        """Note a problem of one row, or of the whole table where ``row`` is None."""
        place = "" if row is None else sheet.row(row, column)
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
    values = _parsed(texts(cells))
    bad = np.flatnonzero(~empty & ~np.isfinite(values))
    mark = sheet.reading.decimal
    allowed = _COMMA_CHOSEN if mark is DecimalMark.COMMA else _DECIMAL_COMMA
    read = () if mark is DecimalMark.POINT else bad
    commas = np.array(
        [row for row in read if allowed.fullmatch(str(cells[row]).strip())], dtype=np.int64
    )
    values[commas] = _parsed(np.array([str(c).strip().replace(",", ".") for c in cells[commas]]))
    if sheet.separator == ";" or mark is DecimalMark.COMMA:
        found.tell(sheet, commas, column, "decimal comma", AS_POINT)
    else:
        found.add_rows(
            sheet,
            commas,
            column,
            lambda row: f"{shown(str(cells[row]))} has a decimal comma",
            settled=AS_POINT,
        )
    if mark is DecimalMark.COMMA:
        _refuse_thousands(sheet, column, values, found)
    wrong = np.setdiff1d(bad, commas)
    found.add_rows(sheet, wrong, column, lambda row: _no_number(cells[row]))
    return np.where(~empty & np.isfinite(values), values, np.nan)


def with_points(sheet: Sheet, cells: NDArray[Any]) -> tuple[NDArray[Any], IntArray]:
    """Cells in which a comma that can only be decimal is a point, and which cells these are.

    Nothing is changed where neither the separator nor a choice says that commas are decimal.
    """
    chosen = sheet.reading.decimal is DecimalMark.COMMA
    if not chosen and (sheet.separator != ";" or sheet.reading.decimal is DecimalMark.POINT):
        return cells, np.empty(0, dtype=np.int64)
    form = _COMMA_CHOSEN if chosen else _DECIMAL_COMMA
    places = [k for k, c in enumerate(cells) if isinstance(c, str) and form.fullmatch(c.strip())]
    out = cells.copy()
    out[places] = [cells[k].strip().replace(",", ".") for k in places]
    return out, np.array(places, dtype=np.int64)


def _refuse_thousands(sheet: Sheet, column: str, values: FloatArray, found: Findings) -> None:
    """Note numbers whose point may part thousands, as commas are decimal here."""
    cells = sheet.columns[column]
    doubted = [
        row
        for row, cell in enumerate(cells)
        if isinstance(cell, str) and _POINT_DOUBTED.fullmatch(cell.strip())
    ]
    rows = np.array(doubted, dtype=np.int64)
    values[rows] = np.nan
    found.add_rows(
        sheet,
        rows,
        column,
        lambda row: (
            f"{shown(cells[row])}: the point may part thousands, as commas are decimal "
            "(--decimal comma); write it without point, or with a decimal comma"
        ),
    )


def _parsed(words: NDArray[Any]) -> FloatArray:
    parsed = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce")
    return np.array(parsed, dtype=np.float64)


def _no_number(cell: Any) -> str:
    given = str(cell)
    hint = ""
    if _COMMA_CHOSEN.fullmatch(given.strip()):
        hint = "; the comma may part thousands: write a decimal point, or say --decimal comma"
    elif "," in given:
        hint = "; write a decimal point"
    return f"{shown(given)} is no number{hint}"


def measured(sheet: Sheet, column: NumberColumn, found: Findings) -> FloatArray:
    """Numbers of a measurement; impossible values are noted, and those a hair off a step."""
    values = numbers(sheet, column.name, found)
    wrong = np.flatnonzero(~column.allows(values))
    if not wrong.size:
        return values
    cells, given = sheet.columns[column.name], values[wrong]
    with np.errstate(over="ignore"):  # beyond every limit, and refused below
        near = np.round(given / column.step) * column.step if column.step else given
    off = np.abs(given - near)
    hidden = (off > 0) & (off <= HIDDEN_DIGITS) & column.allows(near)
    read_as = dict(zip(wrong[hidden].tolist(), near[hidden].tolist(), strict=True))
    for row, value in read_as.items():
        what = f"{shown(_text(cells[row]))} has hidden digits"
        found.add(sheet, row, column.name, what, settled=f"it is read as {value:g}")
    values[wrong[hidden]] = near[hidden]
    found.add_rows(
        sheet,
        wrong[~hidden],
        column.name,
        lambda row: f"{shown(_text(cells[row]))} is impossible; allowed: {column.allowed}",
    )
    return values


def flags(sheet: Sheet, column: str, found: Findings) -> BoolArray:
    """Yes or no of a column; an empty cell is a yes, anything else but yes or no is noted."""
    cells = sheet.columns[column]
    words = np.array([_text(cell).lower() for cell in cells], dtype=object)
    empty = is_empty(cells)
    found.add_rows(
        sheet,
        np.flatnonzero(~empty & ~np.isin(words, (*_YES, *_NO))),
        column,
        lambda row: f"{shown(str(cells[row]))} given; allowed: {', '.join((*_YES, *_NO))}",
    )
    return np.asarray(~np.isin(words, _NO) | empty, dtype=np.bool_)
