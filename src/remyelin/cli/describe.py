"""The commands that describe a person's own longitudinal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.longitudinal import (
    DefinitionId,
    Files,
    Lenient,
    Out,
    Own,
    Patients,
    Relapses,
    Rename,
    Switch,
    Table,
    chosen,
)
from remyelin.cli.session import Force, Json, group, say, say_json, whole_number
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from remyelin.endpoints import Dataset
    from remyelin.endpoints.recurrent import EveryEvent
    from remyelin.endpoints.treatments import Treatments

listing = group(
    "Describe your own longitudinal data: Table 1, who is lost, every event, rating errors."
)


def _days(relapse_days: str | None) -> int | None:
    """Give the days within which an onset spoils a visit; None leaves them to the definition."""
    if relapse_days is None:
        return None
    return whole_number(relapse_days, "--relapse-days", low=0, high=365)


def _written(frame: pd.DataFrame, target: Path | None, files: Files, *, force: bool) -> None:
    from remyelin.reports.sheets import write_sheet

    if target is not None:
        write_sheet(frame, target, force=force, inputs=files.inputs)


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """How the events of a call are told."""

    courses: Treatments | None
    carried: int
    target: Path | None
    files: Files
    force: bool
    json: bool


def _tell_events(data: Dataset, found: EveryEvent, how: _Shown) -> None:
    from remyelin.endpoints.epochs import epochs_of
    from remyelin.endpoints.recurrent_rates import lines_of
    from remyelin.reports import describe as report

    courses, epochs = how.courses, None
    if courses is not None:
        epochs = epochs_of(found, courses, carry_days=float(how.carried))
    frame = report.events_frame(data, found, epochs)
    _written(frame, how.target, how.files, force=how.force)
    lines = lines_of(found, data.history)
    if how.json:
        say_json(report.events_values(data, found, frame, lines, epochs))
        return
    say(report.events_text(data, found, frame, lines=lines, epochs=epochs, courses=courses))
    if how.target is not None:
        say(f"\nTable: {how.target}")


@listing.command("events")
def every_event_command(
    table: Table,
    definition: DefinitionId,
    *,
    rebaseline: Annotated[
        str,
        typer.Option(
            metavar="RULE",
            help="What moves the reference beside confirmed events: "
            "definition (as it says), event (nothing), roving, relapse.",
        ),
    ] = "definition",
    treatments: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Treatments with start and stop: rates by treatment."),
    ] = None,
    carry_days: Annotated[
        str, typer.Option(metavar="N", help="Days for which a stopped treatment still counts.")
    ] = "0",
    relapse_days: Annotated[
        str | None,
        typer.Option(metavar="N", help="Visits within N days after an onset serve for nothing."),
    ] = None,
    relapses: Relapses = None,
    patients: Patients = None,
    own: Own = None,
    on_switch: Switch = None,
    rename: Rename = None,
    lenient: Lenient = False,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Find every event of each patient in a row, with rates, by treatment on request."""
    from remyelin.endpoints.recurrent import Rebaseline, every_event

    if rebaseline not in tuple(Rebaseline):
        given = shown(rebaseline)
        raise UsageError(f"--rebaseline is {given}; allowed: {', '.join(Rebaseline)}")
    carried = whole_number(carry_days, "--carry-days", low=0, high=3650)
    apart = _days(relapse_days)
    files = Files(
        table, relapses, patients, own, rename=rename, lenient=lenient, further=(treatments,)
    )
    library = files.library(on_switch, relapse_days=apart)
    one = chosen(library, definition)
    if one.kind.is_measured:
        raise UsageError(f"{definition} is of kind {one.kind}, which is measured and has no events")
    target = files.target(out, force=force)
    data = files.read_for(one, library)
    courses = None
    if treatments is not None:
        from remyelin.endpoints.treatments import read_treatments

        courses = read_treatments(treatments, data, renamed=files.renamed, lenient=lenient)
    found = every_event(data.history, one, library, rebaseline=Rebaseline(rebaseline))
    how = _Shown(
        courses=courses, carried=carried, target=target, files=files, force=force, json=json
    )
    _tell_events(data, found, how)


@listing.command("visits")
def visits_command(
    table: Table,
    definition: DefinitionId,
    *,
    relapse_days: Annotated[
        str | None,
        typer.Option(metavar="N", help="Visits within N days after an onset serve for nothing."),
    ] = None,
    relapses: Relapses = None,
    patients: Patients = None,
    own: Own = None,
    rename: Rename = None,
    lenient: Lenient = False,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """List the visits that a definition cannot use as reference, event or confirmation."""
    from remyelin.endpoints.usable import usable_visits
    from remyelin.reports import describe as report

    apart = _days(relapse_days)
    files = Files(table, relapses, patients, own, rename=rename, lenient=lenient)
    library = files.library(relapse_days=apart)
    one = chosen(library, definition)
    target = files.target(out, force=force)
    data = files.read_for(one, library)
    frame = report.visits_frame(data, usable_visits(data.history, one))
    _written(frame, target, files, force=force)
    if json:
        say_json({"definition_id": definition, "visits": report.records(frame)})
        return
    say(report.visits_text(data, one, frame))
    if target is not None:
        say(f"\nTable: {target}")


@listing.command("funnel")
def funnel_command(
    table: Table,
    definition: DefinitionId,
    *,
    least_visits: Annotated[
        str | None,
        typer.Option(metavar="K", help="Ask for at least K visits after baseline."),
    ] = None,
    relapses: Relapses = None,
    patients: Patients = None,
    own: Own = None,
    on_switch: Switch = None,
    rename: Rename = None,
    lenient: Lenient = False,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Count in how many patients a definition can be read, and where the others are lost."""
    from remyelin.endpoints.funnel import funnel
    from remyelin.reports import describe as report

    least = None
    if least_visits is not None:
        least = whole_number(least_visits, "--least-visits", low=1, high=1000)
    files = Files(table, relapses, patients, own, rename=rename, lenient=lenient)
    library = files.library(on_switch)
    one = chosen(library, definition)
    target = files.target(out, force=force)
    data = files.read()
    steps = funnel(data, one, library, least_visits=least)
    frame = report.funnel_frame(steps)
    _written(frame, target, files, force=force)
    if json:
        say_json({"definition_id": definition, "steps": report.records(frame)})
        return
    say(report.funnel_text(data, one, steps))
    if target is not None:
        say(f"\nTable: {target}")


@listing.command("misrating")
def misrating_command(
    table: Table,
    *,
    column: Annotated[str, typer.Option(metavar="NAME", help="Score that is looked at.")] = "edss",
    away_days: Annotated[
        str, typer.Option(metavar="N", help="Days after a relapse in which scores may recover.")
    ] = "90",
    longest_days: Annotated[
        str | None, typer.Option(metavar="N", help="Longest span of three visits that is used.")
    ] = None,
    relapses: Relapses = None,
    patients: Patients = None,
    rename: Rename = None,
    lenient: Lenient = False,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Estimate how often ratings are off, from scores that go up and come back at once."""
    from remyelin.endpoints.misrating import misrating
    from remyelin.reports import describe as report

    away = whole_number(away_days, "--away-days", low=0, high=3650)
    longest = None
    if longest_days is not None:
        longest = float(whole_number(longest_days, "--longest-days", low=2, high=36500))
    files = Files(table, relapses, patients, None, rename=rename, lenient=lenient)
    target = files.target(out, force=force)
    data = files.read()
    if column not in data.columns:
        there = ", ".join(data.columns)
        raise UsageError(f"--column is {shown(column)}; measured in these data: {there}")
    lines = misrating(data.history, column=column, away_days=float(away), longest_days=longest)
    frame = report.misrating_frame(lines)
    _written(frame, target, files, force=force)
    if json:
        say_json({"column": column, "groups": report.records(frame)})
        return
    say(report.misrating_text(data, lines, column))
    if target is not None:
        say(f"\nTable: {target}")


@listing.command("rules")
def rules_command(json: Json = False) -> None:
    """List the named rules that no definition sets, with range, source and mark."""
    from dataclasses import asdict

    from remyelin.endpoints.choices import choices

    rows = [asdict(choice) for choice in choices().values()]
    if json:
        say_json(rows)
        return
    for row in choices().values():
        span = f"{row.low:g} to {row.high:g}"
        say(f"{row.choice_id}: {row.value:g} {row.unit} ({span}; {row.mark}, {row.source})")
        say(f"  {row.meaning}")


@listing.command("table1")
def table1_command(
    table: Table,
    *,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="COLUMN", help="Group by a column of the table of patients."),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option("--class", metavar="COLUMN", help="Numbers of this column are classes."),
    ] = None,
    relapses: Relapses = None,
    patients: Patients = None,
    rename: Rename = None,
    lenient: Lenient = False,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write it (.csv, .parquet or .html)."),
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print Table 1: baseline characteristics, overall and by group."""
    from remyelin.endpoints.baseline_table import baseline_table
    from remyelin.reports import describe as report
    from remyelin.reports import table_one

    files = Files(table, relapses, patients, None, rename=rename, lenient=lenient)
    html = out is not None and out.lower().endswith(".html")
    target = table_one.check_html(out, force=force, inputs=files.inputs) if html else None
    if not html:
        target = files.target(out, force=force)
    data = files.read()
    made = baseline_table(
        data, patients=patients, group=by, classes=tuple(classes or ()), renamed=files.renamed
    )
    if html and target is not None:
        table_one.write_html(made, target, force=force, inputs=files.inputs)
    else:
        _written(made.frame(), target, files, force=force)
    if json:
        say_json({"groups": dict(made.groups), "rows": report.records(made.frame())})
        return
    say(table_one.text(data, made))
    if target is not None:
        say(f"\nTable: {target}")
