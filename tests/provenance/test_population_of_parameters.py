"""A cohort is fitted to the population of the parameters with which it is run."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.study import catalogue
from remyelin.study.vocabulary import Covariate
from remyelin.trials.plan import Plan
from remyelin.trials.prediction import Progress, RunSettings

INPUTS = Inputs.packaged()
TABLE = INPUTS.parameters
PATIENTS = 1_000
MANY_LESIONS = TABLE.with_values({"lesion_rate": 2.0 * TABLE["lesion_rate"].value})
STANDARD_ERRORS = 4.0


@pytest.mark.parametrize("table", [TABLE, MANY_LESIONS], ids=["packaged", "twice the lesions"])
def test_the_baseline_that_was_asked_for_is_enrolled_under_any_parameters(
    table: ParameterTable,
) -> None:
    study = catalogue.load("affirm")
    settings = RunSettings(study_id="affirm", patients=PATIENTS, replicates=1, seed=1, workers=2)
    told: list[Progress] = []
    plan = Plan.of(study, settings, INPUTS.with_parameters(table), told.append)
    cohort = plan.recruiter().enrol([0], PATIENTS)
    wanted = {target.covariate: target.mean for target in plan.weighting.targets}
    for name in (Covariate.EDSS, Covariate.RELAPSES_12M, Covariate.DURATION):
        found = cohort.covariates[name]
        error = found.std() / np.sqrt(len(found))
        assert abs(found.mean() - wanted[name]) < STANDARD_ERRORS * error, name
