"""The command that follows one virtual patient."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.session import Force, Json, say, say_json

if TYPE_CHECKING:
    from remyelin.patients.course import Report

_MOST_DIGITS = 30


def _number(text: str | None, default: int) -> int:
    """Whole number; what is none is handed on, so that all problems are listed at once."""
    if text is None:
        return default
    digits = text.strip().removeprefix("-").removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
        return int(text)
    return text  # type: ignore[return-value]


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Report | None]:
    import sys

    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=1.0)

        def listen(share: float, what: str) -> None:
            bar.update(task, completed=share, description=what)

        yield listen


def patient_command(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="Patient file (.yaml) [a default patient]."),
    ] = None,
    *,
    years: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Years that are simulated [20].")
    ] = None,
    therapy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Protocol, or none; repeated: the same patient under each (at most 4) [none].",
        ),
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Seed of all random numbers [1].")
    ] = None,
    draws: Annotated[
        str | None,
        typer.Option(metavar="INTEGER", help="Virtual patients like this, for bands [1]."),
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIRECTORY", help="Folder [runs/patient-TIME].")
    ] = None,
    force: Force = False,
    template: Annotated[
        bool, typer.Option("--template", help="Print a patient file to fill in, and end.")
    ] = False,
    backend: Annotated[
        str, typer.Option(metavar="NAME", help="Engine: fused (compiled) or numpy [fused].")
    ] = "fused",
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the folder is.")] = False,
) -> None:
    """Follow one virtual patient: a table and a picture of its course.

    Research only: a virtual patient like the described one, never a forecast for a person.
    """
    if template:
        from remyelin.patients.description import template as text

        say(text().rstrip("\n"))
        return
    from remyelin.cli.run import default_folder
    from remyelin.core.folders import folder_target
    from remyelin.engine.backends import named
    from remyelin.inputs import Inputs
    from remyelin.patients.course import simulate
    from remyelin.patients.intake import accept
    from remyelin.patients.settings import UNTREATED, Settings
    from remyelin.reports.patient_folder import (
        PATIENT,
        patient_text,
        patient_values,
        write_patient_folder,
    )

    defaults = Settings()
    settings = Settings(
        years=_number(years, defaults.years),
        options=tuple(therapy or (UNTREATED,)),
        seed=_number(seed, defaults.seed),
        draws=_number(draws, defaults.draws),
        backend=named(backend),
    )
    description = accept(file, settings, Inputs.packaged())
    asked = default_folder("patient") if out is None else out
    target = folder_target(asked, PATIENT, force=force, inputs=(file,))
    with _progress(wanted=not (json or quiet)) as listen:
        course = simulate(description, settings, listen, inputs=Inputs.packaged())
    folder = write_patient_folder(course, target, force=force)
    if json:
        say_json(patient_values(course, folder))
    elif quiet:
        say(str(folder))
    else:
        say(patient_text(course))
        say(f"\nPicture and tables: {folder}")
