"""The command of the scoreboard: shows the committed one, or runs a group anew."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remyelin.cli.run import default_workers
from remyelin.cli.session import Json, say, say_json, whole_number
from remyelin.errors import UsageError
from remyelin.files import shown
from remyelin.reports.wording import DISCLAIMER

if TYPE_CHECKING:
    from remyelin.credibility.results import GroupResult
    from remyelin.credibility.running import Settings, Tell
    from remyelin.parameters import ParameterDraws

_MOST_REPLICATES = 10_000
_FEWEST_REPLICATES = 2


def scoreboard_command(
    group: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Run this group; without it the stored scores print."),
    ] = None,
    *,
    replicates: Annotated[
        str | None,
        typer.Option(metavar="INTEGER", help="Repetitions of every study [those of the group]."),
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Seed of all random numbers [1].")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Processes [one per core, at most 8].")
    ] = None,
    parameters: Annotated[
        str | None,
        typer.Option(
            metavar="point|posterior|FILE",
            help="Parameters of the runs: those of the table, or draws [point].",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIRECTORY", help="Write rows, record, page and pictures here."),
    ] = None,
    publish: Annotated[
        str | None,
        typer.Option(metavar="DIRECTORY", help="For maintainers: renew the page of this checkout."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--no-resume", help="Use finished runs that were kept, or run all anew."
        ),
    ] = True,
    json: Json = False,
) -> None:
    """Hold the model against published figures, group by group."""
    if group is None:
        alone = {
            "--replicates": replicates,
            "--seed": seed,
            "--parameters": parameters,
            "--out": out,
        }
        for name, given in alone.items():
            if given is not None:
                raise UsageError(f"{name} goes with --group NAME; without a group nothing is run")
        results = _stored()
    else:
        _check(group, out, publish)
        settings = _settings(replicates, seed, workers, resume=resume)
        settings = replace(settings, draws=_draws(parameters))
        results = (_run(group, settings, parameters, json=json),)
        if out is not None:
            _write(results[0], Path(out))
    if publish is not None:
        _publish(results if group is not None else (), Path(publish))
    _print(results, json=json)


def _check(name: str, out: str | None, checkout: str | None) -> None:
    """Refuse an unknown group, or places that cannot be written, before a group is run."""
    from remyelin.credibility import groups
    from remyelin.reports.scoreboard_files import check_group, check_publish

    groups.load(name)
    if out is not None:
        check_group(name, out)
    if checkout is not None:
        check_publish(Path(checkout))


def _settings(
    replicates: str | None, seed: str | None, workers: str | None, *, resume: bool
) -> Settings:
    from remyelin.credibility.running import Settings
    from remyelin.trials.prediction import SETTING_LIMITS

    def number(text: str | None, name: str, low: int, high: int) -> int | None:
        return None if text is None else whole_number(text, f"--{name}", low=low, high=high)

    asked = number(replicates, "replicates", _FEWEST_REPLICATES, _MOST_REPLICATES)
    chosen_seed = number(seed, "seed", *SETTING_LIMITS["seed"])
    processes = number(workers, "workers", *SETTING_LIMITS["workers"])
    return Settings(
        seed=1 if chosen_seed is None else chosen_seed,
        replicates=asked,
        workers=default_workers() if processes is None else processes,
        resume=resume,
    )


def _stored() -> tuple[GroupResult, ...]:
    from remyelin.credibility.results import stored

    return stored()


def _draws(asked: str | None) -> ParameterDraws | None:
    """Give the draws that were asked for; None for a point."""
    from remyelin.parameters import ParameterTable
    from remyelin.parameters.draws import MOST_DRAWS, Origin
    from remyelin.parameters.request import packaged_posterior, read_draws

    if asked is None or asked == Origin.POINT.value:
        return None
    table = ParameterTable.load()
    if asked == Origin.POSTERIOR.value:
        return packaged_posterior(table, MOST_DRAWS)
    return read_draws(asked, table)


def _run(name: str, settings: Settings, parameters: str | None, *, json: bool) -> GroupResult:
    import remyelin
    from remyelin.credibility import groups
    from remyelin.credibility.results import result_of
    from remyelin.credibility.running import run_group
    from remyelin.credibility.store import Store
    from remyelin.inputs import Inputs

    chosen = groups.load(name)
    with _progress(wanted=not json) as tell:
        run = run_group(chosen, settings, Store.default(), tell, inputs=Inputs.packaged())
    command = _command(name, settings, parameters)
    return result_of(run, command=command, version=remyelin.__version__)


def _command(name: str, settings: Settings, parameters: str | None) -> str:
    words = ["remyelin", "scoreboard", "--group", name, "--seed", str(settings.seed)]
    if settings.replicates is not None:
        words += ["--replicates", str(settings.replicates)]
    if parameters is not None:
        words += ["--parameters", parameters]
    return shlex.join(words)


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Tell | None]:
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from remyelin.trials.prediction import Progress, ProgressListener

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        whole, part = bar.add_task("Studies", total=None), bar.add_task("", total=None)

        def tell(name: str, place: int, count: int) -> ProgressListener:
            bar.update(
                whole, completed=place, total=count, description=f"Study {place + 1}/{count}"
            )
            bar.reset(part, description=name, total=None)

            def listen(step: Progress) -> None:
                bar.update(part, completed=step.done, total=step.total)

            return listen

        yield tell


def _write(result: GroupResult, folder: Path) -> None:
    from remyelin.reports.scoreboard_files import write_group

    for path in write_group(result, folder):
        sys.stderr.write(f"Written: {shown(str(path))}\n")


def _publish(results: tuple[GroupResult, ...], checkout: Path) -> None:
    from remyelin.reports.scoreboard_files import publish

    for path in publish(results, checkout):
        sys.stderr.write(f"Written: {shown(str(path))}\n")


def _print(results: tuple[GroupResult, ...], *, json: bool) -> None:
    from remyelin.parameters import ParameterTable
    from remyelin.reports.scoreboard_page import summary_line
    from remyelin.reports.scoreboard_values import result_values

    current = ParameterTable.load().digest()
    if json:
        say_json({"groups": [result_values(result, current) for result in results]})
        return
    for result in results:
        say(summary_line(result))
        if result.parameters != current:
            say("  stale: made with another parameter table; run the group again")
        for row in _worst(result):
            say(f"  off: {row}")
        for name, why in result.not_run.items():
            say(f"  cannot be run yet: {name}: {why}")
    if not results:
        say("No scores are stored. Run a group: remyelin scoreboard --group natural-history")
    say(DISCLAIMER)


def _worst(result: GroupResult) -> Iterator[str]:
    from remyelin.credibility.summary import summarise_rows

    for row in summarise_rows(result.rows).worst:
        yield (
            f"{row.title} ({row.run}, {row.role.value}): published {row.observed:.3g}, "
            f"predicted {row.median:.3g} ({row.low:.3g} to {row.high:.3g})"
        )
