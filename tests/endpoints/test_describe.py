"""Usable visits, the funnel, misrating and Table 1."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import Dataset, History, Result, evaluate, evaluate_all, read_dataset
from remyelin.endpoints.baseline_table import BaselineTable, baseline_table
from remyelin.endpoints.funnel import funnel
from remyelin.endpoints.misrating import misrating, share_of_reversals
from remyelin.endpoints.recurrent import every_event
from remyelin.endpoints.usable import outside_relapses, usable_visits
from remyelin.errors import InputError
from remyelin.study.definition import EventKind
from remyelin.study.definitions import definitions, parse_definitions
from tests.endpoints.histories import Patient, tables, visits
from tests.endpoints.test_contract import EVENTS, LIBRARY, apart, cohort


def read(seed: int) -> Dataset:
    frames = dict(cohort(seed))
    frames["relapses"] = apart(frames["relapses"])
    return read_dataset(
        frames["visits"], relapses=frames["relapses"], patients=frames["subjects"], lenient=True
    )


DATA = read(1)


@pytest.mark.parametrize("name", EVENTS)
def test_the_funnel_ends_with_those_in_whom_the_event_could_be_found(name: str) -> None:
    steps = funnel(DATA, LIBRARY[name], LIBRARY)
    assert steps[0].left == DATA.history.n
    for before, after in pairwise(steps):
        assert after.left + after.lost == before.left
        assert not (after.kept & ~before.kept).any()
    result = evaluate(DATA, LIBRARY[name], LIBRARY)
    assert steps[-1].left == (0 if result.not_applicable else result.lines[0].assessable)


def test_each_step_of_the_funnel_loses_whom_it_says() -> None:
    rows = [
        ("all_well", 0, 0, 2.0), ("all_well", 1, 180, 2.0), ("all_well", 2, 360, 2.0),
        ("once", 0, 0, 2.0), ("once", 1, 180, 2.0),
        ("no_zero", 1, 180, 2.0), ("no_zero", 2, 360, 2.0), ("no_zero", 3, 500, 2.0),
        ("too_soon", 0, 0, 2.0), ("too_soon", 1, 30, 2.0), ("too_soon", 2, 60, 2.0),
        ("never", 0, 0, np.nan), ("never", 1, 180, np.nan),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["subject_id", "visit", "day", "edss"])
    frame["sdmt"] = 50
    data = read_dataset(frame, lenient=True)
    steps = {step.what: step.lost for step in funnel(data, LIBRARY["cdw24"], LIBRARY)}
    assert steps["edss measured at a visit"] == 1
    assert steps["edss measured at baseline"] == 1
    assert steps["2 visits after baseline"] == 1
    assert steps["the event could be found and confirmed 168 days later"] == 1
    more = funnel(data, LIBRARY["cdw24"], LIBRARY, least_visits=3)
    assert more[-1].left == 0
    nothing = funnel(data, LIBRARY["pira24_kappos2020_edss"], LIBRARY)
    assert (nothing[1].what, nothing[1].left) == ("relapses are recorded (a table of them)", 0)
    with pytest.raises(InputError, match="allowed: a whole number from 1"):
        funnel(data, LIBRARY["cdw24"], LIBRARY, least_visits=0)
    with pytest.raises(InputError, match="measured"):
        funnel(data, LIBRARY["edss_slope"], LIBRARY)


CHANGES = tuple(
    name
    for name in EVENTS
    if LIBRARY[name].kind.is_change or LIBRARY[name].kind is EventKind.MILESTONE
)


@pytest.mark.parametrize("name", CHANGES)
def test_no_event_uses_a_visit_that_is_not_usable(name: str) -> None:
    history = History.of(cohort(2))
    table = usable_visits(history, LIBRARY[name]).set_index(["patient", "day"])
    found = every_event(history, LIBRARY[name], LIBRARY)
    for day, what in (
        (found.day, "event"),
        (found.reference_day, "reference"),
        (found.confirming_day, "confirmation"),
    ):
        if what != "confirmation" or LIBRARY[name].confirmation_days is not None:
            assert table.loc[list(zip(found.patient, day, strict=True)), what].all()
    fine = table[["reference", "event", "confirmation"]].all(axis=1)
    assert ((table["reason"] == "") == fine).all()


def test_visits_soon_after_a_relapse_serve_for_nothing_day_30_included() -> None:
    one = Patient(visits=[(0, 2), (129, 4), (130, 4), (131, 4), (400, 4)], relapses=[100])
    rule = outside_relapses(LIBRARY["cdw24"], 30)
    table = usable_visits(tables(one), rule)
    bad = table[table["reason"] != ""]
    assert bad["day"].tolist() == [129, 130]
    assert bad["days_after_relapse"].tolist() == [29, 30]
    assert not bad[["reference", "event", "confirmation"]].any(axis=None)
    assert every_event(tables(one), rule, LIBRARY).day.tolist() == [131]
    assert every_event(tables(one), LIBRARY["cdw24"], LIBRARY).day.tolist() == [129]
    assert outside_relapses(LIBRARY["neda3"], 30) is LIBRARY["neda3"]


def test_a_milestone_has_usable_visits_and_a_relapse_has_none() -> None:
    one = tables(Patient(visits=visits(2, 3)))
    assert len(usable_visits(one, LIBRARY["edss4_confirmed"])) == 2
    with pytest.raises(InputError, match="allowed: worsening, improvement, milestone"):
        usable_visits(one, LIBRARY["relapse_protocol"])


def rated(rate: float, patients: int, seed: int, count: int = 8) -> list[Patient]:
    """Patients whose true score stays, rated a point off with some chance, up or down alike."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(patients):
        true = float(random.integers(4, 8)) / 2 + 1
        off = random.choice([-0.5, 0.5], count) * (random.random(count) < rate)
        made.append(Patient(visits=visits(*(true + off))))
    return made


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.25])
def test_the_rate_of_misrating_is_found_again(rate: float) -> None:
    line = misrating(tables(*rated(rate, 1500, 5)))[0]
    error = np.sqrt(rate * (1 - rate) / line.agreeing)
    assert abs(line.rate - rate) < 5 * error
    assert line.low < line.rate < line.high


def test_the_interval_of_misrating_holds_the_truth_as_often_as_it_says() -> None:
    times = 120
    inside = 0
    for seed in range(times):
        line = misrating(tables(*rated(0.15, 60, 100 + seed)))[0]
        inside += line.low <= 0.15 <= line.high
    assert inside / times > 0.95 - 4 * np.sqrt(0.95 * 0.05 / times)


def test_noise_is_told_from_a_steady_rise() -> None:
    random = np.random.default_rng(2)
    patients = []
    for _ in range(400):
        days = np.cumsum(random.integers(60, 300, 9))
        value = 3 + days / 1000 + random.normal(0, 0.4, 9)
        patients.append(Patient(visits=list(zip(days.tolist(), value.tolist(), strict=True))))
    line = misrating(tables(*patients))[0]
    assert line.noise_low < 0.4 < line.noise_high
    assert line.noise_high - line.noise_low < 0.06


def test_a_relapse_with_recovery_is_no_misrating() -> None:
    course = visits(2, 4, 2)
    line = misrating(tables(Patient(visits=course)))[0]
    assert (line.agreeing, line.up, line.large) == (1, 1, 1)
    assert misrating(tables(Patient(visits=course, relapses=[170])))[0].triples == 0
    assert misrating(tables(Patient(visits=course, relapses=[-90])))[0].triples == 0
    assert misrating(tables(Patient(visits=course, relapses=[-91])))[0].triples == 1
    assert misrating(tables(Patient(visits=course)), longest_days=300)[0].triples == 0


def test_without_visits_nothing_is_told_and_nothing_is_zero() -> None:
    for line in misrating(tables(Patient(visits=visits(2, 3)))):
        assert line.triples == 0
        assert np.isnan([line.rate, line.low, line.high, line.noise_sd]).all()


def test_scores_that_no_rater_grades_have_noise_and_no_share() -> None:
    for line in misrating(cohort(1), column="t25fw_seconds"):
        assert np.isnan([line.rate, line.low, line.high]).all()
        assert line.noise_low < line.noise_sd < line.noise_high


def test_the_share_of_reversals_grows_with_the_rate() -> None:
    shares = [share_of_reversals(rate) for rate in np.linspace(0, 0.5, 51)]
    assert shares[0] == 0
    assert np.all(np.diff(shares) > 0)


def described(patients: pd.DataFrame, **more: object) -> BaselineTable:
    frame = pd.DataFrame(
        [
            (who, day, score)
            for who, score in zip("abcdef", [1, 2, 3, 4, 5, 6.5], strict=True)
            for day in (0, 100)
        ],
        columns=["subject_id", "day", "edss"],
    )
    frame.loc[frame["day"] == 100, "edss"] = 9.0
    return baseline_table(read_dataset(frame), patients=patients, **more)  # type: ignore[arg-type]


PEOPLE = pd.DataFrame(
    {
        "subject_id": list("fedcba"),
        "age": [60, 50, 40, 30, 20, None],
        "sex": ["m", "f", "f", "f", "m", "f"],
        "group": ["y", "y", "y", "x", "x", "x"],
        "naive": [1, 1, 0, 1, 0, 0],
        "remark": ["", "", "", "", "", ""],
    }
)


def test_table_1_has_the_figures_of_the_hand() -> None:
    made = described(PEOPLE, group="group")
    assert made.groups == (("all", 6), ("x", 3), ("y", 3))
    rows = {(row.name, row.level): row for row in made.rows}
    everybody, x, y = rows["EDSS, EDSS points", ""].cells
    assert (x.mean, x.median, y.n, everybody.q1) == (2.0, 2.0, 3, 2.25)
    one, two = np.array([1, 2, 3]), np.array([4, 5, 6.5])
    spread = np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2)
    difference = rows["EDSS, EDSS points", ""].difference
    assert difference == pytest.approx((one.mean() - two.mean()) / spread)
    age = rows["age", ""].cells
    assert [(cell.n, cell.missing) for cell in age] == [(5, 1), (2, 1), (3, 0)]
    female = rows["sex", "f"]
    assert [cell.count for cell in female.cells] == [4, 2, 2]
    assert female.difference == 0.0
    assert [cell.count for cell in rows["naive", "1"].cells] == [3, 1, 2]
    p, q = 1 / 3, 2 / 3
    due = abs(p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    assert rows["naive", "1"].difference == pytest.approx(due)
    assert made.left_out == ("remark (empty)",)


def test_many_classes_have_one_difference_and_words_are_left_out() -> None:
    people = PEOPLE.assign(course=["r", "s", "p", "r", "r", "s"], note=list("uvwxyz"))
    made = described(people, group="group", classes=["age"])
    course = [row for row in made.rows if row.name == "course"]
    assert len({row.difference for row in course}) == 1
    assert len([row for row in made.rows if row.name == "age"]) == 5
    many = pd.concat([people] * 1).assign(note=[f"word {k}" for k in range(6)])
    assert "note" in {row.name for row in described(many).rows}


def test_one_group_has_no_difference_and_more_have_the_largest() -> None:
    assert np.isnan([row.difference for row in described(PEOPLE).rows]).all()
    three = PEOPLE.assign(group=["z", "z", "y", "y", "x", "x"])
    (edss,) = [row for row in described(three, group="group").rows if row.name.startswith("EDSS")]
    far = (np.array([1, 2]), np.array([5, 6.5]))
    spread = np.sqrt((far[0].var(ddof=1) + far[1].var(ddof=1)) / 2)
    assert edss.difference == pytest.approx((far[0].mean() - far[1].mean()) / spread)


def test_table_1_does_not_hang_on_the_order_of_rows() -> None:
    one = described(PEOPLE, group="group").frame()
    two = described(PEOPLE.sample(frac=1.0, random_state=1), group="group").frame()
    pd.testing.assert_frame_equal(one, two)


def test_what_table_1_cannot_do_is_said() -> None:
    with pytest.raises(InputError, match="no column site; there are: age"):
        described(PEOPLE, group="site")
    with pytest.raises(InputError, match="stands twice"):
        described(pd.concat([PEOPLE, PEOPLE]))
    with pytest.raises(InputError, match="subject_id is missing"):
        described(PEOPLE.drop(columns="subject_id"))


def test_relapses_in_the_year_before_are_a_characteristic() -> None:
    frame = pd.DataFrame([("a", 0, 2.0), ("a", 90, 2.0)], columns=["subject_id", "day", "edss"])
    onsets = pd.DataFrame([("a", -365), ("a", -400), ("a", -30)], columns=["subject_id", "day"])
    made = baseline_table(read_dataset(frame, relapses=onsets, lenient=True))
    (row,) = [row for row in made.rows if row.name.startswith("relapses")]
    assert row.cells[0].mean == 2


def test_own_definitions_can_ask_for_scans_without_lesions() -> None:
    text = """
definitions:
  quiet:
    kind: {kind}
    label: Worsening without lesions
    {steps}
    mri_free: true
    text: Worsening without lesions.
    citation: own
"""
    steps = "steps: [{from_edss: 0.0, change: 1.0}]"
    own = parse_definitions(text.format(kind="worsening", steps=steps), where="own")["quiet"]
    assert own.mri_free
    course = visits(2, 3, 3)
    clean = Patient(visits=course, mri={1: (0, 0)})
    active = Patient(visits=course, mri={1: (0, 0), 2: (0, 1)})
    later = Patient(visits=[*course, (700, 3.0)], mri={1: (0, 0), 3: (1, 1)})
    unseen = Patient(visits=course, mri={0: (0, 0)})
    confirmed = replace(own, confirmation_weeks=24.0)
    data = tables(clean, active, later, unseen)
    status = every_event(data, confirmed, LIBRARY).first.frame["status"].tolist()
    assert status == ["event", "censored", "event", "not_confirmable"]
    with pytest.raises(InputError, match="mri_free: for worsening only"):
        parse_definitions(text.format(kind="improvement", steps=steps), where="own")


def test_a_death_or_edss_10_is_an_event_whichever_comes_first() -> None:
    patients = (
        Patient(visits=visits(5, 6, 10), end_reason="death", end_day=800),
        Patient(visits=visits(5, 6, 6), end_reason="death", end_day=800),
        Patient(visits=visits(5, 6, 6)),
    )
    table = every_event(tables(*patients), LIBRARY["death_or_edss10"], LIBRARY).first.frame
    assert table["time_days"].tolist()[:2] == [365, 800]
    assert table["status"].tolist() == ["event", "event", "censored"]
    assert table["component"].tolist()[:2] == ["edss10", "death_any"]


def test_under_the_definition_on_treatment_a_switch_ends_observation() -> None:
    course = visits(2, 3, 3, 3)
    given = (Patient(visits=course, switch_day=day) for day in (365, 364, None))
    table = every_event(tables(*given), definitions()["cdw24_on_treatment"], LIBRARY).first.frame
    assert table["status"].tolist() == ["event", "not_confirmable", "event"]


@pytest.mark.parametrize("name", LIBRARY)
def test_further_columns_and_the_order_of_rows_change_no_result(name: str) -> None:
    one, two = results(0)[name], results(1)[name]
    assert one.not_applicable == two.not_applicable
    for before, after in zip(one.lines, two.lines, strict=True):
        assert before.statuses == after.statuses
        np.testing.assert_allclose(before.share, after.share)
    if not one.not_applicable:
        by = ["subject_id", "arm_id"]
        first = one.patients.sort_values(by).reset_index(drop=True)
        second = two.patients.sort_values(by).reset_index(drop=True)
        pd.testing.assert_frame_equal(first, second, check_dtype=False, rtol=1e-12)


@cache
def results(way: int) -> dict[str, Result]:
    """Results of the plain tables, and of those with more columns and mixed rows."""
    frames = dict(cohort(1))
    frames["relapses"] = apart(frames["relapses"])
    if way:
        frames = {
            key: frame.assign(zone="x", weight=70.5).sample(frac=1.0, random_state=4)
            for key, frame in frames.items()
        }
    data = read_dataset(
        frames["visits"], relapses=frames["relapses"], patients=frames["subjects"], lenient=True
    )
    found = evaluate_all(data, LIBRARY)
    return {one.definition.definition_id: one for one in found}


@pytest.mark.parametrize("name", EVENTS)
def test_a_share_is_told_only_where_somebody_could_have_had_the_event(name: str) -> None:
    frames = cohort(1)
    first = frames["visits"][frames["visits"]["visit"] == 0]
    data = read_dataset(
        first, relapses=frames["relapses"].iloc[:0], patients=frames["subjects"], lenient=True
    )
    result = evaluate(data, LIBRARY[name], LIBRARY)
    for line in result.lines:
        assert np.isnan(line.share) == (line.assessable == 0)
        if LIBRARY[name].kind not in (EventKind.RELAPSE, EventKind.DEATH):
            assert line.assessable == 0
