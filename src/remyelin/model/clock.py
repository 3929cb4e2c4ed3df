"""The patient's clock: age, and the window of recovery after a graft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.numeric import Numeric, positive
from remyelin.model.states import Clock
from remyelin.units import DAYS_PER_YEAR


def grow_older(m: Numeric, p: object, h: float, *, clock: Clock) -> Mapping[str, NamedTuple]:
    """Step age and recovery window by one day."""
    return {
        "clock": Clock(
            clock.age + h / DAYS_PER_YEAR,
            positive(m, clock.recovery_left - h),
        )
    }
