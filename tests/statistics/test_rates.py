"""Rates of recurrent events beside statsmodels (pinned in validation/rates) and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.statistics.analysis import Bound
from remyelin.statistics.analysis.rates import rates
from remyelin.statistics.negative_binomial import event_rates

ROOT = Path(__file__).resolve().parents[2]
PINNED = json.loads((ROOT / "validation/rates/rates.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("name", PINNED)
def test_the_negative_binomial_is_that_of_statsmodels(name: str) -> None:
    case = PINNED[name]
    n = len(case["log_rate"])
    data = (np.array(case["count"]), np.array(case["years"]), np.array(case["group"]))
    fit = event_rates(*data, n_groups=n)
    # the likelihood is flat at its top: the dispersion is known to the root of its rounding
    assert fit.dispersion == pytest.approx(case["dispersion"], rel=1e-5)
    assert fit.log_rate == pytest.approx(case["log_rate"], abs=1e-6)
    assert fit.log_se == pytest.approx(case["log_se"], rel=1e-5)
    poisson = event_rates(*data, n_groups=n, poisson=True)
    assert poisson.is_poisson
    assert poisson.log_rate == pytest.approx(case["poisson_log_rate"], abs=1e-9)
    assert poisson.log_se == pytest.approx(case["poisson_log_se"], rel=1e-9)


def test_counts_that_vary_no_more_than_chance_give_poisson_and_say_so() -> None:
    """By hand: 4 events in 8 years, 0.5 a year; standard error of the log 1 / sqrt(4)."""
    found = rates(("a",), np.ones(4), np.full(4, 2.0), np.zeros(4, dtype=np.int64), level=0.95)
    assert "Poisson" in found.model
    assert "not overdispersed" in found.model
    (group,) = found.groups
    half = 1.959963984540054 / 2
    assert group.rate.value == pytest.approx(0.5)
    assert (group.rate.low, group.rate.high) == pytest.approx(
        (0.5 * np.exp(-half), 0.5 * np.exp(half))
    )


def test_a_group_without_events_has_an_exact_end_and_no_ratio() -> None:
    """By hand: exp(-rate x 20) = 0.025, so 3.689 / 20; ratio by Clopper-Pearson of 0 in 5."""
    count = np.array([1.0, 2.0, 2.0, 0.0, 0.0])
    years = np.array([10.0, 10.0, 10.0, 10.0, 10.0])
    found = rates(("b", "a"), count, years, np.array([0, 0, 0, 1, 1]), level=0.95)
    none = found.groups[1].rate
    assert (none.bound, none.has_value) == (Bound.AT_MOST, False)
    assert none.high == pytest.approx(3.688879 / 20, rel=1e-6)
    assert found.groups[1].crude == 0.0
    ratio = found.ratios[0]
    assert ratio.ratio.note == "no events in a"
    most = 1 - 0.025 ** (1 / 5)  # of five events, share of a: at most
    assert ratio.ratio.high == pytest.approx(most / (1 - most) * 30 / 20)
    assert np.isnan(ratio.p)
    other = rates(("a", "b"), count, years, np.array([1, 1, 1, 0, 0]), level=0.95).ratios[0].ratio
    assert other.bound is Bound.AT_LEAST
    assert other.low == pytest.approx(1 / ratio.ratio.high)


def test_nobody_relapsed_or_nobody_was_followed_gives_words() -> None:
    zero = np.zeros(4)
    code = np.array([0, 0, 1, 1])
    found = rates(("a", "b"), zero, np.ones(4), code, level=0.95)
    assert found.model.startswith("none")
    assert found.ratios[0].ratio.note == "no events in b and a"
    assert found.ratios[0].ratio.bound is Bound.NONE
    blank = rates(("a", "b"), zero, zero, code, level=0.95)
    assert all(group.rate.note == "nobody was followed" for group in blank.groups)
    assert blank.ratios[0].ratio.note == "nobody of b was followed"


def test_patients_without_group_or_follow_up_take_no_part() -> None:
    count, years = np.array([2.0, 0.0, 1.0, 9.0, 9.0]), np.array([1.0, 1.0, 2.0, 0.0, 3.0])
    code = np.array([0, 0, 0, 0, -1])
    whole = rates(("a",), count, years, code, level=0.95)
    kept = rates(("a",), count[:3], years[:3], code[:3], level=0.95)
    assert whole == kept


def test_one_patient_with_all_relapses_does_not_break_the_fit() -> None:
    count = np.array([40.0] + [0.0] * 30)
    found = rates(("a",), count, np.ones(31), np.zeros(31, dtype=np.int64), level=0.95)
    assert found.groups[0].rate.has_value
    assert found.groups[0].rate.low < 40 / 31 < found.groups[0].rate.high


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.floats(0.01, 10), st.integers(0, 2)),
        min_size=1,
        max_size=40,
    ),
    st.floats(0.1, 10),
)
def test_rates_scale_with_the_unit_of_time(rows: list[tuple[int, float, int]], by: float) -> None:
    count, years, group = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    one = event_rates(count, years, group, n_groups=3)
    two = event_rates(count, years * by, group, n_groups=3)
    finite = np.isfinite(one.log_rate)
    assert np.array_equal(finite, np.isfinite(two.log_rate))
    if not (one.is_poisson or two.is_poisson):
        assert two.log_rate[finite] + np.log(by) == pytest.approx(one.log_rate[finite], abs=1e-3)
    assert np.isfinite(one.log_se[finite]).all()


@pytest.mark.parametrize(
    ("count", "years"), [([1.0, -1.0], [1, 1]), ([1.0, np.nan], [1, 1]), ([1.0], [1, 1])]
)
def test_malformed_counts_are_refused(count: list[float], years: list[float]) -> None:
    with pytest.raises(InputError, match="counts"):
        event_rates(count, years, [0] * len(years), n_groups=1)
