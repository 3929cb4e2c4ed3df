"""A small study that runs in about a second, and what is needed to look inside a trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import yaml

from remyelin.cohorts.enrolment import Cohort
from remyelin.cohorts.past import NOBODYS
from remyelin.engine.backends import Backend
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.inputs import Inputs
from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Covariate
from remyelin.trials.plan import Plan
from remyelin.trials.prediction import RunSettings

INPUTS = Inputs.packaged()
TABLE = INPUTS.parameters

Mapping = dict[str, Any]


def mapping(study_id: str = "small") -> Mapping:
    """The template for users, with patients of the first 2 years of disease."""
    data: Mapping = yaml.safe_load(catalogue.template(study_id))
    data["population"].update(
        max_duration_years=2.0,
        criteria={
            "age_years": {"min": 18.0, "max": 60.0},
            "edss": {"max": 6.0},
            "relapses_last_12_months": {"min": 1.0},
        },
        baseline={
            "age_years": {"mean": 33.0, "sd": 9.0},
            "female": {"mean": 0.7},
            "edss": {"mean": 2.0},
            "disease_duration_years": {"mean": 1.2},
        },
    )
    data["design"]["dropout_per_year"] = {"value": 0.2}
    return data


def study(data: Mapping | None = None) -> Study:
    return catalogue.from_mapping(mapping() if data is None else data)


def plan(
    of: Study | None = None,
    *,
    patients: int = 24,
    replicates: int = 2,
    seed: int = 1,
    workers: int = 1,
    twins: bool = False,
    backend: Backend = Backend.NUMPY,
) -> Plan:
    chosen = study() if of is None else of
    settings = RunSettings(
        study_id=chosen.study_id,
        patients=patients,
        replicates=replicates,
        seed=seed,
        workers=workers,
        twins=twins,
        backend=backend,
    )
    return Plan.of(chosen, settings, INPUTS)


def cohort_at_onset(patients: int, replicates: int = 1, *, seed: int = 1) -> Cohort:
    """A cohort that nobody screened, for questions of allocation alone."""
    replicate = np.repeat(np.arange(replicates), patients)
    number = np.tile(np.arange(patients), replicates)
    streams = Streams.of(seed, replicate, number)
    nothing = {name: np.zeros(len(number)) for name in Covariate}
    nobodys = np.full(len(number), NOBODYS, dtype=object)
    return Cohort(replicate, number, at_onset(TABLE, streams, era_factor=1.0), nothing, nobodys)
