"""Entry of the command ``remyelin``: one clear line for every error, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from remyelin.cli import (
    definitions,
    describe,
    endpoints,
    evidence,
    export,
    parameters,
    product,
    run,
    scoreboard,
    studies,
    therapies,
)
from remyelin.cli.analyse import analyse_command
from remyelin.cli.edss import edss_command
from remyelin.cli.multiverse import multiverse_command
from remyelin.cli.patient import patient_command
from remyelin.cli.session import Session, help_without_command
from remyelin.cli.verify import verify_command
from remyelin.errors import ExitCode, RemyelinError
from remyelin.reports.wording import printable

DEBUG_VARIABLE = "REMYELIN_DEBUG"
"""Environment variable that shows the traceback of an unexpected error when it is 1."""

# Typer keeps the base of all complaints about the words given to itself.
_WrongUse: Any = typer.BadParameter.__base__

app = typer.Typer(
    name="remyelin",
    help="Virtual trials of stem cell therapy and drugs in multiple sclerosis. "
    "Research software; no medical advice.",
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("run")(run.run_command)
app.command("endpoints")(endpoints.endpoints_command)
app.command("analyse")(analyse_command)
app.command("multiverse")(multiverse_command)
app.command("edss")(edss_command)
app.command("patient")(patient_command)
app.command("verify")(verify_command)
app.command("scoreboard")(scoreboard.scoreboard_command)
app.add_typer(studies.listing, name="studies")
app.add_typer(studies.single, name="study")
app.add_typer(parameters.listing, name="parameters")
app.add_typer(evidence.listing, name="evidence")
app.add_typer(definitions.listing, name="definitions")
app.add_typer(describe.listing, name="describe")
app.add_typer(therapies.listing, name="therapies")
app.add_typer(product.listing, name="product")
app.add_typer(export.listing, name="export")


def _print_version(value: bool) -> None:
    if value:
        from remyelin import __version__

        typer.echo(f"remyelin {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ] = False,
) -> None:
    """Virtual trials of stem cell therapy and drugs in multiple sclerosis."""
    session: Session = context.obj
    session.debug = session.debug or debug
    help_without_command(context)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(printable(text), file=sys.stderr, flush=True)


def _prepare_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _close_quietly() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _unexpected(error: Exception, session: Session) -> ExitCode:
    if session.debug:
        import traceback

        traceback.print_exception(error)
    name = type(error).__name__
    text = f"internal error: {name}: {error}".replace("\n", " ")
    _say(
        f"{text}\nPlease report it with the command that you ran; "
        f"`remyelin --debug ...` shows where it happened."
    )
    return ExitCode.FAILURE


def _failed(error: OSError) -> ExitCode:
    if error.errno == errno.EPIPE:
        _close_quietly()
        return ExitCode.FAILURE
    reason = (error.strerror or str(error)).lower()
    where = "" if error.filename is None else f" ({error.filename!r})"
    _say(f"error: {reason}{where}")
    return ExitCode.FAILURE


def _call(arguments: Sequence[str] | None, session: Session) -> int:
    try:
        given = None if arguments is None else list(arguments)
        code = app(given, standalone_mode=False, obj=session, prog_name="remyelin")
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except RemyelinError as error:
        _say(f"error: {error}")
        code = error.exit_code
    except _WrongUse as error:
        _say(f"error: {error.format_message()}\nSee: {_help_of(error)}")
        code = ExitCode.USAGE
    except typer.Abort:
        code = ExitCode.INTERRUPTED
    except SystemExit:  # Typer ends so when the reader of the output has gone away
        _close_quietly()
        code = ExitCode.FAILURE
    except MemoryError:
        _say("error: not enough memory\nUse fewer patients, replicates or workers.")
        code = ExitCode.FAILURE
    except OSError as error:
        code = _failed(error)
    except Exception as error:
        code = _unexpected(error, session)
    return code if isinstance(code, int) else ExitCode.OK


def _help_of(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'remyelin'} --help"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after the command's name; by default those of the process.

    Returns
    -------
    int
        Exit status: 0 done, 1 failure, 2 wrong use, 130 interrupted.
    """
    _prepare_streams()
    session = Session(debug=os.environ.get(DEBUG_VARIABLE, "") == "1")
    code = _call(arguments, session)
    if code == ExitCode.INTERRUPTED:
        _say("interrupted")
    return int(code)
