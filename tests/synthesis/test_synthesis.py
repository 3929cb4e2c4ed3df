"""Pooling over studies gives what can be worked out by hand and what others found."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError
from remyelin.study.vocabulary import Mark
from remyelin.synthesis.figure import Figure
from remyelin.synthesis.pooling import TauMethod, dersimonian_laird, forecast, pool
from remyelin.synthesis.precision import Told, placed, standard_error
from remyelin.synthesis.regression import regress
from remyelin.synthesis.rival import comparable, rivals
from remyelin.synthesis.scale import Scale

# Thirteen trials of BCG against tuberculosis: cases and others, vaccinated and not, and the
# absolute latitude. Colditz GA and others, JAMA 1994;271:698-702 (recalled, as distributed with the
# R package metafor).
BCG = (
    *((4, 119, 11, 128, 44), (6, 300, 29, 274, 55), (3, 228, 11, 209, 42)),
    *((62, 13536, 248, 12619, 52), (33, 5036, 47, 5761, 13), (180, 1361, 372, 1079, 44)),
    *((8, 2537, 10, 619, 19), (505, 87886, 499, 87892, 13), (29, 7470, 45, 7232, 27)),
    *((17, 1699, 65, 1600, 42), (186, 50448, 141, 27197, 18), (5, 2493, 3, 2338, 33)),
    (27, 16886, 29, 17825, 33),
)
VALUES = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d, _ in BCG]
VARIANCES = [1 / a - 1 / (a + b) + 1 / c - 1 / (c + d) for a, b, c, d, _ in BCG]
LATITUDE = [float(row[4]) for row in BCG]

METHODS = list(TauMethod)


def test_two_studies_give_the_hand_worked_between_study_variance() -> None:
    # w = 10, 10; mean 0.5; Q = 5; tau^2 = (5 - 1) / (20 - 200 / 20) = 0.4; weights 1 / 0.5.
    pooled = dersimonian_laird([0.0, 1.0], [0.1, 0.1])
    assert (pooled.mean, pooled.q) == (pytest.approx(0.5), pytest.approx(5.0))
    assert pooled.tau == pytest.approx(math.sqrt(0.4))
    assert pooled.error == pytest.approx(0.5)


def test_unequal_studies_give_the_hand_worked_figures() -> None:
    # w = 4, 1, 1; mean 0.5; Q = 4 * 0.25 + 0.25 + 2.25 = 3.5; spare = 6 - 18 / 6 = 3; tau^2 = 0.5.
    pooled = dersimonian_laird([0.0, 1.0, 2.0], [0.25, 1.0, 1.0])
    assert pooled.tau**2 == pytest.approx(0.5)
    weights = [1 / 0.75, 1 / 1.5, 1 / 1.5]
    assert pooled.mean == pytest.approx((weights[1] + 2 * weights[2]) / sum(weights))
    assert pooled.error == pytest.approx(sum(weights) ** -0.5)


# Tau squared and coefficients by PyMARE 0.0.13 (DL and REML) and, for DL without covariate,
# statsmodels 0.15.0; standard errors 0.1787 and 0.1798 as in the manual of metafor (recalled).
@pytest.mark.parametrize(
    ("method", "squared", "mean", "error"),
    [
        (TauMethod.DERSIMONIAN_LAIRD, 0.30876026, -0.71411722, 0.1787),
        (TauMethod.REML, 0.31324327, -0.71453234, 0.1798),
    ],
)
def test_the_trials_of_bcg_give_what_other_programs_give(
    method: TauMethod, squared: float, mean: float, error: float
) -> None:
    pooled = pool(VALUES, VARIANCES, method=method)
    assert pooled.tau**2 == pytest.approx(squared, rel=1e-6)
    assert pooled.mean == pytest.approx(mean, rel=1e-6)
    assert pooled.error == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize(
    ("method", "squared", "coefficients"),
    [
        (TauMethod.DERSIMONIAN_LAIRD, 0.0633005, (0.25954371, -0.02922874)),
        (TauMethod.REML, 0.07634797, (0.25146821, -0.02910172)),
    ],
)
def test_the_trials_of_bcg_depend_on_latitude_as_other_programs_say(
    method: TauMethod, squared: float, coefficients: tuple[float, float]
) -> None:
    found = regress(VALUES, VARIANCES, [LATITUDE], method=method)
    assert found.tau**2 == pytest.approx(squared, rel=1e-5)
    assert tuple(found.coefficients) == pytest.approx(coefficients, rel=1e-5)
    assert found.at([33.0]).mean == pytest.approx(coefficients[0] + 33.0 * coefficients[1])


FIGURES = st.lists(st.tuples(st.floats(-3.0, 3.0), st.floats(0.01, 2.0)), min_size=2, max_size=8)


@given(FIGURES, st.sampled_from(METHODS), st.floats(-5.0, 5.0))
def test_moving_all_figures_moves_the_mean_and_no_spread(
    figures: list[tuple[float, float]], method: TauMethod, by: float
) -> None:
    values, variances = [f[0] for f in figures], [f[1] for f in figures]
    one = pool(values, variances, method=method)
    other = pool([v + by for v in values], variances, method=method)
    assert min(values) - 1e-9 <= one.mean <= max(values) + 1e-9
    assert other.mean == pytest.approx(one.mean + by, abs=1e-4)
    assert other.tau == pytest.approx(one.tau, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_one_study_is_itself_and_identical_studies_have_no_tau(method: TauMethod) -> None:
    alone = pool([2.0], [0.25], method=method)
    assert (alone.mean, alone.error, alone.tau, alone.studies) == (2.0, 0.5, 0.0, 1)
    same = pool([2.0] * 4, [0.25] * 4, method=method)
    assert (same.mean, same.tau) == (2.0, 0.0)
    assert same.error == pytest.approx(0.25)
    assert pool([2.0], [0.25], method=method, least_tau=0.3).error == pytest.approx(
        math.hypot(0.5, 0.3)
    )


def test_a_new_study_is_foretold_with_its_own_sampling_error() -> None:
    told = forecast(pool([2.0], [0.25], least_tau=0.3), variance=0.16)
    assert told.sd == pytest.approx(math.sqrt(0.34 + 0.09 + 0.16))
    assert told.high - told.mean == pytest.approx(1.6448536269514722 * told.sd)


@pytest.mark.parametrize(
    ("values", "variances", "told"),
    [
        ([], [], "0 figures"),
        ([1.0], [0.0], "variance 0"),
        ([1.0, math.inf], [1.0, 1.0], "figure inf"),
        ([1.0], [1.0, 2.0], "1 figures and 2"),
    ],
)
def test_what_cannot_be_pooled_is_refused(
    values: list[float], variances: list[float], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        pool(values, variances)


def test_a_regression_needs_more_studies_than_coefficients_and_free_covariates() -> None:
    with pytest.raises(InputError, match="2 coefficients from 2 studies"):
        regress([1.0, 2.0], [1.0, 1.0], [[1.0, 2.0]])
    with pytest.raises(InputError, match="rank 1"):
        regress([1.0, 2.0, 4.0], [1.0] * 3, [[5.0, 5.0, 5.0]])
    with pytest.raises(InputError, match="2 numbers for 3"):
        regress([1.0, 2.0, 4.0], [1.0] * 3, [[5.0, 5.0]])


def test_precision_follows_from_what_was_printed() -> None:
    share = Told(n=100)
    assert standard_error(Scale.PROPORTION, 0.2, share) == (
        pytest.approx(math.sqrt(1 / 20 + 1 / 80)),
        "binomial",
    )
    rate = Told(n=50, years=100.0)
    assert standard_error(Scale.RATIO, 0.25, rate) == (pytest.approx(0.2), "poisson, patients")
    ci = Told(low=0.5, high=2.0)
    assert standard_error(Scale.RATIO, 1.0, ci)[0] == pytest.approx(math.log(4.0) / 3.919927969)
    assert standard_error(Scale.CHANGE, 1.0, Told(n=25, sd=2.0))[0] == pytest.approx(0.4)
    assert standard_error(Scale.RATIO, 1.0, Told(n=25)) == (None, "")


def test_nobody_of_few_is_no_infinite_place() -> None:
    assert placed(Scale.PROPORTION, 0.0, Told(n=9)) == pytest.approx(math.log(0.5 / 9.5))
    assert placed(Scale.PROPORTION, 1.0, Told(n=9)) == pytest.approx(math.log(9.5 / 0.5))
    assert placed(Scale.RATIO, 0.0, Told(years=50.0)) == pytest.approx(math.log(0.01))
    assert placed(Scale.PROPORTION, 0.0, Told()) == -math.inf
    error, _ = standard_error(Scale.PROPORTION, 0.0, Told(n=9))
    assert error == pytest.approx(math.sqrt(1 / 0.5 + 1 / 9.5))


def figure(key: str, place: float, **other: object) -> Figure:
    base = Figure(
        key=key,
        group="g",
        origin="study",
        run="r",
        study=key,
        arm="a",
        outcome="arr",
        definition="relapse_protocol",
        measure="rate_per_year",
        outcome_class="relapses",
        quantity="relapse",
        treatment="placebo",
        phenotype="rrms",
        era="modern",
        year=2010,
        months=24.0,
        scale=Scale.RATIO,
        value=math.exp(place),
        place=place,
        error=0.1,
        error_from="interval",
        n=100,
        events=None,
        low=None,
        high=None,
        overlap=key,
        vote=1.0,
        agrees="agrees",
        known=True,
        mark=Mark.SEEN,
        source="somewhere",
    )
    return replace(base, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"months": 24.0 * 1.7}, True),
        ({"months": 24.0 * 1.71}, False),
        ({"months": None}, False),
        ({"overlap": "new"}, False),
        ({"treatment": "dmt"}, False),
        ({"phenotype": "spms"}, False),
        ({"definition": "other"}, False),
        ({"arm": "a_vs_b"}, False),
        ({"era": "historical"}, True),
    ],
)
def test_only_the_same_thing_in_other_patients_is_comparable(
    change: dict[str, object], same: bool
) -> None:
    assert comparable(figure("new", 0.0), figure("other", 0.1, **change)) is same


def test_the_rival_of_a_figure_rests_on_other_cohorts_only() -> None:
    tune = [figure("a", 0.0), figure("b", 0.2), figure("c", 0.4), figure("new", 9.0)]
    found = rivals([figure("new", 9.0)], tune).found["new"]
    assert found.of == ("a", "b", "c")
    expected = forecast(pool([0.0, 0.2, 0.4], [0.01] * 3), variance=0.01)
    assert (found.forecast.mean, found.forecast.sd) == pytest.approx((expected.mean, expected.sd))
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(math.exp(0.2))


def test_two_arms_of_one_cohort_are_one_entry() -> None:
    two = [figure("a1", 0.0, overlap="a"), figure("a2", 0.4, overlap="a"), figure("b", 1.0)]
    found = rivals([figure("new", 0.0)], two).found["new"]
    assert found.pooled.studies == 2


def test_a_small_pool_borrows_the_spread_of_the_others_of_its_scale() -> None:
    wide = [figure(name, place, outcome="x") for name, place in zip("abc", (0, 1, 2), strict=True)]
    small = [figure("d", 0.0), figure("e", 0.0)]
    asked = [figure("new", 0.0), figure("other", 0.0, outcome="x")]
    told = rivals(asked, [*wide, *small])
    assert told.found["new"].tau_borrowed
    assert told.found["new"].pooled.tau == pytest.approx(told.found["other"].pooled.tau)
    assert not told.found["other"].tau_borrowed
    assert not rivals(asked[:1], small).found["new"].tau_borrowed


def test_a_figure_without_comparable_ones_has_no_rival_and_is_counted() -> None:
    told = rivals([figure("new", 0.0)], [figure("a", 0.0, treatment="ahsct")])
    assert (dict(told.found), told.without) == ({}, ("new",))
    unknown = rivals([figure("new", 0.0)], [figure("a", 0.0, error=None)])
    assert unknown.without == ("new",)
