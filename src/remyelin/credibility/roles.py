"""Roles of published sources: by the written rule, looked up and never chosen."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.lists import overlaps
from remyelin.study.vocabulary import Role


def role_of_source(source_id: str, trial_id: str = "") -> Role:
    """Give the role of a source of the special tables.

    A source that reports on a trial of the evidence base has the role of that trial's studies:
    tune if any of them is. One that is a study of the base has that study's role. Any other gets
    its role by the rule for new studies: test where the CRC-32 of its name is even.

    Parameters
    ----------
    source_id
        Name of the source.
    trial_id
        Trials on which it reports, joined by semicolons.
    """
    trials = [name.strip() for name in trial_id.split(";") if name.strip()]
    known = [role for name in trials for role in _roles_by_trial().get(name, ())]
    known += _roles_by_study().get(source_id, ())
    if known:
        return Role.TUNE if Role.TUNE in known else Role.TEST
    return Role.TEST if zlib.crc32(source_id.encode()) % 2 == 0 else Role.TUNE


@cache
def _roles_by_trial() -> Mapping[str, tuple[Role, ...]]:
    roles: dict[str, list[Role]] = {}
    for study in EvidenceBase.load().all_studies:
        if study.trial_id:
            roles.setdefault(study.trial_id, []).append(study.role)
    return {name: tuple(found) for name, found in roles.items()}


@cache
def _roles_by_study() -> Mapping[str, tuple[Role, ...]]:
    return {study.study_id: (study.role,) for study in EvidenceBase.load().all_studies}


def cohort_of_source(source_id: str, trial_id: str = "") -> str:
    """Give whose patients a source of the special tables speaks of.

    Parameters
    ----------
    source_id, trial_id
        As in `role_of_source`; a source on one trial of the base speaks of that trial's patients.
    """
    names = _studies_by_trial().get(trial_id.strip(), ()) if ";" not in trial_id else ()
    return cohort_of_study(names[0] if names else source_id)


@cache
def _studies_by_trial() -> Mapping[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for study in EvidenceBase.load().all_studies:
        if study.trial_id:
            names.setdefault(study.trial_id, []).append(study.study_id)
    return {trial: tuple(found) for trial, found in names.items()}


@cache
def _groups_of_overlap() -> Mapping[str, str]:
    return {row.study_id: row.group for row in overlaps()}


def cohort_of_study(study_id: str) -> str:
    """Give the group of overlapping studies to which a study belongs, else the study itself."""
    return _groups_of_overlap().get(study_id, study_id)


@cache
def overlaps_tune(study_id: str) -> bool:
    """Say whether a study shares patients with another one of the tune role."""
    roles = {study.study_id: study.role for study in EvidenceBase.load().all_studies}
    mine = cohort_of_study(study_id)
    others = [row.study_id for row in overlaps() if row.group == mine and row.study_id != study_id]
    return any(roles[name] is Role.TUNE for name in others)
