"""Search of the evidence base, and names by which its studies are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from remyelin.errors import UnknownNameError
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.study import catalogue
from remyelin.study.outcome import Outcome
from remyelin.study.schema import CONTRAST_SEPARATOR, split_contrast
from remyelin.study.vocabulary import Mark, Role, TreatmentClass

_MOSTLY = 0.5
"""Share of an arm from which it counts as an arm of a phenotype."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for; None or nothing asks for everything.

    Attributes
    ----------
    study
        Name of a study, a trial or a study file.
    treatment_class, cell_source, route
        Of one of the arms that the figure is of; a route matches each of the ways used.
    dose_low, dose_high
        A dose within these limits, ends included, in the unit of the arm.
    dose_unit
        Unit of the dose, such as ``cells/kg``.
    regimen
        Words of conditioning, product or drugs, in any case.
    phenotype
        rrms, spms, ppms or another word of the studies; an arm counts when half of it or more is
        of this phenotype, and where that is not known by its study.
    outcome, definition_id, subgroup
        Names of the vocabulary; an outcome may end in ``*``.
    months_low, months_high
        Time of the figure, ends included; figures over the whole follow-up have none and drop out.
    mark, role
        How well the figure is known, and what its study may be used for.
    """

    study: str = ""
    treatment_class: TreatmentClass | None = None
    cell_source: str = ""
    route: str = ""
    dose_low: float | None = None
    dose_high: float | None = None
    dose_unit: str = ""
    regimen: str = ""
    phenotype: str = ""
    outcome: str = ""
    definition_id: str = ""
    subgroup: str = ""
    months_low: float | None = None
    months_high: float | None = None
    mark: Mark | None = None
    role: Role | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A figure with its study and the arms that it is of."""

    outcome: Outcome
    study: PublishedStudy
    arms: tuple[PublishedArm, ...]


def studies_named(name: str, base: EvidenceBase | None = None) -> tuple[PublishedStudy, ...]:
    """Studies known by a name: of the base, of a trial, or of a study file of the catalogue.

    A name that a trial and a study file share stands for all studies on that trial.

    Raises
    ------
    UnknownNameError
        Nothing is known by this name.
    """
    base = base or EvidenceBase.load()
    files = (*catalogue.names(), *catalogue.planned_names())
    own = (catalogue.load(name).evidence_id or name) if name in files else name
    found = tuple(s for s in base.all_studies if s.study_id == own)
    if name in files or not found:
        found = tuple(s for s in base.all_studies if s in found or s.trial_id == name)
    if found:
        return found
    trials = {study.trial_id for study in base.all_studies}
    known = sorted({*base.study_ids, *trials, *files})
    raise UnknownNameError("study", name, known, "`remyelin evidence list` lists all.")


def find(question: Question, base: EvidenceBase | None = None) -> tuple[Found, ...]:
    """Figures that answer a question, in the order of the base.

    Parameters
    ----------
    question
        What is looked for.
    base
        Where to look; by default the base of the package.

    Raises
    ------
    UnknownNameError
        The study of the question is not known.
    """
    base = base or EvidenceBase.load()
    studies = {study.study_id: study for study in base.all_studies}
    if question.study:
        studies = {s.study_id: s for s in studies_named(question.study, base)}
    arms = {(arm.study_id, arm.arm_id): arm for arm in base.all_arms}
    return tuple(
        found
        for outcome in base.all_outcomes
        if outcome.key.study_id in studies
        for found in [
            Found(
                outcome=outcome,
                study=studies[outcome.key.study_id],
                arms=tuple(_arms_of(outcome, arms)),
            )
        ]
        if _answers(found, question)
    )


def _arms_of(outcome: Outcome, arms: dict[tuple[str, str], PublishedArm]) -> Iterator[PublishedArm]:
    name = outcome.key.arm
    for part in split_contrast(name) if CONTRAST_SEPARATOR in name else (name,):
        yield arms[outcome.key.study_id, part]


def _answers(found: Found, question: Question) -> bool:
    key = found.outcome.key
    named = (
        (question.definition_id, key.definition_id),
        (question.subgroup, key.subgroup),
        (question.mark, found.outcome.mark),
        (question.role, found.study.role),
    )
    if any(asked and asked != given for asked, given in named):
        return False
    if question.outcome and not _matches(question.outcome, key.outcome):
        return False
    if not _within(key.time_months, question.months_low, question.months_high):
        return False
    return any(_arm_answers(arm, found.study, question) for arm in found.arms)


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if low is None and high is None:
        return True
    above = value is not None and (low is None or value >= low)
    return above and (high is None or (value is not None and value <= high))


def _arm_answers(arm: PublishedArm, study: PublishedStudy, question: Question) -> bool:
    if question.treatment_class not in (None, arm.treatment_class):
        return False
    if question.cell_source and question.cell_source not in re.split(r"[+|]", arm.cell_source):
        return False
    if question.route and question.route.lower() not in re.split(r"[+|]", arm.route):
        return False
    if question.dose_unit and question.dose_unit != arm.dose_unit:
        return False
    if not _dosed(arm, question):
        return False
    words = f"{arm.conditioning} {arm.product} {arm.comparator_drugs} {arm.label}".lower()
    if question.regimen and question.regimen.lower() not in words:
        return False
    return not question.phenotype or _is_of(arm, study, question.phenotype.lower())


def _dosed(arm: PublishedArm, question: Question) -> bool:
    if question.dose_low is None and question.dose_high is None:
        return True
    if arm.dose_low is None or arm.dose_high is None:
        return False
    above = question.dose_low is None or arm.dose_high >= question.dose_low
    return above and (question.dose_high is None or arm.dose_low <= question.dose_high)


def _is_of(arm: PublishedArm, study: PublishedStudy, phenotype: str) -> bool:
    share = getattr(arm, phenotype, None) if phenotype in ("rrms", "spms", "ppms") else None
    if share is not None:
        return bool(share >= _MOSTLY)
    return phenotype in study.phenotype.split("+")
