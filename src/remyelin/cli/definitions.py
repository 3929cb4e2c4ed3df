"""The commands that list and show endpoint definitions."""

from __future__ import annotations

from typing import Annotated

import typer

from remyelin.cli.session import Json, group, say, say_json

listing = group("Endpoint definitions, with citation.")


@listing.command("list")
def list_definitions(json: Json = False) -> None:
    """List all definitions; those of published figures only are marked."""
    from remyelin.study.definitions import definitions
    from remyelin.study.published_definitions import published_definitions

    known: list[dict[str, object]] = [
        {"definition_id": name, "kind": row.kind, "label": row.label, "citation": row.citation}
        for name, row in definitions().items()
    ]
    known += [
        {"definition_id": name, "kind": "published", "label": row.label, "citation": row.citation}
        for name, row in published_definitions().items()
    ]
    if json:
        say_json(known)
        return
    width = max(len(str(row["definition_id"])) for row in known)
    for row in known:
        say(
            f"{row['definition_id']:<{width}}  {row['kind']:<13}  {row['label']}  "
            f"[{row['citation']}]"
        )
    say(f"\n{len(known)} definitions; kind published: in words only, cannot be worked out")


@listing.command("show")
def show_definition(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a definition.")],
    json: Json = False,
) -> None:
    """Show what counts as the event, with all settings and citation."""
    from dataclasses import asdict

    from remyelin.errors import UnknownNameError
    from remyelin.files import shown
    from remyelin.study.definitions import definitions
    from remyelin.study.published_definitions import all_definition_ids, published_definitions

    name = name if name.isprintable() else shown(name)
    if name not in all_definition_ids():
        raise UnknownNameError("definition", name, all_definition_ids())
    if name in definitions():
        values = asdict(definitions()[name])
    else:
        values = {**asdict(published_definitions()[name]), "kind": "published"}
    if json:
        say_json(values)
        return
    rows = {key: _text(value) for key, value in values.items()}
    width = max(len(key) for key in rows)
    for key, text in rows.items():
        if text:
            say(f"{key:<{width}}  {text}")


def _text(value: object) -> str:
    """Text of a setting; nothing for one that is not set."""
    if isinstance(value, dict):
        parts = {key: _text(part) for key, part in value.items()}
        return ", ".join(f"{key} {part}" for key, part in parts.items() if part)
    if isinstance(value, tuple | list):
        return "; ".join(_text(part) for part in value)
    if value is None or value is False:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
