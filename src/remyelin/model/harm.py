"""Harm of transplantation: from the patient's own counts, from what was given, and late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.antithymocyte import ExposureParameters, atg_exposure
from remyelin.model.harvest import GateParameters, goes_on
from remyelin.model.inputs import Pulse
from remyelin.model.lymphocytes import cd4_count, lymphopenia
from remyelin.model.numeric import Numeric, Value, positive
from remyelin.model.states import Clock, Harm, HarmToday, Harvest, Marrow, TCells
from remyelin.model.traits import Immunity, Person, Wellbeing


def clear_flags(
    m: Numeric, p: object, h: float, *, harm_today: HarmToday
) -> Mapping[str, NamedTuple]:
    """Forget what yesterday brought."""
    return {"harm_today": HarmToday(*(0.0 * flag for flag in harm_today))}


def harmed_yesterday(m: Numeric, p: object, h: float, *, harm_today: HarmToday) -> Value:
    """Say whether yesterday brought anything."""
    total = harm_today[0]
    for flag in harm_today[1:]:
        total = total + flag
    return total > 0.0


class DoseParameters(NamedTuple):
    """Parameters of harm on the day of a dose."""

    exposure: ExposureParameters
    gate: GateParameters
    alemtuzumab_autoimmunity_factor: float
    amenorrhoea_age_midpoint: float
    amenorrhoea_age_slope: float
    amenorrhoea_reference_dose: float


def take_dose(
    m: Numeric,
    p: DoseParameters,
    h: float,
    *,
    pulse: Pulse,
    harm: Harm,
    harm_today: HarmToday,
    harvest: Harvest,
    person: Person,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Add what is given today to the exposures; draw amenorrhoea and reactions to an infusion.

    The odds of lasting amenorrhoea rise in proportion to the alkylating dose of a life, so that
    two doses bring the same as one of their sum.
    """
    go = goes_on(m, p.gate, pulse=pulse, harvest=harvest, clock=clock)
    dose = go * pulse.gonadotoxicity
    odds = m.exp(p.amenorrhoea_age_slope * (clock.age - p.amenorrhoea_age_midpoint))
    odds = odds / p.amenorrhoea_reference_dose
    chance = 1.0 - (1.0 + odds * harm.alkylator) / (1.0 + odds * (harm.alkylator + dose))
    fails = (u[0] < chance) & (person.female > 0.0) & (harm.amenorrhoea <= 0.0)
    course = go * pulse.atg * atg_exposure(m, p.exposure, harvest)
    antibody = m.maximum(
        m.where(go * pulse.atg > 0.0, 1.0, 0.0),
        go * m.minimum(pulse.alemtuzumab, 1.0) * p.alemtuzumab_autoimmunity_factor,
    )
    anew = (pulse.conditioning > 0.0) & (clock.recovery_left <= 0.0)
    return {
        "harm": harm._replace(
            atg=harm.atg + course,
            antibody=m.maximum(harm.antibody, antibody),
            toxicity=harm.toxicity + go * pulse.toxicity,
            alkylator=harm.alkylator + dose,
            ebv=m.where(anew, 0.0, harm.ebv),
            cmv=m.where(anew, 0.0, harm.cmv),
            amenorrhoea=m.where(fails, 1.0, harm.amenorrhoea),
        ),
        "harm_today": harm_today._replace(
            amenorrhoea=m.where(fails, 1.0, harm_today.amenorrhoea),
            infusion_reaction=m.where(
                u[1] < pulse.infusion_reaction, 1.0, harm_today.infusion_reaction
            ),
            bradycardia=m.where(u[2] < pulse.bradycardia, 1.0, harm_today.bradycardia),
        ),
    }


def dose_taken(m: Numeric, p: object, h: float, *, pulse: Pulse) -> Value:
    """Say whether anything is given today that may harm."""
    given = (
        pulse.conditioning
        + pulse.atg
        + pulse.alemtuzumab
        + pulse.toxicity
        + pulse.gonadotoxicity
        + pulse.infusion_reaction
        + pulse.bradycardia
    )
    return given > 0.0


class TransplantHarmParameters(NamedTuple):
    """Parameters of harm within the recovery window."""

    neutropenia_threshold: float
    febrile_neutropenia_rate: float
    infection_cd4_reference: float
    virus_delay: float
    ebv_rate: float
    ebv_antibody_gain: float
    ebv_disease_share: float
    cmv_rate: float
    cmv_antibody_gain: float
    organ_toxicity: float
    organ_toxicity_time: float
    recovery_window: float
    graft_failure_day: float


_GONE = 1e-6
"""Toxicity below which none is left."""


def harm_in_recovery(
    m: Numeric,
    p: TransplantHarmParameters,
    h: float,
    *,
    harm: Harm,
    harm_today: HarmToday,
    marrow: Marrow,
    t_cells: TCells,
    wellbeing: Wellbeing,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw febrile neutropenia, reactivation of viruses, organ toxicity and graft failure."""
    open_ = clock.recovery_left > 0.0
    low = (marrow.neutrophils < p.neutropenia_threshold) & open_
    fever = low & (harm.febrile <= 0.0)
    fever = fever & (u[0] < wellbeing.frailty * p.febrile_neutropenia_rate * h)
    lack = positive(m, 1.0 - cd4_count(t_cells) / p.infection_cd4_reference)
    ebv = p.ebv_rate * h * lack * lack * (1.0 + p.ebv_antibody_gain * harm.antibody)
    cmv = p.cmv_rate * h * lack * lack * (1.0 + p.cmv_antibody_gain * harm.antibody)
    wakes = open_ & (clock.recovery_left < p.recovery_window - p.virus_delay)
    ebv_comes = (u[1] < ebv) & (harm.ebv <= 0.0) & wakes
    cmv_comes = (u[2] < cmv) & (harm.cmv <= 0.0) & wakes
    toxic = (u[3] < p.organ_toxicity * harm.toxicity * h / p.organ_toxicity_time) & open_
    end = p.recovery_window - p.graft_failure_day
    toxicity = harm.toxicity * m.exp(-h / p.organ_toxicity_time)
    late = low & (clock.recovery_left <= end) & (clock.recovery_left > end - h)
    return {
        "harm": harm._replace(
            toxicity=m.where(toxicity < _GONE, 0.0, toxicity),
            neutropenic=m.where(open_, m.where(low, 1.0, 0.0), harm.neutropenic),
            febrile=m.where(
                open_, m.where(fever | (low & (harm.febrile > 0.0)), 1.0, 0.0), harm.febrile
            ),
            ebv=m.where(ebv_comes, 1.0, harm.ebv),
            cmv=m.where(cmv_comes, 1.0, harm.cmv),
        ),
        "harm_today": harm_today._replace(
            neutropenia=m.where(low & (harm.neutropenic <= 0.0), 1.0, harm_today.neutropenia),
            febrile=m.where(fever, 1.0, harm_today.febrile),
            ebv=m.where(ebv_comes, 1.0, harm_today.ebv),
            ebv_disease=m.where(
                ebv_comes & (u[1] < p.ebv_disease_share * ebv), 1.0, harm_today.ebv_disease
            ),
            cmv=m.where(cmv_comes, 1.0, harm_today.cmv),
            toxicity=m.where(toxic, 1.0, harm_today.toxicity),
            graft_failure=m.where(late, 1.0, harm_today.graft_failure),
        ),
    }


def in_recovery(m: Numeric, p: object, h: float, *, clock: Clock, harm: Harm) -> Value:
    """Say whether the recovery window is open, or toxicity of a dose has not faded."""
    return (clock.recovery_left > 0.0) | (harm.toxicity > 0.0)


class LateHarmParameters(NamedTuple):
    """Parameters of late harm."""

    autoimmunity_rate: float
    autoimmunity_without_antibody: float
    autoimmunity_thyroid_share: float
    autoimmunity_graves_share: float
    malignancy_rate: float
    malignancy_age_slope: float
    malignancy_age_reference: float
    amenorrhoea_reference_dose: float


def harm_late(
    m: Numeric,
    p: LateHarmParameters,
    h: float,
    *,
    harm: Harm,
    harm_today: HarmToday,
    t_cells: TCells,
    immunity: Immunity,
    clock: Clock,
    u: Sequence[Value],
) -> Mapping[str, NamedTuple]:
    """Draw secondary autoimmunity by lymphopenia and antibody, and malignancy by alkylating dose.

    Malignancy is the excess over people who were never transplanted.
    """
    exposed = harm.antibody + harm.alkylator > 0.0
    weight = p.autoimmunity_without_antibody + harm.antibody
    hazard = p.autoimmunity_rate * h * lymphopenia(m, t_cells, immunity) * weight
    thyroid = (u[0] < hazard * p.autoimmunity_thyroid_share) & (harm.thyroid <= 0.0) & exposed
    graves = u[0] < hazard * p.autoimmunity_thyroid_share * p.autoimmunity_graves_share
    itp = (u[1] < hazard * (1.0 - p.autoimmunity_thyroid_share)) & (harm.itp <= 0.0) & exposed
    older = m.exp(p.malignancy_age_slope * (clock.age - p.malignancy_age_reference))
    relative = harm.alkylator / p.amenorrhoea_reference_dose
    cancer = u[2] < p.malignancy_rate * h * relative * older
    return {
        "harm": harm._replace(
            thyroid=m.where(thyroid, 1.0, harm.thyroid), itp=m.where(itp, 1.0, harm.itp)
        ),
        "harm_today": harm_today._replace(
            hyperthyroidism=m.where(thyroid & graves, 1.0, harm_today.hyperthyroidism),
            hypothyroidism=m.where(thyroid, m.where(graves, 0.0, 1.0), harm_today.hypothyroidism),
            itp=m.where(itp, 1.0, harm_today.itp),
            malignancy=m.where(cancer, 1.0, harm_today.malignancy),
        ),
    }


def ever_exposed(m: Numeric, p: object, h: float, *, harm: Harm) -> Value:
    """Say whether a depleting antibody or an alkylating drug was ever given."""
    return (harm.antibody + harm.alkylator) > 0.0
