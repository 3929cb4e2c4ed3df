"""Confirmed worsening and improvement: how many, of which kind, and how lasting."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from remyelin.credibility.course import Course, Measured, Reals
from remyelin.endpoints import EventTable, events
from remyelin.endpoints.rows import Rows, pick
from remyelin.statistics.figures import event_proportion
from remyelin.statistics.summaries import ratio
from remyelin.study.catalogue import definitions
from remyelin.study.definition import Definition
from remyelin.study.fields import Frozen, Number, Text
from remyelin.units import DAYS_PER_YEAR

Months = Annotated[Number, Field(gt=0.0, le=600.0)]


class _Defined(Frozen):
    """A definition of the catalogue."""

    definition: Text

    @field_validator("definition")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in definitions():
            raise ValueError(f"unknown definition {value!r}")
        return value

    def table(self, course: Course) -> EventTable:
        """Find the events."""
        return events(course.history, course.definitions[self.definition], course.definitions)


class EventShare(_Defined):
    """Share of the patients with an event by a month, by Kaplan-Meier from baseline."""

    kind: Literal["event_share"] = "event_share"
    months: Months

    def read(self, course: Course) -> Measured:
        """Read the share."""
        table = self.table(course)
        value = event_proportion(
            table, course.replicates, course.member, outcome="", months=self.months
        )
        return Measured(value, course.replicates.count(course.member & table.evaluable))


class WorseningShare(_Defined):
    """Crude share of the patients with an event over the whole follow-up."""

    kind: Literal["worsening_share"] = "worsening_share"

    def read(self, course: Course) -> Measured:
        """Read the share."""
        table, replicates = self.table(course), course.replicates
        people = replicates.count(course.member & table.evaluable)
        return Measured(ratio(replicates.count(course.member & table.event), people), people)


class Persistence(_Defined):
    """Share of the confirmed worsenings that are not lost again.

    Attributes
    ----------
    visits_to_lose
        Visits in a row below the worsened score by which it is lost.
    years
        Time from the confirmation over which it must hold, and be observed; absent: to the end
        of follow-up, however short.
    """

    kind: Literal["persistence"] = "persistence"
    visits_to_lose: Annotated[int, Field(strict=True, ge=1, le=10)] = 1
    years: Annotated[Number, Field(gt=0.0, le=60.0)] | None = None

    def read(self, course: Course) -> Measured:
        """Read the share."""
        definition = course.definitions[self.definition]
        table = self.table(course)
        rows = course.rows("edss")
        had = course.member & table.event
        reference = _score_at(rows, table.frame["reference_day"].to_numpy(np.float64), had)
        needed = reference + _step(definition, reference)
        confirmed = table.frame["confirming_day"].to_numpy(np.float64)
        span = np.inf if self.years is None else self.years * DAYS_PER_YEAR
        last = confirmed + span
        after = had[rows.patient] & (rows.day > confirmed[rows.patient])
        after &= rows.day <= last[rows.patient]
        lost = _runs(rows.keep(after), needed, self.visits_to_lose)
        observed = had.copy()
        if self.years is not None:
            # Who is lost early is known early; to count only those would bias the share.
            observed &= course.history.end_day >= last - 1.0
        count = course.replicates.count(observed)
        return Measured(ratio(course.replicates.count(observed & ~lost), count), count)


def _runs(rows: Rows, needed: Reals, length: int) -> NDArray[np.bool_]:
    """Find the patients with so many visits in a row below the needed score."""
    below = rows.value < needed[rows.patient]
    run = below.copy()
    for back in range(1, length):
        run[:back] = False
        run[back:] &= below[:-back] & (rows.patient[back:] == rows.patient[:-back])
    lost = np.zeros(needed.size, dtype=np.bool_)
    lost[rows.patient[run]] = True
    return lost


def _score_at(rows: Rows, day: Reals, wanted: NDArray[np.bool_]) -> Reals:
    """Give the score of each wanted patient at the visit of a day, nan for others."""
    patients = np.flatnonzero(wanted)
    score = np.full(wanted.size, np.nan)
    score[patients] = pick(rows.value, rows.place_of(patients, day[patients]))
    return score


def _step(definition: Definition, reference: Reals) -> Reals:
    """Give the change that counts from each reference score."""
    change = np.full(reference.size, np.nan)
    for step in definition.steps:
        change[reference >= step.from_edss] = step.change
    return change
