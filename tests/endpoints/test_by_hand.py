"""Hand-made histories with the answer worked out from the text of the definition."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from remyelin.endpoints import Status, event_counts, events, level, slope
from remyelin.study.definition import EventKind
from remyelin.study.definitions import definitions
from tests.endpoints.histories import Patient, tables

LIBRARY = definitions()
EVENT, CENSORED = Status.EVENT, Status.CENSORED
SHORT, NONE = Status.NOT_CONFIRMABLE, Status.NO_BASELINE


@dataclass(frozen=True)
class Case:
    """A definition, one history, and what becomes of the patient on which day."""

    name: str
    patient: Patient
    status: Status
    day: float


def course(*pairs: tuple[float, float], **more: object) -> Patient:
    return Patient(visits=pairs, **more)  # type: ignore[arg-type]


WORSE = ((0, 2.0), (100, 3.0))
CASES = (
    # Confirmation is in whole days: 24 weeks are 168, at most 15 early.
    Case("cdw24", course(*WORSE, (253, 3)), EVENT, 100),
    Case("cdw24", course(*WORSE, (252, 3)), SHORT, 252),
    Case("cdw24", course(*WORSE, (252, 3), (400, 2)), CENSORED, 400),
    Case("cdw24_affirm", course(*WORSE, (253, 3)), EVENT, 100),
    Case("cdw12_affirm", course(*WORSE, (169, 3)), EVENT, 100),
    Case("cdw12_affirm", course(*WORSE, (168, 3)), SHORT, 168),
    Case("cdw12", course(*WORSE, (169, 3)), EVENT, 100),
    Case("cdi24", course((0, 3), (100, 2), (253, 2)), EVENT, 100),
    Case("cdi24", course((0, 3), (100, 2), (252, 2)), SHORT, 252),
    # 3, 6 and 12 months are 91, 183 and 365 whole days.
    Case("cdw_3_months", course(*WORSE, (176, 3)), EVENT, 100),
    Case("cdw_3_months", course(*WORSE, (175, 3)), SHORT, 175),
    Case("cdw_6_months", course(*WORSE, (268, 3)), EVENT, 100),
    Case("cdw_6_months", course(*WORSE, (267, 3)), SHORT, 267),
    Case("cdw_12_months", course(*WORSE, (450, 3)), EVENT, 100),
    Case("cdw_12_months", course(*WORSE, (449, 3)), SHORT, 449),
    Case("mist_progression", course((0, 2), (350, 3), (518, 3)), EVENT, 350),
    Case("mist_progression", course((0, 2), (349, 3), (518, 3)), SHORT, 518),
    # Within 30 days of an onset includes day 30, at the first visit as at the confirming one.
    Case(
        "cdw24_outside_relapse",
        course((0, 2), (200, 3), (400, 3), relapses=[370]),
        SHORT,
        400,
    ),
    Case(
        "cdw24_outside_relapse",
        course((0, 2), (200, 3), (400, 3), relapses=[369]),
        EVENT,
        200,
    ),
    Case(
        "cdw24_outside_relapse",
        course((0, 2), (200, 3), (400, 3), (600, 3), relapses=[170]),
        EVENT,
        400,
    ),
    # Statuses.
    Case("cdw24", course((0, 2)), SHORT, 0),
    Case("cdw24", course((0, 2), first_visit=1), NONE, 0),
    Case("cdw24", course((0, 2), (100, 2), (300, 2)), CENSORED, 300),
    Case("edss4_confirmed", course((0, 4), (100, 4), (300, 4)), NONE, 0),
    Case("cdi24_steps", course((0, 1.5), (100, 0), (300, 0)), NONE, 0),
    Case("relapse_protocol", course((0, 2), (300, 2)), CENSORED, 300),
    Case("relapse_protocol", course((0, 2), (300, 2), relapses=[10, 50]), EVENT, 10),
    Case("relapse_protocol", course((0, 2), relapses=[-10]), SHORT, 0),
    Case("death_any", course((0, 2), (300, 2), end_reason="death"), EVENT, 300),
    Case("death_any", course((0, 2), (300, 2)), CENSORED, 300),
    Case("death_any", course((0, 2)), SHORT, 0),
    Case("infection_serious", course((0, 2), adverse=[(0, "infection", 2)]), SHORT, 0),
    Case("infection_serious", course((0, 2), (9, 2), adverse=[(5, "infection", 3)]), EVENT, 5),
    Case("mri_activity", course((0, 2), (90, 2), mri={0: (4, 4)}), SHORT, 0),
    Case("mri_activity", course((0, 2), (90, 2), mri={1: (0, 0)}), CENSORED, 90),
    Case("mri_activity", course((0, 2), (90, 2), mri={1: (0, 1)}), EVENT, 90),
    Case("neda3", course((0, 2), (360, 2), mri={1: (0, 3)}, relapses=[200]), EVENT, 200),
    Case("neda3", course((0, 2), (360, 2), mri={1: (0, 0)}), SHORT, 360),
    Case("neda3", course((0, 2), (180, 2), (360, 2), mri={1: (0, 0)}), CENSORED, 360),
    Case("neda3", course((0, 2), (180, 2), (360, 2)), SHORT, 360),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.status}-{case.day:g}")
def test_a_history_has_the_status_that_its_definition_says(case: Case) -> None:
    row = events(tables(case.patient), LIBRARY[case.name], LIBRARY).frame.iloc[0]
    assert (row["status"], row["time_days"]) == (case.status.value, case.day)


YEARLY = (0, 365, 730)


def scans(*counts: int | None) -> Patient:
    known = {n: (count, count) for n, count in enumerate(counts) if count is not None}
    return Patient(visits=[(day, 2.0) for day in YEARLY], mri=known)


LEVELS = (
    ("gd_sum", scans(4, 3, 1), None, 4.0),
    ("gd_sum", scans(0, 2, 0), None, 2.0),
    ("gd_sum", scans(4, 3, 1), 12.0, 3.0),
    ("gd_sum", scans(4, 3, 1), 24.0, 4.0),
    ("gd_sum", scans(4, 3, 1), 0.0, 0.0),
    ("gd_sum", scans(4, None, None), None, None),
    ("gd_sum", scans(None, None, 5), None, 5.0),
    ("new_t2_count", scans(9, 3, 1), None, 4.0),
    ("new_t2_count", scans(9, None, None), None, None),
    ("edss_rated", course((0, 2), (365, 3.5)), None, 3.5),
    ("edss_rated", course((0, 2)), None, 2.0),
    ("brain_volume", course((0, 2), (365, 2), brain={0: 100.0, 1: 98.0}), None, 98.0),
    ("edss_slope", course((0, 2), (365.25, 3), (730.5, 4)), None, 1.0),
    ("edss_slope", course((0, 2)), None, None),
    ("brain_volume_slope", course((0, 2), (365.25, 2), brain={0: 100, 1: 99}), None, -1.0),
)


@pytest.mark.parametrize(("name", "patient", "months", "value"), LEVELS)
def test_a_measured_value_is_what_its_definition_says(
    name: str, patient: Patient, months: float | None, value: float | None
) -> None:
    definition = LIBRARY[name]
    if definition.kind is EventKind.SLOPE:
        found = slope(tables(patient), definition, until_months=months).value[0]
    else:
        found = level(tables(patient), definition, time_months=months).value[0]
    assert pd.isna(found) if value is None else found == pytest.approx(value, abs=1e-3)


def test_every_measured_definition_stands_in_the_table() -> None:
    measured = {name for name, one in LIBRARY.items() if one.kind.is_measured}
    assert measured <= {name for name, *_ in LEVELS}


@pytest.mark.parametrize(
    ("patient", "count", "days"),
    [
        (course((0, 2), (300, 2)), 0, 300),
        (course((0, 2), (300, 2), relapses=[0, 299, 300]), 3, 300),
        (course((0, 2), (300, 2), relapses=[-5, 301]), 0, 300),
        (course((0, 2)), 0, 0),
    ],
)
def test_relapses_are_counted_over_the_days_of_observation(
    patient: Patient, count: int, days: int
) -> None:
    counted = event_counts(tables(patient), LIBRARY["relapse_protocol"])
    assert (counted.count[0], counted.days[0]) == (count, days)


def test_secondary_progression_takes_no_reference_from_a_relapse() -> None:
    systems = {
        "fs_visual": 0.0,
        "fs_brainstem": 1.0,
        "fs_pyramidal": 3.0,
        "fs_cerebellar": 1.0,
        "fs_sensory": 1.0,
        "fs_bowel_bladder": 1.0,
        "fs_mental": 0.0,
    }
    ratings = [(0, 5.0), (60, 3.5), (200, 4.5), (300, 4.5), (400, 4.5), (500, 4.5)]
    data = tables(Patient(visits=ratings, relapses=[-10]))
    data["visits"] = data["visits"].assign(**systems)
    data["visits"].loc[data["visits"]["day"] == 60, "fs_pyramidal"] = 2.0
    row = events(data, LIBRARY["spms_lorscheider2016"], LIBRARY).frame.iloc[0]
    assert (row["status"], row["time_days"], row["reference_day"]) == ("event", 200, 60)
