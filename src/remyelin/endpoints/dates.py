"""Days and dates of a table: whole dates, dates with a time, dates known in part or in doubt."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.date_order import settle_order
from remyelin.endpoints.date_text import (
    MIDDLE_OF_MONTH,
    Open,
    as_excel,
    completed,
    known_part,
    said,
)
from remyelin.endpoints.quality import Findings, is_empty, numbers, texts
from remyelin.endpoints.reading import FIRST_YEAR, LAST_YEAR, PartialDates
from remyelin.endpoints.sheet import Sheet
from remyelin.files import shown

FIRST_DAY, LAST_DAY = f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31"
"""Dates outside of these are slips of the pen."""

_FURTHEST: Final = 200_000.0
"""Days from baseline beyond which a day is a slip of the pen (some 550 years)."""

_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})"
    r"(?:T|\s+)((?:\d{1,2}|-)(?::(?:\d{2}|-)(?::\d{2}(?:\.\d+)?)?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_SHORTEST: Final = len("1.1.21")
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


def within_part(sheet: Sheet, column: str, day: FloatArray) -> BoolArray:
    """Which cells are a month or a year, and hold the day of the same row (from 1970)."""
    cells = sheet.columns[column]
    found = np.zeros(sheet.n, dtype=np.bool_)
    if not column.endswith("date"):
        return found
    for row in np.flatnonzero(np.isfinite(day)):
        part = known_part(cells[row].strip()) if isinstance(cells[row], str) else None
        if part is not None:
            held = np.datetime64(int(day[row]), "D").astype(datetime.date)
            found[row] = held.year == part[0] and part[1] in (0, held.month)
    return found


def _dates(
    sheet: Sheet, column: str, empty: BoolArray, found: Findings, partly: Partly
) -> FloatArray:
    cells = sheet.columns[column]
    stamps = pd.Series(pd.NaT, index=range(sheet.n), dtype="datetime64[ns]")
    is_held = np.array([isinstance(c, datetime.date | np.datetime64) for c in cells], dtype=bool)
    held = np.flatnonzero(is_held & ~empty)
    if held.size:
        stamps[held] = _held(sheet, column, cells, held, found)
    rows = np.flatnonzero(~is_held & ~empty)
    words = _without_time(sheet, column, texts(cells[rows]), rows, found)
    stamps[rows] = _stamps(words)
    settled = np.zeros(sheet.n, dtype=bool)
    other = np.flatnonzero(stamps[rows].isna().to_numpy())
    if other.size:
        settled = _others(
            sheet, column, stamps, rows[other], words=words[other], found=found, partly=partly
        )
    good = stamps.notna().to_numpy() & (stamps >= FIRST_DAY).to_numpy()
    good &= (stamps <= LAST_DAY).to_numpy()
    found.add_rows(
        sheet,
        np.flatnonzero(~empty & ~good & ~settled),
        column,
        lambda row: f"{shown(str(cells[row]))} is no date; allowed: {_ALLOWED}",
    )
    count = stamps.dt.normalize().astype("int64").to_numpy() / 86_400e9
    return np.where(good, count, np.nan)


_ALLOWED: Final = "year-month-day, as 2024-03-31"


def _others(
    sheet: Sheet,
    column: str,
    stamps: pd.Series[Any],
    rows: IntArray,
    *,
    words: NDArray[Any],
    found: Findings,
    partly: Partly,
) -> BoolArray:
    """Read cells that are not written year-month-day; tell which of them are dealt with."""
    every = {int(r): said(str(word), sheet.reading) for r, word in zip(rows, words, strict=True)}
    every, doubted = settle_order(sheet, column, every, found)
    settled = np.zeros(sheet.n, dtype=bool)
    settled[doubted] = True
    forms: dict[str, list[int]] = {}
    dates = {row: what.date for row, what in every.items() if what.date is not None}
    for row in dates:
        forms.setdefault(every[row].form, []).append(row)
    parts = {row: what.part for row, what in every.items() if what.part is not None}
    dates |= _completed(sheet, column, parts, found, partly)
    settled[list(parts)] = True
    stamps[list(dates)] = pd.to_datetime(pd.Series(list(dates.values()), dtype=object)).to_numpy()
    refused = np.array([row for row, what in every.items() if what.open in _ADVICE], dtype=np.int64)
    settled[refused] = True
    found.add_rows(
        sheet, refused, column, lambda row: _refused(sheet, column, row, every[row].open)
    )
    for form, places in forms.items():
        found.tell(sheet, np.array(places), column, f"dates written as {form}", "they are read so")
    return settled


_ADVICE: Final = {
    Open.YEAR: "its year has two digits; --dates dmy, mdy or ymd says what stands where and "
    "--years-from YEAR which hundred years are meant (--years-from 1940: 1940 to 2039)",
    Open.COUNT: "it may count days; --dates excel, excel1904 or sas says from when, "
    "--dates decimal reads it as a year and a part of it",
}


def _refused(sheet: Sheet, column: str, row: int, why: Open) -> str:
    given = texts(sheet.columns[column][row : row + 1])[0]
    day = as_excel(given) if why is Open.COUNT else ""
    would = f" (excel: {day})" if day else ""
    return f"{shown(given)} is no date; {_ADVICE[why]}{would}; allowed: {_ALLOWED}"


def _completed(
    sheet: Sheet,
    column: str,
    parts: Mapping[int, tuple[int, int]],
    found: Findings,
    partly: Partly,
) -> dict[int, datetime.date]:
    """Days that stand for dates known in part; the others are noted."""
    rule = sheet.reading.partial_dates
    given = {row: shown(str(sheet.columns[column][row]).strip()) for row in parts}
    dates: dict[int, datetime.date] = {}
    if rule is not None and rule is not PartialDates.REFUSE:
        for row, part in parts.items():
            dates[row] = completed(part, rule)
            done = f"read as {dates[row]} (--partial-dates {rule})"
            what = f"{given[row]} is a date known in part"
            found.tell(sheet, np.array([row]), column, what, done)
        return dates
    if rule is None and partly is Partly.SETTLED:
        for row, part in parts.items():
            settled = "a year alone: the row is left out"
            if part[1]:
                dates[row] = datetime.date(*part, MIDDLE_OF_MONTH)
                settled = f"the middle of the month, {dates[row]}"
            found.add(sheet, row, column, f"{given[row]} is a date known in part", settled=settled)
        return dates
    advice = "complete it, or choose --partial-dates first, middle or last"
    found.add_rows(
        sheet,
        np.array(list(parts), dtype=np.int64),
        column,
        lambda row: f"{given[row]} is no date: it is known in part; {advice}",
    )
    return dates


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
        if len(word) <= _SHORTEST:
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
