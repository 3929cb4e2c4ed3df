"""Natural history and transplantation against the figures of the hand-tuned parameter set.

Each expected figure stands with its sampling error at the size used here and with a tolerance for
what differs from the prototype that gave it: spread of immune set points, sex, day order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.population import Population
from remyelin.model.lymphocytes import cd4_count
from remyelin.model.schedule import Schedule
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from tests.model.bench import TABLE, newcomers

COUNT, YEARS = 4000, 3
DAYS = int(YEARS * 365.25)
ENGINE = Engine(TABLE)
GRAFT_DAY = 40
MODEL_TOLERANCE = 0.04
"""Relative difference from the prototype that is not sampling error."""


@dataclass(frozen=True)
class History:
    """The first three years of patients who are not treated."""

    start: Population
    two_years: Population
    end: Population
    first_two: NDArray[np.intp]
    last: NDArray[np.intp]


@cache
def history() -> History:
    start = newcomers(COUNT, seed=101)
    middle, early = ENGINE.advance(start, 0, 730)
    end, late = ENGINE.advance(middle, 730, DAYS)
    early_rows, late_rows = early.of("relapse")[0], late.of("relapse")[0]
    return History(
        start,
        middle,
        end,
        np.bincount(early_rows, minlength=COUNT),
        np.bincount(late_rows, minlength=COUNT),
    )


def error_of_mean(values: NDArray[np.float64]) -> float:
    return float(np.std(values) / np.sqrt(len(values)))


def test_the_relapse_rate_of_the_first_two_years_is_that_of_the_prototype() -> None:
    counts = history().first_two
    allowed = 3 * error_of_mean(counts / 2.0) + MODEL_TOLERANCE * 0.745
    assert counts.mean() / 2.0 == pytest.approx(0.745, abs=allowed)


def test_relapse_counts_of_two_years_are_as_over_dispersed_as_in_the_prototype() -> None:
    counts = history().first_two
    assert counts.var() / counts.mean() == pytest.approx(1.64, abs=0.15)


def test_new_lesions_of_two_years_are_as_many_as_in_the_prototype() -> None:
    lesions = history().two_years.state.lesions.t2_total
    allowed = 3 * error_of_mean(lesions / 2.0) + MODEL_TOLERANCE * 6.71
    assert lesions.mean() / 2.0 == pytest.approx(6.71, abs=allowed)


def test_a_relapse_stands_for_nine_brain_lesions_in_the_first_two_years() -> None:
    # 8.2 over thirty years; 9.0 in the first two, when relapses lie closer and merge more often.
    found = history()
    ratio = found.two_years.state.lesions.t2_total.sum() / found.first_two.sum()
    assert ratio == pytest.approx(9.0, abs=0.5)


@pytest.mark.parametrize(
    ("part", "field", "expected", "tolerance"),
    [
        ("tissue", "demyelinated", 5.28, 0.06),
        ("tissue", "smouldering", 0.382, 0.04),
        ("tissue", "nfl", 15.8, 0.05),
        ("deficit", "lasting_cerebral", 1.06, 0.08),
        ("deficit", "lasting_brainstem", 0.846, 0.08),
        ("deficit", "lasting_spinal", 0.898, 0.08),
        ("lesions", "enhancing", 0.467, 0.10),
        ("activation", "regulation", 0.698, 0.01),
    ],
)
def test_the_state_after_two_years_is_that_of_the_prototype(
    part: str, field: str, expected: float, tolerance: float
) -> None:
    values = getattr(getattr(history().two_years.state, part), field)
    allowed = 3 * error_of_mean(values) + tolerance * expected
    assert values.mean() == pytest.approx(expected, abs=allowed)


def test_brain_volume_after_two_years_is_that_of_the_prototype() -> None:
    volume = history().two_years.state.tissue.volume
    assert 100.0 - volume.mean() == pytest.approx(0.89, abs=0.05)


def test_disability_at_one_year_is_mild_and_wide() -> None:
    one_year, _ = ENGINE.advance(history().start, 0, 365)
    edss = Assessor(TABLE).rate(one_year).edss
    assert edss.mean() == pytest.approx(1.5, abs=0.25)
    assert edss.std() > 0.8


@dataclass(frozen=True)
class Transplanted:
    """Patients with two relapses in the last year, after a graft."""

    at: dict[int, Population]
    first_relapse: NDArray[np.int64]
    engrafted: NDArray[np.int64]
    deaths: int
    before: Population
    unharmed: Population


LOOKS = (7, 30, 91, 182, 365, 730)


@cache
def transplanted() -> Transplanted:
    active = np.flatnonzero(history().last >= 2)
    people = history().end.take(active)
    count = len(people)
    graft = DAYS + GRAFT_DAY
    course = Course(
        catalogue.load("ahsct_cy200_ratg6"),
        np.arange(count),
        np.full(count, DAYS),
        np.full(count, FOREVER),
    )
    plan = Schedule(entries(course, TABLE, Window(DAYS, graft + LOOKS[-1])))
    unharmed, _ = ENGINE.advance(people, DAYS, graft - 10, plan)
    before, _ = ENGINE.advance(unharmed, graft - 10, graft, plan)
    now, day, at, deaths = before, graft, {}, 0
    first = np.full(count, 10**6)
    engrafted = np.full(count, -1)
    for look in LOOKS:
        now, seen = ENGINE.advance(now, day, graft + look, plan)
        day = graft + look
        rows, when = seen.of("relapse")
        np.minimum.at(first, rows, when - graft)
        rows, when = seen.of("neutrophil_engraftment")
        engrafted[rows] = when - graft
        deaths += len(seen.of("death")[0])
        at[look] = now
    return Transplanted(at, first, engrafted, deaths, before, unharmed)


def test_enough_patients_are_transplanted_to_judge() -> None:
    assert len(transplanted().before) > 400


def test_neutrophils_engraft_about_ten_days_after_the_graft() -> None:
    days = transplanted().engrafted
    took = days[days > 0]
    assert len(took) > 0.95 * len(days)
    assert np.median(took) == pytest.approx(10.0, abs=1.0)
    assert ((took >= 8) & (took <= 12)).mean() > 0.75
    assert took.min() >= 5
    assert took.max() <= 30


def test_neutrophils_and_platelets_are_low_in_the_first_week_and_normal_at_three_months() -> None:
    week, quarter = transplanted().at[7].state.marrow, transplanted().at[91].state.marrow
    normal = transplanted().before.traits.blood_traits
    assert np.median(week.neutrophils) < 0.5
    assert np.median(week.platelets) < 60.0
    assert np.median(quarter.neutrophils / normal.neutrophils) == pytest.approx(1.0, abs=0.1)
    assert np.median(quarter.platelets / normal.platelets) == pytest.approx(1.0, abs=0.1)


def test_cd4_cells_fall_deeply_and_return_over_two_years() -> None:
    counts = {day: cd4_count(now.state.t_cells).mean() for day, now in transplanted().at.items()}
    before = cd4_count(transplanted().unharmed.state.t_cells).mean()
    assert before > 700.0
    assert counts[30] < 80.0
    assert counts[30] < counts[91] < counts[182] < counts[365] < counts[730] < before
    assert counts[365] == pytest.approx(273.0, rel=0.10)
    assert counts[730] == pytest.approx(403.0, rel=0.10)


def test_b_cells_are_back_by_month_six() -> None:
    shares = {day: now.state.b_cells.total.mean() for day, now in transplanted().at.items()}
    assert shares[7] < 0.15
    assert shares[91] == pytest.approx(0.70, abs=0.03)
    assert shares[182] == pytest.approx(1.01, abs=0.03)


def test_autoreactive_clones_stay_low_for_two_years() -> None:
    means = [np.mean(now.state.clones) for now in transplanted().at.values()]
    assert max(means) < 0.12


def test_nine_in_ten_are_free_of_relapse_two_years_after_the_graft() -> None:
    # Of patients chosen like these, 90.3 % in the prototype (three seeds); untreated, 17 %.
    found = transplanted()
    free = (found.first_relapse > 730).mean()
    error = np.sqrt(0.903 * 0.097 / len(found.first_relapse))
    assert free == pytest.approx(0.903, abs=3 * error + 0.01)


def test_the_same_patients_without_a_graft_relapse() -> None:
    found = transplanted()
    graft = DAYS + GRAFT_DAY
    _, seen = ENGINE.advance(found.before, graft, graft + 730)
    free = 1.0 - len(np.unique(seen.of("relapse")[0])) / len(found.before)
    assert free < 0.45


def test_few_die_of_the_transplantation() -> None:
    found = transplanted()
    assert found.deaths / len(found.before) < 0.03


def test_conditioning_costs_brain_volume_in_the_first_year() -> None:
    found = transplanted()
    lost = found.before.state.tissue.volume - found.at[365].state.tissue.volume
    later = found.at[365].state.tissue.volume - found.at[730].state.tissue.volume
    assert 0.6 < lost.mean() < 1.4
    assert later.mean() < lost.mean()
