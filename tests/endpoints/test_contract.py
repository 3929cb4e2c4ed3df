"""What every definition of the library has to hold, on the same made-up patients."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import (
    Censoring,
    EventTable,
    LevelTable,
    Status,
    evaluate_all,
    events,
    level,
    read_dataset,
    slope,
)
from remyelin.endpoints.rules import SYSTEMS
from remyelin.study.definition import Definition, EventKind, Reference, Step
from remyelin.study.definitions import definitions
from remyelin.units import months_to_whole_days

Frames = dict[str, pd.DataFrame]
LIBRARY = definitions()
EVENTS = tuple(name for name, one in LIBRARY.items() if not one.kind.is_measured)
CHANGES = tuple(
    name
    for name in EVENTS
    if LIBRARY[name].kind.is_change
    and LIBRARY[name].reference is Reference.FIXED
    and not LIBRARY[name].rebaseline_after_relapse
)
AT_VISITS = tuple(
    name
    for name in EVENTS
    if LIBRARY[name].kind
    in (EventKind.WORSENING, EventKind.IMPROVEMENT, EventKind.MILESTONE, EventKind.ATROPHY)
)
STILL = tuple(
    name
    for name in (*AT_VISITS,)
    if LIBRARY[name].confirmation_days is not None
    and LIBRARY[name].reference is Reference.FIXED
    and not LIBRARY[name].rebaseline_after_relapse
)
"""Definitions whose reference visit does not depend on what was confirmed before."""
SEEDS = (1, 2)
KEY = ["replicate", "arm_id", "subject_id"]


@cache
def cohort(seed: int, patients: int = 160) -> Frames:
    """Patients with all measurements, uneven visits, gaps, relapses, deaths and switches."""
    random = np.random.default_rng(seed)
    visits, subjects, relapses, adverse = [], [], [], []
    for number in range(patients):
        who = {"replicate": 0, "arm_id": "ab"[number % 2], "subject_id": number}
        count = int(random.integers(1, 14))
        gaps = random.choice([84, 91, 182], size=count - 1) + random.integers(-10, 11, count - 1)
        days = np.concatenate([[0], np.cumsum(gaps)])
        end = int(days[-1] + random.integers(0, 40))
        onsets = random.integers(-60, end + 1, random.poisson(1.0))
        systems = random.integers(0, 4, len(SYSTEMS)).astype(float)
        base, drift = random.uniform(0, 6), random.normal(0.2, 0.5)
        for visit, day in enumerate(days):
            bump = max([1.5 for onset in onsets if 0 <= day - onset < 120], default=0.0)
            true = base + drift * day / 365.25 + bump + random.normal(0, 0.3)
            rating = np.clip(round(2 * true) / 2, 0, 9.5)
            systems = np.clip(systems + random.choice([0, 0, 0, 1], len(SYSTEMS)), 0, 5)
            slow = 1 + 0.1 * max(true - base, 0)
            scan = visit % 2 == 0
            row = {
                "visit": visit,
                "day": day,
                "edss": np.nan if random.random() < 0.03 else (1.0 if rating == 0.5 else rating),
                "t25fw_seconds": 6 * slow + random.normal(0, 0.4),
                "nhpt_seconds": 22 * slow + random.normal(0, 1),
                "sdmt": round(50 - 3 * (true - base) + random.normal(0, 2)),
                "gd_lesions": float(random.poisson(0.1)) if scan else np.nan,
                "new_t2_lesions": float(random.poisson(0.2)) if scan and visit else np.nan,
                "brain_volume_pct": 100 - 0.001 * day + random.normal(0, 0.1) if scan else np.nan,
                **dict(zip(SYSTEMS, systems, strict=True)),
            }
            visits.append({**who, **row})
        died, switched = random.random() < 0.05, random.random() < 0.1
        if died and number % 2:
            visits[-1]["edss"] = 10.0
        subjects.append(
            {
                **who,
                "end_day": end,
                "end_reason": "death" if died else "completed",
                "switch_day": end / 2 if switched else np.nan,
            }
        )
        relapses += [{**who, "day": onset} for onset in onsets]
        if random.random() < 0.2:
            adverse.append({**who, "day": end // 2, "event": "infection", "grade": 3.0})
    columns = {
        "relapses": [*KEY, "day"],
        "adverse_events": [*KEY, "day", "event", "grade"],
    }
    return {
        "subjects": pd.DataFrame(subjects),
        "visits": pd.DataFrame(visits),
        "relapses": pd.DataFrame(relapses, columns=columns["relapses"]),
        "adverse_events": pd.DataFrame(adverse, columns=columns["adverse_events"]),
    }


def read(data: Frames, definition: Definition) -> EventTable | LevelTable:
    if definition.kind is EventKind.LEVEL:
        return level(data, definition, time_months=None)
    if definition.kind is EventKind.SLOPE:
        return slope(data, definition)
    return events(data, definition, LIBRARY)


def happened(data: Frames, definition: Definition) -> EventTable:
    return events(data, definition, LIBRARY)


def by_patient(table: EventTable | LevelTable) -> pd.DataFrame:
    return table.frame.set_index(KEY).sort_index()


@pytest.mark.parametrize("name", LIBRARY)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_patients_and_rows_does_not_matter(name: str, seed: int) -> None:
    data = cohort(seed)
    mixed = {key: frame.sample(frac=1.0, random_state=seed) for key, frame in data.items()}
    one, two = by_patient(read(data, LIBRARY[name])), by_patient(read(mixed, LIBRARY[name]))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_copy_of_every_patient_changes_nobody(name: str) -> None:
    data = cohort(1)
    count = len(data["subjects"])
    doubled = {
        key: pd.concat([frame, frame.assign(subject_id=frame["subject_id"] + count)])
        for key, frame in data.items()
    }
    one, two = read(data, LIBRARY[name]).frame, read(doubled, LIBRARY[name]).frame
    assert len(two) == 2 * len(one)
    for half in (two[two["subject_id"] < count], two[two["subject_id"] >= count]):
        same = half.reset_index(drop=True).drop(columns="subject_id")
        pd.testing.assert_frame_equal(same, one.drop(columns="subject_id"))


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_happens_before_baseline_or_after_observation(name: str, seed: int) -> None:
    data, definition = cohort(seed), LIBRARY[name]
    for censoring in Censoring:
        table = events(data, definition, LIBRARY, censoring=censoring)
        assert np.all(table.time >= 0)
        assert np.all(table.time <= data["subjects"]["end_day"].to_numpy())
    if name in AT_VISITS:
        frame = happened(data, definition).frame
        found = frame[frame["event"]]
        assert (found["time_days"] > found["reference_day"]).all()
        assert (found["reference_day"] >= 0).all()
        if definition.confirmation_days is not None:
            assert (found["confirming_day"] > found["time_days"]).all()
        begin = max(definition.earliest_months, definition.baseline_months)
        start = months_to_whole_days(begin) - 15.0
        assert (found["time_days"] >= start).all()


@pytest.mark.parametrize("name", EVENTS)
def test_everybody_has_a_status_and_an_event_its_visits(name: str) -> None:
    table = happened(cohort(1), LIBRARY[name])
    status = table.frame["status"]
    assert set(status) <= {state.value for state in Status}
    assert (table.has(Status.EVENT) == table.event).all()
    assert not (table.event & ~table.evaluable).any()
    visits = table.frame[["first_visit", "confirming_visit", "reference_visit"]]
    assert visits[~table.event].isna().all(axis=None)
    if name in AT_VISITS:
        assert visits["first_visit"][table.event].notna().all()
        assert visits["reference_visit"][table.event].notna().all()


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_larger_step_finds_no_more_and_nothing_earlier(name: str, seed: int) -> None:
    definition = LIBRARY[name]
    if definition.steps:
        steps = tuple(Step(step.from_edss, step.change + 0.5) for step in definition.steps)
        larger = replace(definition, steps=steps)
    else:
        larger = replace(definition, relative_change=(definition.relative_change or 0) + 0.1)
    few, many = happened(cohort(seed), larger), happened(cohort(seed), definition)
    assert np.all(few.event <= many.event)
    assert np.all(few.time[few.event] >= many.time[few.event])


@pytest.mark.parametrize("name", [n for n in EVENTS if LIBRARY[n].threshold is not None])
def test_a_higher_threshold_finds_no_more_and_nothing_earlier(name: str) -> None:
    definition = LIBRARY[name]
    higher = replace(definition, threshold=(definition.threshold or 0) + 0.5)
    few, many = happened(cohort(1), higher), happened(cohort(1), definition)
    both = few.evaluable & many.evaluable
    assert np.all(few.event[both] <= many.event[both])
    chosen = few.event & both
    assert np.all(few.time[chosen] >= many.time[chosen])


@pytest.mark.parametrize("name", STILL)
def test_a_longer_confirmation_finds_no_more_where_the_reference_stays(name: str) -> None:
    definition = LIBRARY[name]
    days = definition.confirmation_days or 0.0
    longer = replace(definition, confirmation_months=None, confirmation_weeks=days / 7 + 24)
    few, many = happened(cohort(2), longer), happened(cohort(2), definition)
    assert np.all(few.event <= many.event)


@pytest.mark.parametrize("name", EVENTS)
def test_later_visits_change_no_event_unless_it_has_to_last(name: str) -> None:
    definition, data = LIBRARY[name], cohort(1)
    before = happened(data, definition).frame
    last = data["visits"].groupby("subject_id").tail(1)
    added = last.assign(
        visit=last["visit"] + 1,
        day=last["subject_id"].map(data["subjects"].set_index("subject_id")["end_day"]) + 200,
        edss=0.0,
        gd_lesions=np.nan,
        new_t2_lesions=np.nan,
        brain_volume_pct=np.nan,
    )
    ends = data["subjects"].assign(
        end_day=data["subjects"]["end_day"] + 200,
        switch_day=data["subjects"]["switch_day"],
        end_reason="completed",
    )
    alive = data["subjects"]["end_reason"] != "death"
    longer = {**data, "subjects": ends, "visits": pd.concat([data["visits"], added])}
    after = happened(longer, definition).frame
    found = before["event"].to_numpy() & alive.to_numpy()
    parts = (definition, *(LIBRARY[part] for part in definition.components))
    if any(part.sustained for part in parts):
        kept = found & after["event"].to_numpy()
        assert (after["time_days"][kept] >= before["time_days"][kept]).all()
    else:
        pd.testing.assert_frame_equal(after[found], before[found])


@pytest.mark.parametrize("name", AT_VISITS)
def test_one_visit_is_never_an_event_and_never_silent(name: str) -> None:
    data = cohort(1)
    first = data["visits"][data["visits"]["visit"] == 0]
    table = happened({**data, "visits": first}, LIBRARY[name])
    assert not table.event.any()
    assert set(table.frame["status"]) <= {Status.NOT_CONFIRMABLE, Status.NO_BASELINE}
    nobody = happened({**data, "visits": first.iloc[:0]}, LIBRARY[name])
    assert set(nobody.frame["status"]) == {Status.NO_BASELINE.value}


def test_no_patient_at_all_gives_an_empty_table() -> None:
    nobody = {key: frame.iloc[:0] for key, frame in cohort(1).items()}
    for name in EVENTS:
        assert happened(nobody, LIBRARY[name]).frame.empty


def test_the_made_up_patients_put_every_definition_to_work() -> None:
    silent = {name for name in EVENTS if not happened(cohort(1), LIBRARY[name]).event.any()}
    adverse = {name for name in EVENTS if LIBRARY[name].kind is EventKind.ADVERSE_EVENT}
    assert silent <= adverse


def apart(relapses: pd.DataFrame) -> pd.DataFrame:
    """Relapses of which no two of a patient begin within 30 days."""
    kept: list[int] = []
    ordered = relapses.sort_values(["subject_id", "day"])
    for row in ordered.itertuples():
        before = relapses.loc[kept[-1]] if kept else None
        if (
            before is None
            or before["subject_id"] != row.subject_id
            or row.day - before["day"] >= 30
        ):
            kept.append(row.Index)
    return relapses.loc[kept]


def test_data_from_files_give_what_the_tables_give(tmp_path: Path) -> None:
    data = dict(cohort(2))
    data["relapses"] = apart(data["relapses"])
    for name in ("subjects", "visits", "relapses"):
        data[name].to_parquet(tmp_path / f"{name}.parquet")
    read_again = read_dataset(
        tmp_path / "visits.parquet",
        relapses=tmp_path / "relapses.parquet",
        patients=tmp_path / "subjects.parquet",
        lenient=True,
    )
    settled = {problem.what for problem in read_again.problems}
    assert all("baseline" in what for what in settled)
    for result in evaluate_all(read_again, LIBRARY):
        definition = result.definition
        if result.not_applicable:
            assert definition.kind is EventKind.ADVERSE_EVENT
            continue
        frame = read(data, definition).frame
        columns = ["value", "change"] if definition.kind.is_measured else ["status", "time_days"]
        assert result.patients["subject_id"].tolist() == frame["subject_id"].astype(str).tolist()
        pd.testing.assert_frame_equal(result.patients[columns], frame[columns], check_dtype=False)
