"""Virtual trials of stem cell therapy and drugs in multiple sclerosis.

Research software; no medical advice. Everything heavy is imported when it is used.

>>> import remyelin as rm
>>> result = rm.run("mist", replicates=2, seed=1)  # doctest: +SKIP
>>> result.outcomes  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from remyelin.comparison.compared import ComparedRun
    from remyelin.parameters import ParameterDraws
    from remyelin.patients.course import Course
    from remyelin.patients.intake import Patient
    from remyelin.study.schema import Study
    from remyelin.trials.prediction import ProgressListener, RunResult, RunSettings
    from remyelin.trials.sharded import Scale

__all__ = [
    "DEFAULT_REPLICATES",
    "DEFAULT_SEED",
    "__version__",
    "load_study",
    "patient",
    "run",
    "save",
]

DEFAULT_REPLICATES = 20
"""Replicates of a run where nothing else is asked for."""

DEFAULT_SEED = 1
"""Seed of a run where nothing else is asked for."""


def load_study(study: str | os.PathLike[str]) -> Study:
    """Study of the catalogue by name, or of a YAML file by path.

    Raises
    ------
    UsageError
        Neither a known name nor a YAML file.
    InputError
        The file cannot be read or is malformed; every problem is named.
    """
    import os

    from remyelin.errors import UsageError
    from remyelin.files import shown
    from remyelin.study import catalogue

    given: object = study
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else None
    if not isinstance(name, str):
        raise UsageError(
            f"study is {shown(study)}; allowed is the name of a study, a .yaml file or a study"
        )
    return catalogue.load(name)


def run(
    study: str | os.PathLike[str] | Study,
    *,
    patients: int | None = None,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    twins: bool = False,
    backend: str = "fused",
    tables: str = "whole",
    mechanism: str = "peripheral",
    parameters: str | os.PathLike[str] | ParameterDraws = "point",
    draws: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    resume: bool = False,
    force: bool = False,
    cluster: str | None = None,
    progress: ProgressListener | None = None,
) -> ComparedRun:
    """Run a study on virtual patients.

    Parameters
    ----------
    study
        Name of the catalogue, path of a study file, or a study.
    patients, replicates
        Patients per replicate, all arms (by default the study's own), and new trials.
    seed, workers
        Seed of all random numbers; processors that share the work (1 to 256), which move no result.
    twins
        The same patients under every arm: for causal contrasts, not for prediction intervals.
    backend, mechanism
        ``"fused"`` or ``"numpy"`` (slow); how cells act, ``"peripheral"`` or a rival mechanism.
    parameters, draws
        ``"point"``, ``"prior"``, a file of draws, or draws; how many (by default one for each
        replicate). Replicate k takes draw k modulo their number.
    tables
        ``"whole"``: longitudinal tables in memory; for large runs ``"split"``: a Parquet file for
        each shard in ``folder``, or ``"none"``: figures only.
    folder, resume, force, cluster
        Run folder for these; to do only what is missing there, or to replace it; Dask cluster.
    progress
        Told how far the run has come.

    Returns
    -------
    ComparedRun
        ``outcomes`` (predicted beside observed), ``samples``, ``tables``, ``curves``, ``record``.

    Raises
    ------
    UsageError
        The study is unknown, malformed or cannot run yet, or settings are outside their limits.
    OutputError
        ``folder`` exists (without ``resume``), holds another run, or cannot be written.
    SimulationError
        The compiled engine does not work here, workers died, or a shard file is damaged.
    """
    from remyelin.comparison.join import compare
    from remyelin.engine.backends import named
    from remyelin.study.schema import Study as StudySchema
    from remyelin.trials.planned import refuse_planned
    from remyelin.trials.prediction import RunSettings, checked, keep_named
    from remyelin.trials.sharded import Scale

    chosen = study if isinstance(study, StudySchema) else load_study(study)
    refuse_planned(chosen)
    settings = RunSettings(
        study_id=chosen.study_id,
        patients=chosen.design.n if patients is None else patients,
        replicates=replicates,
        seed=seed,
        workers=workers,
        twins=twins,
        backend=named(backend),
        tables=keep_named(tables),
        mechanism=mechanism,
    )
    scale = Scale(folder=_place(folder), resume=resume, force=force, cluster=cluster)
    return compare(_run(chosen, checked(settings), scale, (parameters, draws), progress))


def _run(
    study: Study,
    settings: RunSettings,
    scale: Scale,
    parameters: tuple[object, object],
    progress: ProgressListener | None,
) -> RunResult:
    """Run with the parameters and the number of draws that were asked for."""
    from remyelin.inputs import Inputs
    from remyelin.parameters.request import draws_asked
    from remyelin.trials import run_trial

    inputs = Inputs.packaged()
    size = {"replicates": settings.replicates, "seed": settings.seed}
    draws = draws_asked(*parameters, inputs.parameters, **size)
    return run_trial(study, settings, progress, inputs=inputs, scale=scale, draws=draws)


def _place(folder: str | os.PathLike[str] | None) -> Path | None:
    from pathlib import Path

    from remyelin.core.outputs import name_of

    return None if folder is None else Path(name_of(folder, "folder"))


def patient(
    described: Patient = None,
    *,
    years: int = 20,
    therapies: Sequence[str] = ("none",),
    seed: int = DEFAULT_SEED,
    draws: int = 1,
    backend: str = "fused",
    progress: Callable[[float, str], None] | None = None,
) -> Course:
    """Follow a virtual patient like the described one; never a forecast for a person.

    Parameters
    ----------
    described
        Patient file, its content as a mapping, or nothing for the default patient.
    years
        Years that are simulated (1 to 60).
    therapies
        Names of protocols, "none" for nothing; the same patient is followed under each.
    seed
        Seed of all random numbers.
    draws
        Virtual patients like this one (1 to 64).
    backend
        ``"fused"`` or ``"numpy"``.
    progress
        Called with the share of the work done, 0 to 1, and what is being done.

    Raises
    ------
    InputError
        Patient or settings are wrong; one message lists every problem.
    CohortError
        There is no virtual patient like this.
    """
    from collections.abc import Sequence

    from remyelin.engine.backends import named
    from remyelin.errors import InputError
    from remyelin.files import shown
    from remyelin.inputs import Inputs
    from remyelin.patients.course import simulate
    from remyelin.patients.intake import accept
    from remyelin.patients.settings import Settings

    if isinstance(therapies, str) or not isinstance(therapies, Sequence):
        raise InputError("patient", [f"therapies: {shown(therapies)} given, allowed: a list"])
    settings = Settings(years, tuple(therapies), seed, draws, named(backend))
    inputs = Inputs.packaged()
    return simulate(accept(described, settings, inputs), settings, progress, inputs=inputs)


def save(
    result: ComparedRun | Course, folder: str | os.PathLike[str], *, force: bool = False
) -> Path:
    """Write the folder of a result: report, record, outcomes and tables; of a patient, its picture.

    Raises
    ------
    OutputError
        The folder exists (without ``force``), holds what remyelin did not write, or cannot be
        written; nothing is left behind.
    UsageError
        It is no result.
    """
    from remyelin.errors import UsageError
    from remyelin.files import shown
    from remyelin.patients.course import Course

    if isinstance(result, Course):
        from remyelin.reports.patient_folder import write_patient_folder

        return write_patient_folder(result, folder, force=force)
    from remyelin.comparison.compared import ComparedRun as Result
    from remyelin.reports.folder import write_run_folder

    if not isinstance(result, Result):
        raise UsageError(f"{shown(result)} is no result; allowed is what run or patient gives")
    return write_run_folder(result, folder, force=force)


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("remyelin")
        except PackageNotFoundError:
            return "0+unknown"
    raise AttributeError(f"module 'remyelin' has no attribute {name!r}")
