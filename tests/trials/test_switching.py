"""A switch happens once, one way, after the event, not before its time, with its delay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.engine.advance import Engine
from remyelin.trials.conduct import conduct
from tests.trials.small import Mapping, mapping, plan, study

Tables = dict[str, pd.DataFrame]
WHO = ["replicate", "arm_id", "subject_id"]
EARLIEST_DAY, DELAY = 365, 60
VISIT_DAYS = (0, 183, 365, 548, 730, 913, 1096)


def switching(probability: float = 1.0, after: str = "relapse_protocol") -> Mapping:
    data = mapping()
    data["design"]["follow_up"] = {"months": 36.0}
    data["arms"][1]["treatment"] = [
        {"protocol_id": "natalizumab", "weight": 1.0},
        {"protocol_id": "placebo", "weight": 3.0},
    ]
    data["arms"][1]["switch"] = {
        "protocol_id": "ahsct_cy200_ratg6",
        "after": after,
        "earliest_months": 12.0,
        "probability": {"value": probability},
        "delay_days": DELAY,
    }
    return data


def run(probability: float = 1.0, patients: int = 80) -> Tables:
    ready = plan(study(switching(probability)), patients=patients, seed=5)
    return conduct(ready, (0,), lambda _share, _what: None)


@pytest.fixture(scope="module")
def last_levels() -> dict[int, float]:
    """Block of cell traffic by patient of the drug arm, at the start of the last step."""
    return {}


@pytest.fixture(scope="module")
def tables(last_levels: dict[int, float]) -> Tables:
    advance = Engine.advance

    def spy(self: Engine, people: Any, start: int, stop: int, schedule: Any = None) -> Any:
        people, seen = advance(self, people, start, stop, schedule)
        if schedule is not None and stop == VISIT_DAYS[-1]:
            numbers = people.streams.patient.astype(int).tolist()
            last_levels.update(zip(numbers, people.levels.traffic_target.tolist(), strict=True))
        return people, seen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "advance", spy)
        return run()


@pytest.fixture(scope="module")
def never() -> Tables:
    """The same trial in which nobody is willing to switch."""
    return run(0.0)


def due_day(tables: Tables) -> dict[int, int]:
    """Day on which each patient of the drug arm ought to switch, from the tables alone."""
    relapses = tables["relapses"].query("arm_id == 'drug'")
    first = relapses.groupby("subject_id")["day"].min()
    due = {}
    for number, day in first.items():
        known = [v for v in VISIT_DAYS if v >= max(day, EARLIEST_DAY)]
        if known:
            due[int(number)] = known[0] + DELAY
    return due


def test_everybody_with_the_event_switches_at_the_first_visit_allowed(tables: Tables) -> None:
    subjects = tables["subjects"].query("arm_id == 'drug'").set_index("subject_id")
    due = {n: day for n, day in due_day(tables).items() if day <= subjects.loc[n, "end_day"]}
    switched = subjects["switch_day"].dropna().astype(int).to_dict()
    assert len(switched) > 5
    assert len(switched) < len(subjects)
    assert switched == due


def test_nobody_switches_without_the_event_or_before_its_time(tables: Tables) -> None:
    subjects = tables["subjects"]
    switched = subjects[subjects["switch_day"].notna()]
    assert (switched["switch_day"] >= EARLIEST_DAY + DELAY).all()
    relapses = tables["relapses"]
    for row in switched.itertuples():
        mine = relapses[relapses["subject_id"] == row.subject_id]["day"]
        assert mine.min() <= row.switch_day - DELAY


def test_an_arm_without_a_switch_keeps_its_treatment(tables: Tables) -> None:
    kept = tables["subjects"].query("arm_id == 'transplant'")
    assert kept["switch_day"].isna().all()
    assert "switch" not in set(tables["exposures"].query("arm_id == 'transplant'")["reason"])


def test_a_switch_ends_the_old_protocol_and_begins_the_new_one_once(tables: Tables) -> None:
    exposures = tables["exposures"].query("arm_id == 'drug'")
    subjects = tables["subjects"].query("arm_id == 'drug'").set_index("subject_id")
    new = exposures[exposures["reason"] == "switch"].set_index("subject_id")
    old = exposures[exposures["reason"] == "allocated"].set_index("subject_id")
    assert new.index.is_unique
    assert set(new["protocol_id"]) == {"ahsct_cy200_ratg6"}
    day = subjects["switch_day"].dropna()
    assert new["start_day"].astype("Int64").sort_index().equals(day.rename("start_day"))
    stopped = old["stop_day"].dropna()
    assert stopped.equals(day.rename("stop_day"))


def test_the_old_drug_no_longer_acts_after_the_switch(
    tables: Tables, last_levels: dict[int, float]
) -> None:
    subjects = tables["subjects"].query("arm_id == 'drug' and protocol_id == 'natalizumab'")
    subjects = subjects[subjects["subject_id"].isin(last_levels)]
    level = subjects["subject_id"].map(last_levels)
    switched = subjects["switch_day"].notna()
    assert switched.any()
    assert (level[switched] == 0.0).all()
    assert (level[~switched] > 0.0).all()


def test_the_transplant_is_given_after_the_switch(tables: Tables) -> None:
    engrafted = tables["adverse_events"].query(
        "arm_id == 'drug' and event == 'neutrophil_engraftment'"
    )
    switched = tables["subjects"].dropna(subset=["switch_day"])
    joined = engrafted.merge(switched, on=WHO, how="left")
    assert len(joined) > 0
    assert (joined["day"] > joined["switch_day"]).all()


def test_the_share_that_switches_is_the_same_patients_at_a_lower_probability(
    tables: Tables, never: Tables
) -> None:
    def switched(found: Tables) -> set[int]:
        subjects = found["subjects"]
        return set(subjects[subjects["switch_day"].notna()]["subject_id"])

    everybody, some = switched(tables), switched(run(0.5))
    assert some < everybody
    assert len(some) > 0
    assert switched(never) == set()


def test_a_patient_is_as_without_the_rule_until_the_switch(tables: Tables, never: Tables) -> None:
    day = tables["subjects"][[*WHO, "switch_day"]]
    seen = tables["visits"].merge(day, on=WHO)
    before = seen[seen["switch_day"].isna() | (seen["day"] < seen["switch_day"])]
    columns = [*WHO, "visit", "edss"]
    joined = before[columns].merge(never["visits"][columns], on=columns, how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    assert np.isfinite(joined["edss"]).all()
