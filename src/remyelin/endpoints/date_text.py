"""Dates as people and programs write them: what each text says, and what it leaves open."""

from __future__ import annotations

import calendar
import datetime
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remyelin.endpoints.reading import FIRST_YEAR, LAST_YEAR, DateForm, PartialDates, Reading

MIDDLE_OF_MONTH: Final = 15
"""Day that stands for a month of which no day is known."""

_MIDDLE_MONTH: Final = 7
_MONTHS: Final = {name.lower(): k for k, name in enumerate(calendar.month_abbr) if name}
_UNKNOWN: Final = r"(?:un|unk|xx|99|00|\?\?|--?)"
_ISO_PART: Final = re.compile(
    rf"(\d{{4}})(?:[-/](\d{{1,2}})(?:[-/]{_UNKNOWN})?|(?:[-/]{_UNKNOWN}){{0,2}})", re.IGNORECASE
)
_NO_MONTH: Final = re.compile(r"(\d{4})-(?:-|un|unk|xx|\?\?)-\d{2}", re.IGNORECASE)
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[./-](\d{4})")
_NAMED_PART: Final = re.compile(rf"(?:{_UNKNOWN}[ -]?)?([a-z]{{3}})[a-z]*[ ./-]*(\d{{4}})", re.I)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([/.]?)(\d{2})\2(\d{2})")
_NAMED: Final = re.compile(r"(\d{1,2})[ .-]*([a-z]{3})[a-z]*[ .-]*(\d{4})", re.IGNORECASE)
_THREE: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_COUNT: Final = re.compile(r"\d{1,6}(?:\.\d+)?")
_YEAR_PART: Final = re.compile(r"(\d{4})[.,](\d{1,6})")

_STARTS: Final = {
    DateForm.EXCEL: datetime.date(1899, 12, 30),
    DateForm.EXCEL1904: datetime.date(1904, 1, 1),
    DateForm.SAS: datetime.date(1960, 1, 1),
}
"""Day 0 of each count; that of Excel is shifted for the day 60 that never was."""

_EXCEL_LEAP: Final = 60
_CENTURY: Final = 100

ORDERS: Final = {
    DateForm.DMY: "day, month, year",
    DateForm.MDY: "month, day, year",
    DateForm.YMD: "year, month, day",
}
"""Orders of three numbers, in words."""


class Open(StrEnum):
    """Why a text is no date as it stands."""

    NOTHING = "nothing"
    """It is a date."""
    NO_DATE = "no date"
    PART = "known in part"
    ORDER = "day or month first"
    YEAR = "a year of two digits"
    COUNT = "a number"


@dataclass(frozen=True)
class Said:
    """What a text says of a date.

    Attributes
    ----------
    open
        Why it is no date as it stands.
    date
        The date, where it is one.
    form
        How it was written.
    numbers
        The three numbers of a date of three numbers, as they stand.
    part
        Year and month of a date known in part; month 0 where it is not known.
    """

    open: Open
    date: datetime.date | None = None
    form: str = ""
    numbers: tuple[int, int, int] | None = None
    part: tuple[int, int] | None = None


_NO_DATE: Final = Said(Open.NO_DATE)


def said(text: str, reading: Reading) -> Said:
    """What a text says, by the choices of the reader.

    Parameters
    ----------
    text
        Without blanks around it; no date of the form 2024-03-31, which needs no choice.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        date = _date(int(match[1]), int(match[3]), int(match[4]))
        if date is not None:
            return Said(Open.NOTHING, date, "year, month and day without hyphens")
    if match := _NAMED.fullmatch(text):
        date = _date(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
        return _NO_DATE if date is None else Said(Open.NOTHING, date, "day, named month, year")
    if (match := _YEAR_PART.fullmatch(text)) and reading.dates is DateForm.DECIMAL:
        return _of_decimal(int(match[1]), float(f"0.{match[2]}"))
    if (part := known_part(text)) is not None:
        return Said(Open.PART, part=part)
    if match := _THREE.fullmatch(text):
        one, two, three = int(match[1]), int(match[3]), int(match[4])
        return _of_three(one, two, three, short=len(match[4]) < 4, reading=reading)
    if _COUNT.fullmatch(text) or _YEAR_PART.fullmatch(text):
        return _of_count(text, reading.dates)
    return _NO_DATE


def known_part(text: str) -> tuple[int, int] | None:
    """Year and month of a date known in part, month 0 where it is not known; None for others."""
    match = _ISO_PART.fullmatch(text)
    if match is not None:
        year, month = int(match[1]), match[2] or "00"
    elif (match := _NO_MONTH.fullmatch(text)) is not None:
        year, month = int(match[1]), "00"
    elif (match := _MONTH_YEAR.fullmatch(text)) is not None:
        year, month = int(match[2]), match[1]
    elif (match := _NAMED_PART.fullmatch(text)) is not None:
        year, month = int(match[2]), str(_MONTHS.get(match[1].lower(), 13))
    else:
        return None
    number = 0 if month == "99" else int(month)
    return (year, number) if FIRST_YEAR <= year <= LAST_YEAR and number <= 12 else None


def completed(part: tuple[int, int], rule: PartialDates) -> datetime.date:
    """Day that stands for a month or a year."""
    year, month = part
    if rule is PartialDates.FIRST:
        return datetime.date(year, month or 1, 1)
    if rule is PartialDates.LAST:
        last = month or 12
        return datetime.date(year, last, calendar.monthrange(year, last)[1])
    return datetime.date(year, month or _MIDDLE_MONTH, MIDDLE_OF_MONTH if month else 1)


def ordered(
    numbers: tuple[int, int, int], form: DateForm, reading: Reading
) -> datetime.date | None:
    """Date of three numbers in a known order; None where there is no such day."""
    one, two, three = numbers
    if form is DateForm.YMD:
        one, three = three, one
    day, month = (two, one) if form is DateForm.MDY else (one, two)
    year = three if three >= _CENTURY else reading.year(three)
    return None if year is None else _date(year, month, day)


def _of_three(one: int, two: int, three: int, *, short: bool, reading: Reading) -> Said:
    numbers = (one, two, three)
    if short and (reading.years_from is None or reading.dates is None):
        return Said(Open.YEAR, numbers=numbers)
    form = reading.dates
    if form is None or form not in ORDERS or (form is DateForm.YMD and not short):
        return Said(Open.ORDER, numbers=numbers)
    date = ordered(numbers, form, reading)
    if date is None:
        return _NO_DATE
    return Said(Open.NOTHING, date, ORDERS[form] + (" of two digits" if short else ""))


def _of_count(text: str, form: DateForm | None) -> Said:
    start = None if form is None else _STARTS.get(form)
    if start is None or form is None or "," in text:
        return Said(Open.COUNT)
    count = math.floor(float(text))
    if form is DateForm.EXCEL and count <= _EXCEL_LEAP:
        if not 0 < count < _EXCEL_LEAP:
            return _NO_DATE
        count += 1
    try:
        date = start + datetime.timedelta(days=count)
    except OverflowError:
        return _NO_DATE
    return Said(Open.NOTHING, date, f"a number of days as {form} counts them")


def _of_decimal(year: int, share: float) -> Said:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _NO_DATE
    days = 366 if calendar.isleap(year) else 365
    date = datetime.date(year, 1, 1) + datetime.timedelta(days=math.floor(share * days + 1e-6))
    return Said(Open.NOTHING, date, "a year and the part of it that has passed")


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def as_excel(text: str) -> str:
    """Date that a number would be as Excel counts days, for a message; empty for none in reach."""
    found = _of_count(text, DateForm.EXCEL)
    if found.date is None or not FIRST_YEAR + 50 <= found.date.year <= LAST_YEAR:
        return ""
    return found.date.isoformat()
