"""The fit: from simulator runs and published figures to a posterior."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.design import Outcome, places
from remyelin.calibration.emulator import Emulators, train
from remyelin.calibration.likelihood import Model
from remyelin.calibration.sampler import Chain, effective_size, r_hat, sample
from remyelin.calibration.targets import Target, simulated, units
from remyelin.errors import SimulationError
from remyelin.synthesis.scale import Scale
from remyelin.trials.worker import prepare_worker

Reals = NDArray[np.float64]

CHAINS: Final = 4
KNOWN_SHARE: Final = 0.7
"""Share of the runs in which a figure must be estimated for a fit to use it."""

FEWEST_EVENTS: Final = 1.0
"""Events that a simulated share must rest on, on average over the runs."""


@dataclass(frozen=True)
class Ready:
    """Targets that a fit can use, with their emulators and errors.

    Attributes
    ----------
    targets
        The figures.
    emulators
        Their emulators.
    sampling, emulation
        Standard errors: of the published figure, and of the emulated one.
    left_out
        Figures that are not used, with the reason.
    """

    targets: tuple[Target, ...]
    emulators: Emulators
    sampling: Reals
    emulation: Reals
    left_out: tuple[tuple[str, str], ...]

    def model(self, keep: Sequence[int] | None = None) -> tuple[Model, Emulators]:
        """Give likelihood and emulators of all targets, or of some of them.

        A figure has the weight of its share in the vote of its study: its error is divided by the
        square root of that share.
        """
        rows = np.arange(len(self.targets)) if keep is None else np.asarray(keep)
        chosen = [self.targets[k] for k in rows]
        vote = np.array([target.figure.vote for target in chosen])
        error = np.hypot(self.sampling[rows], self.emulation[rows]) / np.sqrt(vote)
        count = self.emulators.coordinates
        return Model.of(chosen, error), Emulators.of([self.emulators.each[k] for k in rows], count)


@dataclass(frozen=True)
class Posterior:
    """Draws of coordinates and spreads.

    Attributes
    ----------
    x, spreads
        Equally weighted draws.
    r_hat, effective
        Largest R-hat and smallest effective number of draws over all quantities.
    accepted
        Share of moves accepted.
    """

    x: Reals
    spreads: Reals
    r_hat: float
    effective: float
    accepted: float


def ready(
    targets: Sequence[Target], outcomes: Sequence[Outcome], repeats: Sequence[Outcome]
) -> Ready:
    """Train the emulators of all targets that the simulator can tell.

    Parameters
    ----------
    targets
        Published figures.
    outcomes
        Runs at different places.
    repeats
        Runs at one place with different random numbers: they tell Monte Carlo error, and sampling
        error where none was published.
    """
    x = places(outcomes)
    chosen, emulators, sampling, emulation, left_out = [], [], [], [], []
    for target in targets:
        y = simulated(target, outcomes)
        reason = _useless(target, outcomes, y)
        if reason:
            left_out.append((target.figure.key, reason))
            continue
        noise = _noise(target, repeats)
        own = target.figure.error
        if own is None:
            own = noise * np.sqrt(units(target, repeats) / target.figure.n)
        if not own > 0.0:
            left_out.append((target.figure.key, "nothing tells its sampling error"))
            continue
        one = train(x, y)
        lack = max(one.error**2 - noise**2, 0.0)
        chosen.append(target)
        emulators.append(one)
        sampling.append(float(own))
        emulation.append(float(np.sqrt(lack + one.leverage * one.error**2)))
    return Ready(
        tuple(chosen),
        Emulators.of(emulators, x.shape[1]),
        np.array(sampling),
        np.array(emulation),
        tuple(left_out),
    )


def _useless(target: Target, outcomes: Sequence[Outcome], y: Reals) -> str:
    if np.isfinite(y).mean() < KNOWN_SHARE:
        return f"simulated in fewer than {KNOWN_SHARE:.0%} of the runs"
    figure = target.figure
    if figure.scale is Scale.PROPORTION:
        shares = 1.0 / (1.0 + np.exp(-y[np.isfinite(y)]))
        rarer = np.minimum(shares, 1.0 - shares).mean()
        if rarer * units(target, outcomes) < FEWEST_EVENTS:
            return "too rare in cohorts of the simulator's size"
    return ""


def _noise(target: Target, repeats: Sequence[Outcome]) -> float:
    y = simulated(target, repeats)
    known = y[np.isfinite(y)]
    return float(known.std(ddof=1)) if len(known) > 2 else 0.0


def posterior(
    model: Model,
    emulators: Emulators,
    *,
    moves: int,
    seed: int,
    workers: int = 1,
    draws: int = 1000,
    chains: int = CHAINS,
) -> Posterior:
    """Sample the posterior.

    Parameters
    ----------
    model, emulators
        Likelihood, and figures as functions of the coordinates.
    moves
        Moves of each chain; the first half is thrown away.
    seed
        Seed of the first chain; others follow.
    workers
        Processes.
    draws
        Most draws that are kept, evenly spaced.
    chains
        Number of chains.

    Raises
    ------
    SimulationError
        No chain moved.
    """
    asked = [(model, emulators, moves, seed + k) for k in range(chains)]
    found = list(_chains(asked, workers))
    if not any(chain.accepted > 0.0 for chain in found):
        raise SimulationError("no chain of the posterior moved. Look at the emulators first.")
    both = np.stack([np.hstack([chain.x, np.log(chain.spreads)]) for chain in found])
    x = np.concatenate([chain.x for chain in found])
    spreads = np.concatenate([chain.spreads for chain in found])
    take = np.unique(np.linspace(0, len(x) - 1, min(draws, len(x))).round().astype(int))
    return Posterior(
        x[take],
        spreads[take],
        float(r_hat(both).max()),
        float(effective_size(both).min()),
        float(np.mean([chain.accepted for chain in found])),
    )


def _chains(asked: Sequence[tuple[Model, Emulators, int, int]], workers: int) -> list[Chain]:
    if workers == 1:
        return [_chain(*one) for one in asked]
    context = get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(asked)), context, prepare_worker) as pool:
        return list(pool.map(_chain, *zip(*asked, strict=True)))


def _chain(model: Model, emulators: Emulators, moves: int, seed: int) -> Chain:
    return sample(model, emulators, moves=moves, seed=seed)


def residuals(model: Model, emulators: Emulators, x: Reals) -> Reals:
    """Give observed minus emulated targets at every draw."""
    return np.array([model.observed - emulators.at(row) for row in x])


Tell = Callable[[str, int, int], None]
"""Told what is done, how many of it, of how many."""
