"""Who enters depends on seed, replicate and patient alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from remyelin.cohorts import enrolment
from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.enrolment import Cohort, Recruiter
from remyelin.cohorts.screening import Look, Screening
from remyelin.engine.backends import Backend
from remyelin.errors import CohortError
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Covariate, Phenotype
from tests.trials.small import mapping, plan, study

COUNT = 20
ON_PROCESSOR = (Backend.FUSED, Backend.NUMPY)
"""Engines that need no graphics processor."""


def of_kind(kind: str) -> Study:
    """A small study of relapsing, secondary, primary, or treated relapsing patients."""
    data = mapping()
    people = data["population"]
    if kind == "spms":
        people.update(
            phenotype="spms",
            max_duration_years=12.0,
            criteria={"edss": {"min": 3.0, "max": 7.0}},
            baseline={"edss": {"mean": 5.0}, "age_years": {"mean": 42.0}},
            default_population="spms_trial_modern",
        )
        people["baseline"]["disease_duration_years"] = {"mean": 8.0}
    elif kind == "ppms":
        people.update(
            phenotype="ppms",
            max_duration_years=3.0,
            criteria={"edss": {"max": 7.0}},
            baseline={
                "edss": {"mean": 3.0},
                "age_years": {"mean": 43.0},
                "disease_duration_years": {"mean": 1.5},
            },
            default_population="ppms_trial_modern",
        )
    elif kind == "treated":
        people["max_duration_years"] = 4.0
        people["criteria"] = {
            "relapses_on_drug_last_12_months": {"min": 1.0},
            "days_on_drug": {"min": 91.0},
        }
        people["baseline"]["disease_duration_years"] = {"mean": 2.5}
        people["prior_treatment"] = {
            "protocols": [
                {"protocol_id": "interferon_beta", "weight": 2.0},
                {"protocol_id": "rituximab"},
            ],
            "share": {"value": 0.9},
            "start_years": {"value": 0.5},
        }
    return study(data)


@pytest.fixture(scope="module", params=["rrms", "spms", "ppms", "treated"])
def recruiter(request: pytest.FixtureRequest) -> Recruiter:
    return plan(of_kind(request.param), seed=7, backend=Backend.FUSED).recruiter()


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
    leaves.append(cohort.prior_protocol.astype("U40"))
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
    assert eligible(cohort.covariates, recruiter.population.eligibility).all()
    duration = cohort.covariates[Covariate.DURATION]
    assert (duration <= recruiter.population.max_duration_years).all()
    silent = 3652.5 if recruiter.population.phenotype is Phenotype.PPMS else 0.0
    assert np.allclose(cohort.population.day, silent + duration * 365.25)
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
    monkeypatch.setattr(enrolment, "LARGEST_WAVE", 34)
    small = recruiter.enrol([0, 1], COUNT)
    assert len(sizes) > 1, "one wave was enough"
    assert max(sizes) <= 34
    assert [of(small, 0), of(small, 1)] == [of(cohort, 0), of(cohort, 1)]


def test_another_seed_gives_other_patients(recruiter: Recruiter, cohort: Cohort) -> None:
    other = replace(recruiter, seed=8).enrol([0], COUNT)
    assert of(other, 0) != of(cohort, 0)


def test_progress_rises_to_the_end(recruiter: Recruiter) -> None:
    shares: list[float] = []
    recruiter.enrol([0], 5, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_both_engines_enrol_the_same_patients_with_the_same_past() -> None:
    ready = plan(of_kind("treated"), seed=7, backend=Backend.FUSED).recruiter()
    fused, plain = (replace(ready, backend=b).enrol([0], 12) for b in ON_PROCESSOR)
    assert np.array_equal(fused.number, plain.number)
    assert np.array_equal(fused.prior_protocol, plain.prior_protocol)
    for name in Covariate:
        assert np.allclose(fused.covariates[name], plain.covariates[name]), name


def test_treated_candidates_come_on_the_drug_that_acts_on_them() -> None:
    cohort = plan(of_kind("treated"), seed=7, backend=Backend.FUSED).recruiter().enrol([0], 60)
    days = cohort.covariates[Covariate.DAYS_ON_DRUG]
    assert (days >= 91.0).all()
    assert (days % 91.0 == 0.0).all()
    assert set(cohort.prior_protocol) == {"interferon_beta", "rituximab"}
    people = cohort.population
    on = cohort.prior_protocol == "interferon_beta"
    assert (people.levels.activation_target[on] > 0.0).all()
    assert (people.state.blocks.activation[on] > 0.0).all()
    assert (people.levels.activation_target[~on] == 0.0).all()
    assert people.state.b_cells.memory[~on].mean() < 0.5 < people.state.b_cells.memory[on].min()
    relapses = cohort.covariates[Covariate.RELAPSES_ON_DRUG_12M]
    assert (relapses <= cohort.covariates[Covariate.RELAPSES_12M]).all()


def test_a_dead_candidate_is_not_enrolled(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = plan(seed=7, backend=Backend.FUSED).recruiter()
    before = ready.enrol([0], 5)
    dead = int(before.number[0])
    looks = Screening.looks

    def one_dies(self: Screening, population: Any, years: float) -> Iterator[Look]:
        for look in looks(self, population, years):
            look.alive[look.population.streams.patient == dead] = False
            yield look

    monkeypatch.setattr(Screening, "looks", one_dies)
    after = ready.enrol([0], 4)
    assert after.number.tolist() == before.number[1:].tolist()


def test_screening_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recruiter = plan(seed=7).recruiter()

    def nobody(self: object, cap: float) -> np.ndarray[Any, Any]:
        return np.zeros(0, dtype=np.intp)

    monkeypatch.setattr(enrolment._Keeper, "entering", nobody)
    monkeypatch.setattr(enrolment, "_MOST_CANDIDATES_FACTOR", 0.5)
    with pytest.raises(CohortError, match="2 of 2 places are still open"):
        recruiter.enrol([0], 2)
