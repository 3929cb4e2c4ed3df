"""The longitudinal tables hold what a trial could observe, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import remyelin
from remyelin.engine.advance import Engine
from remyelin.model.day import SIGNALS
from remyelin.study.tables import TABLES, Kind, Table
from remyelin.trials.conduct import DROPOUT, _Trial, conduct
from remyelin.trials.plan import UNTREATED, Plan
from tests.trials.small import mapping, plan, study

Tables = dict[str, pd.DataFrame]
WHO = ["replicate", "arm_id", "subject_id"]
DTYPES = {Kind.INTEGER: "int64", Kind.REAL: "float64", Kind.TEXT: "object", Kind.FLAG: "bool"}


def silent(_share: float, _what: str) -> None:
    """Nobody listens."""


def run(ready: Plan, replicates: tuple[int, ...] = (0, 1)) -> Tables:
    return conduct(ready, replicates, silent)


@pytest.fixture(scope="module")
def ready() -> Plan:
    data = mapping()
    data["arms"][0]["not_started"] = {"value": 0.2}
    data["design"]["follow_up"]["quantiles"] = [
        {"share": 0.0, "months": 3.0},
        {"share": 0.5, "months": 24.0},
        {"share": 1.0, "months": 24.0},
    ]
    del data["population"]["baseline"]["edss"]
    return plan(study(data), patients=40)


@pytest.fixture(scope="module")
def tables(ready: Plan) -> Tables:
    return run(ready)


def with_subject(frame: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    columns = [*WHO, "end_day", "end_reason", "planned_end_day"]
    joined = frame.merge(tables["subjects"][columns], on=WHO, how="left", validate="m:1")
    assert joined["end_day"].notna().all(), "a row belongs to nobody"
    return joined


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_columns_kinds_and_order_are_those_of_the_schema(tables: Tables, table: Table) -> None:
    frame = tables[table.name]
    assert tuple(frame.columns) == table.names
    assert len(frame) > 0
    for column in table.columns:
        nullable_integer = column.kind is Kind.INTEGER and column.nullable
        assert str(frame[column.name].dtype) == (
            "Int64" if nullable_integer else DTYPES[column.kind]
        )
        assert column.nullable or frame[column.name].notna().all(), column.name
    keys = [*WHO, *(key for key in ("day", "start_day") if key in frame)]
    assert frame[keys].equals(frame[keys].sort_values(keys, kind="stable", ignore_index=True))


def test_every_patient_stands_once(tables: Tables) -> None:
    subjects = tables["subjects"]
    assert len(subjects) == 80
    assert not subjects.duplicated(["replicate", "subject_id"]).any()
    assert set(subjects["imputed"]) == {"edss"}


def test_no_row_lies_outside_follow_up(tables: Tables) -> None:
    for name, first in (("visits", 0), ("relapses", 1), ("adverse_events", 1)):
        rows = with_subject(tables[name], tables)
        assert (rows["day"] >= first).all(), name
        assert (rows["day"] <= rows["end_day"]).all(), name
    exposures = with_subject(tables["exposures"], tables)
    assert (exposures["start_day"] <= exposures["end_day"]).all()
    assert (exposures["stop_day"] <= exposures["end_day"]).fillna(value=True).all()


def test_follow_up_ends_as_planned_or_with_dropout(tables: Tables) -> None:
    subjects = tables["subjects"]
    reason, end, planned = (subjects[n] for n in ("end_reason", "end_day", "planned_end_day"))
    assert set(reason) <= {"completed", "dropout", "death"}
    assert set(reason) >= {"completed", "dropout"}
    assert (end[reason == "completed"] == planned[reason == "completed"]).all()
    assert (end[reason == "dropout"] < planned[reason == "dropout"]).all()
    assert (end >= 0).all()


def test_everybody_is_seen_at_every_planned_visit_while_under_observation(
    tables: Tables, ready: Plan
) -> None:
    due = tables["subjects"][[*WHO, "end_day"]].merge(
        pd.DataFrame([(v.number, v.day, v.mri) for v in ready.visits]).set_axis(
            ["visit", "due", "mri"], axis=1
        ),
        how="cross",
    )
    due = due[due["due"] <= due["end_day"]]
    seen = due.merge(tables["visits"], on=[*WHO, "visit"], how="outer", indicator=True)
    assert (seen["_merge"] == "both").all()
    assert (seen["day"] == seen["due"]).all()
    assert (seen["gd_lesions"].notna() == seen["mri"]).all()
    assert (seen["brain_volume_pct"].notna() == seen["mri"]).all()
    assert (seen["new_t2_lesions"].notna() == (seen["mri"] & (seen["visit"] > 0))).all()


def test_the_baseline_visit_is_the_screening_visit(tables: Tables) -> None:
    first = tables["visits"].query("visit == 0").merge(tables["subjects"], on=WHO)
    assert len(first) == len(tables["subjects"])
    assert (first["edss_x"] == first["edss_y"]).all()
    assert (first["gd_lesions_x"] == first["gd_lesions_y"]).all()
    assert np.allclose(first["brain_volume_pct"].astype(float), 100.0)


def test_scores_are_possible_scores(tables: Tables) -> None:
    visits = tables["visits"]
    edss = visits["edss"]
    assert edss.between(0.0, 10.0).all()
    assert (edss * 2 == (edss * 2).round()).all()
    assert (edss != 0.5).all()
    assert visits["ambulation"].between(0, 12).all()
    assert visits.filter(like="fs_").to_numpy().min() >= 0
    assert visits.filter(like="fs_").to_numpy().max() <= 6
    assert (visits["new_t2_lesions"].dropna() >= 0).all()


def test_exposures_name_what_each_patient_was_given(tables: Tables) -> None:
    subjects, exposures = tables["subjects"], tables["exposures"]
    treated = subjects[subjects["protocol_id"] != UNTREATED]
    assert 0 < len(treated) < len(subjects)
    assert exposures[[*WHO, "protocol_id"]].equals(
        treated[[*WHO, "protocol_id"]].reset_index(drop=True)
    )
    assert set(exposures["reason"]) == {"allocated"}


def test_a_transplant_is_followed_by_engraftment_and_a_drug_is_not(tables: Tables) -> None:
    engrafted = tables["adverse_events"].query("event == 'neutrophil_engraftment'")
    transplanted = tables["exposures"].query("protocol_id == 'ahsct_cy200_ratg6'")
    assert set(engrafted["arm_id"]) == {"transplant"}
    assert len(engrafted) >= 0.8 * len(transplanted)
    assert engrafted["grade"].isna().all()


def test_harm_is_dated_and_has_the_grade_of_its_kind(tables: Tables) -> None:
    grades = {signal.event: signal.grade for signal in SIGNALS}
    found = tables["adverse_events"]
    assert set(found["event"]) <= set(grades)
    for event, rows in found.groupby("event"):
        if grades[event] is None:
            assert rows["grade"].isna().all()
        else:
            assert (rows["grade"] == grades[event]).all()
    neutropenia = found.query("event == 'neutropenia'")
    engrafted = found.query("event == 'neutrophil_engraftment'")
    both = neutropenia.merge(engrafted, on=["replicate", "subject_id", "arm_id"])
    assert len(both) > 0
    assert (both["day_x"] < both["day_y"]).all()


def test_ten_more_patients_change_nobody(tables: Tables, ready: Plan) -> None:
    more = run(plan(ready.study, patients=50), (0,))
    numbers = tables["subjects"].query("replicate == 0")["subject_id"]
    for name, frame in tables.items():
        before = frame.query("replicate == 0").reset_index(drop=True)
        after = more[name]
        after = after[after["subject_id"].isin(numbers)].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, after, check_exact=True)


def poisoned(monkeypatch: pytest.MonkeyPatch, when: int) -> None:
    """Spoil the state of the first patient during the step that begins on a day."""
    advance = Engine.advance

    def spoil(self: Engine, people: Any, start: int, stop: int, schedule: Any = None) -> Any:
        people, seen = advance(self, people, start, stop, schedule)
        if start == when and schedule is not None:
            people.state.tissue.volume[0] = np.nan
        return people, seen

    monkeypatch.setattr(Engine, "advance", spoil)


def test_a_patient_whose_state_fails_is_observed_to_the_visit_before(
    monkeypatch: pytest.MonkeyPatch, tables: Tables, ready: Plan
) -> None:
    when = ready.visits[2].day
    poisoned(monkeypatch, when)
    failed = run(ready, (0,))
    gone = failed["subjects"].query("end_reason == 'failed'")
    assert gone["end_day"].tolist() == [when]
    for name, frame in failed.items():
        others = frame[~frame["subject_id"].isin(gone["subject_id"])].reset_index(drop=True)
        before = tables[name].query("replicate == 0")
        before = before[~before["subject_id"].isin(gone["subject_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(others, before, check_exact=True)


def test_who_has_left_before_the_numbers_fail_keeps_the_reason(
    monkeypatch: pytest.MonkeyPatch, ready: Plan
) -> None:
    when = ready.visits[2].day
    made = _Trial.__init__

    def leaving(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.end[0], self.reason[0] = when, DROPOUT
        self._leave = lambda day: None

    monkeypatch.setattr(_Trial, "__init__", leaving)
    poisoned(monkeypatch, when)
    subjects = run(ready, (0,))["subjects"]
    assert (subjects["end_reason"].iloc[0], subjects["end_day"].iloc[0]) == ("dropout", when)
    assert "failed" not in set(subjects["end_reason"])


def test_a_failure_leaves_no_trace_of_the_step_in_which_it_happened(
    monkeypatch: pytest.MonkeyPatch, ready: Plan
) -> None:
    advance = Engine.advance
    when = ready.visits[1].day

    def spoil(self: Engine, people: Any, start: int, stop: int, schedule: Any = None) -> Any:
        people, seen = advance(self, people, start, stop, schedule)
        if start == when and schedule is not None:
            people.state.tissue.volume[:] = np.nan
        return people, seen

    monkeypatch.setattr(Engine, "advance", spoil)
    failed = run(ready, (0,))
    assert failed["relapses"]["day"].max() <= when
    assert failed["visits"]["day"].max() == when


def test_a_trial_that_everybody_has_left_comes_to_its_end() -> None:
    data = mapping()
    data["design"]["dropout_per_year"] = {"value": 5.0}
    few = run(plan(study(data), patients=3), (0,))
    assert set(few["subjects"]["end_reason"]) == {"dropout"}
    assert few["visits"]["visit"].max() < 4


def test_a_single_patient_is_a_run() -> None:
    result = remyelin.run(study(), patients=1, replicates=1)
    assert len(result.tables["subjects"]) == 1
    assert len(result.predictions) == len(result.outcomes)
