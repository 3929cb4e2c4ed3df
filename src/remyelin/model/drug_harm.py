"""Harm of drugs that are taken for long, and deaths by toxicity or rare infection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.assessment import AssessmentParameters, assess
from remyelin.model.inputs import Levels
from remyelin.model.numeric import Numeric, Value
from remyelin.model.safety import CentreParameters, FrailtyParameters, frailty
from remyelin.model.states import (
    Clock,
    Deficit,
    Fluctuation,
    Harm,
    HarmToday,
    Safety,
    Tissue,
)
from remyelin.model.traits import Disease, ItemOffsets, Wellbeing


class DrugHarmParameters(NamedTuple):
    """Parameters of harm by drugs."""

    jcv_negative_share: float
    jcv_low_share: float
    jcv_middle_share: float
    pml_negative_factor: float
    pml_low_factor: float
    pml_middle_factor: float
    pml_rise_time: float


def harm_by_drugs(
    m: Numeric,
    p: DrugHarmParameters,
    h: float,
    *,
    levels: Levels,
    harm: Harm,
    harm_today: HarmToday,
    wellbeing: Wellbeing,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw PML, liver injury, lymphopenia and serious infection by the rates of the drug.

    The rate of PML rises with the square of the time under the drug up to a plateau, and goes by
    the JC virus antibody index, which stays with a patient.
    """
    asked = levels.pml_rate > 0.0
    some, luck = p.jcv_negative_share, wellbeing.virus_luck
    drawn = m.where(
        luck < some,
        1.0,
        m.where(
            luck < some + p.jcv_low_share,
            2.0,
            m.where(luck < some + p.jcv_low_share + p.jcv_middle_share, 3.0, 4.0),
        ),
    )
    jcv = m.where(asked & (harm.jcv <= 0.0), drawn, harm.jcv)
    index = m.where(
        jcv < 1.5,
        p.pml_negative_factor,
        m.where(jcv < 2.5, p.pml_low_factor, m.where(jcv < 3.5, p.pml_middle_factor, 1.0)),
    )
    days = harm.pml_days + m.where(asked, h, 0.0)
    rise = m.minimum(days / p.pml_rise_time, 1.0)
    pml = levels.pml_rate * h * index * rise * rise
    return {
        "harm": harm._replace(jcv=jcv, pml_days=days),
        "harm_today": harm_today._replace(
            pml=m.where(u[0] < pml, 1.0, harm_today.pml),
            liver=m.where(u[2] < levels.liver_rate * h, 1.0, harm_today.liver),
            lymphopenia=m.where(u[3] < levels.lymphopenia_rate * h, 1.0, harm_today.lymphopenia),
            serious_infection=m.where(
                u[4] < wellbeing.frailty * levels.serious_infection_rate * h,
                1.0,
                harm_today.serious_infection,
            ),
        ),
    }


def drug_may_harm(m: Numeric, p: object, h: float, *, levels: Levels) -> Value:
    """Say whether a drug with a known risk is taken."""
    rates = (
        levels.pml_rate
        + levels.liver_rate
        + levels.lymphopenia_rate
        + levels.serious_infection_rate
    )
    return rates > 0.0


class HarmFatalityParameters(NamedTuple):
    """Parameters of death by harm other than infection in recovery."""

    organ_toxicity_fatality: float
    ebv_disease_fatality: float
    pml_fatality: float
    graft_failure_fatality: float


class HarmFatalityReads(NamedTuple):
    """What death by harm reads: its own parameters, those of age and EDSS, and the EDSS itself."""

    harm: HarmFatalityParameters
    frailty: FrailtyParameters
    centre: CentreParameters
    assessment: AssessmentParameters


def die_of_harm(
    m: Numeric,
    p: HarmFatalityReads,
    h: float,
    *,
    harm: Harm,
    harm_today: HarmToday,
    safety: Safety,
    deficit: Deficit,
    fluctuation: Fluctuation,
    tissue: Tissue,
    disease: Disease,
    offsets: ItemOffsets,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw whether today's harm is fatal; that of a transplant goes by EDSS, age and centre."""
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
    transplant = (
        p.harm.organ_toxicity_fatality * harm_today.toxicity * harm.toxicity
        + p.harm.ebv_disease_fatality * harm_today.ebv_disease
        + p.harm.graft_failure_fatality * harm_today.graft_failure
    )
    chance = frail * p.centre.centre_fatality_factor * transplant
    dies = m.where(u[0] < chance + p.harm.pml_fatality * harm_today.pml, safety.alive, 0.0)
    return {
        "safety": safety._replace(
            died_today=m.maximum(safety.died_today, dies), alive=safety.alive - dies
        )
    }


def harm_may_kill(m: Numeric, p: object, h: float, *, harm_today: HarmToday) -> Value:
    """Say whether today brought a harm that may be fatal."""
    grave = harm_today.toxicity + harm_today.ebv_disease + harm_today.pml
    return (grave + harm_today.graft_failure) > 0.0
