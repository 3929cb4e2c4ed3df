"""The command that reads endpoints from longitudinal tables of any origin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.reading import Dates, Decimal, Parts, YearsFrom, reading_of
from remyelin.cli.session import Force, Json, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset, Result
    from remyelin.study.definition import OnSwitch

_MOST_PATIENTS = 20


def renames(given: list[str]) -> dict[str, str]:
    """Names of columns in a table, and the names under which they are read."""
    renamed = {}
    for pair in given:
        old, joint, new = pair.partition("=")
        if not (old.strip() and joint and new.strip()):
            raise UsageError(
                f"--rename is {shown(pair)}; allowed is OLD=NEW, for instance PatID=subject_id"
            )
        renamed[old.strip()] = new.strip()
    return renamed


def endpoints_command(
    table: Annotated[
        str,
        typer.Argument(metavar="TABLE", help="Visits: a CSV or Parquet file, a row per visit."),
    ],
    *,
    definition: Annotated[
        str | None, typer.Option(metavar="ID", help="Definition of the library to apply.")
    ] = None,
    all_definitions: Annotated[
        bool, typer.Option("--all-definitions", help="Apply every definition, one line each.")
    ] = False,
    relapses: Annotated[
        str | None, typer.Option(metavar="FILE", help="Relapses: a row per onset.")
    ] = None,
    patients: Annotated[
        str | None, typer.Option(metavar="FILE", help="End of observation and switch by patient.")
    ] = None,
    own: Annotated[
        str | None,
        typer.Option("--definitions", metavar="FILE", help="Definitions of one's own (.yaml)."),
    ] = None,
    on_switch: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="A switch of treatment: ignore, or censor."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW",
            help="Read column OLD as NEW in every table, patients:OLD=NEW in one; may be repeated.",
        ),
    ] = None,
    dates: Dates = None,
    partial_dates: Parts = None,
    years_from: YearsFrom = None,
    decimal: Decimal = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Go on where every problem can be settled.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the table (.csv or .parquet).")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Check longitudinal data and read endpoints from them, by published definitions."""
    if all_definitions == (definition is not None):
        raise UsageError("give either --definition ID or --all-definitions")
    renamed = renames(rename or [])
    reading = reading_of(
        dates=dates, partial_dates=partial_dates, years_from=years_from, decimal=decimal
    )
    from remyelin.endpoints import evaluate, evaluate_all, read_dataset
    from remyelin.errors import UnknownNameError
    from remyelin.reports.sheets import check_sheet, write_sheet
    from remyelin.study.definitions import definitions, read_definitions

    catalogue = definitions()
    if own is not None:
        catalogue = {**catalogue, **read_definitions(own, known=catalogue)}
    switch = None if on_switch is None else _on_switch(on_switch)
    if switch is not None:
        catalogue = {name: replace(row, on_switch=switch) for name, row in catalogue.items()}
    if definition is not None and definition not in catalogue:
        known = tuple(catalogue)
        raise UnknownNameError("definition", definition, known, "docs/endpoints.md lists them.")
    inputs = (table, relapses, patients, own)
    target = None if out is None else check_sheet(out, force=force, inputs=inputs)
    data = read_dataset(
        table,
        relapses=relapses,
        patients=patients,
        renamed=renamed,
        lenient=lenient,
        reading=reading,
    )
    if definition is None:
        results = evaluate_all(data, catalogue)
    else:
        results = (evaluate(data, catalogue[definition], catalogue),)
        if results[0].not_applicable:
            raise UsageError(f"{definition} cannot be read: {results[0].not_applicable}")
    if target is not None:
        from remyelin.reports.endpoints import lines_frame

        frame = lines_frame(results) if all_definitions else results[0].patients
        write_sheet(frame, target, force=force, inputs=inputs)
    _print(data, results, target, single=not all_definitions, json=json, on_switch=switch)


def _on_switch(given: str) -> OnSwitch:
    from remyelin.study.definition import OnSwitch

    if given not in tuple(OnSwitch):
        raise UsageError(f"--on-switch is {shown(given)}; allowed: {', '.join(OnSwitch)}")
    return OnSwitch(given)


def _print(
    data: Dataset,
    results: tuple[Result, ...],
    target: Path | None,
    *,
    single: bool,
    json: bool,
    on_switch: OnSwitch | None,
) -> None:
    from remyelin.reports import endpoints as report

    if json:
        say_json(report.values(data, results, single=single))
        return
    say(report.data_text(data, on_switch=on_switch))
    say("")
    if single:
        say(report.result_text(results[0], most=_MOST_PATIENTS if target is None else 0))
    else:
        say(report.all_text(results))
    if target is not None:
        say(f"\nTable: {target}")
