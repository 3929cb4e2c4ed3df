from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remyelin.endpoints import level
from remyelin.errors import InputError
from remyelin.study.definition import OnSwitch
from tests.endpoints.histories import EDSS, RELAPSE, Patient, tables, visits


def test_a_level_is_read_at_the_nearest_visit_within_half_an_interval() -> None:
    data = tables(
        Patient(visits=[(0, 2), (175, 3), (360, 4), (550, 5)]),
        Patient(visits=[(0, 2), (180, 3)]),
    )
    frame = level(data, EDSS, time_months=12).frame
    assert frame["value"].tolist()[0] == 4
    assert np.isnan(frame["value"].tolist()[1])
    assert frame["change"].tolist()[0] == 2
    assert frame["visit"].tolist()[0] == 2


def test_time_0_is_the_baseline_visit_and_no_time_the_last_one() -> None:
    data = tables(Patient(visits=visits(2, 3, 4)))
    assert level(data, EDSS, time_months=0).value.tolist() == [2]
    assert level(data, EDSS, time_months=None).value.tolist() == [4]


def test_baseline_never_stands_for_a_later_time() -> None:
    data = tables(Patient(visits=visits(2)), Patient(visits=visits(2, 3)))
    assert np.isnan(level(data, EDSS, time_months=3).value[0])


def test_new_lesions_add_up_since_baseline() -> None:
    mri = {0: (0, 9), 2: (0, 3), 4: (0, 4)}
    data = tables(
        Patient(visits=visits(2, 2, 2, 2, 2), mri={0: (0, 9), 2: (0, 100), 4: (0, 100)}),
        Patient(visits=visits(2, 2, 2, 2, 2), mri=mri),
    )
    t2 = replace(EDSS, column="new_t2_lesions", summed=True)
    assert level(data, t2, time_months=12).value.tolist() == [100, 3]
    assert level(data, t2, time_months=24).value.tolist() == [200, 7]
    assert level(data, t2, time_months=24).change.tolist() == [200, 7]


def test_brain_volume_changes_in_per_cent_of_baseline() -> None:
    data = tables(Patient(visits=visits(2, 2, 2), brain={0: 80.0, 2: 76.0}))
    volume = replace(EDSS, column="brain_volume_pct")
    assert level(data, volume, time_months=12).change.tolist() == [-5.0]


def test_a_censoring_switch_hides_later_levels() -> None:
    data = tables(Patient(visits=visits(2, 3, 4), switch_day=200))
    censored = replace(EDSS, on_switch=OnSwitch.CENSOR)
    assert level(data, EDSS, time_months=None).value.tolist() == [4]
    assert level(data, censored, time_months=None).value.tolist() == [3]


def test_an_unknown_column_and_a_definition_of_events_are_refused() -> None:
    with pytest.raises(InputError, match="no column 'edds'"):
        level(tables(Patient(visits=visits(2))), replace(EDSS, column="edds"), time_months=0)
    with pytest.raises(InputError, match="kind"):
        level(tables(Patient(visits=visits(2))), RELAPSE, time_months=0)
