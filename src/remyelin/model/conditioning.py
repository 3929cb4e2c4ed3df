"""Pulses of one day: depletion, graft and what they do to blood and brain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from remyelin.model.inputs import Pulse
from remyelin.model.numeric import Numeric, Value, clip, survive
from remyelin.model.states import (
    Activation,
    BCells,
    Clock,
    Clones,
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


def deplete(
    m: Numeric,
    p: DepletionParameters,
    h: float,
    *,
    pulse: Pulse,
    activation: Activation,
    clones: Clones,
    t_cells: TCells,
    b_cells: BCells,
    tissue: Tissue,
    immunity: Immunity,
) -> Mapping[str, NamedTuple]:
    """Cut cells and clones, hurt thymus and brain, and open the CNS to the extent given.

    The spread of a drug's course grows with its size and may spare a clone, as conditioning never
    does.
    """
    access = (
        immunity.clone_access_1,
        immunity.clone_access_2,
        immunity.clone_access_3,
        immunity.clone_access_4,
    )
    spread = p.clone_kill_patient_sd * immunity.patient_access
    given = m.where(pulse.clone_kill > 0.0, 1.0, 0.0)

    def kill(z: Value) -> Value:
        beside = p.clone_kill_clone_sd * z
        conditioned = clip(
            m, pulse.clone_kill + spread + beside, p.clone_kill_floor, p.clone_kill_ceiling
        )
        course = pulse.course_kill + pulse.course_share * (spread + beside)
        return given * conditioned + clip(m, course, 0.0, p.clone_kill_ceiling)

    kills = (kill(z) for z in access)
    naive = survive(m, pulse.naive_kill)
    return {
        "clones": Clones(
            *(clone * survive(m, kill) for clone, kill in zip(clones, kills, strict=True))
        ),
        "activation": activation._replace(burst=activation.burst * survive(m, pulse.effector_kill)),
        "t_cells": TCells(
            t_cells.emigrants * naive,
            t_cells.naive * naive,
            t_cells.memory * survive(m, pulse.memory_kill),
            t_cells.thymus * (1.0 - pulse.thymic_loss),
        ),
        "b_cells": BCells(
            b_cells.total * survive(m, pulse.b_kill),
            b_cells.memory * survive(m, pulse.memory_b_kill),
            m.maximum(b_cells.cd20, pulse.cd20),
        ),
        "tissue": tissue._replace(
            smouldering=tissue.smouldering * (1.0 - pulse.smouldering_removed),
            committed_loss=tissue.committed_loss + pulse.neurotoxicity,
        ),
    }


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


def reinfuse(
    m: Numeric,
    p: GraftParameters,
    h: float,
    *,
    pulse: Pulse,
    marrow: Marrow,
    blood_traits: BloodTraits,
    clock: Clock,
) -> Mapping[str, NamedTuple]:
    """Seed the marrow that conditioning has left and open the recovery window."""
    dose = pulse.graft_cd34 * blood_traits.mobilisation
    seeded = p.graft_seeding * dose / p.graft_reference_dose
    cut = pulse.progenitor_kill > 0.0

    def after(value: Value, left: Value) -> Value:
        return m.where(cut, m.minimum(value, left), value)

    return {
        "marrow": marrow._replace(
            progenitors=marrow.progenitors * survive(m, pulse.progenitor_kill) + seeded,
            transit_1=after(marrow.transit_1, p.transit_1_after_conditioning),
            transit_2=after(marrow.transit_2, p.transit_2_after_conditioning),
            neutrophils=after(marrow.neutrophils, p.neutrophils_after_conditioning),
            precursors=after(marrow.precursors, p.platelet_transit_after_conditioning),
            platelets=after(
                marrow.platelets, p.platelets_after_conditioning * blood_traits.platelets
            ),
        ),
        "clock": clock._replace(recovery_left=m.where(cut, p.recovery_window, clock.recovery_left)),
    }


def conditioned(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether marrow is cut or a graft is given today."""
    return (pulse.progenitor_kill + pulse.graft_cd34) > 0.0
