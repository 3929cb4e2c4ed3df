"""Rows of a dataset that a mapping keeps, and why the others are dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.conventions import BoolArray, IntArray
from remyelin.endpoints.mapping.folder import Part, as_times
from remyelin.endpoints.mapping.schema import Condition, Rows
from remyelin.endpoints.quality import Findings, is_empty
from remyelin.files import listed, shown

MOST_WORDS = 12
"""Words of a column that a message lists."""


@lru_cache(maxsize=4096)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for words; only ``*`` stands for other letters."""
    parts = (".*".join(re.escape(piece) for piece in word.upper().split("*")) for word in words)
    return re.compile("|".join(f"(?:{part})" for part in parts), re.DOTALL)


def fits(cells: NDArray[Any], words: tuple[str, ...]) -> BoolArray:
    """Which words of a column are one of the given ones."""
    pattern = _pattern(words)
    known = {word: bool(pattern.fullmatch(word.upper())) for word in set(cells.tolist())}
    return np.array([known[word] for word in cells.tolist()], dtype=np.bool_)


def counted(words: NDArray[Any]) -> str:
    """Words of a column with their numbers, the most frequent first."""
    times = Counter(words.tolist()).most_common()
    text = ", ".join(
        f"{shown(word, limit=40) if word else 'empty'} ({count:,})"
        for word, count in times[:MOST_WORDS]
    )
    more = len(times) - MOST_WORDS
    return f"{text} and {more:,} more" if more > 0 else text


def kept_rows(rows: Rows, part: Part, found: Findings) -> IntArray:
    """Rows that name a patient and meet every condition; the others are told.

    Columns that are missing are a problem, unless the condition only drops rows.
    """
    if rows.optional and (lacking := _lacking(rows, part)):
        what = f"nothing is read as {lacking[0]} is missing"
        found.tell(part.sheet, None, lacking[0], what, "the mapping allows it")
        return np.empty(0, dtype=np.int64)
    if not part.has(rows.subject):
        missing_column(part, rows.subject, "", found)
        return np.empty(0, dtype=np.int64)
    keep = np.ones(part.sheet.n, dtype=np.bool_)
    unnamed = np.flatnonzero(is_empty(part.sheet.columns[rows.subject]))
    found.add_rows(part.sheet, unnamed, rows.subject, "a value is missing")
    keep[unnamed] = False
    for condition in rows.where:
        keep &= _holds(condition, part, keep, found)
    return np.flatnonzero(keep)


def _lacking(rows: Rows, part: Part) -> list[str]:
    """Columns without which nothing can be read of a dataset."""
    needed = [rows.subject, *(c.column for c in rows.where if c.words and c.words != ("",))]
    if rows.time and not any(part.has(column) for column in rows.time):
        needed.append(rows.time[0])
    return [column for column in needed if not part.has(column)]


def _holds(condition: Condition, part: Part, keep: BoolArray, found: Findings) -> BoolArray:
    if not part.has(condition.column):
        if condition.words and condition.words != ("",):
            missing_column(part, condition.column, " to tell which rows are meant", found)
            return np.zeros(part.sheet.n, dtype=np.bool_)
        what = "the column is missing by which rows would be dropped"
        found.tell(part.sheet, None, condition.column, what, "no row is dropped by it")
        return np.ones(part.sheet.n, dtype=np.bool_)
    cells = part.words(condition.column)
    holds = fits(cells, condition.words) if condition.words else ~fits(cells, condition.but)
    told = np.flatnonzero(keep & ~holds)
    found.tell(part.sheet, told, condition.column, counted(cells[told]), "the rows are not read")
    return holds


def missing_column(part: Part, column: str, why: str, found: Findings) -> None:
    """Note a column that is needed and not there."""
    there = listed((*part.sheet.names,))
    found.add(part.sheet, None, column, f"this column is needed{why}; there are: {there}")


def first_filled(
    part: Part, columns: Sequence[str], rows: IntArray, found: Findings
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Cells of the first column that is not empty, row by row, and which column that was.

    Returns
    -------
    tuple
        Cells (None where all are empty) and positions in ``columns`` (-1 there); shape (rows,).
    """
    cells = np.full(rows.size, None, dtype=object)
    origin = np.full(rows.size, -1, dtype=np.int64)
    there = [k for k, column in enumerate(columns) if part.has(column)]
    if not there and columns and rows.size:
        missing_column(part, columns[0], "", found)
    for k in there:
        column = part.sheet.columns[columns[k]][rows]
        empty = is_empty(column)
        use = (origin < 0) & ~empty
        cells[use] = as_times(column, empty)[use]
        origin[use] = k
    return cells, origin


def reason_of(word: str, reasons: Sequence[tuple[str, str]]) -> str:
    """Reason that a word is read as; empty where none fits."""
    return next((why for one, why in reasons if _pattern((one,)).fullmatch(word.upper())), "")
