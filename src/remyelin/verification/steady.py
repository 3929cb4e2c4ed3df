"""Checks of steady states: long means against what theory says of the same equations."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.model.immunity import CLONES, mean_clone
from remyelin.units import DAYS_PER_YEAR
from remyelin.verification.bench import Bench
from remyelin.verification.check import Check, Finding, Group, centred

_SETTLED_YEARS: Final = 8
_YEARS: Final = 15
_LOOK_DAYS: Final = 13
"""Odd against the weekly noise, so that looks fall on every day of its interval."""

_GRID: Final = 20_001


def untreated_means(bench: Bench) -> list[Finding]:
    """Average clones and effector activity over years 8 to 23 of untreated patients."""
    people = bench.newcomers(bench.size(800), replicate=7)
    start = round(_SETTLED_YEARS * DAYS_PER_YEAR)
    people, _ = bench.engine.advance(people, 0, start)
    pool, surplus, activity = (np.zeros(len(people)) for _ in range(3))
    days = range(start, start + round(_YEARS * DAYS_PER_YEAR), _LOOK_DAYS)
    for day in days:
        people, _ = bench.engine.advance(people, day, day + _LOOK_DAYS)
        state = people.state
        drive = _drive(bench, people.state.clones, state.activation)
        pool += np.asarray(mean_clone(state.clones))
        activity += state.activation.activity
        surplus += state.activation.activity - _gain(bench) * drive
    count = len(days)
    pool, activity, surplus = pool / count, activity / count, surplus / count
    expected = _clone_mean(bench)
    return [
        centred(f"mean clone size A (stationary law: {expected:.4f})", pool, expected),
        centred(f"mean effector activity E less {_gain(bench):.4f} times its drive", surplus, 0.0),
        Finding(
            "mean effector activity E",
            float(activity.mean()),
            0.95,
            1.05,
            "design: untreated mean of E and A within 5 % of 1",
        ),
        Finding(
            "mean clone size A",
            float(pool.mean()),
            0.95,
            1.05,
            "design: untreated mean of E and A within 5 % of 1",
        ),
    ]


def _drive(
    bench: Bench, clones: tuple[NDArray[np.float64], ...], activation: object
) -> NDArray[np.float64]:
    """Give what drives effectors today: clones, help by B cells, lack of regulation."""
    value = bench.value
    regulation, helped = activation.regulation, activation.help  # type: ignore[attr-defined]
    gain, deficit = value("treg_gain"), value("treg_deficit")
    brake = (1.0 + gain * (1.0 - deficit)) / (1.0 + gain * regulation)
    driven: NDArray[np.float64] = np.mean(clones, axis=0) * helped * brake
    return driven


def _gain(bench: Bench) -> float:
    """Mean of effector activity over its drive when bursts decay in steps of one day."""
    tonic, decay = bench.value("tonic_share"), bench.value("burst_decay_time")
    return float(tonic + (1.0 - tonic) / (decay * -np.expm1(-1.0 / decay)))


def _clone_mean(bench: Bench) -> float:
    """Mean clone size of the stationary law of its stochastic equation above the threshold.

    Density of dA = f(A) dt + s A dW: exp of the integral of 2 f / (s A)^2, over (s A)^2, between
    the unstable threshold, which a clone of this noise does not reach, and the ceiling.
    """
    value = bench.value
    noise = value("clone_noise") * np.sqrt(float(CLONES))
    sizes = np.linspace(value("clone_threshold"), value("clone_ceiling"), _GRID)
    k = value("clone_threshold")
    pull = (1.0 + k) * sizes**2 / (sizes**2 + k) - sizes
    drift = pull / value("clone_relaxation_time") + value("clone_seeding")
    spread = (noise * sizes) ** 2
    ratio = 2.0 * drift / spread
    step = sizes[1] - sizes[0]
    integral = np.concatenate([[0.0], np.cumsum(0.5 * (ratio[1:] + ratio[:-1]) * step)])
    density = np.exp(integral - integral.max()) / spread
    return float((sizes * density).sum() / density.sum())


def fluctuation_law(bench: Bench) -> list[Finding]:
    """Compare mean, variance and memory of the fluctuation with its Ornstein-Uhlenbeck law."""
    people = bench.newcomers(bench.size(4000), replicate=8)
    first = people.state.fluctuation.level
    days = 360
    people, _ = bench.engine.advance(people, 0, days)
    last = people.state.fluctuation.level
    variance = bench.value("fluctuation_sd") ** 2
    keep = float(np.exp(-days / bench.value("fluctuation_time")))
    return [
        centred("mean of the fluctuation", last, 0.0),
        centred("mean square of the fluctuation", last * last, variance),
        centred(f"product of the fluctuation {days} days apart", first * last, variance * keep),
    ]


CHECKS = (
    Check(
        "untreated_means",
        Group.STEADY,
        "Untreated, clones and effector activity stay at the means that their equations imply.",
        untreated_means,
    ),
    Check(
        "fluctuation_law",
        Group.STEADY,
        "The fluctuation of function has the mean, variance and memory of its law.",
        fluctuation_law,
    ),
)
