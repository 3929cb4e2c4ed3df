"""Patients who come on a drug: it is stopped or goes on at baseline, as their arm says."""

from __future__ import annotations

import numpy as np
import pytest

from remyelin.engine.advance import Engine
from remyelin.engine.backends import Backend
from remyelin.errors import InputError
from remyelin.model.schedule import Schedule
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Covariate
from remyelin.therapies.timeline import FOREVER, Window, entries
from remyelin.trials.allocation import allocate
from remyelin.trials.conduct import conduct
from remyelin.trials.plan import Plan
from remyelin.trials.prior import at_baseline, prior_courses
from tests.trials.small import TABLE, Mapping, mapping, plan, study

PATIENTS = 40


def data_on_drug(first: str = "continued", second: str = "stopped", lead_in: int = 0) -> Mapping:
    """Two arms that are given nothing new; patients come on natalizumab, rituximab or nothing."""
    data = mapping()
    data["population"].update(
        max_duration_years=4.0,
        criteria={"age_years": {"min": 18.0}},
        baseline={"edss": {"mean": 2.0}, "disease_duration_years": {"mean": 2.5}},
        prior_treatment={
            "protocols": [
                {"protocol_id": "natalizumab"},
                {"protocol_id": "rituximab"},
            ],
            "share": {"value": 0.9},
            "start_years": {"value": 0.5},
        },
    )
    data["design"].update(lead_in_days=lead_in, dropout_per_year={"value": 0.0})
    data["arms"] = [
        {"arm_id": name, "label": name, "treatment_class": "none", "prior_drug": fate}
        for name, fate in (("first", first), ("second", second))
    ]
    data["endpoints"] = [
        {
            "outcome": "edss",
            "definition_id": "edss_rated",
            "measure": "mean",
            "times_months": [0.0],
        }
    ]
    return data


def ready(of: Study) -> Plan:
    return plan(of, patients=PATIENTS, replicates=1, seed=5, backend=Backend.FUSED)


@pytest.fixture(scope="module")
def trial() -> Plan:
    return ready(study(data_on_drug()))


def test_levels_go_to_nothing_where_the_drug_is_stopped_and_stay_where_it_goes_on(
    trial: Plan,
) -> None:
    cohort = trial.recruiter().enrol([0], PATIENTS)
    people = allocate(trial, cohort)
    before = cohort.population.take(people.source)
    now = at_baseline(trial.study, cohort, people)
    kept = people.arm == 0
    assert (before.levels.traffic_target > 0.0).any()
    assert np.array_equal(now.levels.traffic_target[kept], before.levels.traffic_target[kept])
    assert not now.levels.traffic_target[~kept].any()
    assert np.array_equal(now.state.blocks.traffic, before.state.blocks.traffic)
    assert np.array_equal(now.state.b_cells.cd20, before.state.b_cells.cd20)


def test_a_stopped_drug_washes_out_at_its_own_pace(trial: Plan) -> None:
    cohort = trial.recruiter().enrol([0], PATIENTS)
    people = allocate(trial, cohort)
    now = at_baseline(trial.study, cohort, people)
    start = now.state.blocks.traffic
    later, _ = Engine(TABLE).advance(now, 0, 30)
    stopped = (people.arm == 1) & (start > 0.0)
    expected = start[stopped] * np.exp(-30.0 / TABLE["traffic_washout_time"].internal)
    assert stopped.any()
    assert np.allclose(later.state.blocks.traffic[stopped], expected)
    goes_on = (people.arm == 0) & (start > 0.0)
    assert (later.state.blocks.traffic[goes_on] >= start[goes_on]).all()


@pytest.mark.parametrize("today", [0, -20])
def test_courses_begin_in_the_past_and_end_at_enrolment_or_never(trial: Plan, today: int) -> None:
    cohort = trial.recruiter().enrol([0], PATIENTS)
    people = allocate(trial, cohort)
    courses = prior_courses(trial.study, cohort, people, today, trial.inputs.protocols)
    assert {c.protocol.protocol_id for c in courses} == {"natalizumab", "rituximab"}
    days = cohort.covariates[Covariate.DAYS_ON_DRUG][people.source]
    seen = np.concatenate([c.rows for c in courses])
    assert sorted(seen) == np.flatnonzero(days > 0.0).tolist()
    for course in courses:
        assert np.array_equal(course.start, today - days[course.rows])
        ends = np.where(people.arm[course.rows] == 0, FOREVER, today)
        assert np.array_equal(course.stop, ends)


def test_the_exposures_tell_the_drug_of_the_past() -> None:
    of = study(data_on_drug(lead_in=14))
    tables = conduct(ready(of), [0], lambda share, what: None)
    told = tables["exposures"]
    assert set(told["reason"]) == {"before enrolment"}
    assert (told["start_day"] < -14).all()
    stopped = told[told["arm_id"] == "second"]
    assert (stopped["stop_day"] == -14).all()
    assert told[told["arm_id"] == "first"]["stop_day"].isna().all()


def test_repeated_infusions_of_a_continued_drug_go_on() -> None:
    """Rituximab stopped lets B cells return; continued it keeps them away."""
    of = study(data_on_drug())
    made = ready(of)
    cohort = made.recruiter().enrol([0], PATIENTS)
    people = allocate(made, cohort)

    days = 720
    courses = prior_courses(of, cohort, people, 0, made.inputs.protocols)
    plan_ = Schedule(e for c in courses for e in entries(c, TABLE, Window(0, days)))
    later, _ = Engine(TABLE).advance(at_baseline(of, cohort, people), 0, days, plan_)
    on = cohort.prior_protocol[people.source] == "rituximab"
    kept, stopped = (on & (people.arm == arm) for arm in (0, 1))
    assert later.state.b_cells.total[kept].max() < later.state.b_cells.total[stopped].min()


def test_a_continued_drug_ends_with_a_switch() -> None:
    data = data_on_drug("continued", "continued")
    for arm in data["arms"]:
        arm["treatment_class"] = "placebo"
        arm["treatment"] = [{"protocol_id": "placebo"}]
        arm["switch"] = {
            "protocol_id": "interferon_beta",
            "after": "relapse_protocol",
            "earliest_months": 0.0,
            "probability": {"value": 1.0},
            "delay_days": 1,
        }
    tables = conduct(ready(study(data)), [0], lambda share, what: None)
    told = tables["exposures"].set_index("subject_id")
    switched = told[told["reason"] == "switch"]["start_day"]
    before = told[told["reason"] == "before enrolment"]["stop_day"]
    both = before.index.intersection(switched.index)
    assert len(both) > 0
    assert (before.loc[both] == switched.loc[both]).all()
    assert before.drop(both).isna().all()


def test_a_continued_drug_without_prior_treatment_is_refused() -> None:
    data = data_on_drug()
    del data["population"]["prior_treatment"]
    with pytest.raises(InputError, match=r"arms\[0\].prior_drug: continued, but population has no"):
        study(data)


def test_untreated_patients_have_no_past_in_the_tables() -> None:
    tables = conduct(plan(patients=6, replicates=1), [0], lambda share, what: None)
    assert "before enrolment" not in set(tables["exposures"]["reason"])
