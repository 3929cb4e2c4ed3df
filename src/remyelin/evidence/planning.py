"""Which of the arms that say enough have a study file, and why the others have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.readiness import Readiness
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.study import catalogue
from remyelin.study.definitions import definitions
from remyelin.study.measures import CONTRAST_MEASURES, measures_of
from remyelin.study.outcome import WHOLE
from remyelin.study.vocabulary import Measure, Phenotype

Asked = tuple[str, str, Measure]
"""Outcome, definition and measure of an endpoint."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of an arm that says enough.

    Attributes
    ----------
    ready
        The arm.
    study_file
        Name of the study file that holds it; empty where there is none.
    planned
        Whether that file stands among the studies that cannot be run yet.
    left_out
        Why there is no file; empty where there is one.
    """

    ready: Readiness
    study_file: str
    planned: bool
    left_out: tuple[str, ...]


def fates(judged: tuple[Readiness, ...], base: EvidenceBase | None = None) -> tuple[Fate, ...]:
    """Tell for every arm that says enough whether it has a study file.

    Parameters
    ----------
    judged
        All arms, as `readiness` gives them.
    base
        The base; by default that of the package.
    """
    runnable, planned = _arms_in(catalogue.names()), _arms_in(catalogue.planned_names())
    found = []
    for one in judged:
        if one.complete:
            key = one.arm.study_id, one.arm.arm_id
            name = runnable.get(key) or planned.get(key, "")
            found.append(
                Fate(
                    ready=one,
                    study_file=name,
                    planned=bool(name) and key not in runnable,
                    left_out=() if name else left_out(one, base),
                )
            )
    return tuple(found)


@cache
def _arms_in(names: tuple[str, ...]) -> Mapping[tuple[str, str], str]:
    studies = [catalogue.load(name) for name in names]
    return {
        (study.evidence_id, arm_id): study.study_id
        for study in studies
        if study.evidence_id is not None
        for arm_id in study.arm_ids
    }


def in_a_file_that_runs(arm: PublishedArm) -> bool:
    """Tell whether a study that can be run holds this arm."""
    return (arm.study_id, arm.arm_id) in _arms_in(catalogue.names())


def left_out(one: Readiness, base: EvidenceBase | None = None) -> tuple[str, ...]:
    """Give the reasons for which an arm that says enough cannot be written as a study file."""
    return tuple(_reasons(one, base or EvidenceBase.load()))


def _reasons(one: Readiness, base: EvidenceBase) -> Iterator[str]:
    arm = one.arm
    if course(arm, one.study) is None:
        yield "several courses of MS together"
    if arm.age_mean is None:
        yield "age only as a median"
    if arm.edss_mean is None:
        yield "EDSS only as a median"
    if not any(t is None or t > 0.0 for times in asked(arm, base).values() for t in times):
        yield "no outcome with a definition that can be worked out"


def course(arm: PublishedArm, study: PublishedStudy) -> Phenotype | None:
    """Course of the disease of an arm; None where several stand together or none is told."""
    shares = {
        Phenotype.RRMS: arm.rrms,
        Phenotype.SPMS: arm.spms,
        Phenotype.PPMS: arm.ppms,
    }
    given = {kind: share for kind, share in shares.items() if share}
    if given:
        kind, share = max(given.items(), key=lambda item: item[1])
        return kind if share == 1.0 else None
    words = {kind.value for kind in Phenotype}
    return Phenotype(study.phenotype) if study.phenotype in words else None


def asked(arm: PublishedArm, base: EvidenceBase) -> dict[Asked, tuple[float | None, ...]]:
    """Endpoints and their times that the base holds for an arm and that can be worked out.

    Only what was measured and when is told, never the figure.
    """
    known, times = definitions(), dict[Asked, set[float | None]]()
    for outcome in base.outcomes(arm.study_id):
        key = outcome.key
        definition = known.get(key.definition_id)
        of_the_arm = key.arm == arm.arm_id and key.subgroup == WHOLE
        if not of_the_arm or definition is None or key.measure in CONTRAST_MEASURES:
            continue
        if key.measure in measures_of(definition.kind):
            what = (key.outcome, key.definition_id, key.measure)
            times.setdefault(what, set()).add(key.time_months)
    return {what: _in_order(found) for what, found in times.items()}


def _in_order(times: set[float | None]) -> tuple[float | None, ...]:
    dated = sorted(time for time in times if time is not None)
    return (*dated, *([None] if None in times else []))
