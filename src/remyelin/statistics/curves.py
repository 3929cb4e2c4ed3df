"""Kaplan-Meier curves by arm, pooled over replicates, with their band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remyelin.endpoints import VISIT_TOLERANCE_DAYS, Censoring, EventTable, History, Tables, events
from remyelin.statistics.arms import Replicates
from remyelin.statistics.arrays import BoolArray, FloatArray
from remyelin.statistics.figures import curves_of, followed_until, reading_days
from remyelin.statistics.scoring import HIGH_QUANTILE, LOW_QUANTILE
from remyelin.statistics.survival import kaplan_meier
from remyelin.study.definition import Definition
from remyelin.units import DAYS_PER_MONTH, months_to_days


@dataclass(frozen=True, kw_only=True)
class ArmCurve:
    """Event-free proportion of one arm over time.

    Attributes
    ----------
    months
        Grid from 0 to the month that follow-up reaches in this arm.
    survival
        All replicates taken together as one sample.
    low, high
        5th and 95th percentile over the replicates that reach the month.
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
    step_months: float = 1.0,
    risk_step_months: float = 12.0,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
) -> tuple[ArmCurve, ...]:
    """Kaplan-Meier curves of all arms in which an event could be found.

    A curve at a month shows the same figure as the proportion at that month in
    `replicate_figures`: a visit within the tolerance belongs to its month.

    Parameters
    ----------
    step_months, risk_step_months
        Steps of the grid and of the numbers at risk.
    """
    history = History.of(tables)
    table = events(history, definition, definitions, censoring=censoring)
    replicates = Replicates.of(history)
    found = []
    for position, arm_id in enumerate(history.arm_ids):
        member = (history.arm == position) & table.evaluable
        if member.any():
            steps = (step_months, risk_step_months)
            found.append(_arm(table, replicates, member, arm_id, steps))
    return tuple(found)


def _arm(
    table: EventTable,
    replicates: Replicates,
    member: BoolArray,
    arm_id: str,
    steps: tuple[float, float],
) -> ArmCurve:
    pooled = kaplan_meier(table.time[member], table.event[member])
    last = float(pooled.last_time[0]) + VISIT_TOLERANCE_DAYS
    months = _grid(last, steps[0])
    risk_months = _grid(last, steps[1])
    readings = [reading_days(table.definition.kind, float(month)) for month in months]
    limits, reach = [limit for limit, _ in readings], readings[0][1]
    limits[0] = 0.0
    single = curves_of(table, replicates, member)
    band = single.at(limits, reach=reach, until=followed_until(table, replicates, member))
    ends = _band(band)
    risk_days = [months_to_days(float(month)) - VISIT_TOLERANCE_DAYS for month in risk_months]
    return ArmCurve(
        definition_id=table.definition.definition_id,
        arm_id=arm_id,
        months=_floats(months),
        survival=_floats(pooled.at(limits, reach=np.inf)[0]),
        low=_floats(ends[0]),
        high=_floats(ends[1]),
        risk_months=_floats(risk_months),
        at_risk=_floats(single.at_risk_at(risk_days).mean(axis=0)),
    )


def _grid(last_day: float, step_months: float) -> FloatArray:
    steps = int(last_day / DAYS_PER_MONTH / step_months)
    return np.arange(steps + 1, dtype=np.float64) * step_months


def _band(values: FloatArray) -> FloatArray:
    """Quantiles over the replicates that are known at each month; shape (2, months)."""
    ends = np.nanquantile(values, [LOW_QUANTILE, HIGH_QUANTILE], axis=0)
    return np.asarray(ends, dtype=np.float64)


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
