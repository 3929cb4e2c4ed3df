"""The command that reads endpoints from longitudinal tables of any origin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from remyelin.cli.reading import Dates, Decimal, Parts, YearsFrom, reading_of
from remyelin.cli.session import Force, Json, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset, Result
    from remyelin.endpoints.reading import Reading
    from remyelin.study.definition import Definition, OnSwitch

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


Mapping: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="NAME",
        help="TABLE is a folder of datasets, read by this mapping: sdtm, adam, msoac, or a file.",
    ),
]


def endpoints_command(
    table: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE",
            help="Visits: a table, a row per visit; with --mapping the folder of the datasets.",
        ),
    ] = None,
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
    mapping: Mapping = None,
    show_mapping: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Print a mapping (sdtm, adam, msoac), and end."),
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
    if show_mapping is not None:
        _show(show_mapping)
        return
    if table is None:
        raise UsageError("give a TABLE of visits, or with --mapping the folder of the datasets")
    if all_definitions == (definition is not None):
        raise UsageError("give either --definition ID or --all-definitions")
    given = Given(table, relapses, patients, mapping, tuple(rename or ()), lenient)
    reading = reading_of(
        dates=dates, partial_dates=partial_dates, years_from=years_from, decimal=decimal
    )
    catalogue, switch = _catalogue(own, on_switch, definition)
    inputs = (*given.files(), own)
    from remyelin.reports.sheets import check_sheet

    target = None if out is None else check_sheet(out, force=force, inputs=inputs)
    data = given.read(reading)
    results = _results(data, catalogue, definition)
    if target is not None:
        from remyelin.reports.endpoints import lines_frame
        from remyelin.reports.sheets import write_sheet

        frame = lines_frame(results) if all_definitions else results[0].patients
        write_sheet(frame, target, force=force, inputs=inputs)
    _print(data, results, target, single=not all_definitions, json=json, on_switch=switch)


@dataclass(frozen=True)
class Given:
    """Tables, or a folder and its mapping, as they were named."""

    table: str
    relapses: str | None
    patients: str | None
    mapping: str | None
    rename: tuple[str, ...]
    lenient: bool

    def __post_init__(self) -> None:
        """Refuse tables and names of columns beside a mapping, which gives them all."""
        if self.mapping is not None and (self.relapses or self.patients or self.rename):
            raise UsageError(
                "--mapping names all tables and columns; "
                "--relapses, --patients and --rename do not go with it"
            )

    def files(self) -> tuple[str | None, ...]:
        """Files that are read, none of which may be written to."""
        if self.mapping is None:
            return (self.table, self.relapses, self.patients)
        own = self.mapping if self.mapping.lower().endswith((".yaml", ".yml")) else None
        return (*within(self.table), own)

    def read(self, reading: Reading) -> Dataset:
        """Read and check the data."""
        if self.mapping is not None:
            from remyelin.endpoints.mapping import read_mapped, read_mapping

            found = read_mapping(self.mapping)
            return read_mapped(self.table, found, lenient=self.lenient, reading=reading)
        from remyelin.endpoints import read_dataset

        return read_dataset(
            self.table,
            relapses=self.relapses,
            patients=self.patients,
            renamed=renames(list(self.rename)),
            lenient=self.lenient,
            reading=reading,
        )


def within(folder: str) -> tuple[str, ...]:
    """Files of a folder, none of which may be written to."""
    try:
        return tuple(str(path) for path in Path(folder).iterdir())
    except (OSError, ValueError):
        return ()


def _show(name: str) -> None:
    from remyelin.endpoints.mapping import text_of

    say(text_of(name).rstrip("\n"))


def _catalogue(
    own: str | None, on_switch: str | None, definition: str | None
) -> tuple[dict[str, Definition], OnSwitch | None]:
    """Definitions that can be applied."""
    from remyelin.errors import UnknownNameError
    from remyelin.study.definitions import definitions, read_definitions

    catalogue = dict(definitions())
    if own is not None:
        catalogue |= read_definitions(own, known=catalogue)
    switch = None if on_switch is None else switch_handling(on_switch)
    if switch is not None:
        catalogue = {name: replace(row, on_switch=switch) for name, row in catalogue.items()}
    if definition is not None and definition not in catalogue:
        known = tuple(catalogue)
        raise UnknownNameError("definition", definition, known, "docs/endpoints.md lists them.")
    return catalogue, switch


def _results(
    data: Dataset, catalogue: dict[str, Definition], definition: str | None
) -> tuple[Result, ...]:
    from remyelin.endpoints import evaluate, evaluate_all

    if definition is None:
        return evaluate_all(data, catalogue)
    result = evaluate(data, catalogue[definition], catalogue)
    if result.not_applicable:
        raise UsageError(f"{definition} cannot be read: {result.not_applicable}")
    return (result,)


def switch_handling(given: str) -> OnSwitch:
    """What a switch of treatment does, from a word."""
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
