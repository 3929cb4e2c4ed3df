"""Weights of a study meet its baseline table, or say which covariate cannot be met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from remyelin.cohorts import reference, weighting
from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.reference import Variant
from remyelin.cohorts.targets import targets_of
from remyelin.cohorts.weighting import Weighting, fit
from remyelin.errors import CohortError
from remyelin.study import catalogue
from remyelin.study.fields import BaselineRow
from remyelin.study.population import Population
from remyelin.study.vocabulary import Covariate, Phenotype
from tests.trials.small import INPUTS, mapping, study

TOLERANCE = 0.05
"""Of a standard deviation, or of the unit where the spread is not published."""


def fitted(population: Population) -> Weighting:
    return fit(
        population,
        targets_of(population, INPUTS.populations),
        reference.of(Variant.of(population), INPUTS),
    )


@pytest.mark.parametrize("name", catalogue.names())
def test_the_weights_meet_the_own_baseline_means_on_the_reference(name: str) -> None:
    population = catalogue.load(name).population
    weights = fitted(population)
    near = reference.of(Variant.of(population), INPUTS).within(population.max_duration_years)
    pool = near.where(eligible(near.covariates, population.eligibility))
    weight = weights.weights(pool.covariates)
    of_patient = np.bincount(pool.candidate, weights=weight)[pool.candidate]
    share = weight / of_patient * np.minimum(1.0, of_patient / weights.cap)
    assert weights.expected_yield == pytest.approx(share.sum() / reference.CANDIDATES)
    for covariate, row in population.baseline.items():
        mean = np.average(pool.covariates[covariate], weights=share)
        assert abs(mean - row.mean) < TOLERANCE * (row.sd or 1.0), covariate


@pytest.mark.parametrize("name", catalogue.names())
def test_imputed_covariates_are_those_that_the_study_does_not_give(name: str) -> None:
    population = catalogue.load(name).population
    default = catalogue.default_population(population.default_population).baseline
    targets = targets_of(population, INPUTS.populations)
    imputed = {target.covariate for target in targets if target.imputed}
    assert {t.covariate for t in targets if not t.imputed} == set(population.baseline)
    assert imputed == set(default) - set(population.baseline)
    for target in targets:
        rows = default if target.imputed else population.baseline
        assert target.mean == rows[target.covariate].mean


def test_an_unreachable_mean_names_the_covariate() -> None:
    data = mapping()
    data["population"]["baseline"]["edss"] = {"mean": 5.99}
    with pytest.raises(CohortError, match=r"baseline table.*edss: wanted mean 5\.99, .*reachable"):
        fitted(study(data).population)


def test_an_unreachable_spread_is_named_with_what_can_be_reached() -> None:
    data = mapping()
    data["population"]["baseline"]["edss"] = {"mean": 3.35, "sd": 3.5}
    with pytest.raises(CohortError, match=r"edss: wanted mean 3\.35, sd 3\.5, reachable .*sd"):
        fitted(study(data).population)


def test_a_baseline_table_that_contradicts_its_criteria_names_the_covariate() -> None:
    data = mapping()
    data["population"]["criteria"]["relapses_last_12_months"] = {"min": 2.0}
    data["population"]["baseline"]["relapses_last_24_months"] = {"mean": 1.0}
    with pytest.raises(CohortError) as caught:
        fitted(study(data).population)
    assert "relapses_last_24_months: wanted mean 1" in str(caught.value)
    assert "female" not in str(caught.value)


@pytest.mark.parametrize(
    "criteria", [{"edss": {"min": 9.5}}, {"age_years": {"min": 119.0}}, {"gd_lesions": {"min": 99}}]
)
def test_criteria_that_nobody_meets_are_a_clear_error(criteria: dict[str, object]) -> None:
    data = mapping()
    data["population"].update(criteria=criteria, baseline={})
    data["population"]["default_population"] = "rrms_escalation_practice"
    for name in criteria:
        if name in (Covariate.EDSS, Covariate.AGE):
            data["population"]["baseline"][name] = {"mean": criteria[name]["min"]}  # type: ignore[index]
    with pytest.raises(CohortError, match=r"reference patients ever meet the criteria"):
        fitted(study(data).population)


def spms() -> dict[str, object]:
    data = mapping()
    data["population"].update(
        phenotype="spms",
        criteria={"age_years": {"min": 18.0}},
        baseline={},
        default_population="spms_trial_modern",
        max_duration_years=40.0,
    )
    return data


@pytest.mark.parametrize(
    ("phenotype", "implied"),
    [
        (Phenotype.RRMS, {}),
        (Phenotype.SPMS, {"edss": "3 to inf", "edss_worsened_last_24_months": "1 to inf"}),
        (Phenotype.PPMS, {"relapses_last_24_months": "-inf to 0"}),
    ],
)
def test_a_phenotype_implies_criteria_where_the_study_says_nothing(
    phenotype: Phenotype, implied: dict[str, str]
) -> None:
    data = spms()
    data["population"].update(phenotype=phenotype.value, criteria={})  # type: ignore[attr-defined]
    population = study(data).population
    assert {k.value: str(v) for k, v in population.eligibility.items()} == implied
    data["population"]["criteria"] = {name: {"max": 1.0} for name in implied}  # type: ignore[index]
    data["population"]["baseline"] = {"edss": {"mean": 1.0}}  # type: ignore[index]
    own = study(data).population.eligibility
    assert all(str(limits) == "-inf to 1" for limits in own.values())


def test_secondary_progressive_patients_have_worsened_before_they_enter() -> None:
    weights = fitted(study(spms()).population)
    reached = {t.covariate: m for t, m in zip(weights.targets, weights.reached, strict=True)}
    assert reached[Covariate.EDSS] == pytest.approx(5.4, abs=0.1)
    assert reached[Covariate.AGE] == pytest.approx(48.1, abs=0.8)


def test_an_unreachable_table_of_primary_progressive_patients_names_the_covariate() -> None:
    population = catalogue.load("oratorio").population
    rows = {**population.baseline, Covariate.GD_LESIONS: BaselineRow(mean=6.0, sd=1.6)}
    with pytest.raises(CohortError, match=r"gd_lesions: wanted mean 6, sd 1\.6, reachable"):
        fitted(population.model_copy(update={"baseline": rows}))


def test_criteria_that_nobody_meets_tell_what_the_phenotype_asks_of_itself() -> None:
    data = spms()
    data["population"]["criteria"] = {"age_years": {"max": 17.0}}  # type: ignore[index]
    data["population"]["baseline"] = {"age_years": {"mean": 17.0}}  # type: ignore[index]
    with pytest.raises(CohortError, match=r"spms asks for edss 3 to inf, edss_worsened"):
        fitted(study(data).population)


@pytest.mark.parametrize("cap", [np.inf, 0.5, 4.0, 40.0])
def test_the_slopes_of_the_fit_are_those_of_its_residuals(cap: float) -> None:
    rng = np.random.default_rng(3)
    candidate = np.sort(rng.integers(0, 40, 300))
    x, theta = rng.normal(size=(300, 3)), np.array([0.4, -0.3, 0.2])

    def residual(at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if np.isfinite(cap):
            mean = weighting._mean(x, at, candidate, cap)
        else:
            weight = weighting._tilt(x, at)
            mean = weight @ x / weight.sum()
        return np.append(mean, weighting._PENALTY * at)

    step = 1e-6
    measured = [
        (residual(theta + step * axis) - residual(theta - step * axis)) / (2 * step)
        for axis in np.eye(3)
    ]
    slopes = weighting._slopes(x, theta, candidate, cap)
    assert np.allclose(slopes, np.stack(measured, axis=1), rtol=0.0, atol=1e-8)


def test_without_any_target_everybody_eligible_weighs_the_same() -> None:
    population = study().population
    weights = fit(population, (), reference.of(Variant.of(population), INPUTS))
    looks = reference.of(Variant.of(population), INPUTS).within(1.0).covariates
    assert set(weights.weights(looks)) == {1.0}
    assert 0.0 < weights.expected_yield <= 1.0
