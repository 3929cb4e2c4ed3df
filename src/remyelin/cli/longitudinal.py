"""Options that commands on a person's own longitudinal data have in common, and their reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset
    from remyelin.study.definition import Definition

Table: TypeAlias = Annotated[
    str, typer.Argument(metavar="TABLE", help="Visits: a CSV or Parquet file, a row per visit.")
]
Relapses: TypeAlias = Annotated[
    str | None, typer.Option("--relapses", metavar="FILE", help="Relapses: a row per onset.")
]
Patients: TypeAlias = Annotated[
    str | None,
    typer.Option("--patients", metavar="FILE", help="End of observation and switch by patient."),
]
Rename: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--rename", metavar="OLD=NEW", help="Read column OLD as NEW; may be repeated."),
]
Lenient: TypeAlias = Annotated[
    bool, typer.Option("--lenient", help="Go on where every problem can be settled.")
]
Out: TypeAlias = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write the table (.csv or .parquet).")
]
DefinitionId: TypeAlias = Annotated[
    str, typer.Option("--definition", metavar="ID", help="Definition of the library, or own.")
]
Own: TypeAlias = Annotated[
    str | None,
    typer.Option("--definitions", metavar="FILE", help="Definitions of one's own (.yaml)."),
]
Switch: TypeAlias = Annotated[
    str | None,
    typer.Option("--on-switch", metavar="WHAT", help="A switch of treatment: ignore, or censor."),
]


@dataclass(frozen=True)
class Files:
    """Files of a call, and how they are read."""

    table: str
    relapses: str | None
    patients: str | None
    own: str | None
    _: KW_ONLY
    rename: list[str] | None
    lenient: bool
    further: tuple[str | None, ...] = ()

    @property
    def inputs(self) -> tuple[str | None, ...]:
        """Files that are read, hence never written to."""
        return (self.table, self.relapses, self.patients, self.own, *self.further)

    @property
    def renamed(self) -> Mapping[str, str]:
        """Names of columns, and the names under which they are read."""
        from remyelin.cli.endpoints import renames

        return renames(self.rename or [])

    def read(self) -> Dataset:
        """Read and check the data."""
        from remyelin.endpoints import read_dataset

        return read_dataset(
            self.table,
            relapses=self.relapses,
            patients=self.patients,
            renamed=self.renamed,
            lenient=self.lenient,
        )

    def target(self, out: str | None, *, force: bool) -> Path | None:
        """Make sure that the table could be written, before any work is done."""
        from remyelin.reports.sheets import check_sheet

        return None if out is None else check_sheet(out, force=force, inputs=self.inputs)

    def read_for(self, definition: Definition, library: Mapping[str, Definition]) -> Dataset:
        """Read the data for one definition.

        Raises
        ------
        UsageError
            They lack what the definition needs.
        """
        from remyelin.endpoints.summary import not_applicable

        data = self.read()
        lacking = not_applicable(data, definition, library)
        if lacking:
            raise UsageError(f"{definition.definition_id} cannot be read: {lacking}")
        return data

    def library(
        self, on_switch: str | None = None, *, relapse_days: int | None = None
    ) -> Mapping[str, Definition]:
        """Definitions of the package and one's own, all under the rules that were asked for.

        Parameters
        ----------
        on_switch
            What a switch of treatment does; None leaves it to each.
        relapse_days
            Days after an onset in which a visit serves for nothing; None leaves it to each.

        Raises
        ------
        UsageError
            There is no such way to handle a switch.
        """
        from remyelin.endpoints.usable import outside_relapses
        from remyelin.study.definition import OnSwitch
        from remyelin.study.definitions import definitions, read_definitions

        known = definitions()
        if self.own is not None:
            known = {**known, **read_definitions(self.own, known=known)}
        if on_switch is not None:
            if on_switch not in tuple(OnSwitch):
                allowed = ", ".join(OnSwitch)
                raise UsageError(f"--on-switch is {shown(on_switch)}; allowed: {allowed}")
            way = OnSwitch(on_switch)
            known = {name: replace(row, on_switch=way) for name, row in known.items()}
        if relapse_days is not None:
            known = {name: outside_relapses(row, relapse_days) for name, row in known.items()}
        return known


def chosen(library: Mapping[str, Definition], name: str) -> Definition:
    """Give one definition.

    Raises
    ------
    UnknownNameError
        There is none of this name.
    """
    from remyelin.errors import UnknownNameError

    if name not in library:
        known = tuple(library)
        raise UnknownNameError("definition", name, known, "docs/endpoints.md lists them.")
    return library[name]
