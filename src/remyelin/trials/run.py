"""The run of a study: from the study file to predictions."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from remyelin.core.digest import provenance, text_digest, versions
from remyelin.endpoints import History
from remyelin.inputs import Inputs
from remyelin.study.catalogue import dump
from remyelin.study.schema import Study
from remyelin.therapies.mechanisms import under
from remyelin.trials.cells import gaps_of
from remyelin.trials.observability import seen_too_late
from remyelin.trials.plan import Plan
from remyelin.trials.predict import curves_of, edss_course, predictions
from remyelin.trials.prediction import (
    Keep,
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

    Raises
    ------
    UsageError
        Settings and scale do not go together.
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
    inputs = inputs.with_parameters(under(settings.mechanism, inputs.parameters))
    plan = Plan.of(study, settings, inputs, progress)
    if settings.tables is not Keep.WHOLE:
        summary, shards = run_shards(plan, scale, progress)
        wall = time.monotonic() - start
        return RunResult(
            study=study,
            settings=settings,
            parameters=inputs.parameters,
            predictions=summary.predictions,
            tables={},
            curves=summary.curves,
            edss_course=summary.edss_course,
            record={**_record(plan, wall), "shards": shards},
            wall_seconds=wall,
            baseline=summary.baseline,
        )
    tables = run_replicates(plan, progress)
    if progress:
        progress(Progress(1, 1, "Reading endpoints"))
    history = History.of(tables)
    wall = time.monotonic() - start
    return RunResult(
        study=study,
        settings=settings,
        parameters=inputs.parameters,
        predictions=predictions(study, history, inputs.definitions),
        tables=tables,
        curves=curves_of(study, history, inputs.definitions),
        edss_course=edss_course(study, tables["visits"]),
        record=_record(plan, wall),
        wall_seconds=wall,
    )


def _record(plan: Plan, wall: float) -> Mapping[str, object]:
    settings, found = plan.settings, provenance()
    return {
        "package": "remyelin",
        "version": _version(),
        "model": "R3",
        "parameters": plan.table.digest(),
        "study": text_digest(dump(plan.study)),
        "study_id": plan.study.study_id,
        "inputs": plan.inputs.digest(),
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
            "expected_yield": plan.weighting.expected_yield,
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
