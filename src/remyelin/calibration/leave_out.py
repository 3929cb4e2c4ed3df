"""Leave a study out: what a fit without a study foretells of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.fit import Ready, posterior, residuals
from remyelin.calibration.prediction import effects, sampled
from remyelin.calibration.targets import Target
from remyelin.trials.worker import prepare_worker

Reals = NDArray[np.float64]

MOVES: Final = 500
LEVELS: Final = (0.5, 0.9)


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """A figure beside what is foretold of it.

    Attributes
    ----------
    target
        The figure.
    draws
        Draws of its predictive law on its scale.
    """

    target: Target
    draws: Reals

    def interval(self, level: float) -> tuple[float, float]:
        """Give the central interval of a probability."""
        low, high = np.quantile(self.draws, [0.5 - level / 2.0, 0.5 + level / 2.0])
        return float(low), float(high)

    def covers(self, level: float) -> bool:
        """Whether the interval holds the published figure."""
        low, high = self.interval(level)
        return low <= self.target.figure.place <= high

    def score(self, level: float = 0.9) -> float:
        """Give the interval score on the scale: width, and a penalty for a miss."""
        low, high = self.interval(level)
        seen = self.target.figure.place
        miss = max(low - seen, 0.0) + max(seen - high, 0.0)
        return high - low + 2.0 / (1.0 - level) * miss

    @property
    def pit(self) -> float:
        """Share of the draws below the published figure."""
        return float((self.draws < self.target.figure.place).mean())


def leave_studies_out(
    fit: Ready,
    *,
    seed: int,
    workers: int = 1,
    moves: int = MOVES,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[Foretold, ...]:
    """Foretell each overlap group of cohorts from a fit to all others.

    Every fold fits coordinates, spreads and discrepancies anew; emulators stay, for they know no
    published figure.
    """
    names = tuple(dict.fromkeys(t.figure.overlap for t in fit.targets))
    asked = [(fit, name, seed + 100 * k, moves) for k, name in enumerate(names)]
    found: list[tuple[Foretold, ...]] = []
    if workers == 1:
        for one in asked:
            found.append(_fold(*one))
            if tell:
                tell(len(found), len(asked))
    else:
        context = get_context("spawn")
        with ProcessPoolExecutor(workers, context, prepare_worker) as pool:
            for fold in pool.map(_fold, *zip(*asked, strict=True)):
                found.append(fold)
                if tell:
                    tell(len(found), len(asked))
    return tuple(one for fold in found for one in fold)


def _fold(fit: Ready, name: str, seed: int, moves: int) -> tuple[Foretold, ...]:
    inside = [k for k, t in enumerate(fit.targets) if t.figure.overlap != name]
    outside = [k for k, t in enumerate(fit.targets) if t.figure.overlap == name]
    model, emulators = fit.model(inside)
    found = posterior(model, emulators, moves=moves, seed=seed, chains=2)
    rng = np.random.default_rng(seed)
    targets = [fit.targets[k] for k in outside]
    drawn = effects(model, residuals(model, emulators, found.x), found.spreads, targets, rng)
    centres = np.array([fit.emulators.at(x) for x in found.x])[:, outside] + drawn.both
    centres += fit.emulation[outside] * rng.standard_normal(centres.shape)
    return tuple(
        Foretold(
            target=target,
            draws=sampled(target, centres[:, j], float(fit.sampling[outside[j]]), rng),
        )
        for j, target in enumerate(targets)
    )
