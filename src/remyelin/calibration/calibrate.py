"""The calibration as a whole: waves of simulator runs, fit, gates and what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration import design
from remyelin.calibration.coordinates import Coordinate, packaged, values_of
from remyelin.calibration.design import DesignSettings, Outcome, Point, latin_hypercube
from remyelin.calibration.fit import Posterior, Ready, posterior, ready, residuals
from remyelin.calibration.leave_out import Foretold, leave_studies_out
from remyelin.calibration.simulator import Size
from remyelin.calibration.targets import Target, simulated, target_of
from remyelin.core.digest import text_digest
from remyelin.credibility.figures import tune_rows
from remyelin.credibility.running import entries
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.parameters.draws import Origin, ParameterDraws
from remyelin.synthesis.effects import DELTA, DELTA_ARM, SHIFT, TAU, Effects

Reals = NDArray[np.float64]

MIDDLE, PRIOR, SECOND = "middle", "prior", "second"
RUNS_FILE: Final = "runs.jsonl"

HYPERCUBE: Final = 260
"""Places of the hypercube over the prior; a calibration takes the first of them."""

_CUBE_SEED: Final = 3


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a calibration is done.

    Attributes
    ----------
    prior, second, repeats
        Simulator runs over the prior (at most `HYPERCUBE`), at draws of the first posterior, and at
        one place.
    moves
        Moves of each chain.
    draws
        Draws that are kept.
    size
        Size of the simulator.
    seed
        Seed of everything.
    workers
        Processes.
    """

    prior: int = 260
    second: int = 100
    repeats: int = 12
    moves: int = 3000
    draws: int = 1000
    size: Size = field(default_factory=lambda: Size(fewest=120, most=320, candidates=768))
    seed: int = 20
    workers: int = 2


@dataclass(frozen=True, kw_only=True)
class Wave:
    """How emulators of the runs before foretold the runs of a wave.

    Attributes
    ----------
    name, runs
        The wave and its runs.
    error_ratio
        Median over the figures of root mean square error in the wave over leave-one-out error.
    bias_ratio
        Median of the absolute mean error over leave-one-out error.
    """

    name: str
    runs: int
    error_ratio: float
    bias_ratio: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a calibration gave.

    Attributes
    ----------
    settings, coordinates
        How it was done, and what was moved.
    fit, posterior
        Targets with emulators, and draws.
    effects
        Draws of spreads and discrepancies.
    wave
        How good the emulators were out of sample.
    foretold
        Every tune figure from a fit without its study.
    """

    settings: Settings
    coordinates: tuple[Coordinate, ...]
    fit: Ready
    posterior: Posterior
    effects: Effects
    wave: Wave
    foretold: tuple[Foretold, ...]


Tell = Callable[[str, int, int], None]
"""Told what is being done, how many are done, of how many."""


def calibrate(settings: Settings, folder: Path, tell: Tell, *, inputs: Inputs) -> Calibration:
    """Calibrate the model on the tune figures.

    Parameters
    ----------
    settings
        How.
    folder
        Where simulator runs are kept; a calibration that was stopped goes on from them.
    tell
        Told how far it has come.
    inputs
        Parameters with their priors, definitions and protocols.

    Raises
    ------
    OutputError
        The folder holds runs of another design.
    """
    targets = tuple(target_of(figure) for figure in tune_rows())
    shared = DesignSettings(
        runs=tuple(sorted({t.figure.run for t in targets})),
        coordinates=packaged(),
        size=settings.size,
        seed=settings.seed,
    )

    asked = entries(shared.runs)

    def simulate(points: Sequence[Point], what: str) -> tuple[Outcome, ...]:
        def told(done: int, of: int) -> None:
            tell(what, done, of)

        runs = design.run(
            points,
            shared,
            folder / RUNS_FILE,
            entries=asked,
            inputs=inputs,
            workers=settings.workers,
            tell=told,
        )
        return tuple(one for one in runs if one.values)

    count = len(shared.coordinates)
    repeats = simulate(_middle(count, settings.repeats), "Repeats at the middle of the prior")
    cube = latin_hypercube(count, HYPERCUBE, seed=_CUBE_SEED, wave=PRIOR)
    prior = simulate(cube[: settings.prior], "Runs over the prior")
    before = ready(targets, prior, repeats)
    tell("First posterior", 0, 1)
    draft = _posterior(before, settings, settings.moves // 2)
    second = simulate(_drawn(draft, settings), "Runs at the first posterior")
    wave = checked(before, second)
    fit = ready(targets, [*prior, *second], repeats)
    tell("Posterior", 0, 1)
    found = _posterior(fit, settings, settings.moves)
    foretold = leave_studies_out(
        fit,
        seed=settings.seed,
        workers=settings.workers,
        tell=lambda done, of: tell("Leaving studies out", done, of),
    )
    return Calibration(
        settings=settings,
        coordinates=shared.coordinates,
        fit=fit,
        posterior=found,
        effects=effects_of(fit, found, seed=settings.seed),
        wave=wave,
        foretold=foretold,
    )


def _middle(count: int, repeats: int) -> tuple[Point, ...]:
    return tuple(
        Point(wave=MIDDLE, number=k, x=(0.0,) * count, replicate=10_000 + k) for k in range(repeats)
    )


def _posterior(fit: Ready, settings: Settings, moves: int) -> Posterior:
    model, emulators = fit.model()
    return posterior(
        model,
        emulators,
        moves=moves,
        seed=settings.seed,
        workers=settings.workers,
        draws=settings.draws,
    )


def _drawn(found: Posterior, settings: Settings) -> tuple[Point, ...]:
    take = np.linspace(0, len(found.x) - 1, settings.second).round().astype(int)
    return tuple(
        Point(wave=SECOND, number=k, x=tuple(map(float, found.x[row])), replicate=20_000 + k)
        for k, row in enumerate(take)
    )


def checked(fit: Ready, outcomes: Sequence[Outcome]) -> Wave:
    """Hold emulators beside runs that they were not trained on."""
    told = np.array([fit.emulators.at(np.array(one.point.x)) for one in outcomes])
    seen = np.array([simulated(target, outcomes) for target in fit.targets]).T
    gap = seen - told
    errors = fit.emulators.errors
    return Wave(
        name=SECOND,
        runs=len(outcomes),
        error_ratio=float(np.median(np.sqrt(np.nanmean(gap**2, axis=0)) / errors)),
        bias_ratio=float(np.median(np.abs(np.nanmean(gap, axis=0)) / errors)),
    )


def effects_of(fit: Ready, found: Posterior, *, seed: int) -> Effects:
    """Give the draws of all effects, discrepancies drawn given coordinates and spreads."""
    model, emulators = fit.model()
    rng = np.random.default_rng([seed, 1])
    rows = []
    for gap, joined in zip(residuals(model, emulators, found.x), found.spreads, strict=True):
        normal = rng.standard_normal(len(model.kinds) + len(model.arms))
        of_kind, of_arm = model.discrepancies(gap, model.spreads(joined), normal)
        rows.append(np.concatenate([joined, of_kind, of_arm]))
    columns = (
        *(f"{TAU}:{kind}" for kind in model.kinds),
        *(f"{DELTA}:{scale.value}" for scale in model.scales),
        *(f"{DELTA_ARM}:{scale.value}" for scale in model.scales),
        *(f"{SHIFT}:{name}" for name in (*model.kinds, *model.arms)),
    )
    return Effects(columns, np.array(rows))


def draws_of(
    coordinates: Sequence[Coordinate], found: Posterior, table: ParameterTable
) -> ParameterDraws:
    """Give the draws as parameter values, six digits of each."""
    rows, keys = [], tuple(key for one in coordinates for key in one.keys)
    for x in found.x:
        values = values_of(coordinates, x, table)
        rows.append([float(f"{values[key]:.6g}") for key in keys])
    return ParameterDraws(table, keys, np.array(rows), Origin.POSTERIOR)


def unmet(calibration: Calibration, *, errors: float = 3.0) -> tuple[tuple[Target, float], ...]:
    """Name the targets that no draw of the posterior meets, with their distance in errors.

    Sampling, emulator and spread between studies are in the error; discrepancy is not.
    """
    model, emulators = calibration.fit.model()
    gaps = residuals(model, emulators, calibration.posterior.x)
    taus = calibration.posterior.spreads[:, : len(model.kinds)]
    own = taus[:, [model.kinds.index(t.kind) for t in calibration.fit.targets]]
    errors_of = np.sqrt(model.error**2 + own**2)
    distance = np.abs(np.median(gaps / errors_of, axis=0))
    far = [(t, float(d)) for t, d in zip(model.targets, distance, strict=True) if d > errors]
    return tuple(sorted(far, key=lambda pair: -pair[1]))


def targets_digest(targets: Sequence[Target]) -> str:
    """Give a hash of the names and values of targets."""
    return text_digest(json.dumps([[t.figure.key, t.figure.value, t.figure.n] for t in targets]))
