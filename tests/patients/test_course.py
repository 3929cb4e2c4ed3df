"""A course is one patient like the described one, the same under every option."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import remyelin as rm
from remyelin.engine import backends
from remyelin.engine.backends import Carrier
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.model.day import SIGNALS
from remyelin.model.schedule import Schedule
from remyelin.patients import matching
from remyelin.patients.course import Course, simulate
from remyelin.patients.description import Description, default_patient
from remyelin.patients.matching import TOLERANCES, wanted
from remyelin.patients.options import options_of
from remyelin.patients.settings import Settings
from remyelin.study.vocabulary import NO_HARM, Covariate, Phenotype

INPUTS = Inputs.packaged()
GRAFT_DAY = 40


@cache
def twins() -> Course:
    options = ("none", "natalizumab", "ahsct_cy200_ratg6")
    return simulate(None, Settings(years=2, options=options, seed=3, draws=2), inputs=INPUTS)


def same(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    columns = [c for c in left.columns if c not in ("option", "draw")]
    return bool(left[columns].equals(right[columns]))


def test_the_patient_is_like_the_described_one() -> None:
    matched = twins().matched
    for name, value in wanted(default_patient()).items():
        assert (np.abs(matched.covariates[name] - value) <= TOLERANCES[name]).all()
    assert not matched.widened
    assert matched.found <= matched.screened
    assert (np.diff(matched.distance) >= 0.0).all()


def test_every_option_starts_from_the_same_patient() -> None:
    first = [twins().of("weekly", o.name).iloc[:1] for o in twins().options]
    assert same(first[0], first[1])
    assert same(first[0], first[2])


def test_options_share_their_random_numbers_until_something_is_given() -> None:
    # Mobilisation acts on day 0 of the transplant; placebo never acts.
    course = simulate(None, Settings(years=1, options=("none", "placebo"), seed=3), inputs=INPUTS)
    for table in ("weekly", "visits", "events"):
        assert same(course.of(table, "none"), course.of(table, "placebo"))


def test_an_option_does_not_depend_on_what_stands_beside_it() -> None:
    alone = simulate(None, Settings(years=2, options=("natalizumab",), seed=3), inputs=INPUTS)
    for table in ("weekly", "visits", "events"):
        assert same(alone.of(table, "natalizumab"), twins().of(table, "natalizumab"))


def test_another_seed_is_another_patient() -> None:
    other = simulate(None, Settings(years=1, seed=4), inputs=INPUTS)
    now = twins().of("weekly", "none").iloc[0]
    assert other.of("weekly", "none").iloc[0]["nfl_pg_ml"] != now["nfl_pg_ml"]


def test_blood_is_written_down_day_by_day_after_the_graft() -> None:
    weekly = twins().of("weekly", "ahsct_cy200_ratg6")
    near = weekly[(weekly["day"] > GRAFT_DAY) & (weekly["day"] <= GRAFT_DAY + 30)]
    assert list(near["day"]) == list(range(GRAFT_DAY + 1, GRAFT_DAY + 31))
    assert near["neutrophils_1e9_l"].min() < 0.5
    assert (twins().of("weekly", "none")["day"] % 7 == 0).all()


def test_relapses_carry_their_severity_and_others_do_not() -> None:
    events = twins().events
    relapses = events[events["event"] == "relapse"]
    assert len(relapses)
    assert (relapses["severity"] > 0.0).all()
    assert relapses["edss_rise"].notna().all()
    assert events.loc[events["event"] != "relapse", "severity"].isna().all()


def test_years_add_up_to_what_was_followed() -> None:
    years = twins().yearly()
    for option in twins().options:
        mine = years[years["option"] == option.name]
        events = twins().of("events", option.name)
        inside = events["day"] <= 2 * 365.25
        relapses = (events.loc[inside, "event"] == "relapse").sum()
        assert mine["relapses"].sum() == relapses
        assert list(mine["year"]) == [1, 2]


class Ending:
    """Carries as it should, and lets everybody die of another cause on the tenth day."""

    def __init__(self, engine: Carrier) -> None:
        self._engine = engine

    def advance(
        self, people: Population, start: int, stop: int, plan: Schedule
    ) -> tuple[Population, Happenings]:
        people, seen = self._engine.advance(people, start, stop, plan)
        if stop != 10:
            return people, seen
        names = ("death", "death_of_other_cause", "leukapheresis", "pml")
        order = [signal.event for signal in SIGNALS]
        kind, row = np.meshgrid([order.index(name) for name in names], np.arange(len(people)))
        return people, Happenings.sorted(kind.ravel(), row.ravel(), np.full(kind.size, 10))


def test_the_day_of_death_is_written_whole_and_counted_without_causes_and_procedures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = backends.carrier
    monkeypatch.setattr("remyelin.patients.course.carrier", lambda *a, **k: Ending(made(*a, **k)))
    course = simulate(None, Settings(years=1, options=("none",), seed=3), inputs=INPUTS)
    last = course.events[course.events["day"] == 10]
    assert list(last["event"]) == ["death", "death_of_other_cause", "leukapheresis", "pml"]
    assert course.events["day"].max() == 10
    assert list(course.ended["reason"]) == ["death"]
    assert list(course.ended["day"]) == [10]
    before = course.events[course.events["day"] < 10]["event"]
    other = ~before.isin(NO_HARM | {"relapse", "infection", "death"})
    assert course.yearly()["other_events"].iloc[0] == 1 + other.sum()


def test_weeks_with_enhancing_lesions_are_counted_as_weeks() -> None:
    weekly = twins().weekly.assign(gd_lesions=1)
    years = replace(twins(), weekly=weekly).yearly()
    first = twins().of("weekly", "ahsct_cy200_ratg6")["day"].between(1, 365)
    assert first.sum() > 100
    assert set(years["gd_weeks"]) == {52}


def test_the_record_says_how_to_repeat_the_course() -> None:
    record = twins().record()
    assert record["seed"] == 3
    assert "not a forecast" in str(record["notice"])
    assert len(record["sources"]) == 2


def like_the_default(**changes: object) -> Description:
    return Description.model_validate({**default_patient().model_dump(), **changes})


def test_a_patient_whom_the_cohorts_cannot_give_is_refused_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "_MOST_CANDIDATES", 400)
    nobody = like_the_default(edss=9.5, disease_duration_years=1.0, relapses_last_24_months=None)
    with pytest.raises(CohortError, match="no 1 virtual"):
        simulate(nobody, Settings(years=1), inputs=INPUTS)


@pytest.mark.parametrize("phenotype", [Phenotype.SPMS, Phenotype.PPMS])
def test_progressive_patients_are_found_where_the_cohorts_enrol_them(phenotype: Phenotype) -> None:
    somebody = like_the_default(
        age_years=50,
        phenotype=phenotype,
        disease_duration_years=10,
        edss=4.5,
        relapses_last_12_months=None,
        relapses_last_24_months=None,
        gd_lesions=None,
    )
    course = simulate(somebody, Settings(years=1), inputs=INPUTS)
    assert abs(course.matched.covariates[Covariate.EDSS][0] - 4.5) <= 1.0


def test_the_python_face_takes_a_mapping_a_file_or_nothing() -> None:
    course = rm.patient(
        {
            "age_years": 35,
            "sex": "female",
            "phenotype": "rrms",
            "disease_duration_years": 3,
            "edss": 2,
        },
        years=1,
        seed=5,
    )
    assert isinstance(course, Course)
    assert abs(course.weekly["age_years"].iloc[0] - 35) <= 3.0


def test_a_therapy_is_under_way_while_it_is_given() -> None:
    names = ("none", "rituximab", "natalizumab", "ahsct_cy200_ratg6")
    nothing, pulses, level, graft = options_of(names, 1, 500, INPUTS)[0]
    assert nothing.spans == ()
    assert pulses.spans[0] == level.spans[0] == (0, 500)
    assert level.graft is None
    assert graft.graft == GRAFT_DAY
    assert GRAFT_DAY in graft.depletions
    assert max(stop for _, stop in graft.spans) < 100
