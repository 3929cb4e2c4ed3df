"""The command that turns events in observed data into what is published."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from remyelin.cli.endpoints import renames, switch_handling
from remyelin.cli.session import Force, Json, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.core.outputs import Inputs
    from remyelin.endpoints import Dataset
    from remyelin.endpoints.groups import Groups
    from remyelin.reports.analysis.contents import Contents
    from remyelin.statistics.analysis import Settings
    from remyelin.study.definition import Definition, OnSwitch

_MOST_MONTHS = 1200.0
_MOST_TIMES = 12
_MOST_WINDOW = 92.0


def _numbers(text: str, option: str, *, low: float, high: float) -> tuple[float, ...]:
    """Numbers with commas between them, ascending, each once."""
    found = set()
    for word in text.split(","):
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise UsageError(
                f"{option} is {shown(text)}; allowed: numbers from {low:g} to {high:g} with "
                "commas between them"
            )
        found.add(value)
    if len(found) > _MOST_TIMES:
        raise UsageError(f"{option} names {len(found)} times; at most {_MOST_TIMES} are read")
    return tuple(sorted(found))


def _settings(months: str, window: str, censoring: str) -> Settings:
    from remyelin.endpoints import Censoring
    from remyelin.statistics.analysis import Settings

    if censoring not in tuple(Censoring):
        allowed = ", ".join(Censoring)
        raise UsageError(f"--censoring is {shown(censoring)}; allowed: {allowed}")
    return Settings(
        months=_numbers(months, "--months", low=0.1, high=_MOST_MONTHS),
        window_days=_numbers(window, "--window", low=0.0, high=_MOST_WINDOW)[-1],
        censoring=Censoring(censoring),
    )


def _chosen(names: Sequence[str], catalogue: Mapping[str, Definition]) -> tuple[Definition, ...]:
    """Definitions by name, in the order given; all problems at once."""
    from remyelin.errors import UnknownNameError

    if not names:
        raise UsageError(
            "give one --definition ID or several\n`remyelin definitions list` shows them."
        )
    for name in names:
        if name not in catalogue:
            known = tuple(catalogue)
            raise UnknownNameError("definition", name, known, "docs/endpoints.md lists them.")
    return tuple(catalogue[name] for name in dict.fromkeys(names))


def _check(
    data: Dataset, chosen: Sequence[Definition], catalogue: Mapping[str, Definition]
) -> None:
    """Refuse definitions that the data cannot answer, and data that are not of one study."""
    import numpy as np

    from remyelin.endpoints import not_applicable

    wrong = [
        f"{one.definition_id} is of kind {one.kind}: it has no time to event"
        if one.kind.is_measured
        else f"{one.definition_id} cannot be read: {why}"
        for one in chosen
        if (why := not_applicable(data, one, catalogue)) or one.kind.is_measured
    ]
    if wrong:
        raise UsageError("\n".join(wrong))
    if np.unique(data.history.replicate).size > 1 or len(set(data.labels)) < data.history.n:
        raise UsageError(
            "a patient stands in several replicates or arms of the visits; figures of observed "
            "data need each patient once\nGive the rows of one replicate."
        )


def _groups(data: Dataset, asked: _Asked) -> tuple[Dataset, Groups]:
    """Group the patients, and take the column out of those that were not read."""
    from remyelin.endpoints.groups import everybody, read_groups

    if asked.by is None:
        if asked.reference is not None:
            raise UsageError("--reference needs --by COLUMN, the column that holds the groups")
        return data, everybody(data)
    groups = read_groups(
        data,
        asked.by,
        patients=asked.patients,
        reference=asked.reference,
        renamed=asked.renamed,
    )
    unread = tuple(name for name in data.unread if name != f"{asked.by} (patients)")
    return replace(data, unread=unread), groups


_Table: TypeAlias = Annotated[
    str, typer.Argument(metavar="TABLE", help="Visits: a CSV or Parquet file, a row per visit.")
]
_Definitions: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Definition of the library; may be repeated."),
]
_By: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Column of the table of patients that groups them."),
]
_Reference: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="GROUP", help="Group with which others are compared [the first]."),
]
_Relapses: TypeAlias = Annotated[
    str | None, typer.Option(metavar="FILE", help="Relapses: a row per onset.")
]
_Patients: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Groups, end of observation and switch by patient."),
]
_Months: TypeAlias = Annotated[
    str, typer.Option(metavar="N,N", help="Months at which shares are read.")
]
_Window: TypeAlias = Annotated[
    str, typer.Option(metavar="DAYS", help="Days after a month that still belong to it.")
]
_Own: TypeAlias = Annotated[
    str | None,
    typer.Option("--definitions", metavar="FILE", help="Definitions of one's own (.yaml)."),
]
_Switch: TypeAlias = Annotated[
    str | None, typer.Option(metavar="WHAT", help="A switch of treatment: ignore, or censor.")
]
_Censoring: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="WHEN",
        help="Patients without event are at risk until the last_assessment or the "
        "last_confirmable one.",
    ),
]
_Study: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ID", help="STUDYID of the events [name of the visits file]."),
]
_Rename: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="OLD=NEW", help="Read column OLD as NEW; may be repeated."),
]
_Lenient: TypeAlias = Annotated[
    bool, typer.Option("--lenient", help="Go on where every problem can be settled.")
]
_Out: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FOLDER", help="Folder for page, pictures, tables and ADTTE."),
]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Files and choices as given on the command line."""

    table: str
    relapses: str | None
    patients: str | None
    own: str | None
    definitions: tuple[str, ...]
    by: str | None
    reference: str | None
    switch: OnSwitch | None
    study_id: str
    renamed: Mapping[str, str]
    lenient: bool

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Files that are read, by what they are."""
        names = ("Visits", "Relapses", "Patients", "Definitions")
        files = (self.table, self.relapses, self.patients, self.own)
        return tuple(
            (name, file) for name, file in zip(names, files, strict=True) if file is not None
        )


def analyse_command(
    table: _Table,
    *,
    definition: _Definitions = None,
    by: _By = None,
    reference: _Reference = None,
    relapses: _Relapses = None,
    patients: _Patients = None,
    months: _Months = "12,24",
    window: _Window = "0",
    own: _Own = None,
    on_switch: _Switch = None,
    censoring: _Censoring = "last_assessment",
    study: _Study = None,
    rename: _Rename = None,
    lenient: _Lenient = False,
    out: _Out = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Survival curves, hazard ratios and relapse rates by group from one's own data.

    Prints the figures; with --out also a page, pictures (SVG, PNG), tables, and the events as
    CDISC ADTTE (CSV, Dataset-JSON).
    """
    settings = _settings(months, window, censoring)
    asked = _Asked(
        table=table,
        relapses=relapses,
        patients=patients,
        own=own,
        definitions=tuple(definition or ()),
        by=by,
        reference=reference,
        switch=None if on_switch is None else switch_handling(on_switch),
        study_id=_study_id(study, table),
        renamed=renames(rename or []),
        lenient=lenient,
    )
    inputs = tuple(file for _, file in asked.sources)
    catalogue, chosen = _catalogue(asked)
    if out is not None:
        from remyelin.core.folders import folder_target
        from remyelin.reports.analysis.folder import ANALYSIS

        folder_target(out, ANALYSIS, force=force, inputs=inputs)
    contents = _analysed(asked, catalogue, chosen, settings)
    _finish(contents, out, force=force, inputs=inputs, json=json)


def _catalogue(asked: _Asked) -> tuple[Mapping[str, Definition], tuple[Definition, ...]]:
    """Give all definitions, and those that are asked for."""
    from remyelin.study.definitions import definitions, read_definitions

    catalogue = definitions()
    if asked.own is not None:
        catalogue = {**catalogue, **read_definitions(asked.own, known=catalogue)}
    if asked.switch is not None:
        catalogue = {name: replace(row, on_switch=asked.switch) for name, row in catalogue.items()}
    return catalogue, _chosen(asked.definitions, catalogue)


def _analysed(
    asked: _Asked,
    catalogue: Mapping[str, Definition],
    chosen: Sequence[Definition],
    settings: Settings,
) -> Contents:
    """Read the data and work everything out."""
    from remyelin.endpoints import read_dataset
    from remyelin.reports.analysis.contents import Contents
    from remyelin.statistics.analysis import analyse

    data = read_dataset(
        asked.table,
        relapses=asked.relapses,
        patients=asked.patients,
        renamed=asked.renamed,
        lenient=asked.lenient,
    )
    _check(data, chosen, catalogue)
    data, groups = _groups(data, asked)
    names, code = groups.names, groups.code
    return Contents(
        data=data,
        groups=groups,
        settings=settings,
        analyses=tuple(
            analyse(data.history, one, catalogue, names=names, code=code, settings=settings)
            for one in chosen
        ),
        on_switch=asked.switch,
        study_id=asked.study_id,
        sources=asked.sources,
        components={name: row.label for name, row in catalogue.items()},
        command=("remyelin", *sys.argv[1:]),
    )


def _study_id(given: str | None, table: str) -> str:
    text = Path(table).name.split(".")[0] if given is None else given.strip()
    if not text or not text.isprintable():
        raise UsageError(f"--study is {shown(text)}; give a name for the study")
    return text


def _finish(
    contents: Contents, out: str | None, *, force: bool, inputs: Inputs, json: bool
) -> None:
    """Write the folder where one is asked for, and print."""
    from remyelin.reports.analysis import console

    folder = None
    if out is not None:
        from remyelin.reports.analysis.folder import PAGE_NAME, write_analysis_folder

        folder = write_analysis_folder(contents, out, force=force, inputs=inputs)
    if json:
        say_json(console.values(contents, folder))
        return
    say(console.text(contents))
    if folder is None:
        say("\nPage, pictures, tables and ADTTE: --out FOLDER")
    else:
        say(f"\nPage: {folder / PAGE_NAME}")
