"""Checks of single cells, and the problems that they find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import MISSING, NumberColumn
from remyelin.endpoints.conventions import BoolArray, FloatArray
from remyelin.endpoints.sheet import Sheet
from remyelin.files import shown

MOST_LISTED: Final = 1000
"""Problems that are listed in a message; further ones are counted."""

HIDDEN_DIGITS: Final = 1e-4
"""A value this near to a step of its scale was one before another program rounded it."""

_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})|[+-]?0,\d+")
"""Three digits after a comma may be thousands, unless a zero stands before it."""

_AS_POINT: Final = "the comma is read as a decimal point"
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
        What is wrong.
    notes
        What was read otherwise than it stands, or assumed, without asking; always told.
    """

    problems: list[Problem] = field(default_factory=list)
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
            place = sheet.row(int(rows[0]))
            if rows.size > 1:
                place = f"{rows.size:,} cells from {place} to {sheet.row(int(rows[-1]))}"
        self.notes.append(Problem(sheet.where, place, column, what, done))

    def add(
        self, sheet: Sheet, row: int | None, column: str, what: str, *, settled: str = ""
    ) -> None:
        """Note a problem of one row, or of the whole table where ``row`` is None."""
        place = "" if row is None else sheet.row(row)
        self.problems.append(Problem(sheet.where, place, column, what, settled))

    def add_rows(
        self, sheet: Sheet, rows: Iterable[Any], column: str, what: str, *, settled: str = ""
    ) -> None:
        """Note the same problem for several rows."""
        for row in rows:
            self.add(sheet, int(row), column, what, settled=settled)

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Problems that cannot be settled."""
        return tuple(problem for problem in self.problems if not problem.settled)


def sentences(problems: Sequence[Problem]) -> Iterator[str]:
    """One sentence per problem, at most `MOST_LISTED`; the rest is counted."""
    for problem in problems[:MOST_LISTED]:
        yield f"{problem.where}, {problem}"
    if len(problems) > MOST_LISTED:
        yield f"and {len(problems) - MOST_LISTED:,} more problems"


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
    commas = [row for row in bad if _DECIMAL_COMMA.fullmatch(str(cells[row]).strip())]
    values[commas] = _parsed(np.array([str(c).strip().replace(",", ".") for c in cells[commas]]))
    if sheet.separator == ";":
        found.tell(sheet, np.array(commas, dtype=np.int64), column, "decimal comma", _AS_POINT)
    else:
        for row in commas:
            what = f"{shown(str(cells[row]))} has a decimal comma"
            found.add(sheet, int(row), column, what, settled=_AS_POINT)
    for row in np.setdiff1d(bad, commas):
        given = str(cells[row])
        hint = "; write a decimal point" if given.replace(",", ".", 1) != given else ""
        found.add(sheet, int(row), column, f"{shown(given)} is no number{hint}")
    return np.where(~empty & np.isfinite(values), values, np.nan)


def _parsed(words: NDArray[Any]) -> FloatArray:
    parsed = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce")
    return np.array(parsed, dtype=np.float64)


def measured(sheet: Sheet, column: NumberColumn, found: Findings) -> FloatArray:
    """Numbers of a measurement; impossible values are noted, and those a hair off a step."""
    values = numbers(sheet, column.name, found)
    for row in np.flatnonzero(~column.allows(values)):
        given = shown(_text(sheet.columns[column.name][row]))
        near = round(values[row] / column.step) * column.step if column.step else values[row]
        what = f"{given} is impossible; allowed: {column.allowed}"
        off = abs(values[row] - near)
        settled = ""
        if 0 < off <= HIDDEN_DIGITS and bool(column.allows(np.array([near]))[0]):
            what, settled = f"{given} has hidden digits", f"it is read as {near:g}"
            values[row] = near
        found.add(sheet, int(row), column.name, what, settled=settled)
    return values


def flags(sheet: Sheet, column: str, found: Findings) -> BoolArray:
    """Yes or no of a column; an empty cell is a yes, anything else but yes or no is noted."""
    cells = sheet.columns[column]
    words = np.array([_text(cell).lower() for cell in cells], dtype=object)
    empty = is_empty(cells)
    for row in np.flatnonzero(~empty & ~np.isin(words, (*_YES, *_NO))):
        what = f"{shown(str(cells[row]))} given; allowed: {', '.join((*_YES, *_NO))}"
        found.add(sheet, int(row), column, what)
    return np.asarray(~np.isin(words, _NO) | empty, dtype=np.bool_)
