"""Pulses of one day: depletion, graft and what they do to blood and brain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.antithymocyte import ExposureParameters, atg_exposure
from remyelin.model.harvest import GateParameters, goes_on
from remyelin.model.inputs import Pulse
from remyelin.model.numeric import LN10, Numeric, Value, clip, survive
from remyelin.model.states import (
    Activation,
    BCells,
    Clock,
    Clones,
    Harvest,
    Marrow,
    TCells,
    Tissue,
)
from remyelin.model.traits import BloodTraits, Immunity


class DepletionParameters(NamedTuple):
    """Parameters of the depletion of clones."""

    clone_kill_clone_sd: float
    clone_kill_patient_sd: float
    clone_kill_floor: float
    clone_kill_ceiling: float
    ratg_clone_kill: float


class DepletionReads(NamedTuple):
    """What a depletion reads: the clones' own parameters, the gate and the exposure to ATG."""

    clones: DepletionParameters
    gate: GateParameters
    exposure: ExposureParameters


def deplete(
    m: Numeric,
    p: DepletionReads,
    h: float,
    *,
    pulse: Pulse,
    harvest: Harvest,
    clock: Clock,
    activation: Activation,
    clones: Clones,
    t_cells: TCells,
    b_cells: BCells,
    tissue: Tissue,
    immunity: Immunity,
) -> Mapping[str, NamedTuple]:
    """Cut cells and clones, hurt thymus and brain, and open the CNS to the extent given.

    Clones fall on the day of the graft: what the drugs leave and what the graft brings back add up.
    The spread of a drug's course grows with its size and may spare a clone; conditioning never
    does.
    """
    q = p.clones
    go = goes_on(m, p.gate, pulse=pulse, harvest=harvest, clock=clock)
    access = (
        immunity.clone_access_1,
        immunity.clone_access_2,
        immunity.clone_access_3,
        immunity.clone_access_4,
    )
    spread = q.clone_kill_patient_sd * immunity.patient_access
    mean = _clone_kill(m, q, pulse, harvest, atg_exposure(m, p.exposure, harvest))
    given = go * m.where(pulse.clone_kill + pulse.clone_atg > 0.0, 1.0, 0.0)

    def kill(z: Value) -> Value:
        beside = q.clone_kill_clone_sd * z
        conditioned = clip(m, mean + spread + beside, q.clone_kill_floor, q.clone_kill_ceiling)
        course = pulse.course_kill + pulse.course_share * (spread + beside)
        return given * conditioned + clip(m, course, 0.0, q.clone_kill_ceiling)

    kills = (kill(z) for z in access)
    naive = survive(m, go * pulse.naive_kill)
    return {
        "clones": Clones(
            *(clone * survive(m, kill) for clone, kill in zip(clones, kills, strict=True))
        ),
        "activation": activation._replace(
            burst=activation.burst * survive(m, go * pulse.effector_kill)
        ),
        "t_cells": TCells(
            t_cells.emigrants * naive,
            t_cells.naive * naive,
            t_cells.memory * survive(m, go * pulse.memory_kill),
            t_cells.thymus * (1.0 - go * pulse.thymic_loss),
        ),
        "b_cells": BCells(
            b_cells.total * survive(m, go * pulse.b_kill),
            b_cells.memory * survive(m, go * pulse.memory_b_kill),
            m.maximum(b_cells.cd20, go * pulse.cd20),
        ),
        "tissue": tissue._replace(
            smouldering=tissue.smouldering * (1.0 - go * pulse.smouldering_removed),
            committed_loss=tissue.committed_loss + go * pulse.neurotoxicity,
        ),
    }


def _clone_kill(
    m: Numeric, q: DepletionParameters, pulse: Pulse, harvest: Harvest, exposure: Value
) -> Value:
    """Give the mean kill (log10) of drugs and ATG less what T cells of the graft bring back."""
    atg = q.ratg_clone_kill * exposure
    direct = pulse.clone_kill + atg * pulse.clone_atg
    brought = harvest.t_cells * survive(m, atg * pulse.graft_atg)
    mixed = (pulse.graft_stored > 0.0) & (brought > 0.0)
    left = m.where(mixed, survive(m, direct) + brought, 1.0)
    return m.where(mixed, m.log(left) * (-1.0 / LN10), direct)


def pulse_given(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether anything is given today."""
    total = pulse[0]
    for amount in pulse[1:]:
        total = total + amount
    return total > 0.0


class GraftParameters(NamedTuple):
    """Parameters of the graft and of blood on its day."""

    graft_seeding: float
    graft_reference_dose: float
    transit_1_after_conditioning: float
    transit_2_after_conditioning: float
    neutrophils_after_conditioning: float
    platelet_transit_after_conditioning: float
    platelets_after_conditioning: float
    recovery_window: float
    graft_minimum: float


def reinfuse(
    m: Numeric,
    p: GraftParameters,
    h: float,
    *,
    pulse: Pulse,
    harvest: Harvest,
    marrow: Marrow,
    blood_traits: BloodTraits,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Seed the marrow that conditioning has left; open the recovery window with conditioning."""
    go = goes_on(m, GateParameters(p.graft_minimum), pulse=pulse, harvest=harvest, clock=clock)
    dose = pulse.graft_cd34 * blood_traits.mobilisation + harvest.stored * pulse.graft_stored
    seeded = go * p.graft_seeding * dose / p.graft_reference_dose
    cut = go * pulse.progenitor_kill > 0.0
    opens = go * (pulse.progenitor_kill + pulse.conditioning) > 0.0
    used = go * pulse.graft_stored > 0.0

    def empty(value: Value) -> Value:
        return m.where(used, 0.0, value)

    def after(value: Value, left: Value) -> Value:
        return m.where(cut, m.minimum(value, left), value)

    return {
        "marrow": marrow._replace(
            progenitors=marrow.progenitors * survive(m, go * pulse.progenitor_kill) + seeded,
            transit_1=after(marrow.transit_1, p.transit_1_after_conditioning),
            transit_2=after(marrow.transit_2, p.transit_2_after_conditioning),
            neutrophils=after(marrow.neutrophils, p.neutrophils_after_conditioning),
            precursors=after(marrow.precursors, p.platelet_transit_after_conditioning),
            platelets=after(
                marrow.platelets, p.platelets_after_conditioning * blood_traits.platelets
            ),
        ),
        "clock": clock._replace(
            recovery_left=m.where(opens, p.recovery_window, clock.recovery_left)
        ),
        "harvest": harvest._replace(
            peak=empty(harvest.peak),
            stored=empty(harvest.stored),
            t_cells=empty(harvest.t_cells),
            sessions=empty(harvest.sessions),
        ),
    }


def conditioned(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether conditioning is given, marrow is cut or a graft is given today."""
    given = pulse.progenitor_kill + pulse.graft_cd34 + pulse.graft_stored + pulse.conditioning
    return given > 0.0
