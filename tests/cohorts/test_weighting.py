"""Weights of a study meet its baseline table, or say which covariate cannot be met."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.cohorts import reference
from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.reference import Variant
from remyelin.cohorts.targets import targets_of
from remyelin.cohorts.weighting import Weighting, fit
from remyelin.errors import CohortError
from remyelin.study import catalogue
from remyelin.study.population import Population
from remyelin.study.vocabulary import Covariate
from tests.trials.small import mapping, study

TOLERANCE = 0.05
"""Of a standard deviation, or of the unit where the spread is not published."""


def fitted(population: Population) -> Weighting:
    return fit(population, targets_of(population), reference.of(Variant.of(population)))


@pytest.mark.parametrize("name", catalogue.names())
def test_the_weights_meet_the_own_baseline_means_on_the_reference(name: str) -> None:
    population = catalogue.load(name).population
    weighting = fitted(population)
    near = reference.of(Variant.of(population)).within(population.max_duration_years)
    pool = near.where(eligible(near.covariates, population.eligibility))
    weight = weighting.weights(pool.covariates)
    of_patient = np.bincount(pool.candidate, weights=weight)[pool.candidate]
    share = weight / of_patient * np.minimum(1.0, of_patient / weighting.cap)
    assert weighting.expected_yield == pytest.approx(share.sum() / reference.CANDIDATES)
    for covariate, row in population.baseline.items():
        mean = np.average(pool.covariates[covariate], weights=share)
        assert abs(mean - row.mean) < TOLERANCE * (row.sd or 1.0), covariate


@pytest.mark.parametrize("name", catalogue.names())
def test_imputed_covariates_are_those_that_the_study_does_not_give(name: str) -> None:
    population = catalogue.load(name).population
    default = catalogue.default_population(population.default_population).baseline
    targets = targets_of(population)
    imputed = {target.covariate for target in targets if target.imputed}
    assert {t.covariate for t in targets if not t.imputed} == set(population.baseline)
    assert imputed == set(default) - set(population.baseline)
    for target in targets:
        rows = default if target.imputed else population.baseline
        assert target.mean == rows[target.covariate].mean


def test_an_unreachable_mean_names_the_covariate() -> None:
    data = mapping()
    data["population"]["baseline"]["edss"] = {"mean": 5.9}
    with pytest.raises(CohortError, match=r"baseline table.*edss: wanted mean 5\.9, .*reachable"):
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


def test_without_any_target_everybody_eligible_weighs_the_same() -> None:
    population = study().population
    weighting = fit(population, (), reference.of(Variant.of(population)))
    looks = reference.of(Variant.of(population)).within(1.0).covariates
    assert set(weighting.weights(looks)) == {1.0}
    assert 0.0 < weighting.expected_yield <= 1.0
