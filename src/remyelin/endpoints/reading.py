"""How cells that can be read in more than one way are read: chosen by the reader, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remyelin.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Dates outside of these years are slips of the pen."""

_CENTURY: Final = 100


class DateForm(StrEnum):
    """What a date that is not written year-month-day means."""

    YMD = "ymd"
    """Year, month, day."""
    DMY = "dmy"
    """Day, month, year."""
    MDY = "mdy"
    """Month, day, year."""
    EXCEL = "excel"
    """Days as Excel counts them: 1 is 1900-01-01, and 60 a day that never was."""
    EXCEL1904 = "excel1904"
    """Days as older Excel for Macintosh counts them: 0 is 1904-01-01."""
    SAS = "sas"
    """Days from 1960-01-01."""
    DECIMAL = "decimal"
    """A year and the part of it that has passed: 2019.5 is 2019-07-02."""


class PartialDates(StrEnum):
    """Which day stands for a date that is known to the month or the year."""

    REFUSE = "refuse"
    """None; the cell has to be completed."""
    FIRST = "first"
    """The first day of the month or year."""
    MIDDLE = "middle"
    """The 15th of the month; 1 July of the year."""
    LAST = "last"
    """The last day of the month or year."""


class DecimalMark(StrEnum):
    """What parts whole from decimal digits."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Choices of whoever reads a table; None leaves each to the rules of docs/endpoints.md.

    Attributes
    ----------
    dates
        What dates mean that are not written year-month-day.
    partial_dates
        Which day stands for a date known in part.
    years_from
        Years of two digits lie in the hundred years that begin with this one.
    decimal
        What parts whole from decimal digits.

    Raises
    ------
    UsageError
        ``years_from`` allows years outside of `FIRST_YEAR` to `LAST_YEAR`.
    """

    dates: DateForm | None = None
    partial_dates: PartialDates | None = None
    years_from: int | None = None
    decimal: DecimalMark | None = None

    def __post_init__(self) -> None:
        """Check the years."""
        latest = LAST_YEAR - _CENTURY + 1
        if self.years_from is not None and not FIRST_YEAR <= self.years_from <= latest:
            raise UsageError(
                f"the first year for years of two digits is {self.years_from}; "
                f"allowed: {FIRST_YEAR} to {latest}"
            )

    def year(self, two_digits: int) -> int | None:
        """Year that two digits stand for; None where nobody said."""
        if self.years_from is None:
            return None
        return self.years_from + (two_digits - self.years_from) % _CENTURY


AS_WRITTEN: Final = Reading()
"""Nothing was chosen."""
