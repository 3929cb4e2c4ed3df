"""The command that applies all definitions to one set of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.endpoints import renames
from remyelin.cli.session import Force, Json, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from pathlib import Path

    from remyelin.endpoints import Dataset
    from remyelin.endpoints.groups import Groups
    from remyelin.multiverse import Choice, Multiverse
    from remyelin.study.definition import Definition

_OWN_ENDINGS = (".yaml", ".yml")
_MOST_MONTHS = 600.0


def multiverse_command(
    table: Annotated[
        str,
        typer.Argument(metavar="VISITS", help="Visits: a row per visit, as for endpoints."),
    ],
    *,
    relapses: Annotated[
        str | None, typer.Option(metavar="FILE", help="Relapses: a row per onset.")
    ] = None,
    patients: Annotated[
        str | None, typer.Option(metavar="FILE", help="End of observation and switch by patient.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Compare groups: a column of the tables.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="GROUP", help="Reference group [first of the alphabet].")
    ] = None,
    definitions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Family, definition, or file of one's own (.yaml); may be repeated [all].",
        ),
    ] = None,
    grid: Annotated[
        str | None, typer.Option(metavar="ID", help="Vary the choices of this definition.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHOICE=LEVEL,...", help="Choice of the grid; may be repeated [all that apply]."
        ),
    ] = None,
    month: Annotated[
        float | None,
        typer.Option(metavar="MONTH", help="Month of shares [last full year of most patients]."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Definition to compare all with [one of each family]."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Read column OLD as NEW; may be repeated."),
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Go on where every problem can be settled.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="DIRECTORY", help="Folder [runs/multiverse-TIME].")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Apply all definitions to one set of data, and say which choice moves the answer."""
    _check(by=by, reference=reference, grid=grid, vary=vary, month=month)
    renamed = renames(rename or [])
    from remyelin.endpoints import read_dataset
    from remyelin.multiverse import explore
    from remyelin.reports.multiverse_folder import write_multiverse_folder

    own, library, asked = _chosen(definitions or [])
    base = _named(grid, library, "--grid")
    _named(against, library, "--against")
    inputs = (table, relapses, patients, *own)
    target = _target(out, force=force, inputs=inputs)
    data = read_dataset(
        table, relapses=relapses, patients=patients, renamed=renamed, lenient=lenient
    )
    groups = None
    if by is not None:
        groups = _groups(data, by, reference, (patients, table), renamed)
        data = _read(data, by)
    picked = () if base is None else _picked(base, library, vary or [], data)
    found = explore(
        data, asked, library, month=month, groups=groups, against=against, base=base, picked=picked
    )
    written = write_multiverse_folder(data, found, target, force=force, inputs=inputs)
    _say(data, found, written, json=json)


def _groups(
    data: Dataset,
    by: str,
    reference: str | None,
    tables: tuple[str | None, str],
    renamed: Mapping[str, str],
) -> Groups:
    from remyelin.endpoints.groups import read_groups

    patients, visits = tables
    return read_groups(
        data,
        by,
        patients=patients,
        visits=visits,
        reference=reference,
        renamed=renamed,
        fewest=2,
    )


def _target(out: str | None, *, force: bool, inputs: Sequence[str | None]) -> Path:
    """Folder that could be written, before any work is done."""
    from remyelin.cli.run import default_folder
    from remyelin.core.folders import folder_target
    from remyelin.reports.multiverse_folder import MULTIVERSE

    folder = default_folder("multiverse") if out is None else out
    return folder_target(folder, MULTIVERSE, force=force, inputs=inputs)


def _picked(
    base: Definition, library: Mapping[str, Definition], asked: Sequence[str], data: Dataset
) -> tuple[Choice, ...]:
    from remyelin.multiverse import choices, chosen

    return chosen(base, choices(), library, asked=asked, switched=data.switched > 0)


def _say(data: Dataset, found: Multiverse, written: Path, *, json: bool) -> None:
    from remyelin.reports.endpoints import data_text
    from remyelin.reports.multiverse_text import text, values

    if json:
        say_json({**values(data, found), "folder": str(written)})
        return
    say(data_text(data))
    say("")
    say(text(found))
    say(f"\nTables, pictures and page: {written}")


def _check(
    *,
    by: str | None,
    reference: str | None,
    grid: str | None,
    vary: list[str] | None,
    month: float | None,
) -> None:
    """Refuse options that do not go together."""
    if reference is not None and by is None:
        raise UsageError("--reference is given without --by COLUMN")
    if vary and grid is None:
        raise UsageError("--vary is given without --grid ID")
    if month is not None and not 0 < month <= _MOST_MONTHS:
        raise UsageError(f"--month is {month:g}; allowed is a number above 0, to {_MOST_MONTHS:g}")


def _read(data: Dataset, column: str) -> Dataset:
    """Data of which one more column was read."""
    read = (column, f"{column} (patients)")
    return replace(data, unread=tuple(name for name in data.unread if name not in read))


def _chosen(
    given: Sequence[str],
) -> tuple[list[str], Mapping[str, Definition], list[Definition]]:
    """Files of one's own, the library with them, and the definitions that are asked for."""
    own = [name for name in given if name.lower().endswith(_OWN_ENDINGS)]
    library = _library(own)
    return own, library, _asked([name for name in given if name not in own], library)


def _library(own: Sequence[str]) -> Mapping[str, Definition]:
    from remyelin.study.definitions import definitions, read_definitions

    library = definitions()
    for path in own:
        library = {**library, **read_definitions(path, known=library)}
    return library


def _asked(names: Sequence[str], library: Mapping[str, Definition]) -> list[Definition]:
    """Definitions of the families and names; all where none is given."""
    from remyelin.errors import UnknownNameError
    from remyelin.multiverse import Family, family_of
    from remyelin.study.definitions import definitions

    families = [family.value for family in Family]
    for name in names:
        if name not in families and name not in library:
            known = (*families, *library)
            raise UnknownNameError("family or definition", name, known, "Given by --definitions.")
    if not names:
        return list(library.values())
    return [
        definition
        for name, definition in library.items()
        if name in names or family_of(definition).value in names or name not in definitions()
    ]


def _named(name: str | None, library: Mapping[str, Definition], option: str) -> Definition | None:
    from remyelin.errors import UnknownNameError

    if name is not None and name not in library:
        raise UnknownNameError("definition", shown(name), tuple(library), f"Named by {option}.")
    return None if name is None else library[name]
