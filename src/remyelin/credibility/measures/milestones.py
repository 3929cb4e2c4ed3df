"""Times from onset or birth to a milestone of disability or to secondary progression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from remyelin.credibility.course import Course, Flags, Measured, Reals
from remyelin.endpoints import events
from remyelin.statistics.arrays import FloatArray
from remyelin.statistics.summaries import ratio
from remyelin.statistics.survival import SurvivalCurves, kaplan_meier
from remyelin.study.catalogue import definitions
from remyelin.study.definition import Definition
from remyelin.study.fields import Frozen, Number, Text
from remyelin.units import DAYS_PER_YEAR

_PATTERN = "edss6_sustained"
"""Definition whose rule milestones of another height follow."""


class Milestone(Frozen):
    """What is reached: an EDSS for good, or the event of a definition of the catalogue."""

    edss: Annotated[Number, Field(gt=0.0, le=10.0)] | None = None
    definition: Text = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Milestone:
        if (self.edss is None) == (not self.definition):
            raise ValueError("give either edss or definition")
        if self.definition and self.definition not in definitions():
            raise ValueError(f"unknown definition {self.definition!r}")
        return self

    def rule(self, catalogue: Mapping[str, Definition]) -> Definition:
        """Give the definition that finds the event."""
        if self.edss is None:
            return catalogue[self.definition]
        return replace(
            catalogue[_PATTERN], definition_id=f"edss{self.edss:g}_sustained", threshold=self.edss
        )

    def reached(self, course: Course) -> tuple[Reals, Flags]:
        """Give years from onset to the milestone or the end of observation, and which it is.

        Who stands at the milestone on the first visit has reached it then.
        """
        table = events(course.history, self.rule(course.definitions), course.definitions)
        years = course.duration + table.time / DAYS_PER_YEAR
        reached = table.event.copy()
        if self.edss is not None:
            already = ~table.evaluable
            years[already], reached[already] = course.duration[already], True
        return years, reached


def _curves(course: Course, time: Reals, event: Flags, kept: Flags) -> SurvivalCurves:
    chosen = course.member & kept
    return kaplan_meier(
        time[chosen], event[chosen], course.replicates.code[chosen], n_groups=course.replicates.n
    )


def _everybody(course: Course) -> Flags:
    return np.ones(course.member.size, dtype=np.bool_)


class MilestoneTime(Frozen):
    """Median years from onset to a milestone, by Kaplan-Meier; inf where half never reach it."""

    kind: Literal["milestone_time"] = "milestone_time"
    milestone: Milestone

    def read(self, course: Course) -> Measured:
        """Read the median."""
        years, reached = self.milestone.reached(course)
        curves = _curves(course, years, reached, _everybody(course))
        return Measured(curves.median(), course.replicates.count(course.member))


class AgeAtMilestone(Frozen):
    """Median age at a milestone, by Kaplan-Meier from birth."""

    kind: Literal["age_at_milestone"] = "age_at_milestone"
    milestone: Milestone

    def read(self, course: Course) -> Measured:
        """Read the median."""
        years, reached = self.milestone.reached(course)
        curves = _curves(course, course.onset_age + years, reached, _everybody(course))
        return Measured(curves.median(), course.replicates.count(course.member))


class MilestoneGap(Frozen):
    """Median years from one milestone to a higher one, in those who reached the first."""

    kind: Literal["milestone_gap"] = "milestone_gap"
    first: Milestone
    second: Milestone

    def read(self, course: Course) -> Measured:
        """Read the median."""
        start, begun = self.first.reached(course)
        end, reached = self.second.reached(course)
        gap = np.maximum(end - start, 0.0)
        curves = _curves(course, gap, reached, begun)
        return Measured(curves.median(), course.replicates.count(course.member & begun))


class MilestoneBy(Frozen):
    """Share that has reached a milestone some years after onset, by Kaplan-Meier."""

    kind: Literal["milestone_by"] = "milestone_by"
    milestone: Milestone
    years: Annotated[Number, Field(gt=0.0, le=60.0)]

    def read(self, course: Course) -> Measured:
        """Read the share."""
        time, reached = self.milestone.reached(course)
        curves = _curves(course, time, reached, _everybody(course))
        last: FloatArray = np.full(course.replicates.n, -np.inf)
        kept = course.member
        np.maximum.at(last, course.replicates.code[kept], course.end_years[kept])
        free = curves.at([self.years], reach=0.5, until=last)[:, 0]
        return Measured(1.0 - free, course.replicates.count(kept))


class MilestoneRate(Frozen):
    """Events per patient-year at risk, from onset to the milestone."""

    kind: Literal["milestone_rate"] = "milestone_rate"
    milestone: Milestone

    def read(self, course: Course) -> Measured:
        """Read the rate."""
        years, reached = self.milestone.reached(course)
        risk = course.replicates.total(years, course.member)
        count = course.replicates.total(reached, course.member)
        return Measured(ratio(count, risk), course.replicates.count(course.member))
