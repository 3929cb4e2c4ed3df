"""Whether day or month stands first in a column of dates: only what one reading allows is read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from remyelin.endpoints.date_text import ORDERS, Open, Said, ordered
from remyelin.endpoints.quality import Findings
from remyelin.endpoints.reading import DateForm
from remyelin.endpoints.sheet import Sheet
from remyelin.files import shown

_BOTH: Final = (DateForm.DMY, DateForm.MDY)


def settle_order(
    sheet: Sheet, column: str, every: Mapping[int, Said], found: Findings
) -> tuple[dict[int, Said], list[int]]:
    """Settle dates of three numbers by each other, where only one order fits all of them.

    Parameters
    ----------
    every
        What the cells say, by row.

    Returns
    -------
    tuple
        The same with the dates that could be settled, and the rows of which it was noted that
        they could not.
    """
    kept = dict(every)
    doubted = {row: what for row, what in every.items() if what.open is Open.ORDER}
    if not doubted:
        return kept, []
    fits = {form: _rows_of(sheet, doubted, form) for form in _BOTH}
    for row in [row for row in doubted if not any(row in rows for rows in fits.values())]:
        kept[row] = Said(Open.NO_DATE)
        del doubted[row]
    if not doubted:
        return kept, []
    possible = [form for form in _BOTH if len(fits[form]) == len(doubted)]
    if len(possible) == 1:
        form = possible[0]
        other = fits[DateForm.MDY if form is DateForm.DMY else DateForm.DMY]
        decides = next(row for row in doubted if row not in other)
        shows = f"{ORDERS[form]}, as {sheet.row(decides)} ({_text(sheet, column, decides)}) shows"
        for row, date in fits[form].items():
            kept[row] = Said(Open.NOTHING, date, shows)
        return kept, []
    first, last = min(doubted), max(doubted)
    rows = sheet.row(first) if first == last else f"{sheet.row(first)} to {sheet.row(last)}"
    given = _text(sheet, column, first)
    if possible:
        what = (
            f"{given} is no date that can be read in one way only: day or month may stand first, "
            f"and no other of {len(doubted):,} such dates ({rows}) tells which; "
            "say --dates dmy or --dates mdy"
        )
    else:
        only = [next((r for r in fits[one] if r not in fits[two]), first) for one, two in _PAIRS]
        named = " and ".join(f"{sheet.row(row)} ({_text(sheet, column, row)})" for row in only)
        what = (
            f"{len(doubted):,} dates ({rows}) are in no single order, day or month first: {named}; "
            "mend one of them, or say --dates dmy or --dates mdy and mend what is no date then"
        )
    found.add(sheet, first, column, what)
    return kept, list(doubted)


_PAIRS: Final = ((DateForm.DMY, DateForm.MDY), (DateForm.MDY, DateForm.DMY))


def _rows_of(sheet: Sheet, doubted: Mapping[int, Said], form: DateForm) -> dict[int, datetime.date]:
    dates = {
        row: ordered(what.numbers, form, sheet.reading)
        for row, what in doubted.items()
        if what.numbers is not None
    }
    return {row: date for row, date in dates.items() if date is not None}


def _text(sheet: Sheet, column: str, row: int) -> str:
    return shown(str(sheet.columns[column][row]))
