"""A calibration of figures with a known truth finds it, and its intervals hold what they say."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from remyelin.calibration.calibrate import effects_of
from remyelin.calibration.fit import Posterior, posterior, residuals
from remyelin.calibration.leave_out import leave_studies_out
from remyelin.synthesis.effects import Carried
from remyelin.synthesis.scale import Scale
from tests.calibration.known import SHIFT, TAU, Known, base

MOVES = 300
SETS = 4


@pytest.fixture(scope="module")
def fits() -> list[tuple[Known, Posterior]]:
    found = []
    for seed in range(SETS):
        known = base(seed)
        model, emulators = known.fit.model()
        found.append((known, posterior(model, emulators, moves=MOVES, seed=seed, chains=2)))
    return found


def test_the_true_coordinates_lie_where_the_posterior_says(
    fits: list[tuple[Known, Posterior]],
) -> None:
    ranks = np.concatenate([(found.x < known.truth).mean(axis=0) for known, found in fits])
    inside = (np.abs(ranks - 0.5) < 0.45).mean()
    error = sqrt(0.9 * 0.1 / ranks.size)
    assert abs(inside - 0.9) < 3.0 * error
    assert abs(ranks.mean() - 0.5) < 3.0 * sqrt(1.0 / 12.0 / ranks.size)


def test_the_spread_between_studies_is_found(fits: list[tuple[Known, Posterior]]) -> None:
    taus = np.array([np.median(found.spreads[:, :3], axis=0) for _, found in fits])
    assert abs(taus.mean() - TAU) < 3.0 * taus.std() / sqrt(taus.size)


def test_what_the_model_gets_wrong_goes_into_its_discrepancy(
    fits: list[tuple[Known, Posterior]],
) -> None:
    wrong = Carried("worsening (ratio)", "worsening (ratio) | ahsct", Scale.RATIO, 1.0)
    right = Carried("worsening (ratio)", "worsening (ratio) | none", Scale.RATIO, 1.0)
    gaps = []
    for seed, (known, found) in enumerate(fits):
        effects = effects_of(known.fit, found, seed=seed)
        draws = range(len(effects))
        learnt, _ = effects.discrepancy(wrong, draws)
        other, unknown = effects.discrepancy(right, draws)
        assert unknown == 0.0
        gaps.append(float(np.mean(learnt - other)))
    assert 0.0 < np.mean(gaps) < 1.3 * SHIFT


def test_chains_agree_and_move(fits: list[tuple[Known, Posterior]]) -> None:
    assert all(found.r_hat < 1.2 and 0.4 < found.accepted < 1.0 for _, found in fits)


def test_intervals_hold_studies_that_were_left_out() -> None:
    hits = []
    for seed in (20,):
        foretold = leave_studies_out(base(seed, studies=6, shift=0.0).fit, seed=seed, moves=200)
        hits += [one.covers(0.9) for one in foretold]
    # figures of a study share its effect: count studies and outcomes, not figures
    error = sqrt(0.9 * 0.1 / (len(hits) / 2))
    assert abs(np.mean(hits) - 0.9) < 3.0 * error


def test_the_residuals_are_observed_minus_emulated() -> None:
    known = base(3)
    model, emulators = known.fit.model()
    gap = residuals(model, emulators, known.truth[None])[0]
    assert gap == pytest.approx(model.observed - emulators.at(known.truth))
