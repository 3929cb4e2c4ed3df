"""Records of the evidence base: published studies and their arms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remyelin.study.vocabulary import Mark, Role, TreatmentClass


class Setting(StrEnum):
    """In whom, or in what, a study was done."""

    MS = "ms"
    OTHER_DISEASE = "other_disease"
    ANIMAL = "animal"
    LABORATORY = "laboratory"


class Intensity(StrEnum):
    """Intensity of conditioning before a transplant."""

    LOW = "low"
    INTERMEDIATE = "intermediate"
    HIGH = "high"
    MIXED = "mixed"


class IntensityScheme(StrEnum):
    """Who says how intense a conditioning regimen is."""

    EBMT = "ebmt"
    """By the drugs, as the European society sorts them."""
    UNSTATED = "unstated"
    """The word stands in the source or the collection; its scheme is not known."""


@dataclass(frozen=True, kw_only=True)
class PublishedStudy:
    """A published study.

    Attributes
    ----------
    study_id, title, first_author, year, journal
        Name in the base, and for people; no year where it is not known.
    doi, pmid, registry_id, pmcid
        Identifiers; empty where unknown.
    design, blinding, phenotype
        In the words of the base; several phenotypes are joined by ``+``.
    n_total, followup_median_months
        Size and length; None where unknown.
    role
        Whether the study may be used to tune the model.
    read
        How much of it was read: fulltext, abstract, excerpt or none.
    trial_id
        The trial behind the study: the same for all papers on one trial.
    citation, page
        How to cite it (DOI, PMID, PMC or registry number, else words), and where it was read.
    setting, countries, phase
        People with MS or other, and where; phase of a trial.
    risk_of_bias, certainty
        A judgement with the page quoted for it; ``not assessed`` without one.
    """

    study_id: str
    title: str
    first_author: str
    year: int | None
    journal: str
    doi: str
    pmid: str
    registry_id: str
    design: str
    blinding: str
    phenotype: str
    n_total: int | None
    followup_median_months: float | None
    role: Role
    read: str
    note: str
    pmcid: str = ""
    trial_id: str = ""
    citation: str = ""
    page: str = ""
    setting: Setting = Setting.MS
    countries: str = ""
    phase: str = ""
    risk_of_bias: str = "not assessed"
    certainty: str = "not assessed"


@dataclass(frozen=True, kw_only=True)
class PublishedArm:
    """An arm of a published study, with its baseline; None where a figure is not in the base.

    Attributes
    ----------
    product, cell_source, donor, dose_low, dose_high, dose_unit, doses_low, doses_high
        What is given; equal ends where one dose is known.
    dose_interval_weeks, route, conditioning, intensity, intensity_scheme, graft, comparator_drugs
        How it is given. In ``route``, ``+`` joins ways used together and ``|`` ways to choose from.
    female, rrms, spms, ppms, gd_positive
        Proportions, 0 to 1.
    imputed
        Columns whose figure is not this arm's own (of the whole trial, say), joined by ``;``.
    recalled
        Columns that are remembered although the others were seen, joined by ``;``.
    source, page, mark
        Citation, where the figures were read, and how well they are known.
    """

    study_id: str
    arm_id: str
    label: str
    n: int | None
    treatment_class: TreatmentClass
    product: str
    age_mean: float | None
    age_sd: float | None
    female: float | None
    edss_mean: float | None
    edss_sd: float | None
    relapses_last_12_months_mean: float | None
    relapses_last_12_months_sd: float | None
    source: str
    page: str
    mark: Mark
    note: str
    cell_source: str = ""
    donor: str = ""
    dose_low: float | None = None
    dose_high: float | None = None
    dose_unit: str = ""
    doses_low: int | None = None
    doses_high: int | None = None
    dose_interval_weeks: str = ""
    route: str = ""
    conditioning: str = ""
    intensity: Intensity | None = None
    intensity_scheme: IntensityScheme | None = None
    graft: str = ""
    comparator_drugs: str = ""
    age_median: float | None = None
    duration_mean: float | None = None
    duration_sd: float | None = None
    duration_median: float | None = None
    edss_median: float | None = None
    rrms: float | None = None
    spms: float | None = None
    ppms: float | None = None
    gd_positive: float | None = None
    gd_lesions_mean: float | None = None
    gd_lesions_sd: float | None = None
    imputed: str = ""
    recalled: str = ""
