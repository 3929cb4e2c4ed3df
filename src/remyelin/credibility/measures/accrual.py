"""Every confirmed worsening of a patient, not only the first, as registries count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from remyelin.credibility.course import Course, Flags, Measured, Reals
from remyelin.endpoints.rows import Rows
from remyelin.statistics.summaries import ratio
from remyelin.study.definition import Definition
from remyelin.study.fields import Frozen, Number
from remyelin.units import DAYS_PER_YEAR

Months = Annotated[Number, Field(gt=0.0, le=600.0)]


@dataclass(frozen=True, eq=False)
class Worsenings:
    """Confirmed worsenings, one entry each.

    Attributes
    ----------
    patient
        Whose they are.
    associated
        Whether a relapse began in the 90 days before the visit that shows it.
    lost
        Whether two visits in a row after the confirmation lie below the worsened score.
    """

    patient: NDArray[np.int64]
    associated: Flags
    lost: Flags


class _Accrual(Frozen):
    """How worsenings are found.

    A worsening is a score above the reference by 1.5 (reference 0), 1.0 (up to 5.5) or 0.5, at a
    visit and at all later ones up to the first at least 24 weeks on. The score at that visit is
    the next reference.

    Attributes
    ----------
    months
        Visits and relapses after these months from baseline do not count.
    """

    months: Months

    def find(self, course: Course) -> Worsenings:
        """Find all worsenings of the members."""
        rows = course.rows("edss")
        rows = rows.keep(rows.day <= self.months / 12.0 * DAYS_PER_YEAR + 1.0)
        grid = _Grid.of(rows, course.member.size)
        return grid.worsenings(course)


_RULE = "raw24_lublin2022"
"""Definition whose steps, confirmation and window of association are used."""


@dataclass(frozen=True, eq=False)
class _Grid:
    """Scores and days by patient and visit in order; nan where there is none."""

    score: Reals
    day: Reals

    @classmethod
    def of(cls, rows: Rows, patients: int) -> _Grid:
        place = np.arange(rows.patient.size) - np.searchsorted(rows.patient, rows.patient)
        width = int(place.max(initial=-1)) + 1
        score = np.full((patients, width), np.nan)
        day = np.full((patients, width), np.nan)
        score[rows.patient, place], day[rows.patient, place] = rows.value, rows.day
        return cls(score, day)

    def worsenings(self, course: Course) -> Worsenings:
        rule = course.definitions[_RULE]
        everybody = np.arange(self.score.shape[0])
        confirming, lowest = self._confirmed(rule.confirmation_days or 0.0)
        width = self.score.shape[1]
        reference = self.score[:, 0].copy() if width else np.empty(0)
        free_from = np.ones(everybody.size, dtype=np.int64)
        found: list[tuple[NDArray[np.int64], Reals, Flags]] = []
        for visit in range(1, width):
            needed = reference + _step(rule, reference)
            event = (lowest[:, visit] >= needed) & (visit >= free_from)
            who = everybody[event]
            if not who.size:
                continue
            at = confirming[who, visit]
            lost = self._lost(who, at, needed[who])
            found.append((who, self.day[who, visit], lost))
            reference[who], free_from[who] = self.score[who, at], at + 1
        if not found:
            empty = np.empty(0, dtype=np.bool_)
            return Worsenings(np.empty(0, dtype=np.int64), empty, empty)
        patient = np.concatenate([one[0] for one in found])
        shown = np.concatenate([one[1] for one in found])
        lost = np.concatenate([one[2] for one in found])
        return Worsenings(
            patient, _near(course.relapses, patient, shown, rule.associated_days), lost
        )

    def _confirmed(self, wait: float) -> tuple[NDArray[np.int64], Reals]:
        """Give each visit's confirming visit, and the lowest score from one to the other.

        The lowest score is nan where no visit comes late enough.
        """
        width = self.score.shape[1]
        confirming = np.full(self.score.shape, -1, dtype=np.int64)
        lowest = np.full(self.score.shape, np.nan)
        for visit in range(width):
            low = self.score[:, visit].copy()
            for later in range(visit + 1, width):
                low = np.minimum(low, self.score[:, later])
                late = self.day[:, later] - self.day[:, visit] >= wait
                now = late & (confirming[:, visit] < 0)
                confirming[now, visit], lowest[now, visit] = later, low[now]
                if (late | np.isnan(self.day[:, later])).all():
                    break
        return confirming, lowest

    def _lost(self, who: NDArray[np.int64], at: NDArray[np.int64], needed: Reals) -> Flags:
        after = np.arange(self.score.shape[1])[None, :] > at[:, None]
        below = (self.score[who] < needed[:, None]) & after
        return np.asarray((below[:, 1:] & below[:, :-1]).any(axis=1), dtype=np.bool_)


def _step(rule: Definition, reference: Reals) -> Reals:
    change = np.full(reference.shape, np.nan)
    for step in rule.steps:
        change[reference >= step.from_edss] = step.change
    return change


def _near(relapses: Rows, patient: NDArray[np.int64], day: Reals, window: float) -> Flags:
    """Say whether a relapse began in the window before each day."""
    first = relapses.place_of(patient, day - window)
    begun = np.where(first >= 0, relapses.day[first] if relapses.day.size else np.inf, np.inf)
    near: Flags = begun <= day
    return near


class AccrualRate(_Accrual):
    """Confirmed worsenings per patient-year."""

    kind: Literal["accrual_rate"] = "accrual_rate"

    def read(self, course: Course) -> Measured:
        """Read the rate."""
        found = self.find(course)
        years = np.minimum(course.history.end_day / DAYS_PER_YEAR, self.months / 12.0)
        count = course.total_of(found.patient, None)
        people = course.replicates.count(course.member)
        return Measured(ratio(count, course.replicates.total(years, course.member)), people)


class IndependentShare(_Accrual):
    """Share of the confirmed worsenings that no relapse precedes within the window."""

    kind: Literal["independent_share"] = "independent_share"

    def read(self, course: Course) -> Measured:
        """Read the share."""
        found = self.find(course)
        count = course.total_of(found.patient, None)
        alone = course.total_of(found.patient[~found.associated], None)
        return Measured(ratio(alone, count), count)


class AccrualKept(_Accrual):
    """Share of the confirmed worsenings of one kind that are not lost to the end."""

    kind: Literal["accrual_kept"] = "accrual_kept"
    relation: Literal["independent", "associated"]

    def read(self, course: Course) -> Measured:
        """Read the share."""
        found = self.find(course)
        mine = found.associated == (self.relation == "associated")
        count = course.total_of(found.patient[mine], None)
        kept = course.total_of(found.patient[mine & ~found.lost], None)
        return Measured(ratio(kept, count), count)
