"""Screening: the running population is looked at every quarter from disease onset on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.backends import Carrier, Rater
from remyelin.engine.population import Population
from remyelin.study.vocabulary import Covariate
from remyelin.units import DAYS_PER_YEAR

SCREENING_INTERVAL: Final = 91
"""Days between two looks at a patient."""

NEVER_RELAPSED_DAYS: Final = 60_000.0
"""Most days since a relapse that a look says; also said of those who never had one."""

_LOOKS_PER_YEAR: Final = 4

Covariates = Mapping[Covariate, NDArray[np.float64]]
"""Baseline covariates, one value per patient."""


@dataclass(frozen=True)
class Look:
    """The running population on one day.

    Attributes
    ----------
    day
        Days since disease onset.
    population
        Where the patients stand.
    covariates
        What a screening visit would find.
    """

    day: int
    population: Population
    covariates: Covariates


def looks(
    engine: Carrier, assessor: Rater, population: Population, max_duration_years: float
) -> Iterator[Look]:
    """Carry patients from onset and look at them every quarter.

    Parameters
    ----------
    engine, assessor
        What carries and what rates them.
    population
        Patients on the day of their onset.
    max_duration_years
        Last look, in years since onset.
    """
    last = int(max_duration_years * DAYS_PER_YEAR)
    counts: list[NDArray[np.float64]] = []
    for start in range(0, last - SCREENING_INTERVAL + 1, SCREENING_INTERVAL):
        stop = start + SCREENING_INTERVAL
        population, seen = engine.advance(population, start, stop)
        rows, _ = seen.of("relapse")
        counts.append(np.bincount(rows, minlength=len(population)).astype(np.float64))
        counts = counts[-2 * _LOOKS_PER_YEAR :]
        rating = assessor.rate(population)
        yield Look(stop, population, _covariates(population, stop, rating.edss, counts))


def _covariates(
    population: Population,
    day: int,
    edss: NDArray[np.float64],
    counts: list[NDArray[np.float64]],
) -> Covariates:
    state, traits = population.state, population.traits
    last_year = counts[-_LOOKS_PER_YEAR:]
    return {
        Covariate.AGE: state.clock.age,
        Covariate.FEMALE: traits.person.female,
        Covariate.EDSS: edss,
        Covariate.DURATION: np.full(len(population), day / DAYS_PER_YEAR),
        Covariate.RELAPSES_12M: np.sum(last_year, axis=0),
        Covariate.RELAPSES_24M: np.sum(counts, axis=0),
        Covariate.DAYS_SINCE_RELAPSE: np.minimum(state.relapses.days_since, NEVER_RELAPSED_DAYS),
        Covariate.GD_LESIONS: state.lesions.enhancing,
    }
