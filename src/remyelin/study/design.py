"""How a study is run: allocation, visits, follow-up, dropout."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from remyelin.study.fields import Figure, Frozen, Number, Share, Text, Whole
from remyelin.study.measurement import Measurement
from remyelin.study.vocabulary import Allocation, Mark

MAX_PATIENTS = 1_000_000
MAX_MONTHS = 600.0
MAX_DROPOUT_PER_YEAR = 5.0
MAX_LEAD_IN_DAYS = 365

Months = Annotated[Number, Field(gt=0.0, le=MAX_MONTHS)]
"""A time after baseline, months."""

VisitInterval = Annotated[Number, Field(ge=0.25, le=60.0)]
"""Months between visits."""


class Visits(Frozen):
    """Planned visits: months between EDSS ratings and between MRI scans (absent: no MRI)."""

    edss_every_months: VisitInterval
    mri_every_months: VisitInterval | None = None


class FollowUpQuantile(Frozen):
    """A share of the patients has at most this administrative follow-up."""

    share: Share
    months: Annotated[Number, Field(ge=0.0, le=MAX_MONTHS)]


class FollowUp(Frozen):
    """Administrative follow-up.

    Attributes
    ----------
    months
        Longest planned follow-up.
    quantiles
        Quantile function of administrative follow-up, straight between its points; empty when
        everybody is followed for ``months``.
    source, mark
        Where the quantiles come from.
    """

    months: Months
    quantiles: tuple[FollowUpQuantile, ...] = Field(default=(), max_length=100)
    source: Text = ""
    mark: Mark = Mark.ASSUMED

    @model_validator(mode="after")
    def _rises(self) -> FollowUp:
        if not self.quantiles:
            return self
        shares = [point.share for point in self.quantiles]
        months = [point.months for point in self.quantiles]
        if shares[0] != 0.0 or shares[-1] != 1.0 or shares != sorted(set(shares)):
            raise ValueError("the shares of the quantiles must rise from 0 to 1")
        if months != sorted(months) or months[-1] > self.months:
            raise ValueError(f"the months of the quantiles must not fall, nor pass {self.months:g}")
        return self


class Design(Frozen):
    """How the study is run.

    Attributes
    ----------
    allocation
        Randomised (2 arms or more) or single arm.
    blinding
        For people.
    n
        Patients enrolled, all arms together.
    visits, follow_up
        Planned visits and administrative follow-up.
    dropout_per_year
        Rate at which patients leave the study, per year.
    lead_in_days
        Days of treatment before time zero, for a cohort whose follow-up counts from the day of a
        transplant: patients are enrolled and rated first, and events of these days do not count.
        Harm of these days that lasts (amenorrhoea, malignancy, ...) is there on day 0.
    measurement
        Noise of each read-out, and how visits stray from their plan.
    """

    allocation: Allocation
    blinding: Text = ""
    n: Annotated[Whole, Field(ge=1, le=MAX_PATIENTS)]
    visits: Visits
    follow_up: FollowUp
    dropout_per_year: Figure
    lead_in_days: Annotated[Whole, Field(ge=0, le=MAX_LEAD_IN_DAYS)] = 0
    measurement: Measurement = Measurement()

    @model_validator(mode="after")
    def _rate(self) -> Design:
        if not 0.0 <= self.dropout_per_year.value <= MAX_DROPOUT_PER_YEAR:
            raise ValueError(
                f"dropout_per_year: {self.dropout_per_year.value:g} given, "
                f"allowed 0 to {MAX_DROPOUT_PER_YEAR:g} per year"
            )
        return self
