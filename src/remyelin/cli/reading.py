"""Options on how cells are read that can be read in more than one way."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.endpoints.reading import Reading

Dates: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--dates",
        metavar="FORM",
        help="What dates mean that are not year-month-day: dmy, mdy, ymd (years of two digits), "
        "excel, excel1904, sas or decimal.",
    ),
]
Parts: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--partial-dates",
        metavar="DAY",
        help="Day that stands for a date known in part: first, middle, last, or refuse.",
    ),
]
YearsFrom: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--years-from",
        metavar="YEAR",
        help="First of the hundred years in which years of two digits lie.",
    ),
]
Decimal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--decimal", metavar="MARK", help="What parts whole from decimal digits: point or comma."
    ),
]

Choice = TypeVar("Choice", bound=StrEnum)


def chosen(given: str | None, kinds: type[Choice], option: str) -> Choice | None:
    """Word of an option; None where it was not given.

    Raises
    ------
    UsageError
        It is none of the words.
    """
    if given is None:
        return None
    if given not in tuple(kinds):
        raise UsageError(f"{option} is {shown(given)}; allowed: {', '.join(kinds)}")
    return kinds(given)


def reading_of(
    *,
    dates: str | None = None,
    partial_dates: str | None = None,
    years_from: int | None = None,
    decimal: str | None = None,
) -> Reading:
    """Choices of whoever reads, from the words of the options.

    Raises
    ------
    UsageError
        A word is not allowed.
    """
    from remyelin.endpoints.reading import DateForm, DecimalMark, PartialDates, Reading

    return Reading(
        dates=chosen(dates, DateForm, "--dates"),
        partial_dates=chosen(partial_dates, PartialDates, "--partial-dates"),
        years_from=years_from,
        decimal=chosen(decimal, DecimalMark, "--decimal"),
    )
