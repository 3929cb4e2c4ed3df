"""Deaths of other causes: the life table, its rise with disability, and what it leaves alone."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.advance import Engine
from remyelin.engine.happenings import Happenings
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import UnknownNameError
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage
from remyelin.model.survival import (
    LOOK_INTERVAL,
    REGIONS,
    RatioParameters,
    die_of_other_causes,
    look_at_risk,
    mortality_ratio,
)
from remyelin.parameters import bind
from tests.model.bench import TABLE, newcomers

COUNT, YEARS = 1000, 45
MORTAL: tuple[Stage, ...] = tuple(
    stage for stage in STAGES if stage.name in ("risk of death", "death of other causes", "clock")
)
"""Age and death alone: as fast as a life table."""


@cache
def published() -> dict[tuple[str, str], list[tuple[float, float, float]]]:
    """Age from, age to and deaths per year, by region and sex."""
    text = files("remyelin.parameters").joinpath("life_tables.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        line = (float(row["age_from"]), float(row["age_to"]), float(row["deaths_per_year"]))
        found.setdefault((row["region"], row["sex"]), []).append(line)
    return found


def fitted(region: str, sex: str, low: float, high: float) -> float:
    """Mean hazard per year of the Gompertz-Makeham law between two ages."""
    base, level, slope = (
        TABLE[f"mortality_{region}_{sex}_{part}"].value for part in ("base", "level", "slope")
    )
    rising = math.exp(slope * (high - 50.0)) - math.exp(slope * (low - 50.0))
    return base + level * rising / (slope * (high - low))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_hazard_of_the_healthy_is_that_of_the_life_table(region: str, sex: str) -> None:
    rows = [row for row in published()[region, sex] if row[0] >= 20.0]
    error = [fitted(region, sex, low, high) / rate - 1.0 for low, high, rate in rows]
    assert max(abs(e) for e in error) < 0.23
    assert math.sqrt(sum(e * e for e in error) / len(error)) < 0.13
    assert abs(_years_left(rows, region, sex)) < 0.4


def _years_left(rows: list[tuple[float, float, float]], region: str, sex: str) -> float:
    """Fitted minus published years lived between the ages of 30 and 95."""
    alive, fit, difference = 1.0, 1.0, 0.0
    for low, high, rate in rows:
        if low >= 30.0:
            before = alive - fit
            alive *= math.exp(-rate * (high - low))
            fit *= math.exp(-fitted(region, sex, low, high) * (high - low))
            difference -= 0.5 * (before + alive - fit) * (high - low)
    return difference


@cache
def aged(region: str, edss_ratio: float = 1.0) -> tuple[Population, Happenings]:
    """Decades of dying, with one mortality ratio at every EDSS."""
    keys = RatioParameters._fields
    table = TABLE.with_values(dict.fromkeys(keys, edss_ratio))
    streams = Streams.of(17, np.zeros(COUNT, dtype=np.int64), np.arange(COUNT))
    people = at_onset(table, streams, era_factor=1.0, region=region)
    return Engine(table, MORTAL).advance(people, 0, int(YEARS * 365.25))


def expected_dead(people: Population, years: float, ratio: float = 1.0) -> float:
    """Patients who die within a time of onset, by the law worked out a second time."""
    luck, age = people.traits.mortality, people.traits.person.onset_age
    late, early = (np.exp(luck.slope * (age + y - 50.0)) for y in (years, 0.0))
    hazard = 365.25 * ratio * (luck.base * years + luck.level / luck.slope * (late - early))
    return float((1.0 - np.exp(-hazard)).sum())


@pytest.mark.parametrize("years", [30.0, 45.0])
def test_as_many_die_as_the_hazard_says(years: float) -> None:
    people, seen = aged("canada")
    died = int((seen.of("death_of_other_cause")[1] <= years * 365.25).sum())
    expected = expected_dead(people, years)
    assert died == pytest.approx(expected, abs=4.0 * math.sqrt(expected))


def test_twice_the_mortality_ratio_is_twice_the_hazard() -> None:
    people, seen = aged("canada", 2.0)
    died = int((seen.of("death_of_other_cause")[1] <= 30 * 365.25).sum())
    expected = expected_dead(people, 30.0, 2.0)
    assert died == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
    assert died > (aged("canada")[1].of("death_of_other_cause")[1] <= 30 * 365.25).sum()


def test_men_die_earlier_than_women_and_swedes_later_than_americans() -> None:
    people, seen = aged("canada")
    dead = np.zeros(COUNT)
    dead[seen.of("death_of_other_cause")[0]] = 1.0
    women = people.traits.person.female > 0.0
    assert dead[women].mean() < dead[~women].mean()
    swedes, americans = (aged(r)[1].of("death_of_other_cause")[0] for r in ("sweden", "us"))
    assert len(swedes) < len(americans)


def test_mortality_rises_with_disability_straight_between_the_steps() -> None:
    ratios = bind(RatioParameters, TABLE)
    edss = np.array([0.0, 3.5, 8.0, 9.5])
    found = mortality_ratio(NUMPY, ratios, edss)
    between = 0.5 * (ratios.mortality_ratio_edss_3 + ratios.mortality_ratio_edss_4)
    ends = (ratios.mortality_ratio_edss_0, ratios.mortality_ratio_edss_8)
    assert found == pytest.approx([ends[0], between, ends[1], ratios.mortality_ratio_edss_9])
    assert list(ratios) == sorted(ratios)


def test_the_risk_of_death_is_that_of_the_age_and_disability_of_the_day() -> None:
    people = newcomers(40)
    worse = people.state.deficit._replace(lasting_spinal=np.full(40, 30.0))
    ill = replace(people, state=people.state._replace(deficit=worse))
    hazard = [_hazard_after_a_day(group) for group in (people, ill)]
    assert (hazard[1] > 1.5 * hazard[0]).all()
    luck = people.traits.mortality
    assert (hazard[0] >= luck.base).all()


def _hazard_after_a_day(people: Population) -> NDArray[np.float64]:
    hazard: NDArray[np.float64] = Engine(TABLE).advance(people, 0, 1)[0].state.survival.hazard
    return hazard


def test_those_without_a_life_table_never_die_of_it() -> None:
    people = newcomers(COUNT)
    nothing = people.traits.mortality._replace(base=np.zeros(COUNT), level=np.zeros(COUNT))
    immortal = replace(people, traits=people.traits._replace(mortality=nothing))
    _, seen = Engine(TABLE, MORTAL).advance(immortal, 0, 4000)
    assert not len(seen.of("death")[0])


def test_death_of_other_causes_changes_nothing_but_who_is_alive() -> None:
    people = newcomers(COUNT, seed=4)
    old = people.state.clock._replace(age=np.full(COUNT, 85.0))
    people = replace(people, state=people.state._replace(clock=old))
    without = tuple(s for s in STAGES if s.step not in (look_at_risk, die_of_other_causes))
    with_deaths, seen = Engine(TABLE).advance(people, 0, 400)
    without_deaths, _ = Engine(TABLE, without).advance(people, 0, 400)
    rows, days = seen.of("death_of_other_cause")
    assert len(rows) > 60
    assert len(set(rows)) == len(rows)
    assert np.array_equal(rows, seen.of("death")[0])
    assert np.array_equal(days, seen.of("death")[1])
    assert with_deaths.state.safety.alive.sum() == COUNT - len(rows)
    for name, part in with_deaths.state._asdict().items():
        if name not in ("survival", "safety"):
            other = getattr(without_deaths.state, name)
            same: list[bool] = []
            for mine, theirs in zip(part, other, strict=True):
                same.append(bool(np.array_equal(mine, theirs)))
            assert all(same), name


def test_deaths_do_not_depend_on_how_a_stretch_is_cut() -> None:
    people = newcomers(200, seed=8)
    whole, _ = Engine(TABLE, MORTAL).advance(people, 0, 4 * LOOK_INTERVAL)
    part, _ = Engine(TABLE, MORTAL).advance(people, 0, 47)
    part, _ = Engine(TABLE, MORTAL).advance(part, 47, 4 * LOOK_INTERVAL)
    found: list[bool] = []
    leaves.map_leaves(lambda leaf: found.append(bool(np.isfinite(leaf).all())), part.state.survival)
    assert all(found)
    assert np.array_equal(whole.state.survival.lived, part.state.survival.lived)


def test_a_region_that_is_not_known_is_refused_with_those_that_are() -> None:
    streams = Streams.of(1, np.zeros(2, dtype=np.int64), np.arange(2))
    with pytest.raises(UnknownNameError, match="atlantis") as caught:
        at_onset(TABLE, streams, era_factor=1.0, region="atlantis")
    assert "sweden" in str(caught.value)
