"""Own Kaplan-Meier and Cox against lifelines and against R.

R survival, data set ``aml`` (Miller 1997): ``coxph(Surv(time, status) ~ x)`` prints coef 0.9155,
exp(coef) 2.4981, se 0.5119, and ``survfit`` medians 31 and 23.
"""

from __future__ import annotations

import warnings

import lifelines
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.statistics import Fit, hazard_ratios, kaplan_meier
from remyelin.statistics.arrays import BoolArray, FloatArray, IntArray

MAINTAINED = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
NONMAINTAINED = "5 5 8 8 12 16+ 23 27 30 33 43 45"
AML = [
    (float(entry.rstrip("+")), not entry.endswith("+"), group)
    for group, entries in enumerate((MAINTAINED, NONMAINTAINED))
    for entry in entries.split()
]
AML_TIME, AML_EVENT, AML_GROUP = (np.array(column) for column in zip(*AML, strict=True))

Rows = list[tuple[int, bool, int]]

samples = st.lists(
    st.tuples(st.integers(1, 15), st.booleans(), st.integers(0, 2)), min_size=1, max_size=60
)


def unzip(rows: Rows) -> tuple[FloatArray, BoolArray, IntArray]:
    time, event, group = (np.array(column) for column in zip(*rows, strict=True))
    return time.astype(float), event, group


def lifelines_ratio(time: FloatArray, event: BoolArray, first: BoolArray) -> tuple[float, float]:
    frame = pd.DataFrame({"t": time, "e": event, "x": first.astype(float)})
    fitter = lifelines.CoxPHFitter()
    options = {"precision": 1e-16, "r_precision": 0.0, "max_steps": 50}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(frame, "t", "e", fit_options=options)
    return float(fitter.params_["x"]), float(fitter.standard_errors_["x"])


def test_kaplan_meier_of_the_aml_data_is_that_of_r() -> None:
    curves = kaplan_meier(AML_TIME, AML_EVENT, AML_GROUP)
    assert curves.median().tolist() == [31, 23]
    # by hand: 10/11, x 9/10, x 7/8, x 6/7, x 4/5, x 3/4, x 1/2
    wanted = np.cumprod([10 / 11, 9 / 10, 7 / 8, 6 / 7, 4 / 5, 3 / 4, 1 / 2])
    read = curves.at([9, 13, 18, 23, 31, 34, 48])[0]
    assert read == pytest.approx(wanted, abs=1e-15)
    assert curves.at_risk_at([0, 13, 14, 161])[0].tolist() == [11, 10, 8, 1]


def test_cox_of_the_aml_data_is_that_of_r() -> None:
    fit = hazard_ratios(AML_TIME, AML_EVENT, AML_GROUP == 1)
    assert np.log(fit.ratio[0]) == pytest.approx(0.9155, abs=5e-5)
    assert fit.ratio[0] == pytest.approx(2.4981, abs=5e-5)
    assert fit.log_se[0] == pytest.approx(0.5119, abs=5e-5)


@settings(max_examples=30)
@given(samples)
def test_kaplan_meier_agrees_with_lifelines(rows: Rows) -> None:
    time, event, group = unzip(rows)
    curves = kaplan_meier(time, event, group, n_groups=3)
    grid = np.arange(17)
    read = curves.at(grid, reach=np.inf)
    for number in range(3):
        own = group == number
        if not own.any():
            assert np.isnan(read[number]).all()
            continue
        fitter = lifelines.KaplanMeierFitter().fit(time[own], event[own])
        reference = fitter.survival_function_at_times(grid).to_numpy()
        assert read[number] == pytest.approx(reference, abs=1e-12)
        median = fitter.median_survival_time_
        assert curves.median()[number] == pytest.approx(float(median))


def test_log_log_intervals_agree_with_lifelines() -> None:
    curves = kaplan_meier(AML_TIME, AML_EVENT, AML_GROUP)
    low, high = curves.interval_at([10, 20, 40])
    own = AML_GROUP == 0
    fitter = lifelines.KaplanMeierFitter().fit(AML_TIME[own], AML_EVENT[own])
    reference = fitter.confidence_interval_.to_numpy()
    place = fitter.confidence_interval_.index.searchsorted([10, 20, 40], side="right") - 1
    assert low[0] == pytest.approx(reference[place, 0], abs=1e-12)
    assert high[0] == pytest.approx(reference[place, 1], abs=1e-12)


@settings(max_examples=30)
@given(samples, st.integers(2, 4))
def test_kaplan_meier_is_the_same_when_every_patient_stands_several_times(
    rows: Rows, times: int
) -> None:
    time, event, _ = unzip(rows)
    grid = np.arange(17)
    once = kaplan_meier(time, event).at(grid)
    often = kaplan_meier(np.tile(time, times), np.tile(event, times)).at(grid)
    assert often == pytest.approx(once, abs=1e-12, nan_ok=True)


def test_a_curve_is_not_read_beyond_its_reach_whatever_its_value() -> None:
    curves = kaplan_meier([5.0, 10.0, 5.0], [True, False, True], [0, 0, 1])
    assert np.isnan(curves.at([11.0])).all()
    assert curves.at([11.0], reach=1.0)[0, 0] == 0.5
    assert np.isnan(curves.at([11.0], reach=1.0)[1, 0])


def test_the_last_value_holds_until_follow_up_ends() -> None:
    curves = kaplan_meier([5.0, 10.0, 5.0], [True, False, True], [0, 0, 1])
    until = np.array([20.0, 20.0])
    assert curves.at([20.0], until=until)[:, 0].tolist() == [0.5, 0.0]
    assert np.isnan(curves.at([21.0], until=until)).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_cox_agrees_with_lifelines(seed: int, ties: bool) -> None:
    generator = np.random.default_rng(seed)
    first = generator.permutation(np.arange(80) < 40)
    time = generator.exponential(np.where(first, 2.0, 1.0)) * 5
    time = np.ceil(time) if ties else time
    event = generator.random(80) < 0.7
    log, error = lifelines_ratio(time, event, first)
    fit = hazard_ratios(time, event, first)
    assert np.log(fit.ratio[0]) == pytest.approx(log, abs=1e-8)
    assert fit.log_se[0] == pytest.approx(error, abs=1e-7)


def test_replicates_are_estimated_as_if_each_stood_alone() -> None:
    generator = np.random.default_rng(5)
    time = np.ceil(generator.exponential(4.0, 300))
    event, first = generator.random(300) < 0.6, generator.random(300) < 0.5
    replicate = generator.integers(0, 5, 300)
    together = hazard_ratios(time, event, first, replicate, n_replicates=6)
    for number in range(5):
        own = replicate == number
        alone = hazard_ratios(time[own], event[own], first[own])
        assert together.ratio[number] == pytest.approx(alone.ratio[0], rel=1e-12)
    assert together.fit[5] is Fit.NONE
    assert np.isnan(together.ratio[5])


@pytest.mark.parametrize(
    ("event", "ratio", "fit"),
    [
        ([0, 0, 1, 1], 0.0, Fit.ZERO),
        ([1, 1, 0, 0], np.inf, Fit.INFINITE),
        ([0, 0, 0, 0], np.nan, Fit.NONE),
    ],
)
def test_an_arm_without_events_gives_a_flagged_limit(
    event: list[int], ratio: float, fit: Fit
) -> None:
    found = hazard_ratios([1.0, 2.0, 1.0, 2.0], np.array(event, bool), [True, True, False, False])
    assert found.ratio[0] == pytest.approx(ratio, nan_ok=True)
    assert found.fit == (fit,)
    assert np.isnan(found.log_se[0])


def test_events_after_the_other_arm_has_left_carry_no_information() -> None:
    # the first arm has its only events when nobody of the second is at risk any more
    found = hazard_ratios([5.0, 6.0, 1.0, 2.0], [True] * 4, [True, True, False, False])
    assert found.fit == (Fit.ZERO,)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_swapping_the_arms_inverts_the_hazard_ratio(seed: int) -> None:
    generator = np.random.default_rng(seed)
    time, first = np.ceil(generator.exponential(9.0, 40)), generator.random(40) < 0.5
    event = generator.random(40) < 0.5
    one = hazard_ratios(time, event, first).ratio[0]
    two = hazard_ratios(time, event, ~first).ratio[0]
    assert one == pytest.approx(np.inf if two == 0 else 1 / two, rel=1e-9, nan_ok=True)


def test_very_unequal_hazards_still_converge() -> None:
    time = np.concatenate([np.full(1, 1.0), np.full(999, 3.0), np.arange(1, 1001) / 1000])
    event = np.concatenate([[True], np.zeros(999, bool), np.ones(1000, bool)])
    first = np.arange(2000) < 1000
    log, _ = lifelines_ratio(time, event, first)
    assert np.log(hazard_ratios(time, event, first).ratio[0]) == pytest.approx(log, abs=1e-7)


@pytest.mark.parametrize(
    ("time", "event"), [([1.0, -1.0], [1, 1]), ([1.0, np.nan], [1, 1]), ([1.0], [1, 1])]
)
def test_malformed_survival_data_are_refused(time: list[float], event: list[int]) -> None:
    with pytest.raises(InputError, match="survival data"):
        kaplan_meier(time, event)


NEAR_TIME = np.array([0.1 + 0.2, 0.3, 0.4, 0.5, 0.7, 0.6 + 0.1])
NEAR_EVENT = np.array([True, True, True, False, True, True])


def test_times_that_differ_in_the_last_bit_are_one_time_as_in_r() -> None:
    """By hand, as R does (timefix): 6 at risk and 2 events, then 4 and 1, then 2 and 2."""
    curve = kaplan_meier(NEAR_TIME, NEAR_EVENT)
    assert curve.times[0].tolist() == [0.3, 0.4, 0.5, 0.7]
    assert curve.at_risk[0].tolist() == [6, 4, 3, 2]
    assert curve.at([0.1 + 0.2, 0.4, 0.7])[0] == pytest.approx([2 / 3, 1 / 2, 0.0])
    late = kaplan_meier([0.1 + 0.2, 0.5], [True, False])
    assert late.at([0.3])[0] == pytest.approx([0.5])
    assert late.at_risk_at([0.3])[0].tolist() == [2]
    assert kaplan_meier([0.3], [True]).at([0.1 + 0.2])[0].tolist() == [0.0]


@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_near_ties_give_the_hazard_ratio_of_exact_ones(scale: float) -> None:
    first = np.array([True, False, True, False, True, False])
    exact = np.array([0.3, 0.3, 0.4, 0.5, 0.7, 0.7]) * scale
    near = hazard_ratios(NEAR_TIME * scale, NEAR_EVENT, first)
    assert near.ratio == pytest.approx(hazard_ratios(exact, NEAR_EVENT, first).ratio, rel=1e-12)


def test_times_further_apart_than_rounding_stay_apart() -> None:
    curve = kaplan_meier([1.0, 1.0 + 1e-6, 2.0], [True, True, True])
    assert np.isfinite(curve.times[0]).sum() == 3
