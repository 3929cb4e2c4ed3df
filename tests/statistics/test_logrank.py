"""Log-rank test, median survival with interval and bounds of ratios: R, lifelines, by hand.

R survival 3: ``survdiff(Surv(time, status) ~ x, aml)`` prints Chisq 3.4 on 1 degree of freedom,
p 0.07; ``survdiff(Surv(time, status) ~ sex, lung)`` prints N 138 and 90, observed 112 and 53,
expected 91.6 and 73.4, Chisq 10.3, p 0.001; ``coxph(Surv(time, status) ~ sex, lung)`` prints
exp(coef) 0.588, se 0.1672, interval 0.4237 to 0.816 (recalled).
"""

from __future__ import annotations

import warnings

import lifelines
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times

from remyelin.statistics import hazard_ratios, kaplan_meier, likelihood_bound
from remyelin.statistics.logrank import log_rank
from tests.statistics.test_survival import AML_EVENT, AML_GROUP, AML_TIME, Rows, samples, unzip


def lung() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from lifelines.datasets import load_lung

    frame = load_lung()
    return frame["time"].to_numpy(float), frame["status"].to_numpy() > 0, frame["sex"].to_numpy()


def test_the_log_rank_test_of_aml_and_lung_is_that_of_r() -> None:
    aml = log_rank(AML_TIME, AML_EVENT, AML_GROUP, n_groups=2)
    assert (aml.degrees, round(aml.statistic, 1), round(aml.p, 2)) == (1, 3.4, 0.07)
    time, event, sex = lung()
    found = log_rank(time, event, sex - 1, n_groups=2)
    assert found.observed.tolist() == [112, 53]
    assert found.expected.round(1).tolist() == [91.6, 73.4]
    assert (round(found.statistic, 1), round(found.p, 3)) == (10.3, 0.001)


def test_cox_of_lung_is_that_of_r() -> None:
    time, event, sex = lung()
    fit = hazard_ratios(time, event, sex == 2)
    low, high = fit.interval()
    assert fit.ratio[0] == pytest.approx(0.588, abs=5e-4)
    assert fit.log_se[0] == pytest.approx(0.1672, abs=5e-5)
    assert (low[0], high[0]) == pytest.approx((0.4237, 0.816), abs=5e-5)


@settings(max_examples=40, deadline=None)
@given(samples)
def test_the_log_rank_test_agrees_with_lifelines(rows: Rows) -> None:
    time, event, group = unzip(rows)
    present = np.unique(group)
    assume(present.size > 1)
    found = log_rank(time, event, group, n_groups=3)
    assume(found.degrees == present.size - 1)  # lifelines fails where a group is never at risk
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = multivariate_logrank_test(time, group, event)
    assert found.statistic == pytest.approx(peer.test_statistic, rel=1e-8, abs=1e-9)
    assert found.p == pytest.approx(peer.p_value, rel=1e-6, abs=1e-12)


def test_a_test_without_events_or_with_one_group_gives_nothing() -> None:
    for event, group in (([0, 0, 0], [0, 1, 1]), ([1, 1, 1], [1, 1, 1])):
        found = log_rank([1.0, 2.0, 3.0], np.array(event, bool), group, n_groups=2)
        assert found.degrees == 0
        assert np.isnan(found.p)


@settings(max_examples=40, deadline=None)
@given(samples)
def test_the_interval_of_the_median_agrees_with_lifelines(rows: Rows) -> None:
    time, event, _ = unzip(rows)
    curve = kaplan_meier(time, event)
    assume(not np.any(np.abs(curve.survival - 0.5) < 1e-6))  # there lifelines has another rule
    value, low, high = (float(end[0]) for end in curve.median_interval())
    fitter = lifelines.KaplanMeierFitter().fit(time, event)
    peer = median_survival_times(fitter.confidence_interval_).to_numpy()[0]
    median = float(fitter.median_survival_time_)
    assert value == pytest.approx(median) if np.isfinite(median) else np.isnan(value)
    # where the curve is at 0 lifelines draws the limits down to 0, R and this leave them open
    ends = curve.times[0][curve.survival[0] == 0.0]
    for own, other in ((low, peer[0]), (high, peer[1])):
        if np.isnan(own):
            assert np.isinf(other) or other in ends
        else:
            assert own == pytest.approx(float(other))


def test_the_median_of_aml_and_lung_is_that_of_r() -> None:
    value, low, high = kaplan_meier(AML_TIME, AML_EVENT, AML_GROUP).median_interval()
    assert value.tolist() == [31, 23]
    assert low.tolist() == [13, 5]
    assert (np.isnan(high[0]), high[1]) == (True, 33)
    time, event, sex = lung()
    assert kaplan_meier(time, event, sex - 1).median_interval()[0].tolist() == [270, 426]


def test_a_curve_that_runs_at_half_has_its_median_in_the_middle() -> None:
    """By hand, as R prints it: survival 1/2 from 2 on and 1/4 from 5 on give 3.5."""
    value, _, _ = kaplan_meier([1.0, 2.0, 5.0, 6.0], [True, True, True, False]).median_interval()
    assert value[0] == 3.5
    value, _, _ = kaplan_meier([1.0, 2.0, 5.0, 6.0], [True, True, False, False]).median_interval()
    assert value[0] == 2.0


def test_the_bound_of_a_ratio_without_events_follows_from_the_likelihood() -> None:
    """By hand: one event, 2 against 2 at risk: log(1 + beta) = 1.9207, so exp(1.9207) - 1."""
    time, event = [1.0, 2.0, 2.0, 2.0], np.array([True, False, False, False])
    first = np.array([False, False, True, True])
    assert likelihood_bound(time, event, first) == pytest.approx(np.exp(1.920729) - 1, rel=1e-6)
    swapped = likelihood_bound(time, event, ~first)
    assert swapped == pytest.approx(1 / (np.exp(1.920729) - 1), rel=1e-6)
    assert np.isnan(likelihood_bound(time, np.zeros(4, bool), first))
    assert np.isnan(likelihood_bound(AML_TIME, AML_EVENT, AML_GROUP == 1))


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60), st.integers(2, 60))
def test_the_bound_shrinks_with_more_patients_without_event(few: int, more: int) -> None:
    def bound(n: int) -> float:
        time = np.concatenate([np.arange(1, 6), np.full(n, 9.0)])
        event = np.concatenate([np.ones(5, bool), np.zeros(n, bool)])
        return likelihood_bound(time, event, np.arange(5 + n) >= 5)

    assert (bound(few) - bound(more)) * (few - more) <= 0


@settings(max_examples=20, deadline=None)
@given(samples)
def test_intervals_at_every_step_are_those_at_its_time(rows: Rows) -> None:
    time, event, group = unzip(rows)
    curves = kaplan_meier(time, event, group, n_groups=3)
    low, high = curves.intervals()
    for place in range(3):
        known = np.isfinite(curves.times[place])
        if known.any():
            wanted = curves.interval_at(curves.times[place][known])
            assert low[place][known] == pytest.approx(wanted[0][place], nan_ok=True)
            assert high[place][known] == pytest.approx(wanted[1][place], nan_ok=True)
