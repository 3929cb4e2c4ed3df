from __future__ import annotations

import pandas as pd
import pytest

from remyelin.endpoints import History, events, level
from remyelin.errors import InputError
from remyelin.study.definition import Definition
from tests.endpoints.histories import (
    CATALOGUE,
    EDSS,
    MRI,
    NEDA,
    RELAPSE,
    WORSENING,
    Patient,
    tables,
    visits,
)


def test_the_same_subject_in_two_arms_is_two_patients() -> None:
    data = tables(
        Patient(visits=visits(2, 3, 3), arm="b", subject=7),
        Patient(visits=visits(2, 2, 2), arm="a", subject=7),
    )
    frame = events(data, WORSENING, CATALOGUE).frame
    assert frame["event"].tolist() == [True, False]
    assert frame["arm_id"].tolist() == ["b", "a"]


def test_a_missing_table_and_a_missing_column_are_both_named() -> None:
    data = tables(Patient(visits=visits(2)))
    del data["relapses"]
    data["visits"] = data["visits"].drop(columns="day")
    with pytest.raises(InputError, match=r"(?s)visits lacks day.*relapses is missing"):
        History.of(data)


def test_a_row_without_patient_is_refused() -> None:
    data = tables(Patient(relapses=[5], end_day=9))
    data["relapses"]["arm_id"] = "elsewhere"
    with pytest.raises(InputError, match="elsewhere"):
        History.of(data)


def test_a_patient_who_stands_twice_is_refused() -> None:
    data = tables(Patient(subject=1, end_day=1), Patient(subject=1, end_day=1))
    with pytest.raises(InputError, match="two rows for replicate 0, arm 'a', subject 1"):
        History.of(data)


def test_a_missing_day_is_refused() -> None:
    data = tables(Patient(visits=visits(2, 3)))
    data["visits"]["day"] = pd.array([0, None], dtype="Int64")
    with pytest.raises(InputError, match="column day"):
        History.of(data)


@pytest.mark.parametrize("definition", [WORSENING, RELAPSE, MRI, NEDA])
def test_empty_tables_give_empty_results(definition: Definition) -> None:
    assert events(tables(), definition, CATALOGUE).frame.empty
    assert level(tables(), EDSS, time_months=12).frame.empty


def test_a_table_without_rows_has_columns_of_any_kind() -> None:
    given = tables(Patient(visits=visits(2, 2, 2)))
    for name in ("relapses", "adverse_events"):
        given[name] = pd.DataFrame({column: [] for column in given[name].columns})
    assert History.of(given).relapses.day.size == 0


@pytest.mark.parametrize("day", [1e300, -1e7])
def test_a_day_beyond_every_life_is_named(day: float) -> None:
    given = tables(Patient(visits=visits(2, 2, 2), relapses=[10]))
    given["relapses"] = given["relapses"].assign(day=day)
    with pytest.raises(InputError, match="table relapses, column day: a day lies beyond"):
        History.of(given)


@pytest.mark.parametrize("mixed", [False, True], ids=["in order", "mixed"])
def test_a_history_does_not_follow_later_changes_of_the_tables(mixed: bool) -> None:
    data = tables(Patient(visits=visits(2, 3, 3)), Patient(visits=visits(2, 2, 2), subject=9))
    seen = data["visits"].astype({"day": "float64", "edss": "float64"})
    data["visits"] = seen.iloc[::-1].reset_index(drop=True) if mixed else seen
    history = History.of(data)
    for name in ("day", "edss", "visit"):
        data["visits"].loc[:, name] = 0
    frame = events(history, WORSENING, CATALOGUE).frame
    assert frame["event"].tolist() == [True, False]
    assert frame["time_days"].iloc[0] > 0


def test_subjects_whose_numbers_have_gaps_are_found_as_those_without() -> None:
    courses = (visits(2, 3, 3), visits(2, 2, 2), visits(2, 3, 3))
    answers = []
    for numbers in ((0, 1, 2), (40, 3, 1000)):
        given = zip(courses, numbers, strict=True)
        data = tables(*(Patient(visits=course, subject=number) for course, number in given))
        answers.append(events(data, WORSENING, CATALOGUE).frame["event"].tolist())
    assert answers[0] == answers[1] == [True, False, True]


def test_a_row_of_somebody_before_the_first_subject_is_refused() -> None:
    data = tables(*(Patient(visits=visits(2, 3, 3), subject=number) for number in (5, 6)))
    data["visits"].loc[0, "subject_id"] = 4
    with pytest.raises(InputError, match="who is not in table subjects"):
        History.of(data)
