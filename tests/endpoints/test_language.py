"""The language of definitions, each word on a history made by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from remyelin.endpoints import Status, events, slope
from remyelin.endpoints.rules import SYSTEMS
from remyelin.errors import InputError
from remyelin.study.definition import (
    Definition,
    EventKind,
    MovesTo,
    Reference,
    RelapseFree,
    Relation,
    Step,
)
from remyelin.study.definitions import definitions
from tests.endpoints.histories import Patient, tables, visits

LIBRARY = definitions()
CHANGE = Definition(
    definition_id="change",
    kind=EventKind.WORSENING,
    label="",
    steps=(Step(0.0, 1.5), Step(1.0, 1.0), Step(6.0, 0.5)),
    confirmation_weeks=24.0,
)


def quarterly(*edss: float) -> list[tuple[float, float]]:
    return visits(*edss, every=91.3125)


def one(patient: Patient, definition: Definition, **columns: list[float]) -> pd.Series:
    data = tables(patient)
    data["visits"] = data["visits"].assign(**columns)
    return events(data, definition, LIBRARY).frame.iloc[0]


def day_of(patient: Patient, definition: Definition, **columns: list[float]) -> float | None:
    row = one(patient, definition, **columns)
    return float(row["time_days"]) if row["event"] else None


@pytest.mark.parametrize("weeks", [12, 24, 48])
def test_weeks_and_days_mean_the_same(weeks: int) -> None:
    rule = replace(CHANGE, confirmation_weeks=float(weeks), tolerance_days=0.0)
    just, early = ([(0, 2), (90, 3), (90 + 7 * weeks - late, 3)] for late in (0, 1))
    assert day_of(Patient(visits=just), rule) == 90
    assert day_of(Patient(visits=early), rule) is None


def test_a_confirming_visit_may_come_too_late_where_that_is_limited() -> None:
    rule = replace(CHANGE, latest_days=30.0)
    assert day_of(Patient(visits=[(0, 2), (90, 3), (90 + 198, 3)]), rule) == 90
    assert day_of(Patient(visits=[(0, 2), (90, 3), (90 + 199, 3)]), rule) is None


def test_visits_in_between_may_be_left_aside() -> None:
    patient = Patient(visits=quarterly(2, 3, 2, 3))
    assert day_of(patient, CHANGE) is None
    assert day_of(patient, replace(CHANGE, confirm_between=False)) == 91


def test_sustained_means_at_every_later_visit() -> None:
    rule = replace(CHANGE, sustained=True)
    assert day_of(Patient(visits=quarterly(2, 3, 3, 3, 3)), rule) == 91
    assert day_of(Patient(visits=quarterly(2, 3, 3, 3, 2)), rule) is None
    assert day_of(Patient(visits=quarterly(2, 3, 3, 2, 3, 3, 3)), rule) == 365


def test_an_improvement_moves_a_roving_reference() -> None:
    patient = Patient(visits=quarterly(4, 3, 3, 3, 4, 4, 4))
    rule = replace(CHANGE, reference=Reference.ROVING_IMPROVEMENT)
    row = one(patient, rule)
    assert day_of(patient, CHANGE) is None
    assert (row["time_days"], row["reference_day"], row["confirming_day"]) == (365, 274, 548)
    to_event = one(patient, replace(rule, moves_to=MovesTo.EVENT))
    assert (to_event["time_days"], to_event["reference_day"]) == (365, 91)
    assert day_of(patient, replace(CHANGE, reference=Reference.ROVING_WORSENING)) is None


def test_a_relapse_resets_the_reference_where_asked() -> None:
    patient = Patient(visits=quarterly(2, 3, 3, 3, 4, 4, 4), relapses=[70])
    rule = replace(CHANGE, rebaseline_after_relapse=True, reference_relapse_days=30.0)
    row = one(patient, rule)
    assert (row["time_days"], row["reference_day"]) == (365, 183)
    near = one(patient, replace(rule, reference_relapse_days=10.0))
    assert (near["time_days"], near["reference_day"]) == (365, 91)


def test_a_reset_reference_never_falls_where_asked() -> None:
    patient = Patient(visits=quarterly(3, 2, 2, 3, 3, 3, 3), relapses=[10])
    rule = replace(CHANGE, rebaseline_after_relapse=True, reference_relapse_days=30.0)
    assert day_of(patient, rule) == 274
    assert day_of(patient, replace(rule, reference_never_falls=True)) is None


@pytest.mark.parametrize(("onset", "days"), [(92, 90), (93, 90), (94, 90)])
def test_association_counts_its_last_day(onset: int, days: int) -> None:
    patient = Patient(visits=quarterly(2, 2, 3, 3, 3), relapses=[onset])
    raw = replace(CHANGE, relation=Relation.ASSOCIATED, associated_days=float(days))
    pira = replace(
        CHANGE, relation=Relation.INDEPENDENT, relapse_free=RelapseFree(event_before=float(days))
    )
    near = 183 - onset <= days
    assert day_of(patient, raw) == (183 if near else None)
    assert day_of(patient, pira) == (None if near else 183)


def test_raw_and_pira_by_the_same_window_share_the_first_worsening_between_them() -> None:
    for onset in range(-30, 200, 7):
        patient = Patient(visits=quarterly(2, 2, 3, 3, 3), relapses=[onset])
        raw = one(patient, LIBRARY["raw24_lublin2022"])
        pira = one(patient, LIBRARY["pira24_lublin2022"])
        at_first = [row["event"] and row["time_days"] == 183 for row in (raw, pira)]
        assert sum(at_first) == 1


@pytest.mark.parametrize(
    ("onset", "pira"),
    [
        *((-5, True), (50, False), (183, False), (213, False), (214, True)),
        *((334, True), (335, False), (365, False)),
    ],
)
def test_pira_as_in_opera_allows_no_relapse_near_event_confirmation_or_since_the_reference(
    onset: int, pira: bool
) -> None:
    patient = Patient(visits=quarterly(2, 2, 3, 3, 3), relapses=[onset])
    rule = replace(
        LIBRARY["pira24_kappos2020_edss"],
        rebaseline_after_relapse=False,
        reference_never_falls=False,
        reference_relapse_days=0.0,
    )
    assert one(patient, rule)["event"] == pira


def test_the_harmonised_pira_looks_90_days_back_and_30_ahead() -> None:
    rule = replace(LIBRARY["pira24_muller2023"], rebaseline_after_relapse=False)
    for onset, free in ((92, True), (93, False), (183, False), (213, False), (214, True)):
        history = [(0, 2), (183, 3), (274, 3), (400, 3), (500, 2)]
        found = day_of(Patient(visits=history, relapses=[onset]), rule)
        assert (found == 183) == free, onset


def test_no_relapse_between_event_and_confirmation_where_asked() -> None:
    rule = replace(
        CHANGE, relation=Relation.INDEPENDENT, relapse_free=RelapseFree(until_confirmation=True)
    )
    history = quarterly(2, 2, 3, 3, 3, 2)
    assert day_of(Patient(visits=history, relapses=[300]), rule) is None
    assert day_of(Patient(visits=history, relapses=[366]), rule) == 183


def test_no_relapse_since_the_visit_before_where_asked() -> None:
    rule = replace(
        CHANGE, relation=Relation.INDEPENDENT, relapse_free=RelapseFree(since="last_visit")
    )
    history = quarterly(2, 2, 3, 3, 3, 2)
    assert day_of(Patient(visits=history, relapses=[90]), rule) == 183
    assert day_of(Patient(visits=history, relapses=[91]), rule) != 183
    assert day_of(Patient(visits=history, relapses=[150]), rule) != 183


def test_twenty_per_cent_counts_to_the_hair() -> None:
    patient = Patient(visits=quarterly(2, 2, 2, 2))
    rule = LIBRARY["nhpt24"]
    assert day_of(patient, rule, nhpt_seconds=[23.5, 28.2, 28.2, 28.2]) == 91
    assert day_of(patient, rule, nhpt_seconds=[23.5, 28.1, 28.1, 28.1]) is None


def test_fewer_digits_are_worse() -> None:
    patient = Patient(visits=quarterly(2, 2, 2, 2))
    assert day_of(patient, LIBRARY["sdmt24"], sdmt=[50, 46, 46, 46]) == 91
    assert day_of(patient, LIBRARY["sdmt24"], sdmt=[50, 54, 54, 54]) is None


def test_a_composite_names_the_component_that_came_first() -> None:
    row = one(
        Patient(visits=quarterly(2, 2, 3, 3, 3)),
        LIBRARY["composite24"],
        t25fw_seconds=[5, 6.2, 6.2, 6.2, 6.2],
        nhpt_seconds=[20, 20, 20, 20, 20],
    )
    assert (row["time_days"], row["component"]) == (91, "t25fw24")


def test_whoever_starts_at_a_milestone_is_not_assessed() -> None:
    rule = LIBRARY["edss4_sustained"]
    assert day_of(Patient(visits=quarterly(3, 4, 4.5, 4, 4)), rule) == 91
    assert day_of(Patient(visits=quarterly(3, 4, 4, 4, 3.5)), rule) is None
    row = one(Patient(visits=quarterly(4, 5, 5, 5)), rule)
    assert (row["event"], row["status"]) == (False, Status.NO_BASELINE)


def test_fast_loss_of_brain_volume_ends_neda4_but_not_neda3() -> None:
    scans = {0: (0, 0), 4: (0, 0), 8: (0, 0)}
    patient = Patient(visits=quarterly(*[2] * 9), mri=scans, brain={0: 100.0, 4: 99.7, 8: 99.1})
    assert day_of(patient, LIBRARY["neda3"]) is None
    row = one(patient, LIBRARY["neda4"])
    assert (row["time_days"], row["component"]) == (730, "brain_loss")
    slow = replace(patient, brain={0: 100.0, 4: 99.61, 8: 99.21})
    assert day_of(slow, LIBRARY["neda4"]) is None


def test_re_baselining_forgets_what_happened_before() -> None:
    scans = {0: (0, 0), 2: (3, 2), 6: (0, 0)}
    patient = Patient(visits=quarterly(2, 3, 3, 3, 3, 3, 3), mri=scans, relapses=[60])
    assert day_of(patient, LIBRARY["neda3"]) == 60
    assert day_of(patient, LIBRARY["neda3_rebaselined"]) is None
    again = replace(patient, relapses=[60, 300])
    assert day_of(again, LIBRARY["neda3_rebaselined"]) == 300


def test_secondary_progression_needs_score_pyramidal_and_leading_system() -> None:
    patient = Patient(visits=quarterly(3.5, 4.5, 4.5, 4.5))
    rule = LIBRARY["spms_lorscheider2016"]
    systems: dict[str, list[float]] = {name: [1.0] * 4 for name in SYSTEMS}
    systems["fs_pyramidal"] = [2.0, 4.0, 3.0, 3.0]
    assert day_of(patient, rule, **systems) == 91
    assert day_of(patient, rule, **{**systems, "fs_pyramidal": [2.0, 3.0, 2.0, 2.0]}) is None
    assert day_of(patient, rule, **{**systems, "fs_pyramidal": [0.0, 1.0, 1.0, 1.0]}) is None
    other = {**systems, "fs_sensory": [1.0, 4.0, 1.0, 1.0], "fs_pyramidal": [2.0, 3.0, 3.0, 3.0]}
    assert day_of(patient, rule, **other) != 91
    low = Patient(visits=quarterly(2.0, 3.5, 3.5, 3.5))
    assert day_of(low, rule, **systems) is None
    sinks = Patient(visits=quarterly(2.0, 4.0, 3.5, 3.5))
    assert day_of(sinks, rule, **systems) is None
    lost = Patient(visits=quarterly(3.5, 4.5, 4.5, 3.5))
    assert day_of(lost, rule, **systems) is None
    assert day_of(replace(patient, relapses=[30]), rule, **systems) is None
    assert day_of(replace(patient, relapses=[170]), rule, **systems) == 91
    assert one(replace(patient, relapses=[170]), rule, **systems)["confirming_visit"] == 3


def test_the_leading_system_holds_at_every_visit_up_to_the_confirmation() -> None:
    rule = LIBRARY["spms_lorscheider2016"]
    patient = Patient(visits=quarterly(3.5, 4.5, 4.5, 4.5, 4.5), relapses=[170])
    systems: dict[str, list[float]] = {name: [1.0] * 5 for name in SYSTEMS}
    kept = {**systems, "fs_pyramidal": [2.0, 4.0, 3.0, 3.0, 3.0]}
    assert one(patient, rule, **kept)["confirming_visit"] == 3
    fell = {**systems, "fs_pyramidal": [2.0, 4.0, 2.0, 3.0, 2.0]}
    assert day_of(patient, rule, **fell) is None
    unrated = {**systems, "fs_pyramidal": [2.0, 4.0, float("nan"), 3.0, 3.0]}
    assert day_of(patient, rule, **unrated) == 91
    later = {**systems, "fs_pyramidal": [2.0, 4.0, 3.0, 3.0, 2.0]}
    assert day_of(patient, rule, **later) == 91


def test_a_slope_is_that_of_a_straight_line_and_needs_two_days() -> None:
    rising = Patient(visits=[(0, 2.0), (365.25, 3.0), (730.5, 4.0)])
    table = slope(tables(rising, Patient(visits=[(0, 2)])), LIBRARY["edss_slope"])
    assert table.value[0] == pytest.approx(1.0, abs=1e-3)
    assert pd.isna(table.value[1])
    with pytest.raises(InputError, match="kind is worsening"):
        slope(tables(rising), CHANGE)
