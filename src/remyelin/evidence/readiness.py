"""Which published arms say enough about themselves to be run as virtual ones, and which do not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.records import PublishedArm, PublishedStudy, Setting
from remyelin.files import parse_csv
from remyelin.study.outcome import Outcome
from remyelin.study.schema import CONTRAST_SEPARATOR, split_contrast
from remyelin.study.vocabulary import TreatmentClass

POOLED = "meta_analysis"
_MIXED = re.compile(r"\bor\b|mixed|mostly|mainly|also|several", re.I)
_UNTREATED = frozenset({TreatmentClass.NONE})
_BASELINE = ("age_mean", "age_median", "edss_mean", "edss_median")


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Whether an arm can be made into a virtual one.

    Attributes
    ----------
    arm, study
        The arm and its study.
    gaps
        What the base lacks, in words; empty for an arm that says enough.
    imputed
        Age or EDSS are not the arm's own (of the whole trial, say).
    protocol_id
        Name of its treatment in the catalogue of therapies; empty where no name is settled.
    runs
        Whether the catalogue holds that protocol today.
    dated_outcomes
        Figures of the arm at a time after baseline.
    """

    arm: PublishedArm
    study: PublishedStudy
    gaps: tuple[str, ...]
    imputed: bool
    protocol_id: str
    runs: bool
    dated_outcomes: int

    @property
    def complete(self) -> bool:
        """Whether the base says enough of the arm, whatever protocols there are."""
        return not self.gaps


def readiness(
    protocols: Collection[str], base: EvidenceBase | None = None
) -> tuple[Readiness, ...]:
    """Judge every arm of the base.

    Parameters
    ----------
    protocols
        Names of the protocols that the catalogue of therapies holds.
    base
        The base; by default that of the package.
    """
    base = base or EvidenceBase.load()
    studies = {study.study_id: study for study in base.all_studies}
    dated = _dated(base.all_outcomes)
    return tuple(
        _judged(arm, studies[arm.study_id], dated.get((arm.study_id, arm.arm_id), 0), protocols)
        for arm in base.all_arms
    )


def _dated(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for outcome in outcomes:
        key = outcome.key
        if not key.time_months:
            continue
        contrast = CONTRAST_SEPARATOR in key.arm
        for part in split_contrast(key.arm) if contrast else (key.arm,):
            found[key.study_id, part] = found.get((key.study_id, part), 0) + 1
    return found


def _judged(
    arm: PublishedArm, study: PublishedStudy, dated: int, protocols: Collection[str]
) -> Readiness:
    protocol = protocol_of(arm)
    return Readiness(
        arm=arm,
        study=study,
        gaps=tuple(_gaps(arm, study, dated)),
        imputed=any(column in _BASELINE for column in arm.imputed.split(";")),
        protocol_id=protocol,
        runs=protocol in protocols or arm.treatment_class in _UNTREATED,
        dated_outcomes=dated,
    )


def _gaps(arm: PublishedArm, study: PublishedStudy, dated: int) -> Iterable[str]:
    if study.setting is not Setting.MS:
        yield "not people with MS"
    if study.design == POOLED:
        yield "pooled over studies"
    if arm.n is None:
        yield "no number of patients"
    if arm.age_mean is None and arm.age_median is None:
        yield "no age"
    if arm.edss_mean is None and arm.edss_median is None:
        yield "no EDSS"
    if not dated:
        yield "no dated outcome"


@cache
def _names() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    file = resources.files("remyelin.evidence") / "data" / "protocol_names.csv"
    rows = parse_csv(file.read_text(encoding="utf-8"), where="protocol_names.csv")
    return tuple(
        (row["treatment_class"], re.compile(row["pattern"]), row["protocol_id"]) for row in rows
    )


def protocol_of(arm: PublishedArm) -> str:
    """Name that the treatment of an arm has, or would have, in the catalogue of therapies.

    Empty where the arm says too little, or mixes treatments.
    """
    texts = _regimen(arm) if arm.treatment_class is TreatmentClass.AHSCT else _drugs(arm)
    for kind, pattern, protocol in _names():
        if kind == arm.treatment_class and any(pattern.search(text) for text in texts):
            return protocol
    return ""


def _regimen(arm: PublishedArm) -> tuple[str, ...]:
    return () if _MIXED.search(f"{arm.conditioning} {arm.label}") else (arm.conditioning,)


def _drugs(arm: PublishedArm) -> tuple[str, ...]:
    several = "," in arm.comparator_drugs or "/" in arm.product
    if several:
        return ()
    return tuple(
        text for text in (arm.product, arm.comparator_drugs, arm.label, arm.cell_source) if text
    )
