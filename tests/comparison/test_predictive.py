"""Predictive intervals hold their level at any number of replicates, and say what they are of."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.comparison.predictive import Part, Predictive
from remyelin.errors import UsageError
from remyelin.statistics.arrays import FloatArray
from remyelin.synthesis.scale import Scale

RUNS = 120
NEW = 200
STANDARD_ERRORS = 3.5
"""Fifty coverages are looked at, each on one side: one in about 4,000 lies so far out."""

Law = Callable[[np.random.Generator, int], FloatArray]


def binomial(size: int, share: float) -> Law:
    return lambda rng, count: rng.binomial(size, share, count) / size


def half_points(rng: np.random.Generator, count: int) -> FloatArray:
    return np.round(2.0 * rng.normal(0.12, 0.2, count)) / 2.0


LAWS: dict[str, tuple[Scale, float | None, Law, float]] = {
    "normal": (Scale.CHANGE, None, lambda rng, count: rng.normal(size=count), 0.04),
    "lognormal": (Scale.RATIO, None, lambda rng, count: rng.lognormal(size=count), 0.04),
    "skewed": (Scale.CHANGE, None, lambda rng, count: rng.lognormal(0.0, 0.3, count), 0.05),
    "some of 50": (Scale.PROPORTION, 50.0, binomial(50, 0.3), 0.25),
    "few of 20": (Scale.PROPORTION, 20.0, binomial(20, 0.05), 0.50),
    "rare of 200": (Scale.PROPORTION, 200.0, binomial(200, 0.01), 0.40),
    "half points": (Scale.CHANGE, None, half_points, 0.50),
}
"""Scale, size, law, and how far above its level an interval may lie (a grid has few ends)."""


def coverage(name: str, replicates: int, level: float) -> tuple[float, float]:
    """Give the share of new figures inside, and its standard error."""
    scale, size, law, _ = LAWS[name]
    rng = np.random.default_rng([replicates, round(100 * level), *name.encode()])
    inside = np.empty(RUNS)
    for run in range(RUNS):
        low, high = Predictive.of(law(rng, replicates), scale=scale, size=size).interval(level)
        new = law(rng, NEW)
        inside[run] = ((new >= low - 1e-9) & (new <= high + 1e-9)).mean()
    return float(inside.mean()), float(inside.std(ddof=1)) / math.sqrt(RUNS)


@pytest.mark.parametrize("replicates", [5, 10, 20, 50, 200])
@pytest.mark.parametrize("level", [0.9, 0.5])
@pytest.mark.parametrize("name", list(LAWS))
def test_an_interval_holds_its_level_at_any_number_of_replicates(
    name: str, level: float, replicates: int
) -> None:
    found, error = coverage(name, replicates, level)
    assert found >= level - STANDARD_ERRORS * error
    assert found <= level + LAWS[name][3] + STANDARD_ERRORS * error


def test_linear_quantiles_of_twenty_replicates_do_not_hold_it() -> None:
    """The rule above can fail."""
    rng = np.random.default_rng(1)
    inside = [
        np.mean((new >= low) & (new <= high))
        for _ in range(RUNS)
        for low, high in [np.quantile(rng.normal(size=20), (0.05, 0.95))]
        for new in [rng.normal(size=NEW)]
    ]
    assert np.mean(inside) < 0.9 - STANDARD_ERRORS * np.std(inside) / math.sqrt(RUNS)


def test_a_part_that_replicates_do_not_hold_widens_the_interval_to_its_level() -> None:
    rng = np.random.default_rng(2)
    inside = np.empty(RUNS)
    for run in range(RUNS):
        found = Predictive.of(
            rng.normal(size=20), scale=Scale.CHANGE, study_sd=0.8, discrepancy_sd=0.6
        )
        low, high = found.interval()
        new = rng.normal(0.0, math.sqrt(2.0), NEW)
        inside[run] = ((new >= low) & (new <= high)).mean()
    error = inside.std(ddof=1) / math.sqrt(RUNS)
    assert 0.9 - STANDARD_ERRORS * error <= inside.mean() <= 0.94


def test_replicates_of_few_draws_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(3)
    draws = np.repeat(np.arange(8), 10)
    inside = np.empty(RUNS)
    for run in range(RUNS):
        values = rng.normal(size=8)[draws] + rng.normal(0.0, 0.5, 80)
        low, high = Predictive.of(values, scale=Scale.CHANGE, draws=draws.tolist()).interval()
        new = rng.normal(0.0, math.sqrt(1.25), NEW)
        inside[run] = ((new >= low) & (new <= high)).mean()
    error = inside.std(ddof=1) / math.sqrt(RUNS)
    assert 0.9 - STANDARD_ERRORS * error <= inside.mean() <= 0.95


def test_the_study_of_another_size_has_its_own_sampling_error() -> None:
    values = np.random.default_rng(4).normal(size=400)
    found = Predictive.of(values, scale=Scale.CHANGE, size=400.0, study_size=100)
    half = np.subtract(*found.interval()[::-1]) / 2.0
    assert half == pytest.approx(2.0 * 1.645, rel=0.12)
    known = Predictive.of(values, scale=Scale.CHANGE, sampling_sd=3.0)
    assert np.subtract(*known.interval()[::-1]) / 2.0 == pytest.approx(3.0 * 1.645, rel=0.12)


def test_parts_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    draws = np.repeat(np.arange(300), 4)
    values = rng.normal(0.0, 2.0, 300)[draws] + rng.normal(0.0, 1.0, 1200)
    found = Predictive.of(
        values, scale=Scale.CHANGE, draws=draws.tolist(), study_sd=1.0, discrepancy_sd=2.0
    ).parts()
    # Variances 1, 4, 1 and 4; that between draws is known to a twelfth (300 draws).
    assert found.told_apart
    assert found.variance == pytest.approx(10.0, rel=0.15)
    wanted = {Part.SAMPLING: 0.1, Part.PARAMETERS: 0.4, Part.BETWEEN_STUDIES: 0.1}
    for part, share in {**wanted, Part.DISCREPANCY: 0.4}.items():
        assert found.shares[part] == pytest.approx(share, rel=0.25)
    assert math.fsum(found.shares.values()) == pytest.approx(1.0)
    assert 0.0 < found.shares[Part.MONTE_CARLO] < 0.01


def test_one_draw_has_no_part_of_the_parameters() -> None:
    found = Predictive.of([1.0, 2.0, 4.0], scale=Scale.RATIO).parts()
    assert (found.shares[Part.PARAMETERS], found.told_apart) == (0.0, True)


def test_one_replicate_a_draw_cannot_tell_sampling_and_parameters_apart() -> None:
    found = Predictive.of([1.0, 2.0, 4.0], scale=Scale.RATIO, draws=[0, 1, 2]).parts()
    assert not found.told_apart


def test_the_interval_of_the_model_is_narrower_than_that_of_a_study() -> None:
    found = Predictive.of(np.linspace(0.2, 0.4, 30), scale=Scale.PROPORTION, size=50.0)
    study, model = found.interval(), found.interval(of="model")
    assert study[0] < model[0] < found.median < model[1] < study[1]


def test_nobody_in_any_replicate_still_leaves_room_for_somebody() -> None:
    low, high = Predictive.of([0.0] * 3, scale=Scale.PROPORTION, size=20.0).interval()
    assert low == 0.0
    assert 0.0 < high <= 0.1
    low, high = Predictive.of([1.0] * 3, scale=Scale.PROPORTION, size=20.0).interval()
    assert (low <= 0.95, high) == (True, 1.0)


def test_ratios_at_their_limits_give_ends_at_the_limits() -> None:
    low, high = Predictive.of([0.0, 0.5, 1.0, 1.5, 2.0, 2.5], scale=Scale.RATIO).interval()
    assert low == 0.0
    assert 2.5 <= high < math.inf
    low, high = Predictive.of([1.0, 1.5, 2.0, math.inf], scale=Scale.RATIO).interval()
    assert 0.0 < low <= 1.0
    assert high == math.inf
    assert Predictive.of([math.inf] * 5, scale=Scale.RATIO).interval() == (math.inf, math.inf)


@pytest.mark.parametrize("values", [[], [0.3], [math.nan, 0.3, math.nan]])
def test_fewer_than_two_replicates_have_no_interval(values: list[float]) -> None:
    found = Predictive.of(values, scale=Scale.PROPORTION, size=10.0)
    assert all(math.isnan(end) for end in (*found.interval(), *found.interval(of="model")))
    assert math.isnan(found.pit(0.3))
    assert found.z(0.3) is None


def test_levels_below_zero_are_taken_as_they_are() -> None:
    found = Predictive.of([-1.0, 0.5, 1.0, 2.0], scale=Scale.RATIO)
    assert found.scale is Scale.CHANGE
    assert found.interval()[0] < -1.0


@given(
    values=st.lists(st.floats(0.01, 100.0), min_size=2, max_size=40),
    observed=st.floats(0.01, 100.0),
    study_sd=st.floats(0.0, 1.0),
)
def test_intervals_are_nested_hold_the_median_and_agree_with_the_pit(
    values: list[float], observed: float, study_sd: float
) -> None:
    found = Predictive.of(values, scale=Scale.RATIO, study_sd=study_sd)
    wide, narrow = found.interval(0.9), found.interval(0.5)
    slack = 1e-9 * max(values)
    assert wide[0] <= narrow[0] + slack <= found.median + 2 * slack
    assert found.median <= narrow[1] + slack <= wide[1] + 2 * slack
    if wide[0] < observed < wide[1]:
        assert 0.05 - 1e-6 <= found.pit(observed) <= 0.95 + 1e-6
    if observed < wide[0]:
        assert found.pit(observed) <= 0.05 + 1e-6


def test_the_pit_of_a_perfect_model_is_uniform() -> None:
    rng = np.random.default_rng(6)
    pits = [
        Predictive.of(rng.normal(size=30), scale=Scale.CHANGE).pit(rng.normal()) for _ in range(300)
    ]
    # The largest gap to the uniform law exceeds 1.95 / sqrt(n) once in a thousand (Kolmogorov).
    ranks = (np.arange(300) + 0.5) / 300
    assert np.abs(np.sort(pits) - ranks).max() < 1.95 / math.sqrt(300)


@pytest.mark.parametrize(
    "wrong",
    [{"study_sd": -1.0}, {"discrepancy_sd": math.nan}, {"size": 0.0}, {"draws": [1]}],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Predictive.of([1.0, 2.0], scale=Scale.RATIO, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="level"):
        Predictive.of([1.0, 2.0], scale=Scale.RATIO).interval(1.0)
