"""The small lists beside the main tables: targets, overlapping cohorts, contradictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

from remyelin.errors import InputError
from remyelin.evidence.cells import Row
from remyelin.files import parse_csv
from remyelin.study.outcome import OutcomeKey
from remyelin.study.vocabulary import Mark, Measure, Role


@dataclass(frozen=True, kw_only=True)
class Target:
    """One figure that may be tuned to or scored, with its share of a vote.

    Attributes
    ----------
    key
        Join key of the figure.
    quantity, cohort
        What the figure speaks of and the group of overlapping studies: each cohort has one vote on
        a quantity, shared equally by its figures.
    role
        Whether the study may be used to tune the model.
    weight
        Share of the vote, above 0 to 1.
    overlaps_tune
        A test study that shares patients with a study of the tune role: no clean test.
    """

    key: OutcomeKey
    quantity: str
    cohort: str
    role: Role
    weight: float
    mark: Mark
    overlaps_tune: bool


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """A study and the group of studies with which it shares patients."""

    group: str
    study_id: str
    relation: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two published figures on the same thing that differ."""

    study_id: str
    arm: str
    what: str
    kept: str
    other: str
    source: str
    note: str


@cache
def targets() -> tuple[Target, ...]:
    """Figures that count in tuning and scoring, in the order of the outcomes.

    Raises
    ------
    InputError
        The table is malformed; every bad row is named.
    """
    name, problems, found = "targets.csv", list[str](), list[Target]()
    columns = (*OutcomeKey._fields, *(f.name for f in fields(Target) if f.name != "key"))
    for line, cells in enumerate(_cells(name, columns), start=2):
        row = Row(cells, line, problems)
        weight = row.needed_number("weight")
        if not 0.0 < weight <= 1.0:
            row.complain(f"weight: {weight:g} given, allowed: above 0 to 1")
        if row.text("overlaps_tune") not in ("yes", "no"):
            row.complain("overlaps_tune: allowed: yes, no")
        key = OutcomeKey(
            row.text("study_id", required=True),
            row.text("arm", required=True),
            row.text("subgroup", required=True),
            row.text("outcome", required=True),
            row.text("definition_id", required=True),
            row.number("time_months"),
            row.needed_choice("measure", Measure.MEAN),
        )
        found.append(
            Target(
                key=key,
                quantity=row.text("quantity", required=True),
                cohort=row.text("cohort", required=True),
                role=row.needed_choice("role", Role.TEST),
                weight=weight,
                mark=row.needed_choice("mark", Mark.ASSUMED),
                overlaps_tune=row.text("overlaps_tune") == "yes",
            )
        )
    if problems:
        raise InputError(name, problems)
    return tuple(found)


@cache
def overlaps() -> tuple[Overlap, ...]:
    """Studies that share patients, by group."""
    return tuple(Overlap(**row) for row in _texts("overlaps.csv", Overlap))


@cache
def contradictions() -> tuple[Contradiction, ...]:
    """Published figures that differ on the same thing."""
    return tuple(Contradiction(**row) for row in _texts("contradictions.csv", Contradiction))


def _texts(name: str, kind: type[Any]) -> Sequence[Mapping[str, str]]:
    return _cells(name, tuple(field.name for field in fields(kind)))


def _cells(name: str, columns: Sequence[str]) -> Sequence[Mapping[str, str]]:
    file = resources.files("remyelin.evidence") / "data" / name
    rows = parse_csv(file.read_text(encoding="utf-8"), where=name)
    if rows and tuple(rows[0]) != tuple(columns):
        raise InputError(name, [f"line 1: the columns must be {', '.join(columns)}"])
    return rows
