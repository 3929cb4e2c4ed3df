"""Planned visits, MRI days and protocols of a trial."""

from __future__ import annotations

import pytest

from remyelin.errors import UnknownNameError
from remyelin.study import catalogue
from remyelin.trials.plan import UNTREATED, options_of, planned_visits
from remyelin.units import months_to_days
from tests.trials.small import mapping, plan, study

DAYS_PER_MONTH = 365.25 / 12


def visits_of(edss: float, mri: float | None, months: float) -> list[tuple[int, int, bool]]:
    data = mapping()
    data["design"]["visits"] = {"edss_every_months": edss}
    if mri is not None:
        data["design"]["visits"]["mri_every_months"] = mri
    data["design"]["follow_up"] = {"months": months}
    for endpoint in data["endpoints"]:
        endpoint["times_months"] = [None]
    return [(v.number, v.day, v.mri) for v in planned_visits(study(data))]


def test_visits_fall_on_their_months_with_yearly_mri() -> None:
    planned = visits_of(6.0, 12.0, 24.0)
    assert [number for number, _, _ in planned] == [0, 1, 2, 3, 4]
    assert [day for _, day, _ in planned] == [0, 183, 365, 548, 730]
    assert [mri for _, _, mri in planned] == [True, False, True, False, True]


@pytest.mark.parametrize("every", [0.25, 0.1 + 0.2, 1.0, 2.76, 7.0])
def test_every_visit_within_follow_up_is_planned(every: float) -> None:
    planned = visits_of(every, None, 28.0)
    whole = int(28.0 / every + 1e-6)
    left_over = 28.0 - whole * every > 1e-6
    assert len(planned) == whole + 1 + left_over
    assert planned[-1][1] == round(months_to_days(28.0))
    for number, day, _ in planned[: whole + 1]:
        assert day == pytest.approx(number * every * DAYS_PER_MONTH, abs=0.5)
    assert not any(mri for _, _, mri in planned)


def test_more_scans_than_visits_are_made_at_every_visit() -> None:
    assert all(mri for _, _, mri in visits_of(6.0, 1.0, 24.0))


def test_the_published_trials_are_planned_to_their_end() -> None:
    for name in catalogue.names():
        chosen = catalogue.load(name)
        months = chosen.design.follow_up.months
        assert planned_visits(chosen)[-1].day == round(months * DAYS_PER_MONTH)


def test_an_unknown_protocol_is_named_before_anything_is_run() -> None:
    data = mapping()
    data["arms"][0]["treatment"] = [{"protocol_id": "natalizumabb", "weight": 1.0}]
    with pytest.raises(UnknownNameError, match=r"natalizumabb.*natalizumab"):
        plan(study(data))


def test_an_arm_without_treatment_gives_nothing() -> None:
    data = mapping()
    data["arms"][1].update(treatment=[], treatment_class="none")
    assert options_of(study(data).arms[1]) == ((UNTREATED,), (1.0,))


def test_imputed_covariates_are_named() -> None:
    data = mapping()
    assert plan(study(data)).imputed() == ""
    del data["population"]["baseline"]["age_years"]
    assert plan(study(data)).imputed() == "age_years"
