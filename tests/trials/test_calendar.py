"""Visits stray from their plan, are missed and come after relapses, as a study asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import History
from remyelin.engine.backends import Backend
from remyelin.engine.streams import Streams
from remyelin.study.measurement import Measurement
from remyelin.trials.calendar import MISSED, Calendar
from remyelin.trials.conduct import conduct
from remyelin.trials.plan import Visit
from tests.trials.small import mapping, plan, study

WHO = ["replicate", "arm_id", "subject_id"]
PEOPLE = 4_000
STREAMS = Streams.of(3, np.zeros(PEOPLE, dtype=np.int64), np.arange(PEOPLE))
PLANNED = tuple(Visit(k, day, mri=False) for k, day in enumerate((0, 20, 90, 180, 200)))
LONG = np.full(PEOPLE, 200)

Tables = dict[str, pd.DataFrame]


def tables(backend: Backend = Backend.NUMPY, **measurement: Any) -> Tables:
    data = mapping()
    data["design"]["measurement"] = measurement
    ready = plan(study(data), patients=24, backend=backend)
    return conduct(ready, (0, 1), lambda _share, _what: None)


@pytest.fixture(scope="module")
def as_planned() -> Tables:
    return tables()


def calendar(last_day: np.ndarray[Any, np.dtype[np.int64]] = LONG, **settings: Any) -> Any:
    return Calendar.of(PLANNED, Measurement(**settings), STREAMS, last_day).day


def test_without_jitter_every_visit_is_on_its_day() -> None:
    assert (calendar() == [visit.day for visit in PLANNED]).all()


def test_jitter_keeps_the_order_the_baseline_and_the_end_of_follow_up() -> None:
    day = calendar(visit_jitter_days=60.0, visit_jitter_limit_days=180)
    assert (np.diff(day, axis=1) > 0).all()
    assert (day[:, 0] == 0).all()
    assert day.max() == 200
    ends = np.arange(PEOPLE) % 201
    some = calendar(ends, visit_jitter_days=60.0, visit_jitter_limit_days=180)
    planned = np.array([visit.day for visit in PLANNED])
    assert ((some <= ends[:, None]) == (planned <= ends[:, None])).all()
    assert (np.diff(some, axis=1) >= 0).all()


def test_jitter_has_the_stated_spread_and_limit() -> None:
    stray = calendar(visit_jitter_days=3.0, visit_jitter_limit_days=14)[:, 2] - 90
    assert abs(stray.mean()) < 4 * 3.0 / np.sqrt(PEOPLE)
    assert stray.std() == pytest.approx(3.0, rel=0.05)
    cut = calendar(visit_jitter_days=30.0, visit_jitter_limit_days=5)[:, 2] - 90
    assert set(np.unique(cut)) == set(range(-5, 6))


def test_the_stated_share_of_visits_is_missed_and_never_baseline() -> None:
    missed = calendar(missed_share=0.2) == MISSED
    assert not missed[:, 0].any()
    assert missed[:, 1:].mean() == pytest.approx(0.2, abs=0.015)
    assert (calendar(missed_share=1.0)[:, 1:] == MISSED).all()


def test_jitter_moves_visits_and_changes_nobodys_course(as_planned: Tables) -> None:
    strayed = tables(visit_jitter_days=10.0)
    for name in ("subjects", "relapses", "adverse_events", "exposures"):
        pd.testing.assert_frame_equal(strayed[name], as_planned[name], check_exact=True)
    visits = strayed["visits"].merge(strayed["subjects"][[*WHO, "end_day"]], on=WHO)
    assert (visits["day"] <= visits["end_day"]).all()
    assert (visits.groupby(WHO)["visit"].diff().dropna() > 0).all()
    assert (visits.groupby(WHO)["day"].diff().dropna() > 0).all()
    both = visits.merge(as_planned["visits"], on=[*WHO, "visit"])
    away = both["day_x"] - both["day_y"]
    assert away.abs().max() <= 14
    assert away.nunique() > 10


def test_missed_visits_are_absent_and_the_others_are_the_same(as_planned: Tables) -> None:
    fewer, every = tables(missed_share=0.3)["visits"], as_planned["visits"]
    assert 0.5 * len(every) < len(fewer) < 0.9 * len(every)
    same = every.merge(fewer[[*WHO, "visit"]], on=[*WHO, "visit"])
    for name in ("day", "edss", "t25fw_seconds", "sdmt", "nfl_pg_ml", "gd_lesions"):
        assert same[name].equals(fewer[name]), name


def test_relapses_bring_flagged_visits_and_change_nothing_else(as_planned: Tables) -> None:
    more = tables(relapse_visit_delay_days=7)
    for name in ("subjects", "relapses", "adverse_events", "exposures"):
        pd.testing.assert_frame_equal(more[name], as_planned[name], check_exact=True)
    visits = more["visits"]
    planned = visits[visits["scheduled"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(planned, as_planned["visits"], check_exact=True)
    extra = visits[~visits["scheduled"]]
    assert (extra["visit"] == -1).all()
    assert extra["t25fw_seconds"].isna().all()
    assert not visits.duplicated([*WHO, "day"]).any()
    due = more["relapses"].assign(day=more["relapses"]["day"] + 7)
    due = due.merge(more["subjects"][[*WHO, "end_day", "end_reason"]], on=WHO)
    dead = (due["end_reason"] == "death").astype(int)
    due = due[due["day"] <= due["end_day"] - dead][[*WHO, "day"]].drop_duplicates()
    free = due.merge(planned[[*WHO, "day"]], on=[*WHO, "day"], how="left", indicator=True)
    free = free[free["_merge"] == "left_only"]
    assert len(extra) == len(free) > 0
    assert len(extra.merge(free, on=[*WHO, "day"])) == len(extra)


def test_endpoints_leave_unscheduled_visits_out_unless_asked() -> None:
    more = tables(relapse_visit_delay_days=7)
    usual, all_ = History.of(more), History.of(more, unscheduled=True)
    assert len(usual.measured("edss").day) == more["visits"]["scheduled"].sum()
    assert len(all_.measured("edss").day) == len(more["visits"])


def test_both_engines_agree_on_a_strayed_calendar() -> None:
    asked: dict[str, Any] = {
        "visit_jitter_days": 5.0,
        "missed_share": 0.1,
        "relapse_visit_delay_days": 7,
        "volume_noise": True,
    }
    reference, fused = tables(**asked), tables(Backend.FUSED, **asked)
    for name, table in reference.items():
        pd.testing.assert_frame_equal(fused[name], table, rtol=1e-10, obj=name)
