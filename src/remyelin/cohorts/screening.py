"""Screening: the running population is looked at every quarter from recognised onset on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.past import SCREENING_INTERVAL, Past
from remyelin.engine.backends import Carrier, Rater
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.parameters import ParameterTable
from remyelin.study.vocabulary import Covariate
from remyelin.units import DAYS_PER_YEAR

NEVER_RELAPSED_DAYS: Final = 60_000.0
"""Most days since a relapse that a look says; also said of those who never had one."""

VOLUME_STEPS_PER_PERCENT: Final = 10
"""A look says brain volume to a tenth of a percent."""

LOOKS_PER_YEAR: Final = 4

WORSENED_STEP: Final = 1.0
WORSENED_STEP_HIGH: Final = 0.5
HIGH_EDSS: Final = 6.0
"""Documented worsening in the 2 years before a trial of SPMS, as EXPAND asks for it
(doi:10.1016/S0140-6736(18)30475-6)."""

Covariates = Mapping[Covariate, NDArray[np.float64]]
"""Baseline covariates, one value per patient."""


def last_day(silent_days: float, max_duration_years: float) -> int:
    """Give the day from biological onset after which nobody is looked at."""
    return int(silent_days + max_duration_years * DAYS_PER_YEAR)


@dataclass(frozen=True)
class Look:
    """The running population on one day.

    Attributes
    ----------
    day
        Days since biological onset.
    population
        Where the patients stand.
    covariates
        What a screening visit would find.
    alive
        Who is there to be looked at.
    """

    day: int
    population: Population
    covariates: Covariates
    alive: NDArray[np.bool_]


@dataclass
class Screening:
    """Looks at candidates of one population.

    Attributes
    ----------
    engine, assessor
        What carries and what rates them.
    table
        Parameters of what they are given.
    past
        What they are given before enrolment.
    silent_days
        Days from biological to recognised onset.
    """

    engine: Carrier
    assessor: Rater
    table: ParameterTable
    past: Past
    silent_days: float = 0.0
    _relapses: list[NDArray[np.float64]] = field(default_factory=list)
    _on_drug: list[NDArray[np.float64]] = field(default_factory=list)
    _edss: list[NDArray[np.float64]] = field(default_factory=list)

    def looks(self, population: Population, max_duration_years: float) -> Iterator[Look]:
        """Carry patients from biological onset and look at them every quarter.

        Parameters
        ----------
        population
            Patients on the day of their biological onset.
        max_duration_years
            Last look, in years since recognised onset.
        """
        last = last_day(self.silent_days, max_duration_years)
        for start in range(0, last - SCREENING_INTERVAL + 1, SCREENING_INTERVAL):
            stop = start + SCREENING_INTERVAL
            plan = self.past.schedule(self.table, start, stop)
            population, seen = self.engine.advance(population, start, stop, plan)
            self._count(seen, len(population))
            if stop <= self.silent_days:
                continue
            self._edss = [*self._edss, self.assessor.rate(population).edss]
            self._edss = self._edss[-2 * LOOKS_PER_YEAR - 1 :]
            alive = population.state.safety.alive > 0.0
            yield Look(stop, population, self._covariates(population, stop), alive)

    def _count(self, seen: Happenings, people: int) -> None:
        rows, days = seen.of("relapse")
        treated = rows[self.past.on_drug(rows, days)]
        for book, who in ((self._relapses, rows), (self._on_drug, treated)):
            book.append(np.bincount(who, minlength=people).astype(np.float64))
            del book[: -2 * LOOKS_PER_YEAR]

    def _covariates(self, population: Population, day: int) -> Covariates:
        state, traits = population.state, population.traits
        duration = (day - self.silent_days) / DAYS_PER_YEAR
        edss = self._edss[-1]
        since = np.minimum(state.relapses.days_since, NEVER_RELAPSED_DAYS)
        return {
            Covariate.AGE: state.clock.age,
            Covariate.FEMALE: traits.person.female,
            Covariate.EDSS: edss,
            Covariate.DURATION: np.full(len(population), duration),
            Covariate.RELAPSES_12M: np.sum(self._relapses[-LOOKS_PER_YEAR:], axis=0),
            Covariate.RELAPSES_24M: np.sum(self._relapses, axis=0),
            Covariate.DAYS_SINCE_RELAPSE: since,
            Covariate.GD_LESIONS: state.lesions.enhancing,
            Covariate.EDSS_RISE_12M: edss - self._edss[-LOOKS_PER_YEAR - 1 :][0],
            Covariate.EDSS_RISE_24M: edss - self._edss[0],
            Covariate.EDSS_WORSENED_24M: worsened(edss, self._edss[-2:][0], self._edss[0]),
            Covariate.T2_LESIONS: state.lesions.t2_total,
            Covariate.BRAIN_VOLUME: rounded_volume(state.tissue.volume),
            Covariate.DAYS_ON_DRUG: self.past.days_on(day),
            Covariate.RELAPSES_ON_DRUG_12M: np.sum(self._on_drug[-LOOKS_PER_YEAR:], axis=0),
        }


def worsened(
    edss: NDArray[np.float64], before: NDArray[np.float64], first: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Say with 1 or 0 whether the EDSS has worsened and stayed so.

    Parameters
    ----------
    edss, before
        At this look and at the one before: the lower of them has to show the rise.
    first
        Two years before.
    """
    low = np.minimum(edss, before)
    step = np.where(low >= HIGH_EDSS, WORSENED_STEP_HIGH, WORSENED_STEP)
    return np.where(low - first >= step, 1.0, 0.0)


def rounded_volume(volume: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give brain volume as a look says it."""
    rounded: NDArray[np.float64] = (
        np.rint(volume * VOLUME_STEPS_PER_PERCENT) / VOLUME_STEPS_PER_PERCENT
    )
    return rounded
