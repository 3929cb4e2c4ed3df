"""Distribution of measured levels over years since onset or over age."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from remyelin.credibility.course import Course, Measured
from remyelin.statistics.summaries import ratio
from remyelin.study.fields import Frozen, Number

Years = Annotated[Number, Field(ge=0.0, le=120.0)]


class ShareBelow(Frozen):
    """Share of the ratings below an EDSS, at visits within a window of duration or age.

    Attributes
    ----------
    axis
        What the window is of: years since onset, or age.
    at, half_width
        Middle of the window and its half width, years; both ends count.
    below
        EDSS that is not reached.
    """

    kind: Literal["share_below"] = "share_below"
    axis: Literal["duration", "age"]
    at: Years
    half_width: Years
    below: Number

    def read(self, course: Course) -> Measured:
        """Read the share; each patient weighs in with all visits in the window."""
        rows = course.rows("edss")
        place = course.years_of(rows)
        if self.axis == "age":
            place = place + course.onset_age[rows.patient]
        # A visit of year k may fall a day off; half a week is no other year.
        inside = np.abs(place - self.at) <= self.half_width + 0.01
        seen = rows.keep(inside)
        weight = 1.0 / np.bincount(seen.patient, minlength=course.member.size)[seen.patient]
        people = course.total_of(seen.patient, weight)
        low = seen.value < self.below
        return Measured(ratio(course.total_of(seen.patient[low], weight[low]), people), people)


class LevelMedian(Frozen):
    """Median of a measured level at one visit.

    Attributes
    ----------
    column
        Column of the visits.
    visit
        Number of the visit; 0 is baseline.
    """

    kind: Literal["level_median"] = "level_median"
    column: Literal["nfl_pg_ml", "edss", "sdmt", "t25fw_seconds"]
    visit: Annotated[int, Field(strict=True, ge=0)] = 0

    def read(self, course: Course) -> Measured:
        """Read the median over the patients measured at the visit."""
        rows = course.rows(self.column)
        rows = rows.keep(rows.visit == self.visit)
        values = np.full(course.member.size, np.nan)
        values[rows.patient] = rows.value
        return Measured(course.replicates.median(values, course.member), course.count(rows))
