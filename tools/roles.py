"""Write the table of roles by the written rule, from the evidence base and the group files.

Usage: python -m tools.roles

The rule and how it was read where it is silent stand in docs/readings.md. No figure is looked at.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TypeAlias

from remyelin.comparison.classes import outcome_classes
from remyelin.core.digest import digest_of
from remyelin.credibility import groups
from remyelin.credibility.keys import keys
from remyelin.credibility.observations import parts_of, targets_of
from remyelin.credibility.role_table import COLUMNS, overlap_of
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.records import PublishedStudy, Setting
from remyelin.study import catalogue
from remyelin.study.vocabulary import Role
from tools.clean_evidence.studies import TUNED_BY_HAND

FOLDER = Path(__file__).resolve().parents[1] / "src" / "remyelin" / "credibility" / "data"

MODERN_FROM = 2005
"""Year of publication from which a group without a study file is modern."""

TREATMENTS = ("ahsct", "msc", "nsc", "opc", "dmt", "other", "sham", "placebo", "none")
"""The treatment of a group is the first of these that one of its arms has."""

LEAST_TEST = 0.35
"""Share of the groups that are left for testing, at least."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """An overlap group before and after it has its role."""

    overlap: str
    studies: tuple[str, ...]
    treatment: str
    era: str
    phenotype: str
    classes: tuple[str, ...]
    shaped: bool
    old_roles: tuple[str, ...]
    role: Role = Role.TUNE
    why: str = ""

    @cached_property
    def order(self) -> int:
        """Place in the order: the CRC-32 of the lowest study of the base, else of any name."""
        known = set(EvidenceBase.load().study_ids)
        return crc(min([name for name in self.studies if name in known] or self.studies))

    @property
    def stratum(self) -> tuple[str, str, str]:
        """Treatment, era and phenotype."""
        return (self.treatment, self.era, self.phenotype)


_Mine: TypeAlias = tuple[str, str, str, str, Role, bool]
"""Cohort, run, arm, era and role of a figure of a target, and whether it shaped a parameter."""


def crc(text: str) -> int:
    """CRC-32 of a name."""
    return zlib.crc32(text.encode())


@cache
def units() -> tuple[Unit, ...]:
    """Give all overlap groups of the base and of the special targets, without roles."""
    studies = {study.study_id: study for study in EvidenceBase.load().all_studies}
    members: dict[str, set[str]] = {}
    for name in (*studies, *_target_roles()):
        members.setdefault(overlap_of(name), set()).add(name)
    shaped = {overlap_of(name) for name in (*TUNED_BY_HAND, *_shaping_cohorts())}
    return tuple(
        _unit(name, sorted(found), studies, shaped=name in shaped)
        for name, found in sorted(members.items())
    )


@cache
def _targets() -> tuple[_Mine, ...]:
    return tuple(_listed())


def _listed() -> Iterator[_Mine]:
    for name in groups.names():
        for target in targets_of(groups.load(name)):
            for part in parts_of(target):
                shaped = bool(target.shaped)
                yield (
                    *(part.entry.cohort, target.run, target.arm, target.era.value),
                    *(target.role, shaped),
                )


@cache
def _target_roles() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for cohort, _, _, _, role, _ in _targets():
        found.setdefault(cohort, set()).add(role.value)
    return found


def _shaping_cohorts() -> set[str]:
    return {cohort for cohort, *_, shaped in _targets() if shaped}


def _unit(
    overlap: str, names: list[str], studies: Mapping[str, PublishedStudy], *, shaped: bool
) -> Unit:
    known = [studies[name] for name in names if name in studies]
    old = {study.role.value for study in known}
    roles = _target_roles()
    old |= {role for name in names for role in roles.get(name, ())}
    mine = [one for one in _targets() if overlap_of(one[0]) == overlap]
    classes = {
        outcome_classes()[key.quantity] for key in keys() if overlap_of(key.cohort) == overlap
    }
    return Unit(
        overlap=overlap,
        studies=tuple(names),
        treatment=_treatment(known, mine),
        era=_era(known, mine),
        phenotype=_phenotype(known, mine),
        classes=tuple(sorted(classes)),
        shaped=shaped,
        old_roles=tuple(sorted(old)),
    )


def _run(name: str) -> object:
    return groups.cohort(name) if name in groups.cohort_names() else catalogue.load(name)


def _treatment(known: list[PublishedStudy], mine: list[_Mine]) -> str:
    base = EvidenceBase.load()
    found = {arm.treatment_class.value for study in known for arm in base.arms(study.study_id)}
    if not known:
        for _, run, arm, *_ in mine:
            arms = _run(run).arms  # type: ignore[attr-defined]
            found |= {a.treatment_class.value for a in arms if arm in ("all", a.arm_id)}
    return next((name for name in TREATMENTS if name in found), "unstated")


def _era(known: list[PublishedStudy], mine: list[_Mine]) -> str:
    eras = [_eras_of_files()[s.study_id] for s in known if s.study_id in _eras_of_files()]
    eras += [era for _, _, _, era, *_ in mine]
    if eras:
        return eras[0]
    years = [study.year for study in known if study.year is not None]
    if not years:
        return "unstated"
    return "modern" if min(years) >= MODERN_FROM else "historical"


@cache
def _eras_of_files() -> dict[str, str]:
    runs = [catalogue.load(name) for name in sorted(catalogue.names())]
    return {run.evidence_id: run.population.era.value for run in runs if run.evidence_id}


def _phenotype(known: list[PublishedStudy], mine: list[_Mine]) -> str:
    if not known:
        return str(_run(mine[0][1]).population.phenotype.value)  # type: ignore[attr-defined]
    first = known[0]
    if first.setting is not Setting.MS:
        return first.setting.value
    return first.phenotype or "unstated"


def assigned(found: Iterable[Unit]) -> list[Unit]:
    """Give every group its role."""
    strata: dict[tuple[str, str, str], list[Unit]] = {}
    for unit in found:
        strata.setdefault(unit.stratum, []).append(unit)
    done: list[Unit] = []
    single: list[Unit] = []
    for members in strata.values():
        free = sorted((u for u in members if not u.shaped), key=lambda u: (u.order, u.overlap))
        done += [replace(u, role=Role.TUNE, why="shaped the model") for u in members if u.shaped]
        if len(members) == 1:
            single += free
            continue
        done += _alternated(free, "in its stratum", test_first=len(free) < len(members))
    single.sort(key=lambda u: (u.order, u.overlap))
    done += _alternated(single, "among strata of one group", test_first=False)
    return _balanced(sorted(done, key=lambda u: u.overlap))


def _alternated(free: list[Unit], where: str, *, test_first: bool) -> list[Unit]:
    return [
        replace(
            unit,
            role=Role.TEST if (place % 2 == 0) == test_first else Role.TUNE,
            why=f"place {place + 1} {where}",
        )
        for place, unit in enumerate(free)
    ]


def one_sided(done: Iterable[Unit]) -> dict[str, Role]:
    """Give the outcome classes of two groups or more that have a single role, with it."""
    found: dict[str, list[Role]] = {}
    for unit in done:
        for name in unit.classes:
            found.setdefault(name, []).append(unit.role)
    return {
        name: roles[0]
        for name, roles in sorted(found.items())
        if len(roles) > 1 and len(set(roles)) == 1
    }


def _balanced(done: list[Unit]) -> list[Unit]:
    """Change the role of one group in each one-sided class, if no other class becomes one-sided."""
    for name, role in one_sided(done).items():
        if name not in one_sided(done):
            continue
        other = Role.TEST if role is Role.TUNE else Role.TUNE
        free = [u for u in done if name in u.classes and not u.shaped]
        for unit in sorted(free, key=lambda u: (u.order, u.overlap)):
            changed = replace(unit, role=other, why=f"changed, so that {name} has both roles")
            tried = [changed if u.overlap == unit.overlap else u for u in done]
            if len(one_sided(tried)) < len(one_sided(done)):
                done = tried
                break
    return done


def table() -> str:
    """Give the whole table as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for unit in assigned(units()):
        writer.writerow(
            [
                *(unit.overlap, ";".join(unit.studies), *unit.stratum, ";".join(unit.classes)),
                *(unit.role.value, unit.why, ";".join(unit.old_roles)),
            ]
        )
    return out.getvalue()


if __name__ == "__main__":
    made = table()
    (FOLDER / "roles.csv").write_text(made, encoding="utf-8")
    (FOLDER / "roles.digest").write_text(digest_of(made) + "\n", encoding="utf-8")
