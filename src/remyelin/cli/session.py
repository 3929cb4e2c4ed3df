"""What the commands of one call share, and the options that they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import typer

from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.reports.wording import printable

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace what is there.")]

_MOST_DIGITS = 30


@dataclass
class Session:
    """State of one call: whether the traceback of an unexpected error is shown."""

    debug: bool = False


def help_without_command(context: typer.Context) -> None:
    """Print the help of a group of commands when it is called without one."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


def group(text: str) -> typer.Typer:
    """Group of commands with its help text."""
    return typer.Typer(
        help=text,
        callback=help_without_command,
        invoke_without_command=True,
        rich_markup_mode=None,
    )


def whole_number(text: str, option: str, *, low: int, high: int) -> int:
    """Whole number given as text on the command line.

    Parameters
    ----------
    text
        What was given; digits with an optional sign.
    option
        Name of the option, for the message.
    low, high
        Smallest and largest allowed value.

    Raises
    ------
    UsageError
        The text is no whole number, or outside the limits.
    """
    digits = text.strip().lstrip("+-")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    value = None
    if is_whole and len(text.strip()) - len(digits) <= 1:
        value = int(text)
    if value is None or not low <= value <= high:
        given = shown(text) if text.strip() else repr(text)
        raise UsageError(f"{option} is {given}; allowed is a whole number from {low} to {high}")
    return value


def say(text: str) -> None:
    """Print a text for a person; control characters are shown, never sent."""
    typer.echo(printable(text))


def say_json(value: object) -> None:
    """Print plain values as JSON."""
    from remyelin.reports.records import as_json

    typer.echo(as_json(value))
