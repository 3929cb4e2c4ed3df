"""Neutrophils and platelets after a graft: a transit chain with feedback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.inputs import Levels
from remyelin.model.numeric import Numeric, Value, clip, power
from remyelin.model.states import Clock, Marrow
from remyelin.model.traits import BloodTraits

SUBSTEPS = 8
"""Euler steps a day: neutrophils move within hours."""

_TRANSIT_POOLS = 3.0
"""Pools whose transit adds up to the mean transit time."""

_PLATELET_GAIN = 2.0
"""Platelet precursors take half a mean transit time to follow the progenitors."""

_SMALLEST_COUNT = 0.003
"""Neutrophil count (1e9/L) below which the feedback sees no further fall."""


class MarrowParameters(NamedTuple):
    """Parameters of the marrow."""

    marrow_feedback: float
    feedback_min: float
    feedback_max: float
    gcsf_speed: float
    platelet_transit_time: float
    platelet_loss: float
    progenitor_cap: float
    platelet_transfusion_threshold: float
    platelet_transfusion_gain: float
    engraftment_threshold: float


def renew_blood(
    m: Numeric,
    p: MarrowParameters,
    h: float,
    *,
    marrow: Marrow,
    blood_traits: BloodTraits,
    clock: Clock,
    levels: Levels,
) -> Mapping[str, NamedTuple]:
    """Step marrow, neutrophils and platelets by one day of the recovery window.

    Platelets are given when they fall below the transfusion threshold. G-CSF speeds the transit.
    """
    window = m.where(clock.recovery_left > 0.0, h, 0.0)
    speed = 1.0 + (p.gcsf_speed - 1.0) * levels.gcsf
    before = marrow.neutrophils
    for _ in range(SUBSTEPS):
        marrow = _substep(m, p, window / SUBSTEPS, speed, marrow, blood_traits)
    low = (marrow.platelets < p.platelet_transfusion_threshold) & (window > 0.0)
    rises = (before < p.engraftment_threshold) & (marrow.neutrophils >= p.engraftment_threshold)
    return {
        "marrow": marrow._replace(
            platelets=marrow.platelets + m.where(low, p.platelet_transfusion_gain, 0.0),
            engrafted_today=m.where(rises, 1.0, 0.0),
        )
    }


def blood_moves(m: Numeric, p: object, h: float, *, clock: Clock, marrow: Marrow) -> Value:
    """Say whether the recovery window is open or a flag is left from its last day."""
    return (clock.recovery_left > 0.0) | (marrow.engrafted_today > 0.0)


def _substep(
    m: Numeric, p: MarrowParameters, h: Value, speed: Value, marrow: Marrow, traits: BloodTraits
) -> Marrow:
    rate = _TRANSIT_POOLS / traits.transit_time * speed
    count = m.maximum(marrow.neutrophils, _SMALLEST_COUNT)
    call = power(
        m, clip(m, traits.neutrophils / count, p.feedback_min, p.feedback_max), p.marrow_feedback
    )
    grown = marrow.progenitors + h * rate * marrow.progenitors * (call - 1.0)
    platelets = p.platelet_loss * (traits.platelets * marrow.precursors - marrow.platelets)
    follow = _PLATELET_GAIN / p.platelet_transit_time * (marrow.progenitors - marrow.precursors)
    return marrow._replace(
        progenitors=m.minimum(grown, p.progenitor_cap),
        transit_1=marrow.transit_1 + h * rate * (marrow.progenitors - marrow.transit_1),
        transit_2=marrow.transit_2 + h * rate * (marrow.transit_1 - marrow.transit_2),
        neutrophils=marrow.neutrophils
        + h * rate * (traits.neutrophils * marrow.transit_2 - marrow.neutrophils),
        precursors=marrow.precursors + h * follow,
        platelets=marrow.platelets + h * platelets,
    )
