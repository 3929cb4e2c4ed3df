"""Studies that are enrolled together get the very patients that each would get alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.cohorts.joint import enrol_together
from remyelin.errors import CohortError
from remyelin.study.schema import Study
from tests.cohorts.test_enrolment import of_kind
from tests.trials.small import mapping, plan, study

COUNTS = (12, 20)
REPLICATES = (0, 3)


def younger() -> Study:
    """Another study of the same candidates, with other criteria and a shorter disease."""
    data = mapping()
    data["population"]["max_duration_years"] = 3.0
    data["population"]["criteria"]["age_years"] = {"min": 18.0, "max": 45.0}
    data["population"]["baseline"] = {"disease_duration_years": {"mean": 1.5}}
    return study(data)


def test_together_and_alone_are_the_same_patients() -> None:
    recruiters = [plan(of_kind("rrms")).recruiter(), plan(younger()).recruiter()]
    together = enrol_together(recruiters, REPLICATES, COUNTS)
    for recruiter, count, cohort in zip(recruiters, COUNTS, together, strict=True):
        alone = recruiter.enrol(REPLICATES, count)
        assert np.array_equal(cohort.replicate, alone.replicate)
        assert np.array_equal(cohort.number, alone.number)
        for name, values in alone.covariates.items():
            assert np.array_equal(cohort.covariates[name], values)
        state, other = cohort.population.state, alone.population.state
        assert np.array_equal(state.deficit.lasting_spinal, other.deficit.lasting_spinal)
        assert np.array_equal(cohort.population.day, alone.population.day)


def test_studies_of_other_candidates_are_refused() -> None:
    recruiter = plan(of_kind("rrms")).recruiter()
    other_seed = replace(recruiter, seed=recruiter.seed + 1)
    with pytest.raises(CohortError, match="Enrol them one by one"):
        enrol_together([recruiter, other_seed], [0], [5, 5])
