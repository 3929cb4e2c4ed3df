"""Random-effects pooling gives what can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from remyelin.credibility.pooling import Entry, pool


def entry(value: float, error: float | None, cohort: str = "") -> Entry:
    return Entry(value=value, error=error, cohort=cohort or f"cohort {value} {error}")


def test_cohorts_that_agree_have_no_spread_between_them() -> None:
    pooled = pool([entry(1.0, 0.1, "a"), entry(1.0, 0.2, "b")])
    assert (pooled.value, pooled.between_sd) == (1.0, 0.0)
    assert pooled.error == pytest.approx((1 / 0.01 + 1 / 0.04) ** -0.5)


def test_papers_on_one_cohort_count_once() -> None:
    two = pool([entry(1.0, 0.1, "a"), entry(3.0, 0.1, "a"), entry(5.0, 0.1, "b")])
    one = pool([entry(2.0, 0.1, "a"), entry(5.0, 0.1, "b")])
    assert two == one
    alone = pool([entry(1.0, 0.1, "a"), entry(3.0, 0.3, "a")])
    assert (alone.value, alone.between_sd, alone.cohorts) == (2.0, 0.0, 1)
    assert alone.error == pytest.approx(math.sqrt((0.01 + 0.09) / 2))


def test_a_cohort_of_unknown_precision_is_taken_for_the_least_precise() -> None:
    assert pool([entry(0.0, 0.1), entry(1.0, 0.4), entry(2.0, None)]) == pool(
        [entry(0.0, 0.1), entry(1.0, 0.4), entry(2.0, 0.4)]
    )


def test_without_any_precision_the_spread_is_that_of_the_figures() -> None:
    pooled = pool([entry(1.0, None, "a"), entry(3.0, None, "b")])
    assert (pooled.value, pooled.cohorts) == (2.0, 2)
    assert pooled.between_sd == pytest.approx(math.sqrt(2.0))
    assert pooled.error == pytest.approx(1.0)
    assert pool([entry(1.0, None, "a")]).error is None
