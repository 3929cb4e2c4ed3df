"""Checks of rows against each other: order, duplicates, baseline, relapses within follow-up."""

from __future__ import annotations

import numpy as np

from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.quality import Findings
from remyelin.endpoints.sheet import Sheet


def check_order(
    sheet: Sheet, column: str, patient: IntArray, day: FloatArray, found: Findings
) -> None:
    """Note visits that stand twice and visits that stand out of order within a patient."""
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
    by_day = known[np.lexsort((known, day[known], patient[known]))]
    same = patient[by_day][1:] == patient[by_day][:-1]
    twice = np.flatnonzero(same & (day[by_day][1:] == day[by_day][:-1]))
    twice = twice[np.argsort(by_day[twice + 1])]
    again = "a second visit of the same patient on the same day"
    first = dict(zip(by_day[twice + 1].tolist(), by_day[twice].tolist(), strict=True))
    found.add_rows(
        sheet,
        by_day[twice + 1],
        column,
        lambda row: f"{again} as {sheet.row(first[row])}",
    )


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
    order = np.lexsort((np.arange(day.size), day, place))
    same = (place[order][1:] == place[order][:-1]) & (day[order][1:] == day[order][:-1])
    twice = np.sort(order[1:][same & good[order][1:]])
    found.add_rows(sheet, twice, column, "this relapse stands twice (same patient, same day)")
    return good & ~late
