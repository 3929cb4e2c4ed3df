"""Records of the evidence base: published studies and their arms."""

from __future__ import annotations

from dataclasses import dataclass

from remyelin.study.vocabulary import Mark, Role, TreatmentClass


@dataclass(frozen=True, kw_only=True)
class PublishedStudy:
    """A published study.

    Attributes
    ----------
    study_id, title, first_author, year, journal
        Name in the base, and for people.
    doi, pmid, registry_id
        Identifiers; empty where unknown.
    design, blinding, phenotype
        In the words of the base.
    n_total, followup_median_months
        Size and length; None where unknown.
    role
        Whether the study may be used to tune the model.
    read
        How much of it was read: fulltext, abstract or excerpt.
    """

    study_id: str
    title: str
    first_author: str
    year: int
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


@dataclass(frozen=True, kw_only=True)
class PublishedArm:
    """An arm of a published study, with its baseline; None where a figure is not in the base.

    Attributes
    ----------
    female
        Proportion of women.
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
