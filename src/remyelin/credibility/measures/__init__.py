"""Measures: small readings of a run's longitudinal tables that no endpoint gives."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from remyelin.credibility.measures.accrual import AccrualKept, AccrualRate, IndependentShare
from remyelin.credibility.measures.distribution import LevelMedian, ShareBelow
from remyelin.credibility.measures.imaging import (
    LesionDispersion,
    LesionFree,
    LesionMean,
    VolumeSlope,
)
from remyelin.credibility.measures.milestones import (
    AgeAtMilestone,
    MilestoneBy,
    MilestoneGap,
    MilestoneRate,
    MilestoneTime,
)
from remyelin.credibility.measures.relapses import (
    FanoFactor,
    RelapseCount,
    RelapseRate,
    RelapseSpell,
    RelapseTrend,
    SexRatio,
)
from remyelin.credibility.measures.residuals import RelapseRise, RelapseRiseMean
from remyelin.credibility.measures.worsening import (
    EventShare,
    Persistence,
    WorseningShare,
)

AnyMeasure: TypeAlias = Annotated[
    ShareBelow
    | LevelMedian
    | MilestoneTime
    | AgeAtMilestone
    | MilestoneGap
    | MilestoneBy
    | MilestoneRate
    | RelapseRate
    | RelapseTrend
    | RelapseSpell
    | RelapseCount
    | FanoFactor
    | SexRatio
    | RelapseRise
    | RelapseRiseMean
    | LesionMean
    | LesionFree
    | LesionDispersion
    | VolumeSlope
    | WorseningShare
    | EventShare
    | AccrualRate
    | IndependentShare
    | AccrualKept
    | Persistence,
    Field(discriminator="kind"),
]
"""Every measure, told apart by ``kind``."""
