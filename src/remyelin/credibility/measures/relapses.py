"""Relapses: rates by years since onset and by age, trend, silent years, spread of counts."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from remyelin.credibility.course import Course, Flags, Measured, Reals
from remyelin.endpoints.rows import Rows
from remyelin.statistics.summaries import ratio
from remyelin.study.fields import Frozen, Number
from remyelin.units import DAYS_PER_YEAR

Years = Annotated[Number, Field(ge=0.0, le=120.0)]

_STEP: float = 5.0
"""Years for which trends are given."""


def _rate(
    course: Course, low: float, high: float, *, by_age: bool = False, among: Flags | None = None
) -> tuple[Reals, Reals, Reals]:
    """Give relapses, patient-years and patients in a window of duration or age, by replicate."""
    zero = course.onset_age if by_age else np.zeros(course.member.size)
    member = course.member if among is None else course.member & among
    begin = np.maximum(zero + course.duration, low)
    end = np.minimum(zero + course.end_years, high)
    years = np.maximum(end - begin, 0.0)
    rows = course.relapses
    if among is not None:
        rows = rows.keep(among[rows.patient])
    place = course.years_of(rows) + zero[rows.patient]
    count = course.count(rows, (place > low) & (place <= high))
    replicates = course.replicates
    return count, replicates.total(years, member), replicates.count(member & (years > 0.0))


class RelapseRate(Frozen):
    """Relapses per patient-year within a window of years since onset or of age."""

    kind: Literal["relapse_rate"] = "relapse_rate"
    axis: Literal["duration", "age"] = "duration"
    low: Years
    high: Years

    def read(self, course: Course) -> Measured:
        """Read the rate."""
        count, years, people = _rate(course, self.low, self.high, by_age=self.axis == "age")
        return Measured(ratio(count, years), people)


class RelapseTrend(Frozen):
    """Factor on the relapse rate per 5 years of duration or age, by Poisson regression.

    The rate of each 5-year band is taken at the middle of the band.
    """

    kind: Literal["relapse_trend"] = "relapse_trend"
    axis: Literal["duration", "age"] = "duration"
    low: Years
    high: Years

    def read(self, course: Course) -> Measured:
        """Read the factor."""
        edges = np.arange(self.low, self.high + 1e-9, _STEP)
        bands = [_rate(course, a, b, by_age=self.axis == "age") for a, b in pairwise(edges)]
        count = np.stack([band[0] for band in bands], axis=1)
        years = np.stack([band[1] for band in bands], axis=1)
        people = np.max([band[2] for band in bands], axis=0)
        slopes = [_poisson_slope(c, y) for c, y in zip(count, years, strict=True)]
        return Measured(np.exp(slopes), people)


def _poisson_slope(count: Reals, years: Reals) -> float:
    """Slope of the log rate per band, by Newton's steps; nan where no band has a relapse."""
    kept = years > 0.0
    if kept.sum() < 2 or count[kept].sum() == 0:
        return float("nan")
    x, y, risk = np.flatnonzero(kept).astype(np.float64), count[kept], years[kept]
    design = np.stack([np.ones_like(x), x - x.mean()], axis=1)
    beta = np.array([np.log(y.sum() / risk.sum()), 0.0])
    for _ in range(50):
        mean = risk * np.exp(design @ beta)
        step = np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (y - mean))
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-10:
            break
    return float(beta[1])


class RelapseSpell(Frozen):
    """Share of the patients who ever had so many years in a row without a relapse.

    Attributes
    ----------
    spell
        Years without a relapse.
    until
        Years since onset at which one stops looking.
    """

    kind: Literal["relapse_spell"] = "relapse_spell"
    spell: Years
    until: Years

    def read(self, course: Course) -> Measured:
        """Read the share; silence begins at onset, at a relapse, and ends at a relapse."""
        rows = course.relapses
        place = course.years_of(rows)
        rows, place = rows.keep(place <= self.until), place[place <= self.until]
        end = np.minimum(course.end_years, self.until)
        previous = np.where(
            np.r_[True, rows.patient[1:] != rows.patient[:-1]], 0.0, np.r_[0.0, place[:-1]]
        )
        longest = np.zeros(course.member.size)
        np.maximum.at(longest, rows.patient, place - previous)
        last = np.zeros(course.member.size)
        np.maximum.at(last, rows.patient, place)
        longest = np.maximum(longest, end - last)
        replicates = course.replicates
        people = replicates.count(course.member)
        had = course.member & (longest >= self.spell)
        return Measured(ratio(replicates.count(had), people), people)


def _counts(course: Course, months: float) -> tuple[Reals, Flags]:
    """Give relapses of each patient in the first months, and who was followed for all of them."""
    days = months / 12.0 * DAYS_PER_YEAR
    rows: Rows = course.relapses
    count = np.bincount(rows.patient[rows.day <= days], minlength=course.member.size)
    # Follow-up that ends on the day of the last visit is whole.
    whole = course.member & (course.history.end_day >= days - 1.0)
    return count.astype(np.float64), whole


class RelapseCount(Frozen):
    """Share of the patients with at least so many relapses in the first months."""

    kind: Literal["relapse_count"] = "relapse_count"
    months: Years
    at_least: Annotated[int, Field(strict=True, ge=1)]

    def read(self, course: Course) -> Measured:
        """Read the share among those followed for all the months."""
        count, whole = _counts(course, self.months)
        people = course.replicates.count(whole)
        many = course.replicates.count(whole & (count >= self.at_least))
        return Measured(ratio(many, people), people)


class FanoFactor(Frozen):
    """Variance over mean of the relapse counts of the first months; 1 for a Poisson law."""

    kind: Literal["fano_factor"] = "fano_factor"
    months: Years

    def read(self, course: Course) -> Measured:
        """Read the factor among those followed for all the months."""
        count, whole = _counts(course, self.months)
        replicates = course.replicates
        people = replicates.count(whole)
        mean = ratio(replicates.total(count, whole), people)
        square = replicates.total((count - mean[replicates.code]) ** 2, whole)
        return Measured(ratio(ratio(square, people - 1.0), mean), people)


class SexRatio(Frozen):
    """Relapse rate of women over that of men in the first years since onset."""

    kind: Literal["sex_ratio"] = "sex_ratio"
    until: Years

    def read(self, course: Course) -> Measured:
        """Read the ratio of rates."""
        women = _rate(course, 0.0, self.until, among=course.female)
        men = _rate(course, 0.0, self.until, among=~course.female)
        value = ratio(ratio(women[0], women[1]), ratio(men[0], men[1]))
        return Measured(value, women[2] + men[2])
