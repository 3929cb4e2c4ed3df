"""Traits: what makes one virtual patient differ from another, drawn once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remyelin.model.draws import exponential, normal
from remyelin.model.numeric import Numeric, Value, clip


class Person(NamedTuple):
    """Who the patient is."""

    female: Value
    onset_age: Value


class Disease(NamedTuple):
    """How the disease runs in this patient."""

    lesion_rate: Value
    """New lesions per day at the reference age when effector activity is 1."""
    smouldering_rate: Value
    """Intrinsic growth of smouldering per day."""
    reserve: Value
    repair: Value
    vulnerability: Value
    smouldering_damage: Value
    """Factor of sex on smouldering damage, mean 1 in the population."""


class Onset(NamedTuple):
    """Damage by the first attack in each compartment, and the first fluctuation."""

    cerebral: Value
    brainstem: Value
    spinal: Value
    fluctuation: Value


class Immunity(NamedTuple):
    """Set points and the accessibility of each clone to depletion."""

    thymic_output: Value
    naive_set_point: Value
    memory_set_point: Value
    patient_access: Value
    clone_access_1: Value
    clone_access_2: Value
    clone_access_3: Value
    clone_access_4: Value


class BloodTraits(NamedTuple):
    """Marrow, counts and mobilisation."""

    transit_time: Value
    neutrophils: Value
    platelets: Value
    mobilisation: Value
    """Factor on the CD34 dose of the graft, median 1."""


class Wellbeing(NamedTuple):
    """Infection frailty (mean 1), baseline NfL at the reference age, and the JC virus.

    ``virus_luck`` is uniform and tells the antibody class of the JC virus.
    """

    frailty: Value
    nfl_baseline: Value
    virus_luck: Value = 0.5


class ItemOffsets(NamedTuple):
    """Standard normal offsets of the patient on each rating item, stable for life."""

    pyramidal: Value
    cerebellar: Value
    brainstem: Value
    sensory: Value
    bowel_bladder: Value
    visual: Value
    mental: Value
    ambulation: Value


class Mortality(NamedTuple):
    """Life table of a healthy person of this region and sex, and what ends this patient's life.

    The defaults are those of a person who dies of no other cause than the disease.
    """

    base: Value = 0.0
    """Deaths per day at any age."""
    level: Value = 0.0
    """Deaths per day that rise with age, at the reference age."""
    slope: Value = 0.0
    """Rise per year of age (log)."""
    resistance: Value = 1.0
    """Hazard that the patient survives; standard exponential between patients."""


class DrugResponse(NamedTuple):
    """Response to drugs, standard normal: 0 is the median patient, above it a drug blocks more."""

    activation: Value = 0.0
    """To drugs on immune activation and on CNS-resident cells."""
    traffic: Value = 0.0
    """To drugs on cell traffic and lymphocyte egress."""


class Traits(NamedTuple):
    """What stays with a patient for life."""

    person: Person
    disease: Disease
    onset: Onset
    immunity: Immunity
    blood_traits: BloodTraits
    wellbeing: Wellbeing
    offsets: ItemOffsets
    mortality: Mortality = Mortality()
    response: DrugResponse = DrugResponse()


class TraitParameters(NamedTuple):
    """Parameters of the virtual population."""

    female_share: float
    onset_age: float
    onset_age_sd: float
    onset_age_min: float
    onset_age_max: float
    lesion_rate: float
    lesion_rate_log_sd: float
    lesion_rate_sex_ratio: float
    smouldering_rate: float
    smouldering_rate_log_sd: float
    damage_sex_ratio: float
    trait_floor_sd: float
    trait_ceiling_sd: float
    reserve: float
    reserve_sd: float
    reserve_min: float
    repair_sd: float
    repair_limit: float
    vulnerability: float
    vulnerability_log_sd: float
    vulnerability_limit_sd: float
    onset_damage: float
    fluctuation_sd: float
    thymic_output: float
    thymic_output_log_sd: float
    naive_set_point: float
    memory_set_point: float
    cd4_set_point_log_sd: float
    marrow_transit_time: float
    marrow_transit_log_sd: float
    neutrophil_baseline: float
    neutrophil_baseline_log_sd: float
    platelet_baseline: float
    platelet_baseline_log_sd: float
    mobilised_cd34_log_sd: float
    nfl_baseline: float
    nfl_baseline_log_sd: float
    infection_frailty_cv: float
    drug_response_correlation: float


NORMAL_TRAITS = (
    "onset_age",
    "lesion_rate",
    "smouldering_rate",
    "reserve",
    "repair",
    "vulnerability",
    "fluctuation",
    "thymic_output",
    "naive_set_point",
    "memory_set_point",
    "patient_access",
    "clone_access_1",
    "clone_access_2",
    "clone_access_3",
    "clone_access_4",
    "transit_time",
    "neutrophils",
    "platelets",
    "mobilisation",
    "frailty",
    "nfl_baseline",
    "pyramidal",
    "cerebellar",
    "brainstem",
    "sensory",
    "bowel_bladder",
    "visual",
    "mental",
    "ambulation",
    "drug_response",
    "traffic_response",
)
"""Traits drawn from a normal law; position k takes words 2k and 2k+1. New ones go to the end."""

_UNIFORM_FROM = 64
"""First word of the traits that are not normal: sex, then three onset damages."""

TRAIT_BLOCKS = 17
"""Blocks of four uniforms that the traits of a patient take."""


def draw_traits(m: Numeric, p: TraitParameters, u: Sequence[Value], era_factor: Value) -> Traits:
    """Draw every trait of a patient.

    Parameters
    ----------
    m, p
        Numeric namespace and parameters in internal units.
    u
        ``4 * TRAIT_BLOCKS`` uniforms; each trait has fixed words of its own.
    era_factor
        Factor on vulnerability (1 for natural-history cohorts).
    """
    z = {name: normal(m, u[2 * k], u[2 * k + 1]) for k, name in enumerate(NORMAL_TRAITS)}
    sex, *attack = u[_UNIFORM_FROM : _UNIFORM_FROM + 4]
    female = m.where(sex < p.female_share, 1.0, 0.0)
    onset_age = p.onset_age + p.onset_age_sd * z["onset_age"]
    return Traits(
        person=Person(female, clip(m, onset_age, p.onset_age_min, p.onset_age_max)),
        disease=_disease(m, p, z, female, era_factor),
        onset=Onset(
            p.onset_damage * exponential(m, attack[0]),
            p.onset_damage * exponential(m, attack[1]),
            p.onset_damage * exponential(m, attack[2]),
            p.fluctuation_sd * z["fluctuation"],
        ),
        immunity=_immunity(m, p, z),
        blood_traits=BloodTraits(
            p.marrow_transit_time * m.exp(p.marrow_transit_log_sd * z["transit_time"]),
            p.neutrophil_baseline * m.exp(p.neutrophil_baseline_log_sd * z["neutrophils"]),
            p.platelet_baseline * m.exp(p.platelet_baseline_log_sd * z["platelets"]),
            m.exp(p.mobilised_cd34_log_sd * z["mobilisation"]),
        ),
        wellbeing=_wellbeing(m, p, z),
        offsets=ItemOffsets(*(z[name] for name in ItemOffsets._fields)),
        response=_response(m, p, z),
    )


def _disease(
    m: Numeric, p: TraitParameters, z: Mapping[str, Value], female: Value, era_factor: Value
) -> Disease:
    def bounded(name: str) -> Value:
        return clip(m, z[name], p.trait_floor_sd, p.trait_ceiling_sd)

    limit = p.vulnerability_limit_sd
    mean_rate = p.female_share * p.lesion_rate_sex_ratio + (1.0 - p.female_share)
    mean_damage = p.female_share + (1.0 - p.female_share) * p.damage_sex_ratio
    sex_rate = m.where(female > 0.0, p.lesion_rate_sex_ratio, 1.0) / mean_rate
    return Disease(
        lesion_rate=p.lesion_rate * m.exp(p.lesion_rate_log_sd * bounded("lesion_rate")) * sex_rate,
        smouldering_rate=p.smouldering_rate
        * m.exp(p.smouldering_rate_log_sd * bounded("smouldering_rate")),
        reserve=m.maximum(p.reserve + p.reserve_sd * z["reserve"], p.reserve_min),
        repair=clip(m, p.repair_sd * z["repair"], -p.repair_limit, p.repair_limit),
        vulnerability=p.vulnerability
        * era_factor
        * m.exp(p.vulnerability_log_sd * clip(m, z["vulnerability"], -limit, limit)),
        smouldering_damage=m.where(female > 0.0, 1.0, p.damage_sex_ratio) / mean_damage,
    )


def _immunity(m: Numeric, p: TraitParameters, z: Mapping[str, Value]) -> Immunity:
    return Immunity(
        p.thymic_output * m.exp(p.thymic_output_log_sd * z["thymic_output"]),
        p.naive_set_point * m.exp(p.cd4_set_point_log_sd * z["naive_set_point"]),
        p.memory_set_point * m.exp(p.cd4_set_point_log_sd * z["memory_set_point"]),
        z["patient_access"],
        z["clone_access_1"],
        z["clone_access_2"],
        z["clone_access_3"],
        z["clone_access_4"],
    )


def _response(m: Numeric, p: TraitParameters, z: Mapping[str, Value]) -> DrugResponse:
    shared = p.drug_response_correlation
    own = m.sqrt(1.0 - shared * shared)
    return DrugResponse(
        z["drug_response"], shared * z["drug_response"] + own * z["traffic_response"]
    )


def _wellbeing(m: Numeric, p: TraitParameters, z: Mapping[str, Value]) -> Wellbeing:
    variance = m.log(1.0 + p.infection_frailty_cv * p.infection_frailty_cv)
    return Wellbeing(
        m.exp(m.sqrt(variance) * z["frailty"] - 0.5 * variance),
        p.nfl_baseline * m.exp(p.nfl_baseline_log_sd * z["nfl_baseline"]),
    )
