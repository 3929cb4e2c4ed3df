"""An enrolled cohort has the baseline table of its study, within Monte Carlo error."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from remyelin.cohorts.eligibility import eligible
from remyelin.study import catalogue
from tests.trials.small import plan

PATIENTS = 240
LARGEST_Z = 4.0


@pytest.mark.parametrize("name", catalogue.names())
def test_a_cohort_meets_the_baseline_table_and_the_criteria(name: str) -> None:
    ready = plan(catalogue.load(name), patients=PATIENTS, seed=3)
    population = ready.study.population
    cohort = ready.recruiter().enrol([0], PATIENTS)
    assert eligible(cohort.covariates, population.criteria).all()
    for target, expected in zip(ready.weighting.targets, ready.weighting.reached, strict=True):
        values = cohort.covariates[target.covariate]
        error = values.std(ddof=1) / sqrt(PATIENTS)
        assert abs(values.mean() - expected) < LARGEST_Z * error, target.covariate
        if not target.imputed:
            assert abs(values.mean() - target.mean) < LARGEST_Z * error, target.covariate
    share = PATIENTS / cohort.candidates
    spread = np.sqrt(share * (1 - share) / cohort.candidates)
    assert share < ready.weighting.expected_yield + LARGEST_Z * spread
