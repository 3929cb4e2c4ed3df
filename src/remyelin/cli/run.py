"""The command that runs a study."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from remyelin.cli.session import Force, Json, say, say_json, whole_number
from remyelin.errors import UsageError

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun
    from remyelin.core.outputs import Inputs
    from remyelin.study.schema import Study
    from remyelin.trials.prediction import Progress

RUNS_FOLDER = Path("runs")
"""Where run folders go when no folder is asked for."""

_MOST_WORKERS = 8
_WHOLE = "whole"

_TablesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="WORD",
        help="Patient tables: whole (in memory), split (a file per shard) or none; the latter two "
        "for large runs [whole].",
    ),
]
_ResumeOption: TypeAlias = Annotated[
    bool,
    typer.Option("--resume", help="Go on with the run in --out; needs --tables split or none."),
]
_ClusterOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Dask cluster: local:N, or a scheduler such as tcp://HOST:8786."
    ),
]
_MechanismOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="How cell products act: peripheral, trophic or null (docs/cells.md) [peripheral].",
    ),
]
_ParametersOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="point|prior|posterior|FILE",
        help="Parameters: point (the values of the table), prior (draws from the priors), "
        "posterior (draws of the calibration, docs/calibration.md) or a file of draws; "
        "replicate k takes draw k modulo their number [point].",
    ),
]
_DrawsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="INTEGER",
        help="Draws of the parameters, at most one for each replicate; of a file the first ones "
        "[one for each replicate].",
    ),
]
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def default_workers() -> int:
    """Processes used where nothing is asked for: one per core, few enough to leave memory."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return min(cores, _MOST_WORKERS)


def default_folder(study_id: str) -> Path:
    """Folder named by study and time (UTC) that does not exist yet."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    stem = f"{_UNSAFE.sub('_', study_id)[:60]}-{moment}"
    folder, count = RUNS_FOLDER / stem, 1
    while folder.exists():
        count += 1
        folder = RUNS_FOLDER / f"{stem}-{count}"
    return folder


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def listen(step: Progress) -> None:
            bar.update(task, completed=step.done, total=step.total, description=step.what)

        yield listen


@dataclass(frozen=True)
class _Asked:
    """What is asked for beside study, numbers and engine."""

    tables: str
    resume: bool
    cluster: str | None
    force: bool
    mechanism: str
    parameters: str
    draws: int | None

    def in_folder(self, target: str | Path) -> dict[str, Any]:
        """Arguments of `remyelin.run`; no folder beside whole tables, which need none."""
        asked: dict[str, Any] = {
            "tables": self.tables,
            "mechanism": self.mechanism,
            "parameters": self.parameters,
            "draws": self.draws,
        }
        if self.tables != _WHOLE or self.resume or self.cluster is not None:
            asked |= {"folder": target, "resume": self.resume, "cluster": self.cluster}
            asked["force"] = self.force
        return asked


def _prepare(target: str | Path, asked: _Asked, inputs: Inputs) -> Path:
    """Refuse a folder that cannot be written, or an unknown mechanism, before any work is done."""
    from remyelin.core.folders import folder_target, resumed_folder
    from remyelin.therapies.mechanisms import named
    from remyelin.trials.layout import RUN
    from remyelin.trials.prediction import keep_named

    keep_named(asked.tables)
    named(asked.mechanism)
    if asked.resume:
        return resumed_folder(target, RUN)
    return folder_target(target, RUN, force=asked.force, inputs=inputs)


def _on_device(device: str, backend: str) -> str:
    """Name the backend of a device, after making sure that it is there."""
    from remyelin.engine.fused.cuda import driver
    from remyelin.engine.fused.settings import DEVICES
    from remyelin.errors import UsageError
    from remyelin.files import shown

    if device not in DEVICES:
        raise UsageError(f"--device is {shown(device)}; allowed: {', '.join(DEVICES)}")
    if backend not in {"fused", device}:
        raise UsageError(f"--device {device} needs the compiled engine, not --backend {backend}")
    driver()
    return device


def _run(
    study: Study,
    numbers: Mapping[str, int | None],
    target: str | Path,
    *,
    twins: bool,
    backend: str,
    asked: _Asked,
    inputs: Inputs,
    listen: Callable[[Progress], None] | None,
) -> tuple[ComparedRun, Path]:
    import remyelin
    from remyelin.reports.folder import write_run_folder

    target = _prepare(target, asked, inputs)
    result = remyelin.run(
        study,
        patients=numbers["patients"],
        replicates=numbers["replicates"] or remyelin.DEFAULT_REPLICATES,
        seed=remyelin.DEFAULT_SEED if numbers["seed"] is None else numbers["seed"],
        workers=numbers["workers"] or 1,
        twins=twins,
        backend=backend,
        progress=listen,
        **asked.in_folder(target),
    )
    command = ("remyelin", *sys.argv[1:])
    return result, write_run_folder(result, target, command=command, force=asked.force)


def _warn(study: Study, *, quiet: bool) -> None:
    """Say on standard error what the rules on treatments warn of; the run record keeps it.

    A study of the package is as it was published: there nothing is said.
    """
    from remyelin.inputs import Inputs
    from remyelin.reports.wording import printable
    from remyelin.trials.planned import refuse_planned
    from remyelin.trials.treatments import treatment_warnings, treatments

    refuse_planned(study)
    inputs = Inputs.packaged()
    treatments(study, inputs)
    if not quiet:
        for text in treatment_warnings(study, inputs):
            print(printable(f"warning: {text}"), file=sys.stderr)


def _print(result: ComparedRun, folder: Path, *, quiet: bool, json: bool) -> None:
    from remyelin.reports.folder import REPORT_NAME

    if json:
        from remyelin.reports.records import run_values

        say_json(run_values(result, folder=folder))
    elif quiet:
        say(str(folder))
    else:
        from remyelin.reports.console import show

        show(result)
        say(f"\nReport: {folder / REPORT_NAME}")


def _begun(out: str | None) -> Mapping[str, Any]:
    """What the run that is gone on with was asked for; it stands in for options not given."""
    from remyelin.core.ownership import is_bare
    from remyelin.trials.layout import RUN
    from remyelin.trials.vault import read_manifest

    if out is None:
        raise UsageError(
            "--resume needs the run folder: name it with --out\n"
            "Begin such a run with --tables split or --tables none."
        )
    folder = Path(out)
    return read_manifest(folder) if folder.exists() and not is_bare(folder, RUN) else {}


def _numbers(texts: Mapping[str, str | None], begun: Mapping[str, Any]) -> dict[str, int | None]:
    """Numbers given on the command line, else those of the run begun, else the usual ones."""
    import remyelin
    from remyelin.trials.prediction import SETTING_LIMITS

    usual = {
        "patients": begun.get("patients"),
        "replicates": begun.get("replicates", remyelin.DEFAULT_REPLICATES),
        "seed": begun.get("seed", remyelin.DEFAULT_SEED),
        "workers": default_workers(),
    }
    numbers: dict[str, int | None] = {}
    for name, text in texts.items():
        low, high = SETTING_LIMITS[name]
        given = None if text is None else whole_number(text, f"--{name}", low=low, high=high)
        numbers[name] = usual[name] if given is None else given
    return numbers


def _parameters(
    given: str | None, draws: str | None, begun: Mapping[str, Any], out: str | None
) -> tuple[str, int | None]:
    """Parameters and draws of the command line, else those of the run begun, else a point."""
    from remyelin.parameters import Origin
    from remyelin.parameters.draws import MOST_DRAWS
    from remyelin.trials.layout import DRAWS_NAME

    number = None if draws is None else whole_number(draws, "--draws", low=1, high=MOST_DRAWS)
    there = begun.get("draws")
    about: Mapping[str, Any] = there if isinstance(there, Mapping) else {}
    is_point = about.get("origin", Origin.POINT) == Origin.POINT
    kept = Origin.POINT.value if is_point else str(Path(out or "") / DRAWS_NAME)
    chosen = kept if given is None else given
    if number is None and not is_point and chosen != Origin.POINT:
        number = about.get("number")
    return chosen, number


def _read_by(study: str, asked: _Asked) -> Inputs:
    """Files that the command reads, which it never replaces."""
    from remyelin.parameters.request import WORDS
    from remyelin.study.catalogue import SUFFIXES

    studies = (study,) if study.endswith(SUFFIXES) else ()
    return studies if asked.parameters in WORDS else (*studies, asked.parameters)


def run_command(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="Name of a study, or a study file (.yaml).")
    ],
    *,
    patients: Annotated[
        str | None,
        typer.Option(metavar="INTEGER", help="Patients, all arms together [the study's own]."),
    ] = None,
    replicates: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Repetitions of the trial [20].")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Seed of all random numbers [1].")
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="INTEGER", help="Processes [one per core, at most 8].")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="DIRECTORY", help="Run folder [runs/STUDY-TIME]."),
    ] = None,
    force: Force = False,
    twins: Annotated[
        bool,
        typer.Option(
            "--twins", help="The same patients under every arm; for contrasts, not for intervals."
        ),
    ] = False,
    backend: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Engine: fused (compiled) or numpy (slow) [fused]."),
    ] = None,
    tables: _TablesOption = None,
    resume: _ResumeOption = False,
    cluster: _ClusterOption = None,
    device: Annotated[
        str,
        typer.Option(metavar="NAME", help="cpu, or cuda: an NVIDIA graphics processor [cpu]."),
    ] = "cpu",
    mechanism: _MechanismOption = None,
    parameters: _ParametersOption = None,
    draws: _DrawsOption = None,
    json: Json = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print only where the run folder is.")
    ] = False,
) -> None:
    """Run a study on virtual patients and compare it with what was published."""
    import remyelin
    from remyelin.study import catalogue as studies

    begun = _begun(out) if resume else {}
    texts = {"patients": patients, "replicates": replicates, "seed": seed, "workers": workers}
    numbers = _numbers(texts, begun)
    if device != "cpu":
        backend, numbers["workers"] = _on_device(device, backend or "fused"), 1
    chosen = remyelin.load_study(study)
    target = default_folder(chosen.study_id) if out is None else out
    kept = tables or str(begun.get("tables", _WHOLE))
    how = mechanism or str(begun.get("mechanism", "peripheral"))
    asked = _Asked(kept, resume, cluster, force, how, *_parameters(parameters, draws, begun, out))
    _warn(chosen, quiet=quiet or json or study in studies.names())
    with _progress(wanted=not (quiet or json)) as listen:
        result, folder = _run(
            chosen,
            numbers,
            target,
            twins=twins or begun.get("twins") is True,
            backend=str(begun.get("backend", "fused")) if backend is None else backend,
            asked=asked,
            inputs=_read_by(study, asked),
            listen=listen,
        )
    _print(result, folder, quiet=quiet, json=json)
