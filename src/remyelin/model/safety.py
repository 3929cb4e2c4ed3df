"""Infections from the patient's own counts, and deaths by infection after a graft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.assessment import AssessmentParameters, assess
from remyelin.model.inputs import Levels
from remyelin.model.lymphocytes import cd4_count
from remyelin.model.numeric import Numeric, Value, positive
from remyelin.model.states import (
    BCells,
    Clock,
    Deficit,
    Fluctuation,
    Marrow,
    Safety,
    TCells,
    Tissue,
)
from remyelin.model.traits import Disease, ItemOffsets, Wellbeing


class InfectionParameters(NamedTuple):
    """Parameters of infection."""

    infection_rate: float
    infection_neutropenia: float
    infection_cd4: float
    infection_cd4_reference: float
    infection_b_cells: float
    neutropenia_threshold: float
    immunosuppression_infection: float


def infect(
    m: Numeric,
    p: InfectionParameters,
    h: float,
    *,
    safety: Safety,
    marrow: Marrow,
    t_cells: TCells,
    b_cells: BCells,
    wellbeing: Wellbeing,
    levels: Levels,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw whether a documented infection begins today."""
    lack = positive(m, 1.0 - cd4_count(t_cells) / p.infection_cd4_reference)
    hazard = wellbeing.frailty * (
        p.infection_rate
        + m.where(marrow.neutrophils < p.neutropenia_threshold, p.infection_neutropenia, 0.0)
        + p.infection_cd4 * lack * lack
        + p.infection_b_cells * positive(m, 1.0 - b_cells.total)
        + p.immunosuppression_infection * levels.immunosuppression
    )
    today = m.where(u[3] < hazard * h, safety.alive, 0.0)
    return {"safety": safety._replace(infected_today=today, died_today=0.0 * safety.died_today)}


class FatalityParameters(NamedTuple):
    """Parameters of death by infection."""

    infection_fatality: float


class FrailtyParameters(NamedTuple):
    """How fatality rises with EDSS and age."""

    infection_fatality_edss_slope: float
    infection_fatality_age_slope: float
    infection_fatality_edss_reference: float
    infection_fatality_age_reference: float


def frailty(m: Numeric, p: FrailtyParameters, *, edss: Value, age: Value) -> Value:
    """Give the factor of EDSS and age on the chance that a complication is fatal."""
    return m.exp(
        p.infection_fatality_edss_slope * (edss - p.infection_fatality_edss_reference)
        + p.infection_fatality_age_slope * (age - p.infection_fatality_age_reference)
    )


class CentreParameters(NamedTuple):
    """How experienced the centre is."""

    centre_fatality_factor: float


class FatalityReads(NamedTuple):
    """What death by infection reads: its own parameters, the centre, and those of the EDSS."""

    fatality: FatalityParameters
    frailty: FrailtyParameters
    centre: CentreParameters
    assessment: AssessmentParameters


def die_of_infection(
    m: Numeric,
    p: FatalityReads,
    h: float,
    *,
    safety: Safety,
    deficit: Deficit,
    fluctuation: Fluctuation,
    tissue: Tissue,
    disease: Disease,
    offsets: ItemOffsets,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw whether today's infection in the recovery window is fatal, by true EDSS and age."""
    edss = assess(
        m,
        p.assessment,
        deficit=deficit,
        fluctuation=fluctuation,
        tissue=tissue,
        disease=disease,
        offsets=offsets,
        u=None,
    ).edss
    frail = frailty(m, p.frailty, edss=edss, age=clock.age)
    chance = p.centre.centre_fatality_factor * p.fatality.infection_fatality * frail
    exposed = m.where(clock.recovery_left > 0.0, safety.infected_today, 0.0)
    dies = m.where(u[0] < chance, safety.alive * exposed, 0.0)
    return {"safety": safety._replace(died_today=dies, alive=safety.alive - dies)}


def infected_in_recovery(m: Numeric, p: object, h: float, *, safety: Safety, clock: Clock) -> Value:
    """Say whether an infection began today inside the recovery window."""
    return (safety.infected_today > 0.0) & (clock.recovery_left > 0.0)
