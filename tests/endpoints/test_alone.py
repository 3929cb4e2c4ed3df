"""A patient's answer does not hang on who else stands in the tables, nor on the order of rows."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints import Censoring, History, events, level, slope
from remyelin.study.definition import Definition, EventKind
from remyelin.study.definitions import definitions
from tests.endpoints.histories import CATALOGUE, NEDA, Patient, tables, visits
from tests.endpoints.test_contract import KEY, LIBRARY, Frames, cohort

FEW = 12
"""Patients that are read one by one under every definition."""


@cache
def few() -> Frames:
    return {
        name: frame[frame["subject_id"] < FEW].reset_index(drop=True)
        for name, frame in cohort(3).items()
    }


@cache
def single(number: int) -> History:
    return History.of({name: rows[rows["subject_id"] == number] for name, rows in few().items()})


@cache
def among_others() -> History:
    """The few between 160 others, who come first and last, rows mixed."""
    other = cohort(4)
    moved = {
        name: rows.assign(subject_id=rows["subject_id"] - 1000) for name, rows in other.items()
    }
    late = {name: rows.assign(subject_id=rows["subject_id"] + 1000) for name, rows in other.items()}
    return History.of(
        {
            name: pd.concat([moved[name], few()[name], late[name]]).sample(frac=1.0, random_state=5)
            for name in few()
        }
    )


def readings(data: History, definition: Definition) -> list[pd.DataFrame]:
    """Everything that can be read under a definition."""
    if definition.kind is EventKind.SLOPE:
        found = [slope(data, definition, until_months=until).frame for until in (None, 12.0)]
    elif definition.kind is EventKind.LEVEL:
        found = [level(data, definition, time_months=at).frame for at in (None, 0.0, 6.0, 12.0)]
    else:
        found = [events(data, definition, LIBRARY, censoring=way).frame for way in Censoring]
    return [frame.set_index(KEY).sort_index() for frame in found]


@pytest.mark.parametrize("name", LIBRARY)
def test_alone_or_among_others_a_patient_has_the_same_answer(name: str) -> None:
    definition = LIBRARY[name]
    together = readings(among_others(), definition)
    alone = [readings(single(number), definition) for number in range(FEW)]
    for position, table in enumerate(together):
        mine = table[table.index.get_level_values("subject_id").isin(range(FEW))]
        one_by_one = pd.concat([frames[position] for frames in alone]).sort_index()
        pd.testing.assert_frame_equal(mine, one_by_one, check_dtype=False, rtol=1e-12)


def test_the_few_have_events_and_values_of_many_kinds() -> None:
    found = {
        name: events(History.of(few()), LIBRARY[name], LIBRARY).event.sum()
        for name in ("cdw24", "neda3", "relapse_protocol", "mri_activity", "composite24")
    }
    assert all(count > 0 for count in found.values()), found


def test_a_relapse_ends_neda_whoever_else_is_in_the_file() -> None:
    patient = Patient(visits=visits(2, 2, every=360), mri={0: (0, 0), 1: (0, 3)}, relapses=[200])
    long = Patient(visits=visits(2, 2, 2, every=360), mri={0: (0, 0), 1: (0, 0)})
    library = definitions()
    for data in (tables(patient), tables(patient, long)):
        row = events(data, library["neda3"], library).frame.iloc[0]
        assert (row["status"], row["time_days"]) == ("event", 200)


def test_a_visit_stands_for_a_time_by_the_patients_own_intervals() -> None:
    regular = Patient(visits=[(0, 2), (180, 3), (360, 4)])
    rare = Patient(visits=[(0, 2), (700, 5)])
    edss = CATALOGUE["edss"]
    one = level(tables(rare), edss, time_months=12).value
    two = level(tables(rare, regular, regular), edss, time_months=12).value
    assert np.array_equal(one, two[:1])
    assert level(tables(regular), edss, time_months=12).value[0] == 4


def test_the_study_says_whether_a_component_was_looked_for() -> None:
    data = tables(Patient(visits=visits(2, 2, 2), relapses=[10]))
    assert not events(data, NEDA, CATALOGUE, seen=False).event.any()
    assert events(data, NEDA, CATALOGUE).event.all()
