"""Function: damage and deficits of three compartments, and latent disability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.draws import normal
from remyelin.model.numeric import Numeric, Value, clip, positive, softplus
from remyelin.model.states import (
    CellEffects,
    Clock,
    Deficit,
    Fluctuation,
    Latent,
    Steroids,
    Tissue,
)
from remyelin.model.traits import Disease


def add_at(
    m: Numeric,
    deficit: Deficit,
    cerebral: Value,
    spinal: Value,
    *,
    lasting: Value,
    slow: Value,
    fast: Value,
) -> Deficit:
    """Add deficits to one compartment: cerebral, spinal, or the one between."""

    def spread(amount: Value) -> tuple[Value, Value, Value]:
        first = m.where(cerebral, amount, 0.0)
        third = m.where(spinal, amount, 0.0)
        second = m.where(cerebral, 0.0, m.where(spinal, 0.0, amount))
        return first, second, third

    added = (*spread(lasting), *spread(slow), *spread(fast))
    return Deficit(*(old + new for old, new in zip(deficit, added, strict=True)))


class RecoveryParameters(NamedTuple):
    """Parameters of recovery from relapses."""

    fast_recovery_time: float
    slow_recovery_time: float
    repair_age_reference: float
    repair_age_loss: float
    repair_activity_min: float
    repair_activity_max: float
    steroid_time_factor: float


def recover(
    m: Numeric,
    p: RecoveryParameters,
    h: float,
    *,
    deficit: Deficit,
    disease: Disease,
    clock: Clock,
    steroids: Steroids,
    cell_effects: CellEffects,
) -> Mapping[str, NamedTuple]:
    """Let reversible deficits recover by one day; age slows the slow part, steroids help the fast.

    A running course of steroids ends a day sooner.
    """
    repair = clip(
        m,
        1.0 - p.repair_age_loss * (clock.age - p.repair_age_reference) + disease.repair,
        p.repair_activity_min,
        p.repair_activity_max,
    )
    slow = m.exp(-h * repair * (1.0 + cell_effects.repair) / p.slow_recovery_time)
    fast = m.where(
        steroids.days_left > 0.0,
        m.exp(-h / (p.steroid_time_factor * p.fast_recovery_time)),
        m.exp(-h / p.fast_recovery_time),
    )
    return {
        "deficit": Deficit(
            *deficit[0:3],
            *(value * slow for value in deficit[3:6]),
            *(value * fast for value in deficit[6:9]),
        ),
        "steroids": Steroids(positive(m, steroids.days_left - h)),
    }


FLUCTUATION_INTERVAL = 10
"""Days between two steps of the fluctuation."""


class FluctuationParameters(NamedTuple):
    """Parameters of the fluctuation."""

    fluctuation_sd: float
    fluctuation_time: float


def fluctuate(
    m: Numeric,
    p: FluctuationParameters,
    h: float,
    *,
    fluctuation: Fluctuation,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Step the fluctuation by its exact Ornstein-Uhlenbeck law."""
    keep = m.exp(-FLUCTUATION_INTERVAL / p.fluctuation_time)
    fresh = p.fluctuation_sd * m.sqrt(1.0 - keep * keep)
    return {
        "fluctuation": fluctuation._replace(
            level=fluctuation.level * keep + fresh * normal(m, u[0], u[1])
        ),
    }


class LatentParameters(NamedTuple):
    """Parameters that turn damage into latent disability."""

    latent_baseline: float
    softness: float
    inflammation_block: float
    conduction_weight_cerebral: float
    conduction_weight_brainstem: float
    conduction_weight_spinal: float
    fluctuation_hold: float


def latent_disability(
    m: Numeric,
    p: LatentParameters,
    *,
    deficit: Deficit,
    fluctuation: Fluctuation,
    tissue: Tissue,
    disease: Disease,
) -> Latent:
    """Give latent disability by compartment: hidden by reserve first, then rising with damage.

    The more of the long tracts is lost for good, the less is left that could fluctuate.
    """
    hidden = softplus(m, -disease.reserve / p.softness)
    weights = (
        p.conduction_weight_cerebral,
        p.conduction_weight_brainstem,
        p.conduction_weight_spinal,
    )

    def lasting(k: int) -> Value:
        damage = deficit[k] + weights[k] * tissue.demyelinated
        return p.softness * (softplus(m, (damage - disease.reserve) / p.softness) - hidden)

    shown = (lasting(0), lasting(1), lasting(2))
    swing = fluctuation.level * m.exp(-p.fluctuation_hold * shown[2])
    common = p.latent_baseline + p.inflammation_block * m.log(1.0 + tissue.milieu) + swing
    trained = fluctuation[1:4]
    return Latent(
        *(common + shown[k] + deficit[3 + k] + deficit[6 + k] - trained[k] for k in range(3))
    )
