"""Roles of overlap groups, as committed: who may tune the model and who tests it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from remyelin.core.digest import digest_of
from remyelin.credibility.roles import cohort_of_study
from remyelin.errors import InputError
from remyelin.files import parse_csv
from remyelin.study.vocabulary import Role

COLUMNS = (
    *("overlap", "studies", "treatment", "era", "phenotype", "classes"),
    *("role", "why", "old_roles"),
)
"""Columns of the table; lists are joined by ``;``."""


@dataclass(frozen=True, kw_only=True)
class OverlapRole:
    """Role of one overlap group.

    Attributes
    ----------
    overlap, studies
        Group of cohorts that share patients, and its studies and cohorts.
    treatment, era, phenotype
        Its stratum.
    classes
        Outcome classes in which it has a figure on the scoreboard.
    role, why
        The role, and the step of the rule that gave it.
    old_roles
        Roles that its studies and figures had before, by the CRC-32 of single names.
    """

    overlap: str
    studies: tuple[str, ...]
    treatment: str
    era: str
    phenotype: str
    classes: tuple[str, ...]
    role: Role
    why: str
    old_roles: tuple[str, ...]


def data(name: str) -> str:
    """Give the text of a data file of this room."""
    return (resources.files("remyelin.credibility") / "data" / name).read_text(encoding="utf-8")


@cache
def roles() -> Mapping[str, OverlapRole]:
    """Give the roles by overlap group.

    Raises
    ------
    InputError
        The table is malformed, or is not the one that its digest speaks of.
    """
    text = data("roles.csv")
    if digest_of(text) != data("roles.digest").strip():
        raise InputError(
            "roles.csv",
            ["the table is not that of roles.digest"],
            "Make both anew with `python -m tools.roles`; roles are not chosen by hand.",
        )
    rows = parse_csv(text, where="roles.csv")
    if rows and tuple(rows[0]) != COLUMNS:
        raise InputError("roles.csv", [f"the columns must be {', '.join(COLUMNS)}"])
    return {row["overlap"]: _read(row) for row in rows}


def _read(row: Mapping[str, str]) -> OverlapRole:
    return OverlapRole(
        overlap=row["overlap"],
        studies=tuple(row["studies"].split(";")),
        treatment=row["treatment"],
        era=row["era"],
        phenotype=row["phenotype"],
        classes=tuple(row["classes"].split(";")) if row["classes"] else (),
        role=Role(row["role"]),
        why=row["why"],
        old_roles=tuple(row["old_roles"].split(";")),
    )


@cache
def _cohorts() -> Mapping[str, str]:
    return {
        row["cohort"]: row["overlap"] for row in parse_csv(data("cohorts.csv"), where="cohorts.csv")
    }


def overlap_of(cohort: str) -> str:
    """Give the overlap group of a cohort or study: itself where it shares patients with nobody."""
    group = cohort_of_study(cohort)
    return _cohorts().get(group, group)
