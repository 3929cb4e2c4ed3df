"""The command that checks the mathematics of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from remyelin.cli.session import Json, say, say_json
from remyelin.errors import ExitCode


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    import sys

    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting")

        def listen(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name)

        yield listen


def verify_command(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Make this check only; may be repeated."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the checks, and end.")] = False,
    json: Json = False,
) -> None:
    """Check the mathematics of the model: bounds, conservation, limits, signs, randomness.

    Ends with 1 if a check fails. Takes about a minute.
    """
    from remyelin.verification.catalogue import CHECKS

    if listing:
        rows = [{"name": c.name, "group": c.group.value, "proves": c.proves} for c in CHECKS]
        if json:
            say_json(rows)
            return
        for row in rows:
            say(f"{row['name']:<22}  {row['group']:<13}  {row['proves']}")
        return
    from remyelin.reports.verification import verification_text, verification_values
    from remyelin.verification.run import verify

    with _progress(wanted=not json) as listen:
        made = verify(only or (), report=listen)
    if json:
        say_json(verification_values(made))
    else:
        say(verification_text(made))
    if not made.passed:
        raise typer.Exit(ExitCode.FAILURE)
