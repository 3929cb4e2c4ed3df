"""How well a study measures: noise of each read-out, and how visits stray from their plan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from remyelin.study.fields import Frozen, Number, Share, Whole

MAX_JITTER_DAYS = 180
MAX_DELAY_DAYS = 90

Flag = Annotated[bool, Field(strict=True)]
"""True or false."""


class Measurement(Frozen):
    """Sources of error in what a study sees; each can be switched off to see its cost.

    Attributes
    ----------
    rater_noise
        EDSS ratings of the follow-up carry the noise of a rater. Enrolment rates with noise
        always, so that the same patients are enrolled.
    walk_noise, sdmt_noise, nfl_noise
        Visit noise of the timed walk and of the SDMT, assay noise of serum NfL.
    sdmt_practice
        The SDMT rises with the number of earlier tests.
    volume_noise
        Brain volume carries the noise of the scanner, on the baseline scan too.
    visit_jitter_days
        Standard deviation of the days between a visit and its plan; 0 keeps to the plan.
    visit_jitter_limit_days
        Most days between a visit and its plan; never half the way to the visit before or after.
    missed_share
        Share of the visits after baseline that are missed.
    relapse_visit_delay_days
        Days from the onset of a relapse to an unscheduled visit; absent: no such visits.
    """

    rater_noise: Flag = True
    walk_noise: Flag = True
    sdmt_noise: Flag = True
    nfl_noise: Flag = True
    sdmt_practice: Flag = False
    volume_noise: Flag = False
    visit_jitter_days: Annotated[Number, Field(ge=0.0, le=MAX_JITTER_DAYS)] = 0.0
    visit_jitter_limit_days: Annotated[Whole, Field(ge=0, le=MAX_JITTER_DAYS)] = 14
    missed_share: Share = 0.0
    relapse_visit_delay_days: Annotated[Whole, Field(ge=1, le=MAX_DELAY_DAYS)] | None = None
