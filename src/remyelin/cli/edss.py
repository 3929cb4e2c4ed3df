"""The command that works out the EDSS of one's own functional systems."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from remyelin.cli.endpoints import Mapping, renames, within
from remyelin.cli.reading import Decimal, reading_of
from remyelin.cli.session import Force, Json, say, say_json
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    from remyelin.endpoints.reading import Reading
    from remyelin.endpoints.sheet import Sheet

_MOST_ROWS = 20

Choice = TypeVar("Choice", bound=StrEnum)


def _chosen(given: str, kinds: type[Choice], option: str) -> Choice:
    if given not in tuple(kinds):
        allowed = ", ".join(kinds)
        raise UsageError(f"{option} is {shown(given)}; allowed: {allowed}")
    return kinds(given)


def edss_command(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="Ratings: a table, a row per rating; with --mapping the folder of the datasets.",
        ),
    ] = None,
    *,
    rule: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="neurostatus (the table that clinics use) or kurtzke1983."
        ),
    ] = "neurostatus",
    systems: Annotated[
        str,
        typer.Option(metavar="SCALE", help="Visual and bladder grades: raw, or converted."),
    ] = "raw",
    rename: Annotated[
        list[str] | None,
        typer.Option(metavar="OLD=NEW", help="Read column OLD as NEW; may be repeated."),
    ] = None,
    mapping: Mapping = None,
    decimal: Decimal = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a table to fill in, and end.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the table (.csv or .parquet).")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Work out the EDSS from functional systems and ambulation."""
    from remyelin.endpoints.ratings import Scale, rate_table
    from remyelin.endpoints.ratings import template as text
    from remyelin.model.edss import EdssRule
    from remyelin.reports import ratings as report
    from remyelin.reports.sheets import check_sheet, write_sheet

    if template:
        say(text().rstrip("\n"))
        return
    if file is None:
        raise UsageError("give a FILE of ratings, or --template for a table to fill in")
    inputs = (file,) if mapping is None else within(file)
    target = None if out is None else check_sheet(out, force=force, inputs=inputs)
    if mapping is not None and rename:
        raise UsageError("--mapping names all columns; --rename does not go with it")
    reading = reading_of(decimal=decimal)
    found = rate_table(
        file if mapping is None else _mapped(file, mapping, reading),
        rule=_chosen(rule, EdssRule, "--rule"),
        scale=_chosen(systems, Scale, "--systems"),
        renamed=renames(rename or []),
        reading=reading,
    )
    if target is not None:
        write_sheet(found.frame, target, force=force, inputs=inputs)
    if json:
        say_json(report.values(found))
        return
    say(report.text(found, most=_MOST_ROWS if target is None else 0))
    if target is not None:
        say(f"\nTable: {target}")


def _mapped(folder: str, mapping: str, reading: Reading) -> Sheet:
    """Ratings among the visits that a mapping makes of a folder of datasets."""
    from remyelin.endpoints.mapping import ratings_of, read_mapping

    return ratings_of(folder, read_mapping(mapping), reading=reading)
