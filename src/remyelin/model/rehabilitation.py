"""Rehabilitation: training builds a gain of function that fades when it ends.

It acts on function alone and never on the disease.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.inputs import Levels
from remyelin.model.numeric import Numeric, Value, positive
from remyelin.model.states import Clock, Fluctuation


class TrainingParameters(NamedTuple):
    """Parameters of training."""

    training_build_up_time: float
    training_fading_time: float
    training_age_loss: float
    training_age_reference: float


_GONE = 1e-6
"""Gain below which nothing is left of a training that has ended."""


def train(
    m: Numeric,
    p: TrainingParameters,
    h: float,
    *,
    fluctuation: Fluctuation,
    levels: Levels,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Move the gain of each compartment towards what its training can give at this age."""
    youth = m.exp(-p.training_age_loss * positive(m, clock.age - p.training_age_reference))

    def after(now: Value, target: Value) -> Value:
        aim = target * youth
        time = m.where(aim > now, p.training_build_up_time, p.training_fading_time)
        moved = aim + (now - aim) * m.exp(-h / time)
        return m.where((target <= 0.0) & (moved < _GONE), 0.0, moved)

    return {
        "fluctuation": fluctuation._replace(
            trained_cerebral=after(fluctuation.trained_cerebral, levels.training_cerebral),
            trained_brainstem=after(fluctuation.trained_brainstem, levels.training_brainstem),
            trained_spinal=after(fluctuation.trained_spinal, levels.training_spinal),
        )
    }


def training_acts(
    m: Numeric, p: TrainingParameters, h: float, *, fluctuation: Fluctuation, levels: Levels
) -> Value:
    """Say whether there is training, or a gain that has not faded."""
    aims = levels.training_cerebral + levels.training_brainstem + levels.training_spinal
    gains = fluctuation.trained_cerebral + fluctuation.trained_brainstem
    return (aims + gains + fluctuation.trained_spinal) > 0.0
