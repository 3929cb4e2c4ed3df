"""Focal lesions: rate, entry by site and size, enhancement and its end; relapses by lesion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.draws import (
    departures,
    gamma_of_whole_shape,
    normal,
    poisson,
    skewed_share,
)
from remyelin.model.function import add_at
from remyelin.model.numeric import Numeric, Value, clip, positive, power
from remyelin.model.stage import Guard
from remyelin.model.states import (
    Activation,
    Blocks,
    CellEffects,
    Clock,
    Deficit,
    Lesions,
    Relapses,
    Targets,
    Tissue,
)
from remyelin.model.targets import open_barrier
from remyelin.model.traits import Disease

LESION_SLOTS = 4
"""Most lesions that can begin in one patient on one day."""

GD_SLOTS = 4
"""Most lesions that can stop enhancing in one patient on one day."""


NEVER = 1.0e6
"""Days since a relapse where there was none."""

_SMALLEST_OPENING = 1e-30
"""Share of activity that a complete block leaves: the symptomatic gain stays a number."""


class LesionRateParameters(NamedTuple):
    """Parameters of the lesion rate and of the symptomatic share."""

    lesion_age_reference: float
    lesion_age_slope: float
    lesion_age_acceleration: float
    relapse_concavity: float
    symptomatic_gain_cap: float
    symptomatic_help_floor: float


def count_lesions(
    m: Numeric,
    p: LesionRateParameters,
    h: float,
    *,
    lesions: Lesions,
    activation: Activation,
    blocks: Blocks,
    targets: Targets,
    cell_effects: CellEffects,
    disease: Disease,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw the number of lesions that begin today."""
    older = clock.age - p.lesion_age_reference
    above = positive(m, older)
    ageing = m.exp(-p.lesion_age_slope * older - p.lesion_age_acceleration * above * above)
    traffic = open_barrier(blocks, targets)
    rate = h * disease.lesion_rate * activation.activity * traffic * ageing
    rate = rate * (1.0 - cell_effects.lesions)
    held = (
        traffic
        * (1.0 - blocks.activation)
        * clip(m, activation.help, p.symptomatic_help_floor, 1.0)
    )
    rise = power(m, m.maximum(held, _SMALLEST_OPENING), p.relapse_concavity - 1.0)
    gain = clip(m, rise, 1.0, p.symptomatic_gain_cap)
    today = poisson(m, u[1], rate, LESION_SLOTS)
    return {"lesions": lesions._replace(today=today, rate=rate, symptomatic_gain=gain)}


class GdParameters(NamedTuple):
    """Parameters of enhancement."""

    gd_duration: float


def end_enhancement(
    m: Numeric, p: GdParameters, h: float, *, lesions: Lesions, u: Sequence[Value]
) -> Mapping[str, NamedTuple]:
    """Let enhancing lesions cease to enhance, each with the same chance per day."""
    gone = departures(m, u[0], lesions.enhancing, h / p.gd_duration, GD_SLOTS)
    return {"lesions": lesions._replace(enhancing=lesions.enhancing - gone)}


def any_enhancing(m: Numeric, p: GdParameters, h: float, *, lesions: Lesions) -> Value:
    """Say whether there is an enhancing lesion."""
    return lesions.enhancing > 0.0


class LesionParameters(NamedTuple):
    """Parameters of one lesion and of the relapse it may give."""

    site_share_cerebral: float
    site_share_brainstem: float
    symptomatic_share_cerebral: float
    symptomatic_share_brainstem: float
    symptomatic_share_spinal: float
    symptomatic_share_cap: float
    lesion_size_log_mean: float
    lesion_size_log_sd: float
    gd_share: float
    relapse_severity: float
    relapse_severity_min: float
    relapse_severity_max: float
    residue_share: float
    residue_age_slope: float
    residue_repair_weight: float
    residue_min: float
    residue_max: float
    repair_age_reference: float
    slow_recovery_share: float
    relapse_merge_window: float
    acute_repair: float
    acute_repair_age_slope: float
    acute_repair_min: float
    acute_repair_max: float
    rim_seeding: float
    silent_lesion_damage_cerebral: float
    silent_lesion_damage_brainstem: float
    silent_lesion_damage_spinal: float


LESION_BLOCKS = 3
"""Blocks of uniforms that one lesion takes."""


def begin_lesion(
    slot: int,
    m: Numeric,
    p: LesionParameters,
    h: float,
    *,
    lesions: Lesions,
    relapses: Relapses,
    tissue: Tissue,
    deficit: Deficit,
    disease: Disease,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Enter today's lesion number ``slot``: site, size, enhancement, relapse or silence.

    Ten uniforms: site 0, size 1 and 2, enhancement 3, relapse 4, severity 5 to 8, residue 9.
    """
    cerebral = u[0] < p.site_share_cerebral
    spinal = u[0] >= p.site_share_cerebral + p.site_share_brainstem
    there = m.where(lesions.today >= float(slot), 1.0, 0.0)
    size = there * m.exp(p.lesion_size_log_mean + p.lesion_size_log_sd * normal(m, u[1], u[2]))
    in_brain = m.where(spinal, 0.0, there)
    enhances = m.where(u[3] < p.gd_share, in_brain, 0.0)

    def by_site(first: Value, second: Value, third: Value) -> Value:
        return m.where(cerebral, first, m.where(spinal, third, second))

    chance = lesions.symptomatic_gain * by_site(
        p.symptomatic_share_cerebral,
        p.symptomatic_share_brainstem,
        p.symptomatic_share_spinal,
    )
    felt = m.where(u[4] < m.minimum(chance, p.symptomatic_share_cap), there, 0.0)
    severity = felt * clip(
        m,
        p.relapse_severity * gamma_of_whole_shape(m, u[5:9]),
        p.relapse_severity_min,
        p.relapse_severity_max,
    )
    older = clock.age - p.repair_age_reference
    mean_residue = clip(
        m,
        p.residue_share + p.residue_age_slope * older - p.residue_repair_weight * disease.repair,
        p.residue_min,
        p.residue_max,
    )
    residue = severity * skewed_share(m, u[9], mean_residue)
    silent = (
        (1.0 - felt)
        * size
        * by_site(
            p.silent_lesion_damage_cerebral,
            p.silent_lesion_damage_brainstem,
            p.silent_lesion_damage_spinal,
        )
    )
    reversible = severity - residue
    return {
        "lesions": lesions._replace(
            enhancing=lesions.enhancing + enhances, t2_total=lesions.t2_total + in_brain
        ),
        "relapses": _note_relapse(m, p.relapse_merge_window - h, relapses, felt),
        "tissue": _wound(m, p, tissue, size, disease, older),
        "deficit": add_at(
            m,
            deficit,
            cerebral,
            spinal,
            lasting=disease.vulnerability * (residue + silent),
            slow=p.slow_recovery_share * reversible,
            fast=(1.0 - p.slow_recovery_share) * reversible,
        ),
    }


def at_least(slot: int) -> Guard:
    """Make the guard of a lesion slot: true where today brings that many lesions."""

    def enough(m: Numeric, p: object, h: float, *, lesions: Lesions) -> Value:
        return lesions.today >= float(slot)

    return enough


def _wound(
    m: Numeric, p: LesionParameters, tissue: Tissue, size: Value, disease: Disease, older: Value
) -> Tissue:
    repaired = clip(
        m,
        p.acute_repair - p.acute_repair_age_slope * older + disease.repair,
        p.acute_repair_min,
        p.acute_repair_max,
    )
    return tissue._replace(
        demyelinated=tissue.demyelinated + size * (1.0 - repaired),
        smouldering=tissue.smouldering + p.rim_seeding * size,
        dying_axons=tissue.dying_axons + size,
    )


def _note_relapse(m: Numeric, window: Value, relapses: Relapses, felt: Value) -> Relapses:
    """Flag a relapse today, unless the last one lies inside the window counted to yesterday."""
    counts = m.where(relapses.days_since > window, felt, 0.0)
    return relapses._replace(today=m.maximum(relapses.today, counts))


class BackgroundParameters(NamedTuple):
    """Parameters of relapses without a lesion."""

    background_relapse_rate: float
    background_relapse_deficit: float
    relapse_merge_window: float


_THIRD = 1.0 / 3.0


def begin_background_relapse(
    m: Numeric,
    p: BackgroundParameters,
    h: float,
    *,
    relapses: Relapses,
    deficit: Deficit,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Enter a relapse that no lesion explains; its site reuses the uniform that fired it."""
    chance = p.background_relapse_rate * h
    fired = m.where(u[2] < chance, 1.0, 0.0)
    place = u[2] / chance
    return {
        "relapses": _note_relapse(m, p.relapse_merge_window - h, relapses, fired),
        "deficit": add_at(
            m,
            deficit,
            place < _THIRD,
            place >= 2.0 * _THIRD,
            lasting=0.0,
            slow=0.0,
            fast=fired * p.background_relapse_deficit,
        ),
    }


def background_relapse_fires(
    m: Numeric, p: BackgroundParameters, h: float, *, u: Sequence[Value]
) -> Value:
    """Say whether a relapse without lesion begins today."""
    return u[2] < p.background_relapse_rate * h


def close_day_of_relapses(
    m: Numeric, p: object, h: float, *, relapses: Relapses
) -> Mapping[str, NamedTuple]:
    """Count today's relapse and move the time since the last one."""
    since = m.where(relapses.today > 0.0, 0.0, relapses.days_since + h)
    return {
        "relapses": Relapses(relapses.today, since, relapses.total + relapses.today),
    }


def clear_flags(m: Numeric, p: object, h: float, *, relapses: Relapses) -> Mapping[str, NamedTuple]:
    """Forget yesterday's relapse flag."""
    return {"relapses": relapses._replace(today=0.0 * relapses.today)}


def relapsed_yesterday(m: Numeric, p: object, h: float, *, relapses: Relapses) -> Value:
    """Say whether a flag is left to forget."""
    return relapses.today > 0.0
