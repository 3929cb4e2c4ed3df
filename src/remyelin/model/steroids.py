"""High-dose steroids: they shorten a relapse and change nothing of what it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.inputs import Levels, Pulse
from remyelin.model.numeric import Numeric, Value
from remyelin.model.states import Deficit, Relapses, Steroids


class SteroidParameters(NamedTuple):
    """Parameters of a course of steroids."""

    steroid_deficit_factor: float
    steroid_days: float


def give_steroids(
    m: Numeric,
    p: SteroidParameters,
    h: float,
    *,
    steroids: Steroids,
    deficit: Deficit,
    pulse: Pulse,
) -> Mapping[str, NamedTuple]:
    """Give the steroids that a protocol says for today (1: one full course)."""
    return _course(m, p, steroids, deficit, pulse.steroids)


def steroids_given(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether a protocol gives steroids today."""
    return pulse.steroids > 0.0


def treat_relapse(
    m: Numeric,
    p: SteroidParameters,
    h: float,
    *,
    steroids: Steroids,
    deficit: Deficit,
    relapses: Relapses,
    levels: Levels,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Give a full course for a relapse of today, with the chance that the level says."""
    begins = (relapses.today > 0.0) & (u[0] < levels.relapse_steroids)
    return _course(m, p, steroids, deficit, m.where(begins, 1.0, 0.0))


def relapse_may_be_treated(
    m: Numeric, p: object, h: float, *, relapses: Relapses, levels: Levels
) -> Value:
    """Say whether a relapse began today in somebody whose relapses are treated."""
    return (relapses.today > 0.0) & (levels.relapse_steroids > 0.0)


def _course(
    m: Numeric, p: SteroidParameters, steroids: Steroids, deficit: Deficit, dose: Value
) -> Mapping[str, NamedTuple]:
    kept = 1.0 - (1.0 - p.steroid_deficit_factor) * m.minimum(dose, 1.0)
    return {
        "steroids": Steroids(m.where(dose > 0.0, p.steroid_days, steroids.days_left)),
        "deficit": Deficit(*deficit[0:6], *(value * kept for value in deficit[6:9])),
    }
