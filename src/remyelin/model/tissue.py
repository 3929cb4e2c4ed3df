"""Tissue: smouldering inflammation, demyelination and repair, axons, brain volume, serum NfL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.numeric import Numeric, Value, clip, positive
from remyelin.model.states import (
    BCells,
    CellEffects,
    Clock,
    Deficit,
    Lesions,
    Targets,
    Tissue,
)
from remyelin.model.traits import Disease, Wellbeing


class TissueParameters(NamedTuple):
    """Parameters of smouldering, repair, damage, volume and NfL."""

    smouldering_clearance: float
    memory_b_smouldering_share: float
    smouldering_damage_cerebral: float
    smouldering_damage_brainstem: float
    smouldering_damage_spinal: float
    smouldering_age_slope: float
    smouldering_age_reference: float
    axon_degeneration_rate: float
    axon_loss_damage_cerebral: float
    axon_loss_damage_brainstem: float
    axon_loss_damage_spinal: float
    remyelination_rate: float
    repair_age_reference: float
    repair_age_loss: float
    repair_activity_min: float
    repair_activity_max: float
    milieu_reference_rate: float
    milieu_averaging_time: float
    axon_clearance: float
    axon_loss_share: float
    volume_loss_per_lesion: float
    volume_loss_smouldering: float
    volume_loss_demyelination: float
    volume_loss_ageing: float
    volume_loss_ageing_slope: float
    neurotoxicity_release_time: float
    nfl_clearance: float
    nfl_age_slope: float
    nfl_per_axon_flux: float
    nfl_per_smouldering: float
    nfl_per_neurotoxicity: float


class _Flux(NamedTuple):
    """Flows of one day."""

    ageing: Value
    """Factor of age on smouldering damage."""
    active: Value
    """Smouldering that acts today."""
    lost: Value
    """Demyelinated tissue whose axons die, per day."""
    cleared: Value
    """Dying axons cleared, per day."""
    released: Value
    """Committed volume loss that shows, per day."""
    inflammation: Value
    """Milieu index of today."""


def smoulder(
    m: Numeric,
    p: TissueParameters,
    h: float,
    *,
    tissue: Tissue,
    deficit: Deficit,
    lesions: Lesions,
    b_cells: BCells,
    targets: Targets,
    cell_effects: CellEffects,
    disease: Disease,
    wellbeing: Wellbeing,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Step tissue, lasting damage, brain volume and NfL by one day."""
    flux = _flux(m, p, h, tissue, lesions, b_cells, targets, cell_effects, clock)
    repair = clip(
        m,
        1.0 - p.repair_age_loss * (clock.age - p.repair_age_reference) + disease.repair,
        p.repair_activity_min,
        p.repair_activity_max,
    )
    remyelinated = (
        tissue.demyelinated
        * p.remyelination_rate
        * repair
        * (1.0 + cell_effects.repair)
        / (1.0 + flux.inflammation + tissue.smouldering)
    )
    clearance = p.smouldering_clearance * (1.0 + cell_effects.clearance)
    gain = disease.smouldering_rate - clearance * tissue.smouldering
    stepped = Tissue(
        demyelinated=tissue.demyelinated - h * (flux.lost + remyelinated),
        smouldering=tissue.smouldering + h * gain,
        dying_axons=tissue.dying_axons + h * (p.axon_loss_share * flux.lost - flux.cleared),
        volume=tissue.volume - h * _volume_loss(m, p, tissue, flux, clock),
        nfl=tissue.nfl + h * p.nfl_clearance * _nfl_excess(m, p, tissue, flux, wellbeing, clock),
        committed_loss=tissue.committed_loss - h * flux.released,
        milieu=tissue.milieu + h * (flux.inflammation - tissue.milieu) / p.milieu_averaging_time,
    )
    return {"tissue": stepped, "deficit": _damage(p, h, deficit, flux, disease)}


def _flux(
    m: Numeric,
    p: TissueParameters,
    h: float,
    tissue: Tissue,
    lesions: Lesions,
    b_cells: BCells,
    targets: Targets,
    cell_effects: CellEffects,
    clock: Clock,
) -> _Flux:
    without_b = positive(m, 1.0 - b_cells.memory)
    return _Flux(
        ageing=m.exp(p.smouldering_age_slope * (clock.age - p.smouldering_age_reference)),
        active=tissue.smouldering
        * (1.0 - p.memory_b_smouldering_share * without_b)
        * (1.0 - targets.microglia)
        * (1.0 - cell_effects.smouldering),
        lost=p.axon_degeneration_rate * tissue.demyelinated * (1.0 + tissue.smouldering),
        cleared=p.axon_clearance * tissue.dying_axons,
        released=tissue.committed_loss / p.neurotoxicity_release_time,
        inflammation=lesions.rate / h / p.milieu_reference_rate,
    )


def _damage(
    p: TissueParameters, h: float, deficit: Deficit, flux: _Flux, disease: Disease
) -> Deficit:
    smouldering = flux.active * flux.ageing * disease.smouldering_damage

    def after(now: Value, by_smouldering: Value, by_loss: Value) -> Value:
        return now + h * disease.vulnerability * (
            by_smouldering * smouldering + by_loss * flux.lost
        )

    return deficit._replace(
        lasting_cerebral=after(
            deficit.lasting_cerebral, p.smouldering_damage_cerebral, p.axon_loss_damage_cerebral
        ),
        lasting_brainstem=after(
            deficit.lasting_brainstem,
            p.smouldering_damage_brainstem,
            p.axon_loss_damage_brainstem,
        ),
        lasting_spinal=after(
            deficit.lasting_spinal, p.smouldering_damage_spinal, p.axon_loss_damage_spinal
        ),
    )


def _volume_loss(
    m: Numeric, p: TissueParameters, tissue: Tissue, flux: _Flux, clock: Clock
) -> Value:
    older = positive(m, clock.age - p.repair_age_reference)
    share = (
        p.volume_loss_per_lesion * flux.cleared
        + p.volume_loss_smouldering * flux.active * flux.ageing
        + p.volume_loss_demyelination * flux.lost
        + p.volume_loss_ageing
        + p.volume_loss_ageing_slope * older
        + flux.released
    )
    return tissue.volume * 0.01 * share


def _nfl_excess(
    m: Numeric,
    p: TissueParameters,
    tissue: Tissue,
    flux: _Flux,
    wellbeing: Wellbeing,
    clock: Clock,
) -> Value:
    baseline = wellbeing.nfl_baseline * m.exp(
        p.nfl_age_slope * (clock.age - p.repair_age_reference)
    )
    return (
        baseline
        + p.nfl_per_smouldering * tissue.smouldering
        + p.nfl_per_axon_flux * flux.cleared
        + p.nfl_per_neurotoxicity * flux.released
        - tissue.nfl
    )
