"""The run of a study: from the study file to predictions."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from remyelin.core.digest import provenance, text_digest, versions
from remyelin.endpoints import History
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterDraws
from remyelin.study.catalogue import dump
from remyelin.study.schema import Study
from remyelin.trials.cells import gaps_of
from remyelin.trials.observability import seen_too_late
from remyelin.trials.plans import Plans
from remyelin.trials.predict import curves_of, edss_course, predictions
from remyelin.trials.prediction import (
    Keep,
    Prediction,
    Progress,
    ProgressListener,
    RunResult,
    RunSettings,
)
from remyelin.trials.sharded import Scale, run_shards
from remyelin.trials.treatments import treatment_warnings
from remyelin.trials.work import run_replicates


def run_trial(
    study: Study,
    settings: RunSettings,
    progress: ProgressListener | None = None,
    *,
    inputs: Inputs,
    scale: Scale | None = None,
    draws: ParameterDraws | None = None,
) -> RunResult:
    """Run a study on virtual patients.

    Parameters
    ----------
    study
        Design, population, protocols and endpoints.
    settings
        Patients, replicates, seed, workers, twins.
    progress
        Told how far the run has come.
    inputs
        Parameters, definitions and protocols; settings may name another mechanism of cells.
    scale
        How a run without whole tables is done.
    draws
        Draws of the parameters of ``inputs``: replicate k takes draw k modulo their number. None:
        every replicate takes the parameters of ``inputs`` as they are.

    Raises
    ------
    UsageError
        Settings and scale do not go together; there are more draws than replicates, or the draws
        are those of other parameters.
    OutputError
        The run folder of a run in shards cannot be written, or holds another run.
    UnknownNameError
        The study names a protocol that does not exist.
    CohortError
        Its baseline table cannot be met.
    SimulationError
        A worker process died.
    """
    start = time.monotonic()
    scale = scale or Scale()
    scale.check(settings)
    plans = Plans.of(study, settings, inputs, draws, progress)
    if settings.tables is Keep.WHOLE:
        return _in_memory(plans, progress, start)
    summary, shards = run_shards(plans, scale, progress)
    wall = time.monotonic() - start
    return RunResult(
        study=study,
        settings=settings,
        parameters=plans.inputs.parameters,
        draws=plans.draws,
        predictions=_with_draws(summary.predictions, plans),
        tables={},
        curves=summary.curves,
        edss_course=summary.edss_course,
        record={**_record(plans, wall), "shards": shards},
        wall_seconds=wall,
        baseline=summary.baseline,
    )


def _in_memory(plans: Plans, progress: ProgressListener | None, start: float) -> RunResult:
    study, definitions = plans.study, plans.inputs.definitions
    tables = run_replicates(plans, progress)
    if progress:
        progress(Progress(1, 1, "Reading endpoints"))
    history = History.of(tables)
    wall = time.monotonic() - start
    return RunResult(
        study=study,
        settings=plans.settings,
        parameters=plans.inputs.parameters,
        draws=plans.draws,
        predictions=_with_draws(predictions(study, history, definitions), plans),
        tables=tables,
        curves=curves_of(study, history, definitions),
        edss_course=edss_course(study, tables["visits"]),
        record=_record(plans, wall),
        wall_seconds=wall,
    )


def _with_draws(found: Iterable[Prediction], plans: Plans) -> tuple[Prediction, ...]:
    of_replicates = plans.of_replicates
    return tuple(replace(prediction, draws=of_replicates) for prediction in found)


def _record(plans: Plans, wall: float) -> Mapping[str, object]:
    plan, settings, found = plans.first, plans.settings, provenance()
    yields = [each.weighting.expected_yield for each in plans.each]
    return {
        "package": "remyelin",
        "version": _version(),
        "model": "R3",
        "parameters": plans.inputs.parameters.digest(),
        "draws": plans.about_draws(),
        "study": text_digest(dump(plan.study)),
        "study_id": plan.study.study_id,
        "inputs": plans.inputs.digest(),
        "provenance": found.digest(),
        "evidence": found.evidence,
        "patients": settings.patients,
        "replicates": settings.replicates,
        "seed": settings.seed,
        "twins": settings.twins,
        "mechanism": settings.mechanism,
        "cells_without_data": gaps_of(plan.study, plan.protocols),
        "backend": settings.backend.value,
        "workers": settings.workers,
        "treatment_warnings": treatment_warnings(plan.study, plan.inputs),
        "seen_too_late": list(seen_too_late(plan.study, plan.inputs.definitions)),
        "cohort": {
            "expected_yield": sum(yields) / len(yields),
            "imputed": plan.imputed(),
        },
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "python": sys.version.split()[0],
            **versions(),
        },
        "wall_seconds": wall,
    }


def _version() -> str:
    try:
        return version("remyelin")
    except PackageNotFoundError:
        return "0+unknown"
