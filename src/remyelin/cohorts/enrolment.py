"""Enrolment: candidates are screened one by one until the study is full.

Whether candidate k of a replicate enters, and on which day, depends on seed, replicate and k
alone: more patients, other arms or another division of the work change nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.course import course_of, silent_days, start
from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.past import NOBODYS, Past
from remyelin.cohorts.screening import Covariates, Look, Screening, last_day
from remyelin.cohorts.weighting import Weighting
from remyelin.engine.backends import DEFAULT_BACKEND, Backend, carrier, rater
from remyelin.engine.population import Population
from remyelin.engine.streams import Streams
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.model.stage import Purpose
from remyelin.study import population as specification
from remyelin.study.vocabulary import Covariate

_SPARE_SD: Final = 0.7
"""Standard deviations of spare patients in a wave; more cost more than a short second wave."""

SMALLEST_WAVE: Final = 16
LARGEST_WAVE: Final = 24_576
"""Candidates screened at a time, all replicates together; bounds memory."""

_MOST_CANDIDATES_FACTOR: Final = 50
"""Screening stops with an error after this many times the candidates expected."""


@dataclass(frozen=True)
class Cohort:
    """Patients on the day of their enrolment.

    Attributes
    ----------
    replicate, number
        Replicate of each patient, and its identity within the replicate.
    population
        Where they stand.
    covariates
        Baseline as the screening visit found it.
    prior_protocol
        Drug on which each of them comes; `NOBODYS` where it is none. It began
        ``days_on_drug`` before, as the covariates say.
    """

    replicate: NDArray[np.int64]
    number: NDArray[np.int64]
    population: Population
    covariates: Covariates
    prior_protocol: NDArray[np.object_]

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.replicate)

    def part(self, start: int, stop: int) -> Cohort:
        """Give the patients from one position to before another."""
        return _of(self, (np.arange(len(self)) >= start) & (np.arange(len(self)) < stop))

    def of(self, replicate: int) -> Cohort:
        """Give the patients of one replicate."""
        return _of(self, self.replicate == replicate)

    @classmethod
    def joined(cls, cohorts: Sequence[Cohort]) -> Cohort:
        """Put cohorts one after another."""
        return _joined(cohorts)


@dataclass(frozen=True)
class Recruiter:
    """Screens candidates for one study.

    Attributes
    ----------
    inputs
        Parameters, and protocols of prior treatment.
    population
        The study's population.
    weighting
        Its fixed weights.
    seed
        Seed of the run.
    backend
        Engine that carries the candidates.
    threads
        Threads that the engine may use; nobody depends on it.
    """

    inputs: Inputs
    population: specification.Population
    weighting: Weighting
    seed: int
    backend: Backend = DEFAULT_BACKEND
    threads: int = 1

    def enrol(
        self,
        replicates: Sequence[int],
        count: int,
        report: Callable[[float], None] | None = None,
    ) -> Cohort:
        """Enrol ``count`` patients in each replicate.

        Parameters
        ----------
        replicates
            Numbers of the replicates.
        count
            Patients in each.
        report
            Called with the share of patients found so far, 0 to 1.

        Raises
        ------
        CohortError
            Candidates hardly ever enter.
        """
        found: dict[int, list[Cohort]] = {replicate: [] for replicate in replicates}
        screened = dict.fromkeys(replicates, 0)
        while places := open_places(found, count):
            wave = self._wave(places, screened, count)
            entered = self._screen(*wave)
            for replicate in places:
                found[replicate].append(entered.of(replicate))
            if report:
                report(1.0 - sum(open_places(found, count).values()) / (count * len(found)))
        chosen = [_joined(found[replicate]).part(0, count) for replicate in replicates]
        return _joined(chosen)

    def _wave(
        self, still_open: Mapping[int, int], screened: dict[int, int], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        limit = max(SMALLEST_WAVE, LARGEST_WAVE // len(still_open))
        replicate: list[NDArray[np.int64]] = []
        number: list[NDArray[np.int64]] = []
        for r, places in still_open.items():
            self.check_yield(screened[r], places, count)
            size = min(self.wanted(places), limit)
            number.append(np.arange(screened[r], screened[r] + size, dtype=np.int64))
            replicate.append(np.full(size, r, dtype=np.int64))
            screened[r] += size
        return np.concatenate(replicate), np.concatenate(number)

    def wanted(self, places: int) -> int:
        """Give how many candidates will fill so many places, with a few to spare."""
        return ceil((places + _SPARE_SD * sqrt(places)) / self.weighting.expected_yield)

    def check_yield(self, screened: int, places: int, count: int) -> None:
        """Stop where candidates hardly ever enter.

        Parameters
        ----------
        screened
            Candidates of a replicate who were screened.
        places, count
            Places that are still open, and all of them.

        Raises
        ------
        CohortError
            Far more candidates than expected were screened.
        """
        expected = screened * self.weighting.expected_yield
        if expected > _MOST_CANDIDATES_FACTOR * (count + SMALLEST_WAVE):
            raise CohortError(
                f"{screened} candidates were screened and {places} of {count} places are "
                "still open. Widen population.criteria or check the baseline table."
            )

    def screen(self, replicate: int, low: int, high: int) -> Cohort:
        """Screen the candidates of a replicate from one number to before another."""
        number = np.arange(low, high, dtype=np.int64)
        return self._screen(np.full(len(number), replicate, dtype=np.int64), number)

    def _screen(self, replicate: NDArray[np.int64], number: NDArray[np.int64]) -> Cohort:
        return screened([self], replicate, number)[0]

    def shares_candidates(self, other: Recruiter) -> bool:
        """Whether another study enrols from the very same candidates."""
        mine, theirs = self.population, other.population
        return (
            self.seed == other.seed
            and course_of(mine.phenotype) is course_of(theirs.phenotype)
            and mine.era is theirs.era
            and mine.region is theirs.region
            and mine.prior_treatment == theirs.prior_treatment
            and self.inputs.digest() == other.inputs.digest()
        )


def screened(
    recruiters: Sequence[Recruiter], replicate: NDArray[np.int64], number: NDArray[np.int64]
) -> tuple[Cohort, ...]:
    """Carry candidates from onset once and screen them for several studies.

    Parameters
    ----------
    recruiters
        Studies that enrol from the same candidates (`Recruiter.shares_candidates`).
    replicate, number
        Replicate of each candidate, and its number within it.

    Returns
    -------
    tuple
        Who enters each study, in the order of the numbers. Each is what the study would have found
        alone; one candidate may enter several studies.
    """
    first = recruiters[0]
    streams = Streams.of(first.seed, replicate, number)
    people, table = first.population, first.inputs.parameters
    course = course_of(people.phenotype)
    silent = silent_days(table, course)
    begin = start(table, streams, course=course, era=people.era, region=people.region)
    keepers = [_Keeper(streams, begin) for _ in recruiters]
    past = Past.of(people.prior_treatment, streams, silent, first.inputs.protocols)
    screening = Screening(
        carrier(table, first.backend, threads=first.threads),
        rater(table, first.backend),
        table,
        past,
        silent,
    )
    longest = [recruiter.population.max_duration_years for recruiter in recruiters]
    for look in screening.looks(begin, max(longest)):
        for recruiter, keeper, years in zip(recruiters, keepers, longest, strict=True):
            if look.day > last_day(silent, years):
                continue
            fit = eligible(look.covariates, recruiter.population.eligibility) & look.alive
            weight = np.where(fit, recruiter.weighting.weights(look.covariates), 0.0)
            keeper.look(look, weight)
    return tuple(
        _entered(keeper.entering(recruiter.weighting.cap), keeper, past, replicate, number)
        for recruiter, keeper in zip(recruiters, keepers, strict=True)
    )


def _entered(
    rows: NDArray[np.intp],
    keeper: _Keeper,
    past: Past,
    replicate: NDArray[np.int64],
    number: NDArray[np.int64],
) -> Cohort:
    covariates = {name: values[rows] for name, values in keeper.covariates.items()}
    on_drug = covariates[Covariate.DAYS_ON_DRUG] > 0.0
    return Cohort(
        replicate[rows],
        number[rows],
        keeper.population.take(rows),
        covariates,
        np.where(on_drug, past.protocol[rows], NOBODYS),
    )


class _Keeper:
    """Keeps for each candidate one look, chosen in proportion to the weights seen so far."""

    def __init__(self, streams: Streams, start: Population) -> None:
        self.streams = streams
        self.population = start.take(np.arange(len(start)))
        self.covariates = {name: np.zeros(len(start)) for name in Covariate}
        self.sums = np.zeros(len(start))

    def look(self, look: Look, weight: NDArray[np.float64]) -> None:
        self.sums += weight
        draw = self.streams.uniforms(look.day, Purpose.ENROLMENT, 1)[0]
        rows = np.flatnonzero((weight > 0.0) & (draw * self.sums < weight))
        if not len(rows):
            return
        here = look.population
        for kept, now in (
            (self.population.state, here.state),
            (self.population.levels, here.levels),
        ):
            _overwrite(kept, now, rows)
        self.population.day[rows] = here.day[rows]
        for name, values in look.covariates.items():
            self.covariates[name][rows] = values[rows]

    def entering(self, cap: float) -> NDArray[np.intp]:
        draw = self.streams.uniforms(0, Purpose.ENROLMENT, 1)[0]
        good = ~self.population.failed()
        return np.flatnonzero((draw * cap < self.sums) & good)


def _overwrite(kept: tuple[object, ...], now: tuple[object, ...], rows: NDArray[np.intp]) -> None:
    for old, new in zip(kept, now, strict=True):
        if isinstance(old, tuple) and isinstance(new, tuple):
            _overwrite(old, new, rows)
        elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
            old[rows] = new[rows]


def open_places(found: Mapping[int, Sequence[Cohort]], count: int) -> dict[int, int]:
    """Give the replicates that still want patients, with how many."""
    places = {r: count - sum(len(c) for c in cohorts) for r, cohorts in found.items()}
    return {r: n for r, n in places.items() if n > 0}


def _of(cohort: Cohort, keep: NDArray[np.bool_]) -> Cohort:
    rows = np.flatnonzero(keep)
    return Cohort(
        cohort.replicate[rows],
        cohort.number[rows],
        cohort.population.take(rows),
        {name: values[rows] for name, values in cohort.covariates.items()},
        cohort.prior_protocol[rows],
    )


def _joined(cohorts: Sequence[Cohort]) -> Cohort:
    return Cohort(
        np.concatenate([c.replicate for c in cohorts]),
        np.concatenate([c.number for c in cohorts]),
        Population.joined([c.population for c in cohorts]),
        {
            name: np.concatenate([c.covariates[name] for c in cohorts])
            for name in cohorts[0].covariates
        },
        np.concatenate([c.prior_protocol for c in cohorts]),
    )
