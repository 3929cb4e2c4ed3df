"""Checks of conservation: what begins, lasts and ends adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from remyelin.engine import leaves
from remyelin.engine.advance import Engine
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.model.lesions import LESION_SLOTS
from remyelin.model.stage import STEP_DAYS, Stage
from remyelin.parameters import bind
from remyelin.verification.bench import Bench, Parts, Step, leaves_of, wrapped
from remyelin.verification.check import MONTE_CARLO_Z, Check, Finding, Group, nothing

_DAYS: Final = 730
_UNIT_ROUNDOFF: Final = 2.0**-53
_OPERATIONS: Final = 16
"""Roundings of one substep of the marrow, at most."""

_SUBSTEPS: Final = 8
_WINDOW: Final = 180


def lesion_book(bench: Bench) -> list[Finding]:
    """Count in the stages themselves how lesions begin and stop enhancing."""
    sums = {"begun": 0.0, "ended": 0.0, "t2": 0.0}

    def counting(key: str) -> Any:
        def around(step: Step, asked: Parts) -> Mapping[str, Any]:
            given = step(asked)
            before, after = asked["lesions"], given["lesions"]
            sums[key] += float((after.enhancing - before.enhancing).sum())
            sums["t2"] += float((after.t2_total - before.t2_total).sum())
            return given

        return around

    slots = {f"lesion {slot}" for slot in range(1, LESION_SLOTS + 1)}
    stages = tuple(
        wrapped(stage, counting("begun"))
        if stage.name in slots
        else wrapped(stage, counting("ended"))
        if stage.name == "end of enhancement"
        else stage
        for stage in bench.stages
    )
    start = bench.newcomers(bench.size(400), replicate=3)
    end, _ = Engine(bench.table, stages).advance(start, 0, _DAYS)
    enhancing = float((end.state.lesions.enhancing - start.state.lesions.enhancing).sum())
    t2 = float((end.state.lesions.t2_total - start.state.lesions.t2_total).sum())
    return [
        nothing(
            "enhancing lesions: begun less ended less present",
            sums["begun"] + sums["ended"] - enhancing,
        ),
        nothing("brain T2 lesions: begun less counted", sums["t2"] - t2),
        Finding(
            "enhancing lesions begun",
            sums["begun"],
            1.0,
            sums["t2"],
            "at least one, or nothing was tested; at most the brain lesions",
        ),
    ]


_MONOTONE: Final = (
    "lesions.t2_total",
    "relapses.total",
    "deficit.lasting_cerebral",
    "deficit.lasting_brainstem",
    "deficit.lasting_spinal",
)


def never_falls(bench: Bench) -> list[Finding]:
    """Look every day at what can only grow."""
    people = bench.newcomers(bench.size(256), replicate=4)
    falls = dict.fromkeys(_MONOTONE, 0)
    before = leaves_of(people.state)
    for day in range(_DAYS):
        people, _ = bench.engine.advance(people, day, day + 1)
        now = leaves_of(people.state)
        for name in _MONOTONE:
            falls[name] += int((now[name] < before[name]).sum())
        before = now
    return [nothing(f"days on which {name} falls", count) for name, count in falls.items()]


def lesions_as_expected(bench: Bench) -> list[Finding]:
    """Compare lesions that begin with the sum of the chances that the model gave them."""
    people = bench.newcomers(bench.size(512), replicate=5)
    surplus = variance = 0.0
    for day in range(_DAYS // 2):
        people, _ = bench.engine.advance(people, day, day + 1)
        mean, square = _capped(people.state.lesions.rate)
        surplus += float((people.state.lesions.today - mean).sum())
        variance += float((square - mean * mean).sum())
    return [
        Finding(
            "lesions begun less lesions expected, in standard deviations",
            surplus / np.sqrt(variance),
            -MONTE_CARLO_Z,
            MONTE_CARLO_Z,
            f"a martingale: {MONTE_CARLO_Z:.2f} of its own standard deviations",
        )
    ]


def _capped(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and mean square of a Poisson count that stops at the number of slots."""
    term = np.exp(-rate)
    left, mean, square = 1.0 - term, np.zeros_like(rate), np.zeros_like(rate)
    for k in range(1, LESION_SLOTS):
        term = term * rate / k
        left = left - term
        mean, square = mean + k * term, square + k * k * term
    return mean + LESION_SLOTS * left, square + LESION_SLOTS**2 * left


def marrow_at_rest(bench: Bench) -> list[Finding]:
    """Step the marrow through a recovery window in which nothing was done."""
    people = bench.newcomers(bench.size(200), replicate=6)
    clock = people.state.clock._replace(recovery_left=np.full(len(people), float(_WINDOW + 1)))
    people = replace(people, state=people.state._replace(clock=clock))
    stage = next(stage for stage in bench.stages if stage.name == "blood")
    parts = _parts(people)
    for _ in range(_WINDOW):
        parts |= stage_step(bench, stage, parts)
    limit = _UNIT_ROUNDOFF * _OPERATIONS * _SUBSTEPS * _WINDOW
    return [
        Finding(
            f"largest relative drift of {name} in {_WINDOW} days at rest",
            float(np.max(np.abs(getattr(parts["marrow"], name) / rest - 1.0))),
            0.0,
            limit,
            f"rounding: {_OPERATIONS} operations in each of {_SUBSTEPS * _WINDOW} steps",
        )
        for name, rest in (
            ("progenitors", 1.0),
            ("neutrophils", people.traits.blood_traits.neutrophils),
            ("platelets", people.traits.blood_traits.platelets),
        )
    ]


def _parts(people: Population) -> Parts:
    count = len(people)
    return {
        **people.traits._asdict(),
        **leaves.own(people.state, count)._asdict(),
        "levels": people.levels,
    }


def stage_step(bench: Bench, stage: Stage, parts: Parts, days: float = STEP_DAYS) -> Parts:
    """Take one step of a stage that draws nothing.

    Parameters
    ----------
    bench, stage
        Parameters and stage.
    parts
        Everything of the patients that the stage may ask for.
    days
        Length of the step.
    """
    asked = {name: parts[name] for name in stage.reads}
    return dict(stage.step(NUMPY, bind(stage.parameters, bench.table), days, **asked))


CHECKS = (
    Check(
        "lesion_book",
        Group.CONSERVATION,
        "Every enhancing lesion begins once and ends once: begun less ended is what is there.",
        lesion_book,
    ),
    Check(
        "never_falls",
        Group.CONSERVATION,
        "T2 count, relapse count and lasting damage never fall on any day.",
        never_falls,
    ),
    Check(
        "lesions_as_expected",
        Group.CONSERVATION,
        "Lesions begin as often as their chances say, the cap of four a day included.",
        lesions_as_expected,
    ),
    Check(
        "marrow_at_rest",
        Group.CONSERVATION,
        "The marrow chain in health keeps every pool at its set point.",
        marrow_at_rest,
    ),
)
