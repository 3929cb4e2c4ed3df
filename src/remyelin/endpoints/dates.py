"""Days and dates of a table: whole dates, dates with a time, and dates known in part."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.quality import Findings, is_empty, numbers
from remyelin.endpoints.sheet import Sheet
from remyelin.files import shown

FIRST_DAY, LAST_DAY = "1900-01-01", "2100-12-31"
"""Dates outside of these are slips of the pen."""

MIDDLE_OF_MONTH: Final = 15
"""Day that stands for a month of which no day is known."""

_FURTHEST: Final = 200_000.0
"""Days from baseline beyond which a day is a slip of the pen (some 550 years)."""

_UNKNOWN: Final = r"(?:-(?:un|unk|xx|99|00|\?\?|--?))"
_PARTIAL: Final = re.compile(rf"(\d{{4}})(?:-(\d{{2}}))?{_UNKNOWN}{{0,2}}", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_MIDNIGHT: Final = re.compile(r"[0:.]+")


class Partly(StrEnum):
    """What is done with a date that is known in part."""

    REFUSED = "refused"
    """It has to be completed."""
    SETTLED = "settled"
    """A month stands for its middle; a year alone is left out."""


def days(
    sheet: Sheet,
    column: str,
    found: Findings,
    *,
    needed: bool,
    partly: Partly = Partly.REFUSED,
) -> FloatArray:
    """Day numbers of a column of days or dates; dates count from 1970.

    Parameters
    ----------
    needed
        Whether an empty cell is a problem.
    partly
        What is done with dates known in part, and with empty cells of rows that can be left out.

    Returns
    -------
    FloatArray
        Days, nan where a cell is empty, wrong or left out; shape (rows,).
    """
    empty = is_empty(sheet.columns[column])
    if column.endswith("date"):
        values = _dates(sheet, column, empty, found, partly)
    else:
        values = numbers(sheet, column, found)
        far = np.abs(np.nan_to_num(values)) > _FURTHEST
        found.add_rows(sheet, np.flatnonzero(far), column, "this day is impossibly far away")
    if needed:
        settled = "the row is left out" if partly is Partly.SETTLED else ""
        rows = np.flatnonzero(empty)
        found.add_rows(sheet, rows, column, "a value is missing", settled=settled)
    return values


def in_same_month(sheet: Sheet, column: str, day: FloatArray) -> BoolArray:
    """Which cells are months without a day, and hold the day of the same row (from 1970)."""
    cells = sheet.columns[column]
    found = np.zeros(sheet.n, dtype=np.bool_)
    if not column.endswith("date"):
        return found
    for row in np.flatnonzero(np.isfinite(day)):
        match = _PARTIAL.fullmatch(cells[row].strip()) if isinstance(cells[row], str) else None
        if match is not None and match[2]:
            month = str(np.datetime64(int(day[row]), "D"))[:7]
            found[row] = month == f"{match[1]}-{match[2]}"
    return found


def _dates(
    sheet: Sheet, column: str, empty: BoolArray, found: Findings, partly: Partly
) -> FloatArray:
    cells = sheet.columns[column]
    written = np.array([isinstance(cell, str) for cell in cells], dtype=bool) & ~empty
    stamps = pd.Series(pd.NaT, index=range(sheet.n), dtype="datetime64[ns]")
    words = np.array([cell.strip() for cell in cells[written]], dtype=object)
    stamps[written] = _stamps(_without_time(sheet, column, words, np.flatnonzero(written), found))
    other = ~written & ~empty
    if other.any():
        stamps[other] = _held(sheet, column, cells, np.flatnonzero(other), found)
    known = stamps.isna().to_numpy() & written
    left_out = np.zeros(sheet.n, dtype=bool)
    if partly is Partly.SETTLED and known.any():
        left_out = _complete(sheet, column, stamps, np.flatnonzero(known), found)
    good = stamps.notna().to_numpy() & (stamps >= FIRST_DAY).to_numpy()
    good &= (stamps <= LAST_DAY).to_numpy()
    allowed = "allowed: year-month-day, as 2024-03-31"
    found.add_rows(
        sheet,
        np.flatnonzero(~empty & ~good & ~left_out),
        column,
        lambda row: f"{shown(str(cells[row]))} is no date; {allowed}",
    )
    count = stamps.dt.normalize().astype("int64").to_numpy() / 86_400e9
    return np.where(good, count, np.nan)


def _stamps(words: NDArray[Any]) -> NDArray[Any]:
    series = pd.Series(words, dtype=object)
    return pd.to_datetime(series, format="%Y-%m-%d", errors="coerce").to_numpy()


def _without_time(
    sheet: Sheet, column: str, words: NDArray[Any], rows: IntArray, found: Findings
) -> NDArray[Any]:
    """Dates without their time of day; that one stood there is told once."""
    timed, hours, zones = [], [], []
    out = words.copy()
    for place, word in enumerate(words):
        if len(word) <= len("2024-03-31"):
            continue
        match = _TIME.fullmatch(word)
        if match is None:
            continue
        out[place] = match[1]
        timed.append(place)
        if not _MIDNIGHT.fullmatch(match[2]):
            hours.append(place)
        if match[3]:
            zones.append(place)
    _tell_times(sheet, column, found, timed=rows[timed], hours=rows[hours], zones=rows[zones])
    return out


def _tell_times(
    sheet: Sheet,
    column: str,
    found: Findings,
    *,
    timed: IntArray,
    hours: IntArray,
    zones: IntArray,
) -> None:
    """Tell which dates came with a time of day or a time zone."""
    midnight = np.setdiff1d(timed, hours)
    found.tell(sheet, midnight, column, "date with the time of midnight", "the date is read")
    found.tell(sheet, hours, column, "date with a time of day", "the date as written is read")
    found.tell(sheet, zones, column, "date with a time zone", "the date as written is read")


def _held(
    sheet: Sheet, column: str, cells: NDArray[Any], rows: IntArray, found: Findings
) -> NDArray[Any]:
    """Dates of cells that hold dates and no text."""
    held = [_stamp(cells[row]) for row in rows]
    zones = [row for row, stamp in zip(rows, held, strict=True) if stamp.tzinfo is not None]
    bare = pd.Series([stamp.tz_localize(None) for stamp in held])
    hours = rows[(bare.notna() & (bare != bare.dt.normalize())).to_numpy()]
    zoned = np.array(zones, dtype=np.int64)
    _tell_times(sheet, column, found, timed=hours, hours=hours, zones=zoned)
    return bare.to_numpy()


def _stamp(cell: Any) -> Any:
    if isinstance(cell, datetime.date | np.datetime64):
        return pd.Timestamp(cell)
    return pd.NaT


def _complete(
    sheet: Sheet, column: str, stamps: pd.Series[Any], rows: IntArray, found: Findings
) -> BoolArray:
    """Complete dates known to the month; tell which rows are known to the year alone."""
    left_out = np.zeros(sheet.n, dtype=bool)
    for row in rows:
        given = str(sheet.columns[column][row]).strip()
        match = _PARTIAL.fullmatch(given)
        if match is None or not FIRST_DAY[:4] <= match[1] <= LAST_DAY[:4]:
            continue
        what = f"{shown(given)} is a date known in part"
        month = match[2] or ""
        if month in ("", "00", "99"):
            left_out[row] = True
            found.add(sheet, int(row), column, what, settled="a year alone: the row is left out")
        elif "01" <= month <= "12":
            day = f"{match[1]}-{month}-{MIDDLE_OF_MONTH}"
            stamps[row] = pd.Timestamp(day)
            found.add(sheet, int(row), column, what, settled=f"the middle of the month, {day}")
    return left_out
