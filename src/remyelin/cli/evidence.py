"""The commands that list, search, check and export the evidence base."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from remyelin.cli.session import Force, Json, group, say, say_json
from remyelin.core.outputs import write_file
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from remyelin.evidence.query import Found, Question
    from remyelin.evidence.records import PublishedStudy

AnyWord = TypeVar("AnyWord", bound=StrEnum)

listing = group("Published studies, arms and figures, with source and mark.")

Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORM", help="table, csv, json, parquet or bibtex [table]."),
]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Write to a file.")]
Name = Annotated[str | None, typer.Argument(metavar="[TABLE]", help="Name of a table.")]


@listing.command("list")
def list_evidence(table: Name = None, json: Json = False) -> None:
    """List the studies, or the rows of a table of the base."""
    from remyelin.cli.evidence_text import row_line, study_line
    from remyelin.evidence.base import EvidenceBase
    from remyelin.evidence.export import rows

    if table is not None:
        plain = rows(_plain(table))
        if json:
            say_json(plain)
        else:
            for row in plain:
                say(row_line(row))
            say(f"\n{len(plain)} rows")
        return
    base = EvidenceBase.load()
    if json:
        say_json(rows("studies", base))
        return
    for study in base.all_studies:
        say(study_line(study, len(base.outcomes(study.study_id))))
    say(
        f"\n{len(base.all_studies)} studies, {len(base.all_arms)} arms, "
        f"{len(base.all_outcomes)} figures; `remyelin evidence tables` lists the other tables"
    )


@listing.command("tables")
def list_tables(json: Json = False) -> None:
    """List the tables of the base with their meaning and number of rows."""
    from remyelin.evidence.export import rows, tables

    known = [
        {"table": name, "rows": len(rows(name)), "meaning": meaning}
        for name, meaning in tables().items()
    ]
    if json:
        say_json(known)
        return
    for row in known:
        say(f"{row['table']:<20} {row['rows']:>6}  {row['meaning']}")


@listing.command("words")
def list_words(json: Json = False) -> None:
    """List the vocabulary: outcomes, subgroups and definitions."""
    from remyelin.evidence.words import words

    known = words()
    if json:
        say_json(known)
        return
    for row in known:
        unit = f" [{row['unit']}]" if row["unit"] else ""
        say(f"{row['kind']:<10} {row['name']:<40} {row['meaning']}{unit}")


@listing.command("show")
def show_study(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A study of the base, a trial, or a study file."),
    ],
    json: Json = False,
) -> None:
    """Show a study: identifiers, arms, and every figure with definition, interval and source."""
    from remyelin.cli.evidence_text import described, study_values
    from remyelin.evidence.query import studies_named

    studies = studies_named(_plain(name))
    if json:
        say_json([study_values(study) for study in studies])
        return
    say("\n\n".join(described(study) for study in studies))


@listing.command("find")
def find_figures(
    *,
    study: Annotated[str, typer.Option(metavar="NAME", help="Study, trial or study file.")] = "",
    treatment_class: Annotated[
        str, typer.Option("--class", metavar="CLASS", help="ahsct, dmt, msc, nsc, opc, ...")
    ] = "",
    source: Annotated[
        str, typer.Option(metavar="SOURCE", help="Source of cells: bone_marrow, adipose, ...")
    ] = "",
    route: Annotated[str, typer.Option(metavar="ROUTE", help="iv, it, icv, ...")] = "",
    dose: Annotated[
        str, typer.Option(metavar="LOW:HIGH", help="Dose in the arm's unit, such as 1e6:2e6.")
    ] = "",
    dose_unit: Annotated[str, typer.Option(metavar="UNIT", help="cells or cells/kg.")] = "",
    regimen: Annotated[str, typer.Option(metavar="WORDS", help="Drug or conditioning.")] = "",
    phenotype: Annotated[str, typer.Option(metavar="PHENOTYPE", help="rrms, spms, ppms.")] = "",
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Name of an outcome; may end in *.")
    ] = "",
    definition: Annotated[str, typer.Option(metavar="NAME", help="A definition.")] = "",
    subgroup: Annotated[str, typer.Option(metavar="NAME", help="A subgroup.")] = "",
    months: Annotated[
        str, typer.Option(metavar="LOW:HIGH", help="Time of the figure, such as 12:24.")
    ] = "",
    mark: Annotated[str, typer.Option(metavar="MARK", help="seen or recalled.")] = "",
    role: Annotated[str, typer.Option(metavar="ROLE", help="tune or test.")] = "",
    beside: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER", help="Your own studies.csv, arms.csv and outcomes.csv, searched too."
        ),
    ] = None,
    form: Format = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Find figures by treatment, people, outcome and time."""
    from remyelin.cli.evidence_text import figure_line
    from remyelin.evidence.base import EvidenceBase
    from remyelin.evidence.export import found_row
    from remyelin.evidence.query import Question, find
    from remyelin.study.vocabulary import Mark, Role, TreatmentClass

    dose_low, dose_high = _limits(dose, "--dose")
    months_low, months_high = _limits(months, "--months")
    question = Question(
        study=study,
        treatment_class=_word(treatment_class.lower(), TreatmentClass, "--class"),
        cell_source=source,
        route=route,
        dose_low=dose_low,
        dose_high=dose_high,
        dose_unit=dose_unit,
        regimen=regimen,
        phenotype=phenotype,
        outcome=outcome,
        definition_id=definition,
        subgroup=subgroup,
        months_low=months_low,
        months_high=months_high,
        mark=_word(mark.lower(), Mark, "--mark"),
        role=_word(role.lower(), Role, "--role"),
    )
    _check_words(question)
    base = EvidenceBase.load()
    if beside is not None:
        base = base.beside(EvidenceBase.load(Path(beside)))
    found = find(question, base)
    lines = [figure_line(one.outcome, study=True) for one in found]
    _write(
        [found_row(one) for one in found],
        _studies_of(found),
        [*lines, f"\n{len(found)} figures"],
        form="json" if json else form,
        out=out,
        force=force,
    )


@listing.command("export")
def export_table(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Name of a table.")],
    *,
    form: Format = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a whole table of the base."""
    from remyelin.cli.evidence_text import row_line
    from remyelin.evidence.base import EvidenceBase
    from remyelin.evidence.export import rows

    plain = rows(_plain(table))
    chosen = "json" if json else form or "csv"
    studies = EvidenceBase.load().all_studies if table == "studies" else ()
    if chosen == "bibtex" and not studies:
        raise UsageError("bibtex is for the table studies; allowed here: table, csv, json, parquet")
    _write(plain, studies, map(row_line, plain), form=chosen, out=out, force=force)


@listing.command("check")
def check_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Your own table, as CSV.")],
    *,
    table: Annotated[
        str, typer.Option("--table", metavar="TABLE", help="Which table it is [outcomes].")
    ] = "outcomes",
    json: Json = False,
) -> None:
    """Check a table of your own by the rules of the base; the base is not touched."""
    from remyelin.evidence.check import check

    count = check(file, table=_plain(table))
    if json:
        say_json({"file": file, "table": table, "rows": count, "problems": []})
    else:
        say(f"{file}: {count} rows of the table {table}, no problems")


@listing.command("report")
def report(json: Json = False) -> None:
    """Tell which published arms can be run as virtual ones, and what the others lack."""
    from remyelin.cli.evidence_text import readiness_lines, readiness_values
    from remyelin.evidence.planning import fates
    from remyelin.evidence.readiness import readiness
    from remyelin.therapies import catalogue

    judged = readiness(catalogue.acting_names())
    found = fates(judged)
    if json:
        say_json(readiness_values(judged, found))
        return
    for line in readiness_lines(judged, found):
        say(line)


def _plain(name: str) -> str:
    return name if name.isprintable() else shown(name)


def _word(text: str, kind: type[AnyWord], option: str) -> AnyWord | None:
    if not text:
        return None
    if text not in {word.value for word in kind}:
        raise UsageError(f"{option} is {shown(text)}; allowed: {', '.join(kind)}")
    return kind(text)


def _limits(text: str, option: str) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    low, colon, high = text.partition(":")
    ends = (low, high if colon else low)
    try:
        values = [float(end) if end else None for end in ends]
    except ValueError:
        values = [float("nan"), None]
    numbers = [value for value in values if value is not None]
    if not numbers or any(map(math.isnan, numbers)) or numbers != sorted(numbers):
        raise UsageError(
            f"{option} is {shown(text)}; allowed is LOW:HIGH, LOW:, :HIGH or one number"
        )
    return values[0], values[1]


def _check_words(question: Question) -> None:
    from remyelin.evidence.rules import unknown
    from remyelin.study.outcome_names import OUTCOME_NAMES, SUBGROUPS
    from remyelin.study.published_definitions import all_definition_ids

    for option, given, allowed in (
        ("--outcome", question.outcome, tuple(OUTCOME_NAMES)),
        ("--definition", question.definition_id, all_definition_ids()),
        ("--subgroup", question.subgroup, tuple(SUBGROUPS)),
    ):
        starts = given.endswith("*") and any(name.startswith(given[:-1]) for name in allowed)
        if given and given not in allowed and not starts:
            raise UsageError(unknown(option, given, allowed))


def _studies_of(found: Sequence[Found]) -> tuple[PublishedStudy, ...]:
    return tuple({one.study.study_id: one.study for one in found}.values())


def _write(
    plain: Sequence[dict[str, object]],
    studies: Sequence[PublishedStudy],
    lines: Iterable[str],
    *,
    form: str | None,
    out: str | None,
    force: bool,
) -> None:
    from remyelin.evidence.export import Form, as_bibtex, as_csv, as_parquet
    from remyelin.reports.records import as_json

    chosen = _word((form or "table").lower(), Form, "--format")
    text: str | bytes
    match chosen:
        case Form.CSV:
            text = as_csv(plain)
        case Form.JSON:
            text = as_json(list(plain)) + "\n"
        case Form.BIBTEX:
            text = as_bibtex(studies)
        case Form.PARQUET:
            if out is None:
                raise UsageError("parquet is no text; name a file with --out")
            text = as_parquet(plain)
        case _:
            text = "".join(f"{line}\n" for line in lines)
    if out is None:
        say(str(text).rstrip("\n"))
        return
    write_file(out, text, force=force)
    say(f"Written: {shown(out)} ({len(plain)} rows)")
