"""Which figures to be tested share patients with figures that shaped the model."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from remyelin.credibility import groups
from remyelin.credibility.observations import expanded
from remyelin.credibility.roles import cohort_of_study
from remyelin.evidence.base import EvidenceBase
from remyelin.study.vocabulary import Role


@cache
def tuned_cohorts() -> frozenset[str]:
    """Give the cohorts of all tune studies of the evidence base and tune targets of all groups."""
    studies = {
        cohort_of_study(study.study_id)
        for study in EvidenceBase.load().all_studies
        if study.role is Role.TUNE
    }
    targets = {
        cohort
        for name in groups.names()
        for target, seen in expanded(groups.load(name))
        if target.role is Role.TUNE
        for cohort in seen.cohorts
    }
    return frozenset(studies | targets)


def shares_tuned(role: Role, cohorts: Iterable[str]) -> bool:
    """Say whether a figure to be tested has a cohort of which something was tuned."""
    return role is Role.TEST and not tuned_cohorts().isdisjoint(cohorts)
