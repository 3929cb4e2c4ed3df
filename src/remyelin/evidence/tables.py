"""From the rows of the three tables to checked records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TypeVar

from remyelin.errors import InputError
from remyelin.evidence.cells import Row
from remyelin.evidence.records import PublishedArm, PublishedStudy
from remyelin.evidence.rules import outcome_problems
from remyelin.study.outcome import WHOLE, Outcome, OutcomeKey
from remyelin.study.vocabulary import IntervalKind, Mark, Measure, Role, TreatmentClass

Cells = Mapping[str, str]
Record = TypeVar("Record")

STUDY_COLUMNS = tuple(field.name for field in fields(PublishedStudy))
ARM_COLUMNS = tuple(field.name for field in fields(PublishedArm))
OUTCOME_COLUMNS = (
    *OutcomeKey._fields,
    *(field.name for field in fields(Outcome) if field.name != "key"),
)


def read_studies(rows: Sequence[Cells], *, where: str) -> tuple[PublishedStudy, ...]:
    """Published studies of the table ``studies``.

    Raises
    ------
    InputError
        Columns differ, a cell is malformed or a study stands twice; every row is named.
    """
    return _records(rows, STUDY_COLUMNS, _study, lambda study: study.study_id, where)


def read_arms(rows: Sequence[Cells], *, where: str) -> tuple[PublishedArm, ...]:
    """Published arms of the table ``arms``.

    Raises
    ------
    InputError
        Columns differ, a cell is malformed or an arm stands twice; every row is named.
    """
    return _records(rows, ARM_COLUMNS, _arm, lambda arm: (arm.study_id, arm.arm_id), where)


def read_outcomes(rows: Sequence[Cells], *, where: str) -> tuple[Outcome, ...]:
    """Published outcomes of the table ``outcomes``.

    Raises
    ------
    InputError
        Columns differ, a cell is malformed, a figure cannot be (a proportion above 1, an interval
        that does not hold its value, ...) or a key stands twice; every row is named.
    """
    return _records(rows, OUTCOME_COLUMNS, _outcome, lambda outcome: outcome.key, where)


def _records(
    rows: Sequence[Cells],
    columns: Sequence[str],
    read: Callable[[Row], Record],
    key_of: Callable[[Record], object],
    where: str,
) -> tuple[Record, ...]:
    if rows and set(rows[0]) != set(columns):
        raise InputError(where, [f"line 1: the columns must be {', '.join(columns)}"])
    problems: list[str] = []
    records: list[Record] = []
    lines: dict[object, int] = {}
    for line, cells in enumerate(rows, start=2):
        row = Row(cells, line, problems)
        record = read(row)
        first = lines.setdefault(key_of(record), line)
        if first != line:
            row.complain(f"the same key as line {first}")
        records.append(record)
    if problems:
        raise InputError(where, problems)
    return tuple(records)


def _study(row: Row) -> PublishedStudy:
    year = row.count("year")
    if year is None:
        row.complain("year is empty")
    if not (row.text("doi") or row.text("pmid") or row.text("registry_id")):
        row.complain("doi, pmid and registry_id are empty; one is needed")
    return PublishedStudy(
        study_id=row.text("study_id", required=True),
        title=row.text("title", required=True),
        first_author=row.text("first_author"),
        year=year or 0,
        journal=row.text("journal"),
        doi=row.text("doi"),
        pmid=row.text("pmid"),
        registry_id=row.text("registry_id"),
        design=row.text("design"),
        blinding=row.text("blinding"),
        phenotype=row.text("phenotype"),
        n_total=row.count("n_total"),
        followup_median_months=row.number("followup_median_months"),
        role=row.needed_choice("role", Role.TEST),
        read=row.text("read"),
        note=row.text("note"),
    )


def _arm(row: Row) -> PublishedArm:
    female = row.number("female")
    if female is not None and not 0.0 <= female <= 1.0:
        row.complain(f"female: {female:g} given, allowed: a proportion, 0 to 1")
    return PublishedArm(
        study_id=row.text("study_id", required=True),
        arm_id=row.text("arm_id", required=True),
        label=row.text("label", required=True),
        n=row.count("n"),
        treatment_class=row.needed_choice("treatment_class", TreatmentClass.NONE),
        product=row.text("product"),
        age_mean=row.number("age_mean"),
        age_sd=row.number("age_sd"),
        female=female,
        edss_mean=row.number("edss_mean"),
        edss_sd=row.number("edss_sd"),
        relapses_last_12_months_mean=row.number("relapses_last_12_months_mean"),
        relapses_last_12_months_sd=row.number("relapses_last_12_months_sd"),
        source=row.text("source", required=True),
        page=row.text("page"),
        mark=row.needed_choice("mark", Mark.ASSUMED),
        note=row.text("note"),
    )


def _outcome(row: Row) -> Outcome:
    key = OutcomeKey(
        study_id=row.text("study_id", required=True),
        arm=row.text("arm", required=True),
        subgroup=row.text("subgroup") or WHOLE,
        outcome=row.text("outcome", required=True),
        definition_id=row.text("definition_id", required=True),
        time_months=row.number("time_months"),
        measure=row.needed_choice("measure", Measure.MEAN),
    )
    outcome = Outcome(
        key=key,
        value=row.needed_number("value"),
        low=row.number("low"),
        high=row.number("high"),
        interval_kind=row.choice("interval_kind", IntervalKind),
        level=row.number("level"),
        n=row.count("n"),
        events=row.count("events"),
        definition_text=row.text("definition_text"),
        source=row.text("source", required=True),
        page=row.text("page"),
        mark=row.needed_choice("mark", Mark.ASSUMED),
        note=row.text("note"),
    )
    for problem in outcome_problems(outcome):
        row.complain(problem)
    return outcome
