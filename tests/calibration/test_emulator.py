"""Emulators find the terms that matter, and say how wrong they are."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.calibration.emulator import FEWEST_RUNS, Emulators, train
from remyelin.errors import SimulationError

RNG = np.random.default_rng(4)
X = RNG.standard_normal((200, 30))
TRUE = 0.5 + X[:, 3] - 0.7 * X[:, 8] + 0.3 * X[:, 3] * X[:, 8] + 0.2 * X[:, 3] ** 2


def test_a_curved_figure_is_found_in_noise() -> None:
    noise = 0.1
    one = train(X, TRUE + noise * RNG.standard_normal(len(X)))
    new = RNG.standard_normal((500, 30))
    told = one.terms(new) @ one.weights
    true = 0.5 + new[:, 3] - 0.7 * new[:, 8] + 0.3 * new[:, 3] * new[:, 8] + 0.2 * new[:, 3] ** 2
    assert np.sqrt(np.mean((told - true) ** 2)) < noise
    assert noise < one.error < 1.5 * noise
    assert one.r2 > 0.95


def test_a_figure_that_nothing_moves_is_a_constant() -> None:
    one = train(X, RNG.standard_normal(len(X)))
    assert len(one.weights) < 10
    assert one.r2 < 0.2


def test_values_and_slopes_of_several_are_those_of_each() -> None:
    each = [train(X, TRUE), train(X, X[:, 1] * X[:, 1] - X[:, 2])]
    both = Emulators.of(each, 30)
    place, step = RNG.standard_normal(30), 1e-5
    assert both.at(place) == pytest.approx(
        [float((e.terms(place[None]) @ e.weights)[0]) for e in each]
    )
    for k in range(30):
        moved = place.copy()
        moved[k] += step
        slope = (both.at(moved) - both.at(place)) / step
        assert both.slopes(place)[:, k] == pytest.approx(slope, abs=1e-3)


def test_runs_without_the_figure_are_left_out() -> None:
    y = TRUE.copy()
    y[:100] = np.nan
    assert train(X, y).r2 > 0.95
    y[: len(y) - FEWEST_RUNS + 1] = np.nan
    with pytest.raises(SimulationError, match="Make more runs"):
        train(X, y)
