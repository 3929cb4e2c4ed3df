"""The commands that list and show the definitions of endpoints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from remyelin.cli.session import Json, group, say, say_json

listing = group("Definitions of endpoints, each with its source.")


@listing.command("list")
def list_definitions(json: Json = False) -> None:
    """List all definitions with kind and source."""
    from remyelin.study.definitions import definitions

    library = definitions()
    if json:
        say_json([asdict(definition) for definition in library.values()])
        return
    wide = max(len(name) for name in library)
    for name, definition in library.items():
        say(f"{name:<{wide}}  {definition.kind:<13}  {definition.citation:<33}  {definition.label}")


@listing.command("show")
def show_definition(
    name: Annotated[str, typer.Argument(metavar="ID", help="Name of a definition.")],
    json: Json = False,
) -> None:
    """Show what a definition counts, in words and field by field."""
    from remyelin.errors import UnknownNameError
    from remyelin.files import shown
    from remyelin.study.definition import Definition
    from remyelin.study.definitions import definitions

    library = definitions()
    if name not in library:
        asked = name if name.isprintable() else shown(name)
        raise UnknownNameError(
            "definition", asked, tuple(library), "See: remyelin definitions list"
        )
    values = asdict(library[name])
    if json:
        say_json(values)
        return
    say(f"{name}: {values['label']}\n  {values['text']}\n  Source: {values['citation']}\n")
    plain = asdict(Definition(definition_id="", kind=library[name].kind, label=""))
    told = ("definition_id", "label", "text", "citation")
    for field, value in values.items():
        if field not in told and (value != plain[field] or field == "kind"):
            say(f"{field}: {value}")
