"""Draws follow the laws that they are named after."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.streams import Streams
from remyelin.model.draws import (
    departures,
    exponential,
    gamma_of_whole_shape,
    normal,
    poisson,
    skewed_share,
)

GRID = (np.arange(20_000) + 0.5) / 20_000
COUNT = 40_000
KOLMOGOROV = 1.95 / np.sqrt(COUNT)
"""Distance from the true law that chance exceeds once in a thousand times."""


def words(how_many: int) -> list[NDArray[np.float64]]:
    people = np.arange(COUNT)
    blocks = -(-how_many // 4)
    return Streams.of(5, np.zeros(COUNT, dtype=np.int64), people).uniforms(0, 1, blocks)[:how_many]


@pytest.mark.parametrize("rate", [0.0, 1e-6, 0.02, 0.5, 1.3])
@pytest.mark.parametrize("cap", [1, 4, 12])
def test_a_poisson_count_is_the_quantile_of_its_uniform_cut_at_the_cap(
    rate: float, cap: int
) -> None:
    drawn = poisson(NUMPY, GRID, np.full_like(GRID, rate), cap)
    quantile = np.zeros_like(GRID) if rate == 0.0 else stats.poisson.ppf(GRID, rate)
    assert np.array_equal(drawn, np.minimum(quantile, cap))


def test_a_poisson_count_has_mean_and_variance_of_its_rate() -> None:
    drawn = poisson(NUMPY, words(1)[0], 0.4, 12)
    assert drawn.mean() == pytest.approx(0.4, abs=4 * np.sqrt(0.4 / COUNT))
    assert drawn.var() == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize("present", [0, 1, 3, 4, 9])
@pytest.mark.parametrize("leave", [1 / 28, 0.3, 0.9])
def test_departures_are_the_binomial_quantile_cut_at_the_cap(present: int, leave: float) -> None:
    drawn = departures(NUMPY, GRID, np.full_like(GRID, float(present)), leave, 4)
    quantile = np.maximum(stats.binom.ppf(GRID, present, leave), 0.0)
    assert np.array_equal(drawn, np.minimum(quantile, 4))


def test_no_more_leave_than_are_there() -> None:
    for present in range(6):
        drawn = departures(NUMPY, GRID, np.full_like(GRID, float(present)), 0.99, 8)
        assert drawn.max() <= present
        assert drawn.min() >= 0


@pytest.mark.parametrize("mean", [0.03, 0.12, 0.5, 0.7])
def test_a_skewed_share_is_the_quantile_of_its_beta_law(mean: float) -> None:
    drawn = skewed_share(NUMPY, GRID, np.full_like(GRID, mean))
    assert drawn == pytest.approx(stats.beta(mean / (1 - mean), 1).ppf(GRID), rel=1e-9, abs=1e-12)
    assert drawn.mean() == pytest.approx(mean, abs=1e-3)


def test_an_exponential_value_is_the_upper_quantile_of_its_uniform() -> None:
    assert exponential(NUMPY, GRID) == pytest.approx(stats.expon.isf(GRID), rel=1e-12)


@pytest.mark.parametrize("shape", [1, 2, 4])
def test_a_gamma_value_of_whole_shape_follows_its_law_with_mean_one(shape: int) -> None:
    drawn = gamma_of_whole_shape(NUMPY, words(shape))
    law = stats.gamma(shape, scale=1 / shape)
    assert stats.kstest(drawn, law.cdf).statistic < KOLMOGOROV


def test_a_normal_value_follows_its_law() -> None:
    drawn = normal(NUMPY, *words(2))
    assert stats.kstest(drawn, stats.norm.cdf).statistic < KOLMOGOROV


def test_draws_stay_finite_at_the_ends_of_the_uniforms() -> None:
    low, high = np.array([2.0**-25]), np.array([1.0 - 2.0**-25])
    for u in (low, high):
        for v in (low, high):
            assert np.isfinite(normal(NUMPY, u, v)).all()
        assert np.isfinite(exponential(NUMPY, u)).all()
        assert np.isfinite(gamma_of_whole_shape(NUMPY, [u, u, u, u])).all()
        assert ((skewed_share(NUMPY, u, 0.03) >= 0) & (skewed_share(NUMPY, u, 0.7) < 1)).all()
