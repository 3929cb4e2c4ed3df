"""Mesenchymal cells: where they are, how long they live, and what they do to the host.

Cells given into a vein lodge in the lung and act through the host: licensed by inflammation, they
build up an effect that outlives them. Cells given into the cerebrospinal fluid act while they are
there. No product has an arrow to function: effects are factors on rates that the patient has
anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.inputs import Pulse
from remyelin.model.numeric import Numeric, Value
from remyelin.model.stage import NoParameters
from remyelin.model.states import Activation, CellEffects, Graft, MesenchymalCells


class MesenchymalParameters(NamedTuple):
    """Parameters of residence, licensing and effect."""

    msc_lung_clearance: float
    msc_csf_clearance: float
    msc_secretome_gain: float
    msc_secretome_decay_time: float
    msc_licensing_floor: float
    msc_licensing_activity: float
    msc_csf_half_effect: float
    msc_activation_effect: float
    msc_systemic_smouldering_effect: float
    msc_systemic_repair_effect: float
    msc_csf_smouldering_effect: float
    msc_csf_clearance_effect: float
    msc_csf_repair_effect: float
    msc_csf_lesion_effect: float
    graft_bystander: float


_GONE = 1e-6
"""Amount below which cells and their effect are nothing."""


def give_cells(
    m: Numeric,
    p: NoParameters,
    h: float,
    *,
    mesenchymal: MesenchymalCells,
    pulse: Pulse,
) -> Mapping[str, NamedTuple]:
    """Add the cells of the day."""
    return {
        "mesenchymal": mesenchymal._replace(
            lung=mesenchymal.lung + pulse.msc_lung, fluid=mesenchymal.fluid + pulse.msc_fluid
        )
    }


def cells_given(m: Numeric, p: NoParameters, h: float, *, pulse: Pulse) -> Value:
    """Say whether mesenchymal cells are given today."""
    return (pulse.msc_lung + pulse.msc_fluid) > 0.0


def host_cells(
    m: Numeric,
    p: MesenchymalParameters,
    h: float,
    *,
    mesenchymal: MesenchymalCells,
    graft: Graft,
    activation: Activation,
    cell_effects: CellEffects,
) -> Mapping[str, NamedTuple]:
    """Step mesenchymal cells and the effects of all cell products by one day.

    Cells of a neural graft help the tissue around them as cells in the cerebrospinal fluid do.
    """
    lung = mesenchymal.lung * m.exp(-p.msc_lung_clearance * h)
    fluid = mesenchymal.fluid * m.exp(-p.msc_csf_clearance * h)
    inflamed = m.minimum(activation.activity, p.msc_licensing_activity) / p.msc_licensing_activity
    licensed = p.msc_licensing_floor + (1.0 - p.msc_licensing_floor) * inflamed
    secretome = mesenchymal.secretome * m.exp(-h / p.msc_secretome_decay_time)
    secretome = secretome + h * p.msc_secretome_gain * lung * licensed
    there = MesenchymalCells(*(_ended(m, value) for value in (lung, fluid, secretome)))
    neural = p.graft_bystander * (graft.precursors + graft.supporters)
    return {"mesenchymal": there, "cell_effects": _effects(p, cell_effects, there, neural)}


def _ended(m: Numeric, amount: Value) -> Value:
    return m.where(amount < _GONE, 0.0, amount)


def _effects(
    p: MesenchymalParameters, now: CellEffects, cells: MesenchymalCells, neural: Value
) -> CellEffects:
    """Give the effects; each is exactly 0 where no cell is left."""
    host = cells.secretome / (1.0 + cells.secretome)
    local = cells.fluid + neural
    near = local / (local + p.msc_csf_half_effect)
    quiet = (1.0 - p.msc_systemic_smouldering_effect * host) * (
        1.0 - p.msc_csf_smouldering_effect * near
    )
    return now._replace(
        activation=p.msc_activation_effect * host,
        lesions=p.msc_csf_lesion_effect * near,
        smouldering=1.0 - quiet,
        clearance=p.msc_csf_clearance_effect * near,
        repair=p.msc_systemic_repair_effect * host + p.msc_csf_repair_effect * near,
    )


def cells_present(
    m: Numeric,
    p: MesenchymalParameters,
    h: float,
    *,
    mesenchymal: MesenchymalCells,
    graft: Graft,
    cell_effects: CellEffects,
) -> Value:
    """Say whether a cell is there, or an effect has still to be taken back."""
    there = mesenchymal.lung + mesenchymal.fluid + mesenchymal.secretome
    grafted = graft.precursors + graft.supporters
    felt = cell_effects.activation + cell_effects.smouldering + cell_effects.repair
    felt = felt + cell_effects.lesions + cell_effects.clearance
    return (there + grafted + felt) > 0.0
