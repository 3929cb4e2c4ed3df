from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.statistics import Verdict, interval_score, score, summarise
from remyelin.study.outcome import WHOLE, Outcome, OutcomeKey
from remyelin.study.vocabulary import Measure

VALUES = np.linspace(0.0, 1.0, 101)


def published(value: float, measure: Measure = Measure.PROPORTION, n: int | None = 55) -> Outcome:
    key = OutcomeKey("s", "a", WHOLE, "progression_free", "d", 24.0, measure)
    return Outcome(key=key, value=value, n=n)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.5, "in"), (0.05, "in"), (0.95, "in"), (0.04, "out"), (0.96, "out")],
)
def test_in_means_within_5_to_95_per_cent(value: float, verdict: str) -> None:
    assert score(VALUES, published(value)).verdict == verdict


def test_z_counts_standard_deviations_from_the_mean() -> None:
    assert score(VALUES, published(0.8)).z == pytest.approx(0.3 / VALUES.std(ddof=1))


def test_z_of_a_ratio_is_on_the_log_scale() -> None:
    found = score([0.5, 1.0, 2.0] * 4, published(2.0, Measure.HAZARD_RATIO))
    assert found.z == pytest.approx(math.sqrt(11.0 / 8.0))


@pytest.mark.parametrize("limit", [0.0, np.inf])
def test_a_ratio_with_a_replicate_at_its_limit_has_no_z_but_a_verdict(limit: float) -> None:
    found = score([0.5, 1.0, 2.0, limit] * 3, published(1.0, Measure.HAZARD_RATIO))
    assert found.z is None
    assert found.verdict is Verdict.IN


@pytest.mark.parametrize("count", [1, 2, 9])
def test_fewer_than_ten_estimates_give_no_verdict_and_no_z(count: int) -> None:
    found = score([*VALUES[:count], np.nan, np.nan], published(0.5))
    assert (found.verdict, found.z, found.interval_score) == (Verdict.NOT_SCORABLE, None, None)
    assert score(VALUES[:10], published(0.5)).verdict is Verdict.OUT


def test_nothing_published_and_nothing_to_score_by_are_told_apart() -> None:
    assert score(VALUES, None).verdict is Verdict.NOT_PUBLISHED
    assert score(VALUES, published(0.5, n=None)).verdict is Verdict.NOT_SCORABLE
    assert score([np.nan, np.nan], published(0.5)).verdict is Verdict.NOT_ESTIMABLE
    assert score([], published(0.5)).verdict is Verdict.NOT_ESTIMABLE


def test_equal_values_have_no_z() -> None:
    assert score([0.5] * 10, published(0.5)).z is None
    assert score([0.5] * 10, published(0.5)).verdict is Verdict.IN


def test_interval_score_matches_a_value_worked_by_hand() -> None:
    # alpha 0.1: width 0.4, miss 0.1, 0.4 + 20 * 0.1
    assert interval_score(0.2, 0.6, 0.7) == pytest.approx(2.4)
    assert interval_score(0.2, 0.6, 0.1) == pytest.approx(2.4)
    assert interval_score(0.2, 0.6, 0.5) == pytest.approx(0.4)
    assert interval_score(0.2, math.inf, 0.5) is None


def test_summary_counts_missing_replicates_and_bears_infinite_ones() -> None:
    found = summarise([np.nan, 0.0, 1.0, np.inf, np.inf, np.inf])
    assert (found.n_replicates, found.n_not_estimable) == (5, 1)
    assert found.median == found.high == np.inf
    assert found.mean == 0.5


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40))
def test_quantiles_are_those_of_numpy(values: list[float]) -> None:
    found = summarise(values)
    wanted = np.quantile(values, [0.5, 0.05, 0.95])
    assert [found.median, found.low, found.high] == pytest.approx(wanted, abs=1e-9)


def test_an_empty_summary_is_missing() -> None:
    found = summarise([])
    assert found.n_replicates == 0
    assert math.isnan(found.median)
    assert math.isnan(found.mean)
