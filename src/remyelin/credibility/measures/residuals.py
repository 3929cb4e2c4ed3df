"""What a relapse does to the EDSS: rise at the relapse visit, and what is left of it later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from remyelin.credibility.course import Course, Measured, Reals
from remyelin.endpoints.rows import Rows, pick
from remyelin.statistics.summaries import ratio
from remyelin.study.fields import Frozen, Number

Days = Annotated[Number, Field(ge=0.0, le=3650.0)]


@dataclass(frozen=True, eq=False)
class _Rises:
    """Relapses with a rating before and after, and the change between."""

    rows: Rows
    change: Reals


def _rises(course: Course, low: float, high: float, *, isolated: bool) -> _Rises:
    """Find relapses rated before onset and low to high days after it.

    The rating before is the last scheduled one before onset; the one after is the first of any
    kind within the window. Isolated: no other relapse lies between the two ratings.
    """
    relapses = course.relapses
    before = course.rows("edss")
    after = course.rows("edss", unscheduled=True)
    place = before.place_of(relapses.patient, relapses.day)
    end = _ends(before, course.member.size)
    first_later = np.where(place >= 0, place, end[relapses.patient])
    last = first_later - 1
    good = (last >= 0) & (before.patient[np.maximum(last, 0)] == relapses.patient)
    score_before = pick(before.value, np.where(good, last, -1))
    day_before = pick(before.day, np.where(good, last, -1))
    later = after.place_of(relapses.patient, relapses.day + low)
    day_after = pick(after.day, later)
    kept = good & (later >= 0) & (day_after <= relapses.day + high)
    if isolated:
        kept &= _alone(relapses, day_before, day_after)
    change = pick(after.value, later) - score_before
    return _Rises(relapses.keep(kept), change[kept])


def _ends(rows: Rows, patients: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give the position after each patient's last row."""
    return np.searchsorted(rows.patient, np.arange(patients), side="right").astype(np.int64)


def _alone(relapses: Rows, begin: Reals, end: Reals) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    same = relapses.patient[1:] == relapses.patient[:-1]
    previous = np.r_[-np.inf, np.where(same, relapses.day[:-1], -np.inf)]
    following = np.r_[np.where(same, relapses.day[1:], np.inf), np.inf]
    alone: np.ndarray[tuple[int], np.dtype[np.bool_]] = (previous < begin) & (following > end)
    return alone


class _Window(Frozen):
    """When after the onset of a relapse the EDSS is read; days."""

    after_days: Days
    until_days: Days
    isolated: bool = True

    def changes(self, course: Course) -> _Rises:
        """Find relapses that are rated on both sides."""
        return _rises(course, self.after_days, self.until_days, isolated=self.isolated)


class RelapseRise(_Window):
    """Share of relapses after which the EDSS stands at least so much above the one before."""

    kind: Literal["relapse_rise"] = "relapse_rise"
    at_least: Number

    def read(self, course: Course) -> Measured:
        """Read the share."""
        found = self.changes(course)
        count = course.count(found.rows)
        up = course.count(found.rows, found.change >= self.at_least)
        return Measured(ratio(up, count), count)


class RelapseRiseMean(_Window):
    """Mean change of the EDSS over a relapse."""

    kind: Literal["relapse_rise_mean"] = "relapse_rise_mean"

    def read(self, course: Course) -> Measured:
        """Read the mean."""
        found = self.changes(course)
        count = course.count(found.rows)
        return Measured(ratio(course.total_of(found.rows.patient, found.change), count), count)
