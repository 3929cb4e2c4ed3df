"""Lesion counts with their distribution, and loss of brain volume."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy.optimize import brentq

from remyelin.credibility.course import Course, Flags, Measured, Reals
from remyelin.statistics.summaries import ratio
from remyelin.study.fields import Frozen, Number
from remyelin.units import DAYS_PER_YEAR

Months = Annotated[Number, Field(gt=0.0, le=600.0)]

_SLACK_MONTHS = 1.0
"""A scan this much before or after its month still belongs to it."""


class _Lesions(Frozen):
    """Lesions on scans after baseline, up to a month.

    Attributes
    ----------
    lesion
        New T2 lesions since the scan before, or enhancing lesions on the scan.
    months
        Last month that counts.
    only_last
        Only the scan of that month, instead of all scans together.
    """

    lesion: Literal["new_t2_lesions", "gd_lesions"]
    months: Months
    only_last: bool = False

    def totals(self, course: Course) -> tuple[Reals, Flags, Reals]:
        """Give each patient's lesions, who was scanned in the last month, and scans counted."""
        rows = course.rows(self.lesion)
        month = rows.day / DAYS_PER_YEAR * 12.0
        at_end = np.abs(month - self.months) <= _SLACK_MONTHS
        kept = at_end if self.only_last else (rows.day > 0) & (month <= self.months + _SLACK_MONTHS)
        size = course.member.size
        sums: Reals = np.bincount(
            rows.patient[kept], weights=rows.value[kept], minlength=size
        ).astype(np.float64)
        scans = np.bincount(rows.patient[kept], minlength=size).astype(np.float64)
        whole = np.zeros(size, dtype=np.bool_)
        whole[rows.patient[at_end]] = True
        return sums, whole & course.member, scans


class LesionMean(_Lesions):
    """Mean lesions per patient, or per scan."""

    kind: Literal["lesion_mean"] = "lesion_mean"
    per_scan: bool = False

    def read(self, course: Course) -> Measured:
        """Read the mean over patients scanned in the last month."""
        sums, whole, scans = self.totals(course)
        people = course.replicates.count(whole)
        below = course.replicates.total(scans, whole) if self.per_scan else people
        return Measured(ratio(course.replicates.total(sums, whole), below), people)


class LesionFree(_Lesions):
    """Share of the patients without such a lesion."""

    kind: Literal["lesion_free"] = "lesion_free"

    def read(self, course: Course) -> Measured:
        """Read the share over patients scanned in the last month."""
        sums, whole, _ = self.totals(course)
        people = course.replicates.count(whole)
        return Measured(ratio(course.replicates.count(whole & (sums == 0.0)), people), people)


class LesionDispersion(_Lesions):
    """Size of a negative binomial law that has the mean and the share of zeros.

    Solves (k / (k + mean))^k = share of zeros, as the published sizes do; inf where the zeros are
    no more than a Poisson law has.
    """

    kind: Literal["lesion_dispersion"] = "lesion_dispersion"

    def read(self, course: Course) -> Measured:
        """Read the size."""
        sums, whole, _ = self.totals(course)
        replicates = course.replicates
        people = replicates.count(whole)
        mean = ratio(replicates.total(sums, whole), people)
        zeros = ratio(replicates.count(whole & (sums == 0.0)), people)
        sizes = [_size(m, z) for m, z in zip(mean, zeros, strict=True)]
        return Measured(np.asarray(sizes, dtype=np.float64), people)


_SMALLEST, _LARGEST = 1e-4, 1e4


def _size(mean: float, zeros: float) -> float:
    if not (mean > 0.0 and 0.0 < zeros < 1.0):
        return float("nan")
    if np.log(zeros) <= -mean:
        return float("inf")

    def gap(log_k: float) -> float:
        k = np.exp(log_k)
        return float(-k * np.log1p(mean / k) - np.log(zeros))

    low, high = np.log(_SMALLEST), np.log(_LARGEST)
    if gap(low) < 0.0 or gap(high) > 0.0:
        return float("nan") if gap(low) < 0.0 else float("inf")
    return float(np.exp(brentq(gap, low, high)))


class VolumeSlope(Frozen):
    """Mean change of brain volume from baseline to a month, per cent per year."""

    kind: Literal["volume_slope"] = "volume_slope"
    months: Months

    def read(self, course: Course) -> Measured:
        """Read the mean over patients scanned in that month."""
        rows = course.rows("brain_volume_pct")
        month = rows.day / DAYS_PER_YEAR * 12.0
        rows = rows.keep(np.abs(month - self.months) <= _SLACK_MONTHS)
        count = course.count(rows)
        mean = ratio(course.total_of(rows.patient, rows.value - 100.0), count)
        return Measured(mean * 12.0 / self.months, count)
