"""From the rows of the three tables to checked records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TypeVar

from remyelin.errors import InputError
from remyelin.evidence.cells import Row
from remyelin.evidence.records import (
    Intensity,
    IntensityScheme,
    PublishedArm,
    PublishedStudy,
    Setting,
)
from remyelin.evidence.rules import (
    arm_problems,
    contradiction,
    outcome_problems,
    study_problems,
)
from remyelin.files import listed
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
        raise InputError(where, [_column_problem(set(rows[0]), columns)])
    problems: list[str] = []
    records: list[Record] = []
    lines: dict[object, int] = {}
    for line, cells in enumerate(rows, start=2):
        row = Row(cells, line, problems)
        record = read(row)
        first = lines.setdefault(key_of(record), line)
        if first != line:
            row.complain(f"the same key as line {first}{contradiction(records[first - 2], record)}")
        records.append(record)
    if problems:
        raise InputError(where, problems)
    return tuple(records)


def _column_problem(given: set[str], columns: Sequence[str]) -> str:
    missing = [name for name in columns if name not in given]
    unknown = sorted(given - set(columns))
    said = [f"missing: {', '.join(missing)}"] if missing else []
    said += [f"unknown: {listed(unknown)}"] if unknown else []
    return f"line 1: the columns must be {', '.join(columns)} ({'; '.join(said)})"


def _study(row: Row) -> PublishedStudy:
    study = PublishedStudy(
        study_id=row.text("study_id", required=True),
        title=row.text("title", required=True),
        first_author=row.text("first_author"),
        year=row.count("year"),
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
        pmcid=row.text("pmcid"),
        trial_id=row.text("trial_id", required=True),
        citation=row.text("citation", required=True),
        page=row.text("page"),
        setting=row.needed_choice("setting", Setting.MS),
        countries=row.text("countries"),
        phase=row.text("phase"),
        risk_of_bias=row.text("risk_of_bias", required=True),
        certainty=row.text("certainty", required=True),
    )
    row.complain_all(study_problems(study))
    return study


def _arm(row: Row) -> PublishedArm:
    text, number = row.text, row.number
    arm = PublishedArm(
        study_id=text("study_id", required=True),
        arm_id=text("arm_id", required=True),
        label=text("label", required=True),
        n=row.count("n"),
        treatment_class=row.needed_choice("treatment_class", TreatmentClass.NONE),
        product=text("product"),
        age_mean=number("age_mean"),
        age_sd=number("age_sd"),
        female=number("female"),
        edss_mean=number("edss_mean"),
        edss_sd=number("edss_sd"),
        relapses_last_12_months_mean=number("relapses_last_12_months_mean"),
        relapses_last_12_months_sd=number("relapses_last_12_months_sd"),
        source=text("source", required=True),
        page=text("page"),
        mark=row.needed_choice("mark", Mark.ASSUMED),
        note=text("note"),
        cell_source=text("cell_source"),
        donor=text("donor"),
        dose_low=number("dose_low"),
        dose_high=number("dose_high"),
        dose_unit=text("dose_unit"),
        doses_low=row.count("doses_low"),
        doses_high=row.count("doses_high"),
        dose_interval_weeks=text("dose_interval_weeks"),
        route=text("route"),
        conditioning=text("conditioning"),
        intensity=row.choice("intensity", Intensity),
        intensity_scheme=row.choice("intensity_scheme", IntensityScheme),
        graft=text("graft"),
        comparator_drugs=text("comparator_drugs"),
        age_median=number("age_median"),
        duration_mean=number("duration_mean"),
        duration_sd=number("duration_sd"),
        duration_median=number("duration_median"),
        edss_median=number("edss_median"),
        rrms=number("rrms"),
        spms=number("spms"),
        ppms=number("ppms"),
        gd_positive=number("gd_positive"),
        gd_lesions_mean=number("gd_lesions_mean"),
        gd_lesions_sd=number("gd_lesions_sd"),
        imputed=text("imputed"),
        recalled=text("recalled"),
    )
    row.complain_all(arm_problems(arm))
    return arm


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
        assay=row.text("assay"),
    )
    row.complain_all(outcome_problems(outcome))
    return outcome
