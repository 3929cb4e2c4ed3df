"""Checks of rows against each other: order, duplicates, baseline, relapses within follow-up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remyelin.endpoints.columns import RELAPSES_APART_DAYS
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.quality import Findings
from remyelin.endpoints.sheet import Sheet


def check_order(
    sheet: Sheet, column: str, patient: IntArray, day: FloatArray, found: Findings
) -> None:
    """Note visits that stand out of order within a patient."""
    known = np.flatnonzero(~np.isnan(day))
    by_row = known[np.argsort(patient[known], kind="stable")]
    same = patient[by_row][1:] == patient[by_row][:-1]
    back = same & (day[by_row][1:] < day[by_row][:-1])
    found.add_rows(
        sheet,
        np.sort(by_row[1:][back]),
        column,
        "this visit comes before the row above it of the same patient",
        settled="rows are sorted by date",
    )


def one_visit_a_day(
    sheet: Sheet,
    column: str,
    patient: IntArray,
    day: FloatArray,
    *,
    rated: Mapping[str, FloatArray],
    found: Findings,
) -> BoolArray:
    """Bring rows of one day together into the first of them, where they do not contradict.

    Parameters
    ----------
    rated
        Measurements and numbers of the visits by column; those of the first row of a day are
        completed in place from the others.

    Returns
    -------
    BoolArray
        Which rows stand for a visit; shape (rows,).
    """
    kept = np.ones(day.size, dtype=np.bool_)
    known = np.flatnonzero(~np.isnan(day))
    by_day = known[np.lexsort((known, day[known], patient[known]))]
    same = patient[by_day][1:] == patient[by_day][:-1]
    same &= day[by_day][1:] == day[by_day][:-1]
    start = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(by_day.size), 0))
    for place in np.flatnonzero(same) + 1:
        row, first = int(by_day[place]), int(by_day[start[place]])
        other = sheet.row(int(by_day[place - 1]))
        what = f"a second visit of the same patient on the same day as {other}"
        clash = [
            name
            for name, value in rated.items()
            if value[row] != value[first] and not np.isnan(value[[row, first]]).any()
        ]
        if clash:
            found.add(sheet, row, column, f"{what}, with another {', '.join(clash)}")
            continue
        found.add(sheet, row, column, what, settled="rows of one day are one visit")
        kept[row] = False
        for value in rated.values():
            if np.isnan(value[first]):
                value[first] = value[row]
    return kept


def first_rows(patient: IntArray, day: FloatArray, number: FloatArray, n: int) -> IntArray:
    """Row of each patient's baseline: visit 0, or the first day where no visit is numbered.

    Returns
    -------
    IntArray
        Positions, -1 where visits are numbered and none is 0; shape (patients,).
    """
    first = np.full(n, -1, dtype=np.int64)
    numbered = np.zeros(n, dtype=bool)
    numbered[patient[~np.isnan(number)]] = True
    eligible = ~np.isnan(day) & (~numbered[patient] | (number == 0))
    rows = np.flatnonzero(eligible)
    order = rows[np.lexsort((day[rows], patient[rows]))][::-1]
    first[patient[order]] = order
    return first


def check_relapses(
    sheet: Sheet,
    column: str,
    place: IntArray,
    day: FloatArray,
    *,
    span: tuple[FloatArray, FloatArray],
    found: Findings,
) -> BoolArray:
    """Note relapses outside follow-up and duplicates; tell which rows are used.

    Parameters
    ----------
    span
        First and last day under observation of each patient.
    """
    good = (place >= 0) & ~np.isnan(day)
    at = np.where(good, place, 0)
    begin, end = span[0][at], span[1][at]
    early, late = good & (day < begin), good & (day > end)
    found.add_rows(
        sheet,
        np.flatnonzero(early),
        column,
        "relapse outside follow-up: before the patient's baseline",
        settled="a relapse before baseline only counts for the spans after relapses",
    )
    found.add_rows(
        sheet,
        np.flatnonzero(late),
        column,
        "relapse outside follow-up: after the patient's last day under observation",
        settled="a relapse after the end of observation is left out",
    )
    used = good & ~late
    first = _of_one_relapse(place, day, used)
    for row in np.flatnonzero(used & (first >= 0)):
        gap = day[row] - day[first[row]]
        what = f"this relapse begins {gap:g} days after that of {sheet.row(int(first[row]))}"
        if gap == 0:
            what = "this relapse stands twice (same patient, same day)"
        least = f"relapses begin at least {RELAPSES_APART_DAYS:g} days apart"
        found.add(
            sheet,
            int(row),
            column,
            f"{what}; {least}",
            settled="the two count as one (rule relapses_apart)",
        )
    return used & (first < 0)


def _of_one_relapse(place: IntArray, day: FloatArray, used: BoolArray) -> IntArray:
    """Row whose relapse an onset still belongs to, -1 where it begins one of its own."""
    belongs = np.full(day.size, -1, dtype=np.int64)
    rows = np.flatnonzero(used)
    counted = -1
    for row in rows[np.lexsort((rows, day[rows], place[rows]))]:
        if (
            counted >= 0
            and place[row] == place[counted]
            and day[row] - day[counted] < RELAPSES_APART_DAYS
        ):
            belongs[row] = counted
        else:
            counted = int(row)
    return belongs
