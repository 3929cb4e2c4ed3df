from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from remyelin.errors import InputError
from remyelin.statistics import mean, mean_difference, proportion, rate, rate_ratio


def test_wilson_interval_of_a_proportion_matches_its_formula() -> None:
    found = proportion(3, 55)
    z, p, n = stats.norm.ppf(0.975), 3 / 55, 55
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))
    assert np.isnan(proportion(0, 0).value)


def test_mean_interval_matches_scipy_and_ignores_missing_values() -> None:
    sample = np.array([1.0, 2.5, 4.0, np.nan, 3.0])
    found = mean(sample)
    low, high = stats.ttest_1samp(sample, 0, nan_policy="omit").confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n == 4


def test_mean_difference_interval_is_that_of_welch() -> None:
    one, two = np.array([1.0, 2.0, 4.0, 7.0]), np.array([2.0, 2.5, 2.2])
    low, high = stats.ttest_ind(one, two, equal_var=False).confidence_interval()
    found = mean_difference(one, two)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.value == pytest.approx(one.mean() - two.mean())


def test_mean_difference_of_an_empty_sample_is_missing() -> None:
    assert np.isnan(mean_difference([], [1.0]).value)


def test_rate_interval_is_exact() -> None:
    found = rate(10, 50.0)
    assert found.value == 0.2
    # Garwood limits of 10 events: 4.795 and 18.39
    assert (found.low * 50, found.high * 50) == pytest.approx((4.795, 18.390), abs=1e-3)
    assert rate(0, 10.0).low == 0


def test_rate_ratio_is_that_of_a_poisson_regression() -> None:
    import statsmodels.api as sm

    found = rate_ratio((12, 80.0), (30, 70.0))
    design = sm.add_constant(np.array([1.0, 1.0, 0.0, 0.0]))
    counts, years = np.array([5, 7, 10, 20]), np.array([30.0, 50.0, 40.0, 30.0])
    model = sm.GLM(counts, design, sm.families.Poisson(), exposure=years).fit(tol=1e-12)
    assert np.log(found.value) == pytest.approx(model.params[1], abs=1e-8)
    low, high = model.conf_int()[1]
    assert (np.log(found.low), np.log(found.high)) == pytest.approx((low, high), abs=1e-6)


def test_rate_ratio_over_no_events_is_infinite_and_of_none_missing() -> None:
    assert rate_ratio((1, 1.0), (0, 1.0)).value == np.inf
    assert np.isnan(rate_ratio((0, 1.0), (0, 1.0)).value)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InputError, match="3 events of 2"):
        proportion(3, 2)
    with pytest.raises(InputError, match="negative"):
        rate(-1, 2.0)
