"""The patient as a whole: traits, states, start at disease onset."""

from __future__ import annotations

from typing import NamedTuple

from remyelin.model.lesions import NEVER
from remyelin.model.numeric import Numeric
from remyelin.model.states import (
    Activation,
    BCells,
    Blocks,
    CellEffects,
    Clock,
    Clones,
    Deficit,
    Fluctuation,
    Graft,
    Harm,
    HarmToday,
    Harvest,
    Lesions,
    Marrow,
    MesenchymalCells,
    Relapses,
    Safety,
    Steroids,
    Survival,
    Targets,
    TCells,
    Tissue,
)
from remyelin.model.traits import Traits


class State(NamedTuple):
    """What changes from day to day."""

    clock: Clock
    blocks: Blocks
    activation: Activation
    clones: Clones
    t_cells: TCells
    b_cells: BCells
    lesions: Lesions
    relapses: Relapses
    tissue: Tissue
    deficit: Deficit
    fluctuation: Fluctuation
    marrow: Marrow
    safety: Safety
    survival: Survival
    steroids: Steroids
    targets: Targets
    harvest: Harvest
    harm: Harm
    harm_today: HarmToday
    mesenchymal: MesenchymalCells
    graft: Graft
    cell_effects: CellEffects


class OnsetParameters(NamedTuple):
    """Parameters of the state at disease onset."""

    treg_deficit: float
    emigrant_maturation: float
    naive_loss: float
    thymic_involution: float
    repair_age_reference: float
    naive_floor: float
    smouldering_start: float
    axon_clearance: float
    milieu_start: float
    nfl_age_slope: float


_FULL_VOLUME = 100.0


def state_at_onset(m: Numeric, p: OnsetParameters, traits: Traits) -> State:
    """Give the state on the day of disease onset: set points, first damage, no lesion counted."""
    zero = 0.0 * traits.person.onset_age
    one = zero + 1.0
    older = traits.person.onset_age - p.repair_age_reference
    youth = m.exp(-p.thymic_involution * older)
    emigrants = traits.immunity.thymic_output * youth / (p.emigrant_maturation + p.naive_loss)
    naive = m.maximum(traits.immunity.naive_set_point - emigrants, p.naive_floor)
    nfl = traits.wellbeing.nfl_baseline * m.exp(p.nfl_age_slope * older)
    lasting = traits.onset[0:3]
    return State(
        clock=Clock(traits.person.onset_age, zero),
        blocks=Blocks(zero, zero),
        activation=Activation(zero, one - p.treg_deficit, one, one),
        clones=Clones(one, one, one, one),
        t_cells=TCells(emigrants, naive, traits.immunity.memory_set_point + zero, one),
        b_cells=BCells(one, one, zero),
        lesions=Lesions(zero, zero, zero, zero, one),
        relapses=Relapses(zero, zero + NEVER, zero),
        tissue=Tissue(
            demyelinated=zero,
            smouldering=zero + p.smouldering_start,
            dying_axons=traits.disease.lesion_rate / p.axon_clearance,
            volume=zero + _FULL_VOLUME,
            nfl=nfl,
            committed_loss=zero,
            milieu=zero + p.milieu_start,
        ),
        deficit=Deficit(*lasting, *(zero,) * 6),
        fluctuation=Fluctuation(traits.onset.fluctuation, zero, zero, zero),
        marrow=Marrow(
            one,
            one,
            one,
            traits.blood_traits.neutrophils,
            one,
            traits.blood_traits.platelets,
            zero,
        ),
        safety=Safety(zero, zero, one),
        survival=Survival(zero, zero, zero),
        steroids=Steroids(zero),
        targets=Targets(zero, zero, zero),
        harvest=Harvest(*(zero,) * len(Harvest._fields)),
        harm=Harm(*(zero,) * len(Harm._fields)),
        harm_today=HarmToday(*(zero,) * len(HarmToday._fields)),
        mesenchymal=MesenchymalCells(zero, zero, zero),
        graft=Graft(*(zero,) * 8),
        cell_effects=CellEffects(*(zero,) * 5),
    )
