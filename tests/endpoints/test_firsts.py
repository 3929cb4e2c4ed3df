from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from remyelin.endpoints import Censoring, Status, event_counts, events
from remyelin.errors import InputError, UnknownNameError
from remyelin.model.day import SIGNALS
from remyelin.study.definition import Definition, EventKind, OnSwitch
from remyelin.study.definitions import definitions
from remyelin.study.vocabulary import NO_HARM
from tests.endpoints.histories import (
    CATALOGUE,
    DEATH,
    EDSS,
    MRI,
    NEDA,
    RELAPSE,
    Patient,
    tables,
    visits,
)


def one(patient: Patient, definition: Definition, **options: Censoring) -> pd.Series:
    return events(tables(patient), definition, CATALOGUE, **options).frame.iloc[0]


def adverse(**options: object) -> Definition:
    return Definition(definition_id="ae", kind=EventKind.ADVERSE_EVENT, label="", **options)  # type: ignore[arg-type]


def test_the_first_relapse_is_dated_at_its_onset() -> None:
    row = one(Patient(relapses=[300, 100], end_day=700), RELAPSE)
    assert (row["event"], row["time_days"]) == (True, 100)
    assert one(Patient(end_day=700), RELAPSE)["time_days"] == 700


def test_relapses_before_the_earliest_time_do_not_count() -> None:
    late = replace(RELAPSE, earliest_months=6.0)
    assert one(Patient(relapses=[100, 300], end_day=700), late)["time_days"] == 300


def test_a_switch_censors_relapses_only_where_the_definition_says_so() -> None:
    patient = Patient(relapses=[300], end_day=700, switch_day=200)
    assert one(patient, RELAPSE)["event"]
    row = one(patient, replace(RELAPSE, on_switch=OnSwitch.CENSOR))
    assert (row["event"], row["time_days"]) == (False, 200)


def test_relapse_counts_and_exposure_stop_at_the_limit() -> None:
    data = tables(Patient(relapses=[100, 300, 600], end_day=700), Patient(end_day=200))
    counts = event_counts(data, RELAPSE, until_months=12)
    assert list(counts.count) == [2, 0]
    assert list(counts.days) == [365.25, 200]
    assert list(event_counts(data, RELAPSE).count) == [3, 0]


def test_a_rate_of_worsening_is_refused() -> None:
    with pytest.raises(InputError, match="rate"):
        event_counts(tables(Patient(end_day=9)), CATALOGUE["worsening_6m"])


@pytest.mark.parametrize("scan", [(1, 0), (0, 1)])
def test_mri_activity_is_dated_at_the_scan_that_shows_it(scan: tuple[int, int]) -> None:
    mri = {0: (5, 0), 2: (0, 0), 4: scan}
    row = one(Patient(visits=visits(2, 2, 2, 2, 2), mri=mri), MRI)
    assert (row["event"], row["time_days"], row["first_visit"]) == (True, 730, 4)


def test_mri_activity_at_baseline_does_not_count_and_censoring_is_at_the_last_scan() -> None:
    row = one(Patient(visits=visits(2, 2, 2, 2), mri={0: (5, 0), 2: (0, 0)}), MRI)
    assert (row["status"], row["time_days"]) == (Status.CENSORED, 365)


def test_without_a_scan_after_baseline_nothing_could_be_found() -> None:
    row = one(Patient(visits=visits(2, 2, 2), mri={0: (5, 0)}), MRI)
    assert row["status"] == Status.NOT_CONFIRMABLE


def test_mri_activity_can_be_narrowed_to_one_column() -> None:
    patient = Patient(visits=visits(2, 2), mri={1: (0, 3)})
    assert not one(patient, replace(MRI, column="gd_lesions"))["event"]
    with pytest.raises(InputError, match="allowed"):
        one(patient, replace(MRI, column="edss"))


def test_death_is_found_in_both_places_where_it_is_recorded() -> None:
    by_end = Patient(end_day=50, end_reason="death")
    by_event = Patient(end_day=50, adverse=[(50, "death", 5)])
    assert one(by_end, DEATH)["time_days"] == one(by_event, DEATH)["time_days"] == 50
    assert one(by_event, DEATH)["event"]
    assert not one(Patient(end_day=50, end_reason="dropout"), DEATH)["event"]


def test_a_death_of_another_cause_is_none_of_the_treatment_and_censors_there() -> None:
    by_treatment = definitions()["death_treatment_related"]
    other = Patient(
        end_day=50,
        end_reason="death",
        adverse=[(50, "death", 5), (50, "death_of_other_cause", None)],
    )
    row = one(other, by_treatment)
    assert (row["status"], row["time_days"]) == (Status.CENSORED, 50)
    assert one(other, definitions()["death_any"])["event"]
    later = Patient(end_day=50, end_reason="death", adverse=[(40, "death_of_other_cause", None)])
    for known in (Patient(end_day=50, end_reason="death"), later):
        assert one(known, by_treatment)["event"]


def test_procedures_milestones_and_causes_of_death_are_no_harm() -> None:
    assert {signal.event for signal in SIGNALS} >= NO_HARM
    patient = Patient(
        end_day=90, adverse=[(day, name, None) for day, name in enumerate(NO_HARM, 5)]
    )
    assert not one(patient, adverse())["event"]
    assert one(patient, adverse(column="leukapheresis"))["event"]


def test_adverse_events_are_chosen_by_name_and_grade() -> None:
    patient = Patient(
        end_day=90,
        adverse=[(11, "neutrophil_engraftment", None), (20, "infection", 2), (40, "infection", 3)],
    )
    assert one(patient, adverse())["time_days"] == 20
    assert one(patient, adverse(serious=True))["time_days"] == 40
    assert one(patient, adverse(column="neutrophil_engraftment"))["time_days"] == 11
    assert not one(patient, adverse(column="death"))["event"]


CLEAN = {1: (0, 0), 2: (0, 0), 3: (0, 0)}


def test_neda_ends_at_the_first_of_its_components() -> None:
    worse = Patient(visits=visits(2, 3, 3, 3), mri=CLEAN, relapses=[200])
    assert one(worse, NEDA)["time_days"] == 183
    scan = Patient(visits=visits(2, 2, 2, 2), mri={**CLEAN, 2: (1, 0)}, relapses=[400])
    row = one(scan, NEDA)
    assert (row["time_days"], row["first_visit"]) == (365, 2)


def test_neda_without_event_lasts_until_the_last_assessment_of_any_component() -> None:
    patient = Patient(visits=visits(2, 2, 2, 2), mri={1: (0, 0), 2: (0, 0)}, end_day=600)
    row = one(patient, NEDA)
    assert (row["status"], row["time_days"]) == (Status.CENSORED, 600)
    assert one(patient, NEDA, censoring=Censoring.LAST_CONFIRMABLE)["time_days"] == 365


def test_without_mri_neda_can_be_lost_but_never_kept() -> None:
    row = one(Patient(visits=visits(2, 3, 3), relapses=[10]), NEDA)
    assert (row["status"], row["time_days"], row["component"]) == (Status.EVENT, 10, "relapse")
    kept = one(Patient(visits=visits(2, 2, 2)), NEDA)
    assert kept["status"] == Status.NOT_CONFIRMABLE
    data = tables(Patient(visits=visits(2, 3, 3), relapses=[10]))
    unseen = events(data, NEDA, CATALOGUE, seen=False).frame.iloc[0]
    assert unseen["status"] == Status.NOT_CONFIRMABLE


def test_a_component_that_does_not_exist_or_has_no_events_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="relapze"):
        one(Patient(end_day=9), replace(NEDA, components=("relapze",)))
    with pytest.raises(InputError, match="component"):
        one(Patient(end_day=9), replace(NEDA, components=("edss",)))
    with pytest.raises(InputError, match="components is empty"):
        one(Patient(end_day=9), replace(NEDA, components=()))


def test_a_level_has_no_events() -> None:
    with pytest.raises(InputError, match="level"):
        one(Patient(end_day=9), EDSS)
