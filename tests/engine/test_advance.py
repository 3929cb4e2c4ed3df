"""The engine: what happens to a patient depends on that patient alone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from remyelin.engine import advance as engine_module
from remyelin.engine import leaves
from remyelin.engine.advance import Engine, Happenings
from remyelin.engine.assessment import Assessor
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.day import STAGES
from remyelin.model.schedule import Entry, Schedule
from remyelin.model.stage import Purpose, Stage
from remyelin.parameters import ParameterTable

TABLE = ParameterTable.load()
ENGINE = Engine(TABLE)
COUNT, DAYS = 90, 200


def newcomers(count: int = COUNT, *, seed: int = 1, replicate: int = 0) -> Population:
    streams = Streams.of(seed, np.full(count, replicate), np.arange(count))
    return at_onset(TABLE, streams, era_factor=1.0)


def rows(*numbers: int) -> NDArray[np.intp]:
    return np.array(numbers, dtype=np.intp)


def entry(field: str, who: NDArray[np.intp], day: int, amount: float) -> Entry:
    return Entry(field, who, np.full(len(who), day), amount)


def treatment(who: NDArray[np.intp]) -> list[Entry]:
    return [
        entry("traffic_target", who, 10, 0.85),
        entry("traffic_target", who, 120, 0.0),
        entry("clone_kill", who, 60, 1.85),
        entry("naive_kill", who, 60, 2.5),
        entry("memory_kill", who, 60, 1.7),
        entry("progenitor_kill", who, 60, 2.0),
        entry("graft_cd34", who, 60, 9.0),
        entry("gcsf", who, 64, 1.0),
        entry("gcsf", who, 71, 0.0),
        entry("cd20", who, 130, 6.0),
    ]


TREATED = rows(*range(0, COUNT, 3))
PLAN = Schedule(treatment(TREATED))


def flattened(group: Any) -> list[NDArray[Any]]:
    found: list[NDArray[Any]] = []
    leaves.map_leaves(found.append, group)
    return found


def bits(population: Population) -> NDArray[np.uint64]:
    """The bits of everything that a population holds."""
    numbers = [
        *flattened(population.state),
        *flattened(population.traits),
        *population.levels,
        population.day,
        population.streams.patient,
    ]
    return np.array([np.ascontiguousarray(leaf).view(np.uint64) for leaf in numbers])


def same(left: Population, right: Population) -> bool:
    return np.array_equal(bits(left), bits(right))


def events(seen: Happenings, keep: NDArray[np.intp] | None = None) -> list[tuple[int, int, int]]:
    found = zip(seen.row.tolist(), seen.day.tolist(), seen.kind.tolist(), strict=True)
    return [event for event in found if keep is None or event[0] in keep]


@pytest.fixture(scope="module")
def whole() -> tuple[Population, Happenings]:
    return ENGINE.advance(newcomers(), 0, DAYS, PLAN)


def test_the_run_used_below_is_eventful(whole: tuple[Population, Happenings]) -> None:
    end, seen = whole
    assert {"relapse", "infection", "neutrophil_engraftment"} <= {
        seen.event[kind] for kind in np.unique(seen.kind)
    }
    assert end.state.lesions.t2_total.sum() > COUNT
    assert not end.failed().any()


@pytest.mark.parametrize("size", [1, 7, 64])
def test_the_size_of_chunks_changes_nothing(
    size: int, whole: tuple[Population, Happenings], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = rows(*range(0, COUNT, 1 if size > 1 else 9))
    place = {int(row): k for k, row in enumerate(few)}
    plan = Schedule(treatment(rows(*(place[int(r)] for r in TREATED if int(r) in place))))
    monkeypatch.setattr(engine_module, "CHUNK", size)
    end, seen = ENGINE.advance(newcomers().take(few), 0, DAYS, plan)
    assert same(end, whole[0].take(few))
    renamed = [(place[row], day, kind) for row, day, kind in events(whole[1], few)]
    assert events(seen) == renamed


@settings(max_examples=6)
@given(st.lists(st.integers(1, DAYS - 1), min_size=1, max_size=4, unique=True))
def test_a_run_may_be_cut_anywhere(cuts: list[int]) -> None:
    population, found = newcomers(), []
    ends = [0, *sorted(cuts), DAYS]
    for start, stop in itertools.pairwise(ends):
        population, seen = ENGINE.advance(population, start, stop, PLAN)
        found += events(seen)
    end, seen = ENGINE.advance(newcomers(), 0, DAYS, PLAN)
    assert same(population, end)
    assert sorted(found) == events(seen)


def test_days_0_to_200_are_days_0_to_90_and_then_90_to_200(
    whole: tuple[Population, Happenings],
) -> None:
    half, first = ENGINE.advance(newcomers(), 0, 90, PLAN)
    end, second = ENGINE.advance(half, 90, DAYS, PLAN)
    assert same(end, whole[0])
    assert sorted(events(first) + events(second)) == events(whole[1])


def test_added_patients_change_nobody(whole: tuple[Population, Happenings]) -> None:
    end, seen = ENGINE.advance(newcomers(COUNT + 10), 0, DAYS, PLAN)
    first = np.arange(COUNT)
    assert same(end.take(first), whole[0])
    assert events(seen, first) == events(whole[1])


def test_permuted_patients_have_permuted_results(whole: tuple[Population, Happenings]) -> None:
    order = np.random.default_rng(0).permutation(COUNT)
    place = np.argsort(order)
    plan = Schedule(treatment(place[TREATED]))
    end, seen = ENGINE.advance(newcomers().take(order), 0, DAYS, plan)
    assert same(end, whole[0].take(order))
    assert sorted((int(order[row]), day, kind) for row, day, kind in events(seen)) == events(
        whole[1]
    )


def test_a_schedule_on_others_changes_nobody(whole: tuple[Population, Happenings]) -> None:
    end, seen = ENGINE.advance(newcomers(), 0, DAYS)
    untouched = np.setdiff1d(np.arange(COUNT), TREATED)
    assert same(end.take(untouched), whole[0].take(untouched))
    assert events(seen, untouched) == events(whole[1], untouched)
    assert not same(end.take(TREATED), whole[0].take(TREATED))


def test_inputs_of_nothing_change_nothing() -> None:
    everybody = np.arange(COUNT)
    nothing = Schedule(
        entry(field, everybody, day, 0.0)
        for day in (5, 50)
        for field in ("traffic_target", "gcsf", "clone_kill", "cd20", "graft_cd34", "b_kill")
    )
    plain, given_nothing = (ENGINE.advance(newcomers(), 0, 80, plan) for plan in (None, nothing))
    assert same(plain[0], given_nothing[0])
    assert events(plain[1]) == events(given_nothing[1])


def test_a_pulse_acts_on_its_day_and_two_of_a_day_add_up() -> None:
    everybody = np.arange(COUNT)
    once = Schedule([entry("naive_kill", everybody, 20, 1.0)])
    halves = Schedule([entry("naive_kill", everybody, 20, 0.5)] * 2)
    before, _ = ENGINE.advance(newcomers(), 0, 20, once)
    plain, _ = ENGINE.advance(newcomers(), 0, 20)
    assert same(before, plain)
    after, _ = ENGINE.advance(before, 20, 21, once)
    assert after.state.t_cells.naive == pytest.approx(0.1 * before.state.t_cells.naive, rel=0.02)
    assert same(after, ENGINE.advance(before, 20, 21, halves)[0])


def test_a_level_holds_until_it_is_changed_also_over_a_cut() -> None:
    who = rows(1, 4)
    plan = Schedule([entry("gcsf", who, 3, 1.0), entry("gcsf", who, 9, 0.0)])
    day, population = 0, newcomers(6)
    levels = []
    for stop in (3, 4, 8, 9, 10):
        population, _ = ENGINE.advance(population, day, stop, plan)
        day = stop
        levels.append(population.levels.gcsf.tolist())
    off, on = [0.0] * 6, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    assert levels == [off, on, on, on, off]


def test_other_seeds_and_replicates_are_other_patients() -> None:
    first = newcomers().traits.person.onset_age
    for other in (newcomers(seed=2), newcomers(replicate=1)):
        assert not (other.traits.person.onset_age == first).any()


def test_a_new_purpose_changes_no_other_stream(whole: tuple[Population, Happenings]) -> None:
    def look_on(m: Any, p: Any, h: float, *, fluctuation: Any, u: Any) -> dict[str, Any]:
        return {"fluctuation": fluctuation._replace(level=fluctuation.level + 0.0 * u[0])}

    extra = Stage("extra", look_on, purpose=Purpose.SCREENING_RATING, blocks=2, every=3)
    end, seen = Engine(TABLE, (extra, *STAGES, extra)).advance(newcomers(), 0, DAYS, PLAN)
    assert same(end, whole[0])
    assert events(seen) == events(whole[1])


def test_rating_changes_nobody_and_is_the_same_each_time() -> None:
    assessor = Assessor(TABLE)
    half, _ = ENGINE.advance(newcomers(), 0, 90, PLAN)
    first, second = assessor.rate(half), assessor.rate(half)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    untouched, _ = ENGINE.advance(newcomers(), 0, 90, PLAN)
    assert same(half, untouched)
    some = rows(5, 3)
    assert np.array_equal(assessor.rate(half.take(some)).edss, first.edss[some])


@pytest.mark.parametrize(
    ("part", "name"),
    [("tissue", "smouldering"), ("clones", "first"), ("clock", "age"), ("b_cells", "total")],
)
def test_a_bad_number_marks_its_patient_and_stops_nothing(part: str, name: str) -> None:
    start = newcomers()
    values = getattr(getattr(start.state, part), name).copy()
    values[7] = np.nan
    changed = getattr(start.state, part)._replace(**{name: values})
    sick = replace(start, state=start.state._replace(**{part: changed}))
    assert sick.failed().tolist() == [k == 7 for k in range(COUNT)]
    end, seen = ENGINE.advance(sick, 0, 60, PLAN)
    sound, expected = ENGINE.advance(start, 0, 60, PLAN)
    others = np.delete(np.arange(COUNT), 7)
    assert end.failed()[7]
    assert not end.failed()[others].any()
    assert same(end.take(others), sound.take(others))
    assert events(seen, others) == events(expected, others)


def test_happenings_are_sorted_by_patient_then_day(
    whole: tuple[Population, Happenings], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events(whole[1]) == sorted(events(whole[1]))
    monkeypatch.setattr(engine_module, "CHUNK", 8)
    _, seen = ENGINE.advance(newcomers(), 0, DAYS, PLAN)
    assert events(seen) == sorted(events(seen))


def test_happenings_lie_within_the_run_and_name_patients_of_the_group(
    whole: tuple[Population, Happenings],
) -> None:
    seen = whole[1]
    assert seen.day.min() >= 1
    assert seen.day.max() <= DAYS
    assert seen.row.min() >= 0
    assert seen.row.max() < COUNT


def test_relapses_that_happened_are_the_relapses_counted(
    whole: tuple[Population, Happenings],
) -> None:
    end, seen = whole
    who, days = seen.of("relapse")
    counted = end.state.relapses
    assert np.array_equal(np.bincount(who, minlength=COUNT), counted.total)
    last = np.full(COUNT, -1)
    np.maximum.at(last, who, days)
    ever = last >= 0
    assert np.array_equal(DAYS - last[ever], counted.days_since[ever])


def test_the_days_of_a_later_start_are_those_of_the_run() -> None:
    start, _ = ENGINE.advance(newcomers(), 0, 50)
    _, shifted = ENGINE.advance(start, 1000, 1100)
    _, plain = ENGINE.advance(start, 0, 100)
    assert [(r, d - 1000, k) for r, d, k in events(shifted)] == events(plain)


def test_a_population_is_left_as_it_was() -> None:
    start = newcomers()
    copy = Population.joined([start.take(np.arange(COUNT))])
    flat = [start.day, *flattened(start.traits), *flattened(start.state), *start.levels]
    for leaf in flat:
        leaf.flags.writeable = False
    end, _ = ENGINE.advance(start, 0, 130, PLAN)
    assert same(start, copy)
    ended = [end.day, *flattened(end.state), *end.levels]
    assert not any(np.shares_memory(a, b) for a in ended for b in flat)


def test_nobody_can_be_carried() -> None:
    nobody = newcomers(3).take(rows())
    end, seen = ENGINE.advance(nobody, 0, 100)
    assert len(end) == 0
    assert len(seen.kind) == 0
    assert len(seen.of("relapse")[0]) == 0


def test_no_days_change_nothing() -> None:
    start = newcomers()
    end, seen = ENGINE.advance(start, 30, 30, PLAN)
    assert same(end, start)
    assert len(seen.kind) == 0


def test_age_and_day_move_with_the_calendar(whole: tuple[Population, Happenings]) -> None:
    start, end = newcomers(), whole[0]
    assert (end.day == DAYS).all()
    assert end.state.clock.age - start.state.clock.age == pytest.approx(DAYS / 365.25)


def test_untreated_gives_the_same_patients_without_levels() -> None:
    treated, _ = ENGINE.advance(newcomers(), 0, 30, PLAN)
    assert treated.levels.traffic_target.max() == 0.85
    plain = treated.untreated()
    assert all((level == 0.0).all() for level in plain.levels)
    assert same(replace(plain, levels=treated.levels), treated)


def test_groups_put_together_are_the_whole() -> None:
    start = newcomers()
    pieces = [start.take(np.arange(0, 40)), start.take(np.arange(40, COUNT))]
    joined = Population.joined(pieces)
    assert same(joined, start)
    assert np.array_equal(joined.streams.patient, start.streams.patient)


def test_traits_of_a_patient_do_not_depend_on_the_group() -> None:
    few = newcomers(5)
    assert same(few, newcomers(COUNT).take(np.arange(5)))


def test_the_calendar_period_scales_vulnerability_and_nothing_else() -> None:
    streams = Streams.of(1, np.zeros(20, dtype=np.int64), np.arange(20))
    old, new = (at_onset(TABLE, streams, era_factor=factor) for factor in (1.0, 0.6))
    assert new.traits.disease.vulnerability == pytest.approx(0.6 * old.traits.disease.vulnerability)
    disease = new.traits.disease._replace(vulnerability=old.traits.disease.vulnerability)
    assert same(replace(new, traits=new.traits._replace(disease=disease)), old)
