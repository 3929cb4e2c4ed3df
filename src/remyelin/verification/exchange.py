"""Check of the exported model in another simulator, where export and simulator are there."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from remyelin.verification.bench import Bench
from remyelin.verification.check import Check, Finding, Group, NotRun

STEP: Final = 1.0 / 64.0
"""Step of both simulators, days."""

_DAYS: Final = 365
_DEVIATION: Final = 1e-6
_SMALLEST: Final = 1e-6
"""A state smaller than this is compared as if it were this large."""

_BOUND: Final = "design: 1e-6 with the same fixed step of 1/64 day, explicit Euler"
_LEVELS: Final[dict[str, dict[str, float]]] = {
    "untreated": {},
    "under a traffic block of 0.8": {"levels.traffic_target": 0.8},
}


def _module(name: str) -> Any:
    """Give a module that this version may lack."""
    room = name.rpartition(".")[0]
    if (room and find_spec(room) is None) or find_spec(name) is None:
        raise NotRun(f"{name} is not installed")
    return import_module(name)


def libroadrunner(text: str) -> Any:
    """Load a model into libRoadRunner, in the way that compiles fastest.

    Its other backend takes several times as long.

    Parameters
    ----------
    text
        SBML.

    Raises
    ------
    NotRun
        libRoadRunner is not installed.
    """
    roadrunner = _module("roadrunner")
    options = roadrunner.LoadSBMLOptions()
    options.setLLVMBackend(roadrunner.LoadSBMLOptions.LLJIT)
    return roadrunner.RoadRunner(text, options)


def sbml_mean_field(bench: Bench) -> list[Finding]:
    """Carry the typical patient through a year in both simulators."""
    export, typical = _module("remyelin.standards.sbml"), _module("remyelin.standards.typical")
    field = _module("remyelin.engine.mean_field").mean_field(bench.table)
    other = libroadrunner(export.sbml(bench.table))
    findings = []
    for name, levels in _LEVELS.items():
        steps = round(_DAYS / STEP)
        state, others = typical.typical_patient(bench.table)
        own = field.euler(state, {**others, **levels}, step=STEP, steps=steps)
        other.resetAll()
        other.setIntegrator("euler")
        for leaf, level in levels.items():
            other[export.identifier(leaf)] = level
        leaves = list(field.slopes)
        other.selections = [export.identifier(leaf) for leaf in leaves]
        ends = other.simulate(0, _DAYS, steps=steps)[-1]
        gaps = [_deviation(float(end), own[leaf]) for leaf, end in zip(leaves, ends, strict=True)]
        worst = float(np.max(gaps))  # what is no number stays none
        findings.append(
            Finding(
                f"states that moved, {name}",
                float(sum(own[leaf] != state.get(leaf) for leaf in leaves)),
                1.0,
                float(len(leaves)),
                "at least one, or nothing was compared",
            )
        )
        findings.append(
            Finding(
                f"largest relative deviation of {len(leaves)} states after a year, {name}",
                worst,
                0.0,
                _DEVIATION,
                _BOUND,
            )
        )
    return findings


def _deviation(theirs: float, ours: float) -> float:
    return abs(theirs - ours) / max(abs(ours), _SMALLEST)


CHECKS = (
    Check(
        "sbml_mean_field",
        Group.EXCHANGE,
        "The exported mean field, run by libRoadRunner with the same step, is the model's own.",
        sbml_mean_field,
    ),
)
