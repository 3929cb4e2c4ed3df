"""Kaplan-Meier curves by arm: the median over replicates, with their band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.endpoints import (
    VISIT_TOLERANCE_DAYS,
    Censoring,
    History,
    Tables,
    components_seen,
    events,
)
from remyelin.statistics.arms import Replicates
from remyelin.statistics.arrays import BoolArray, FloatArray
from remyelin.statistics.figures import Events, curves_of, followed_until, reading_days
from remyelin.statistics.scoring import HIGH_QUANTILE, LOW_QUANTILE
from remyelin.study.definition import Definition
from remyelin.units import DAYS_PER_MONTH, months_to_days

STEP_MONTHS: Final = 1.0
RISK_STEP_MONTHS: Final = 12.0
"""Steps of the grid of a curve and of its numbers at risk, where nothing else is asked for."""

LEAST_AT_RISK: Final = 5.0
"""Patients per trial (mean over replicates) below whom a curve is not drawn on."""


@dataclass(frozen=True, kw_only=True)
class ArmCurve:
    """Event-free proportion of one arm over time.

    Attributes
    ----------
    months
        Grid from 0 to the month that follow-up reaches in this arm, or to the last one at which
        `LEAST_AT_RISK` patients per trial are at risk; an arm that begins with fewer keeps its
        whole curve.
    survival, low, high
        Median, 5th and 95th percentile over the replicates that reach the month.
    risk_months, at_risk
        Months, and patients then still at risk per trial (mean over replicates).
    """

    definition_id: str
    arm_id: str
    months: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    risk_months: tuple[float, ...]
    at_risk: tuple[float, ...]


def curves(
    tables: Tables,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    step_months: float = STEP_MONTHS,
    risk_step_months: float = RISK_STEP_MONTHS,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
) -> tuple[ArmCurve, ...]:
    """Kaplan-Meier curves of all arms in which an event could be found.

    A curve at a month is the summary of the proportion at that month in `replicate_figures`: a
    visit within the tolerance belongs to its month.

    Parameters
    ----------
    step_months, risk_step_months
        Steps of the grid and of the numbers at risk.
    """
    history = History.of(tables)
    seen = all(components_seen(history, definition, definitions))
    table = events(history, definition, definitions, censoring=censoring, seen=seen)
    replicates = Replicates.of(history)
    found = []
    for position, arm_id in enumerate(history.arm_ids):
        member = (history.arm == position) & table.evaluable
        if member.any():
            steps = (step_months, risk_step_months)
            found.append(_arm(table, replicates, member, arm_id, steps))
    return tuple(found)


def _arm(
    table: Events,
    replicates: Replicates,
    member: BoolArray,
    arm_id: str,
    steps: tuple[float, float],
) -> ArmCurve:
    builder = CurveBuilder(table.definition, arm_id, float(table.time[member].max()), steps)
    builder.add(table, replicates, member)
    return builder.curve()


class CurveBuilder:
    """Builds the curve of one arm from replicates that come in portions, in their order.

    Parameters
    ----------
    definition, arm_id
        What the curve is about.
    last_day
        Longest time of any patient of the arm, days.
    steps
        Steps of the grid and of the numbers at risk, months.
    """

    def __init__(
        self,
        definition: Definition,
        arm_id: str,
        last_day: float,
        steps: tuple[float, float] = (STEP_MONTHS, RISK_STEP_MONTHS),
    ) -> None:
        self._definition, self._arm_id = definition, arm_id
        last = last_day + VISIT_TOLERANCE_DAYS
        self._months, self._risk_months = _grid(last, steps[0]), _grid(last, steps[1])
        readings = [reading_days(definition.kind, float(month)) for month in self._months]
        self._limits, self._reach = [limit for limit, _ in readings], readings[0][1]
        self._limits[0] = 0.0
        self._band: list[FloatArray] = []
        self._risk: list[FloatArray] = []
        self._left: list[FloatArray] = []

    def add(self, table: Events, replicates: Replicates, member: BoolArray) -> None:
        """Add the replicates of one portion, those without a member too."""
        single = curves_of(table, replicates, member)
        until = followed_until(table, replicates, member)
        self._band.append(single.at(self._limits, reach=self._reach, until=until))
        self._risk.append(single.at_risk_at(_days(self._risk_months)))
        self._left.append(single.at_risk_at(_days(self._months)))

    def curve(self) -> ArmCurve:
        """Give the curve once every replicate was added."""
        ends = _band(np.concatenate(self._band))
        until = _drawn(np.concatenate(self._left).mean(axis=0))
        return ArmCurve(
            definition_id=self._definition.definition_id,
            arm_id=self._arm_id,
            months=_floats(self._months[:until]),
            survival=_floats(ends[1, :until]),
            low=_floats(ends[0, :until]),
            high=_floats(ends[2, :until]),
            risk_months=_floats(self._risk_months),
            at_risk=_floats(np.concatenate(self._risk).mean(axis=0)),
        )


def _days(months: FloatArray) -> list[float]:
    return [months_to_days(float(month)) - VISIT_TOLERANCE_DAYS for month in months]


def _drawn(at_risk: FloatArray) -> int:
    """Give the number of months that are drawn."""
    enough = np.flatnonzero(at_risk >= LEAST_AT_RISK)
    return int(enough[-1]) + 1 if enough.size else at_risk.size


def _grid(last_day: float, step_months: float) -> FloatArray:
    steps = int(last_day / DAYS_PER_MONTH / step_months)
    return np.arange(steps + 1, dtype=np.float64) * step_months


def _band(values: FloatArray) -> FloatArray:
    """Quantiles over the replicates that are known at each month; shape (3, months)."""
    ends = np.nanquantile(values, [LOW_QUANTILE, 0.5, HIGH_QUANTILE], axis=0)
    return np.asarray(ends, dtype=np.float64)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
