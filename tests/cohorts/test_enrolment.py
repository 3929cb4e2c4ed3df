"""Who enters depends on seed, replicate and patient alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from remyelin.cohorts import enrolment
from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.enrolment import Cohort, Recruiter
from remyelin.errors import CohortError
from remyelin.study.vocabulary import Covariate
from tests.trials.small import plan

COUNT = 20


@pytest.fixture(scope="module")
def recruiter() -> Recruiter:
    return plan(seed=7).recruiter()


@pytest.fixture(scope="module")
def cohort(recruiter: Recruiter) -> Cohort:
    return recruiter.enrol([0, 1], COUNT)


def arrays(part: Any) -> list[np.ndarray[Any, Any]]:
    if isinstance(part, tuple):
        return [leaf for item in part for leaf in arrays(item)]
    return [part]


def everything(cohort: Cohort, rows: np.ndarray[Any, Any]) -> list[bytes]:
    """All that is known of some patients, to the bit."""
    people = cohort.population
    leaves = arrays((people.traits, people.state, people.levels))
    leaves += [people.day, people.streams.patient, people.streams.key0, people.streams.key1]
    leaves += [cohort.replicate, cohort.number, *cohort.covariates.values()]
    return [leaf[rows].tobytes() for leaf in leaves]


def of(cohort: Cohort, replicate: int, count: int = COUNT) -> list[bytes]:
    rows = np.flatnonzero(cohort.replicate == replicate)
    assert len(rows) >= count
    return everything(cohort, rows[:count])


def test_every_replicate_is_full_and_nobody_stands_twice(cohort: Cohort) -> None:
    assert np.array_equal(np.bincount(cohort.replicate), [COUNT, COUNT])
    people = set(zip(cohort.replicate.tolist(), cohort.number.tolist(), strict=True))
    assert len(people) == 2 * COUNT
    assert cohort.number.max() >= COUNT, "not every candidate enters"


def test_everybody_meets_the_criteria_on_the_day_of_enrolment(
    recruiter: Recruiter, cohort: Cohort
) -> None:
    assert eligible(cohort.covariates, recruiter.population.criteria).all()
    duration = cohort.covariates[Covariate.DURATION]
    assert (duration <= recruiter.population.max_duration_years).all()
    assert np.allclose(cohort.population.day, duration * 365.25)
    assert len(set(cohort.population.day.tolist())) > 2, "patients enter on different days"


def test_ten_more_patients_change_nobody(recruiter: Recruiter, cohort: Cohort) -> None:
    assert of(recruiter.enrol([0], COUNT + 10), 0) == of(cohort, 0)


def test_other_replicates_change_nobody(recruiter: Recruiter, cohort: Cohort) -> None:
    more = recruiter.enrol([1, 4], COUNT)
    assert of(more, 1) == of(cohort, 1)
    assert of(more, 4) != of(more, 1)


def test_replicates_hold_different_patients(cohort: Cohort) -> None:
    assert of(cohort, 0) != of(cohort, 1)


def test_the_size_of_a_wave_changes_nobody(
    recruiter: Recruiter, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    screen = Recruiter._screen

    def counted(self: Recruiter, replicate: Any, number: Any) -> Cohort:
        sizes.append(len(number))
        return screen(self, replicate, number)

    monkeypatch.setattr(Recruiter, "_screen", counted)
    monkeypatch.setattr(enrolment, "_LARGEST_WAVE", 34)
    small = recruiter.enrol([0, 1], COUNT)
    assert len(sizes) > 1, "one wave was enough"
    assert max(sizes) <= 34
    assert [of(small, 0), of(small, 1)] == [of(cohort, 0), of(cohort, 1)]


def test_another_seed_gives_other_patients(cohort: Cohort) -> None:
    other = plan(seed=8).recruiter().enrol([0], COUNT)
    assert of(other, 0) != of(cohort, 0)


def test_progress_rises_to_the_end(recruiter: Recruiter) -> None:
    shares: list[float] = []
    recruiter.enrol([0], 5, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_screening_without_end_is_given_up(
    recruiter: Recruiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(self: object, cap: float) -> np.ndarray[Any, Any]:
        return np.zeros(0, dtype=np.intp)

    monkeypatch.setattr(enrolment._Keeper, "entering", nobody)
    monkeypatch.setattr(enrolment, "_MOST_CANDIDATES_FACTOR", 0.5)
    with pytest.raises(CohortError, match="2 of 2 places are still open"):
        recruiter.enrol([0], 2)
