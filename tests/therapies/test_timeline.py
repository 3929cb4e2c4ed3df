"""Timelines: protocols become inputs on the right days, and end when they should."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.engine.advance import Engine
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.antithymocyte import ExposureParameters, atg_exposure
from remyelin.model.inputs import Levels
from remyelin.model.schedule import Entry, Schedule
from remyelin.parameters import ParameterTable, bind
from remyelin.study.vocabulary import Mark, TreatmentClass
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol, Route, Step
from remyelin.therapies.sequences import written_out
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.therapies.transplant import effects_of_a_day

TABLE = ParameterTable.load()
HORIZON = 1000

Input = tuple[str, int, int, float]
"""Field, patient, day, amount."""


def protocol(*steps: Step) -> Protocol:
    return Protocol(
        protocol_id="mine",
        label="Mine",
        treatment_class=TreatmentClass.DMT,
        steps=steps,
        citation="assumption",
        mark=Mark.ASSUMED,
    )


def step(field: str, day: int, *, every: int | None = None, lasts: int | None = None) -> Step:
    name = "full_level" if field in Levels._fields else "cd20_course"
    return Step(
        agent="a",
        route=Route.ORAL,
        day=day,
        every_days=every,
        lasts_days=lasts,
        moves={field: name},
    )


def course(what: Protocol, *spans: tuple[int, int]) -> Course:
    return Course(
        what,
        np.arange(len(spans)),
        np.array([start for start, _ in spans], dtype=np.int64),
        np.array([stop for _, stop in spans], dtype=np.int64),
    )


def listed(found: Iterable[Entry]) -> list[Input]:
    return sorted(
        (entry.field, int(row), int(day), float(np.max(entry.amount)))
        for entry in found
        for row, day in zip(entry.rows, entry.days, strict=True)
    )


def inputs(given_course: Course, first: int = 0, last: int = HORIZON) -> list[Input]:
    return listed(entries(given_course, TABLE, Window(first, last)))


def days(given_course: Course, row: int = 0) -> list[int]:
    return [day for _, who, day, _ in inputs(given_course) if who == row]


def test_a_pulse_is_given_once_on_its_day() -> None:
    assert inputs(course(protocol(step("cd20", 14)), (100, FOREVER))) == [("cd20", 0, 114, 6.0)]


def test_a_repeated_pulse_is_given_at_its_interval_from_its_first_day() -> None:
    found = course(protocol(step("cd20", 5, every=182)), (100, FOREVER))
    assert days(found) == [105, 287, 469, 651, 833]


def test_no_pulse_is_given_at_or_after_the_end() -> None:
    repeated = protocol(step("cd20", 0, every=100))
    assert days(course(repeated, (0, 300))) == [0, 100, 200]
    assert days(course(repeated, (0, 301))) == [0, 100, 200, 300]
    assert days(course(protocol(step("cd20", 50)), (0, 50))) == []
    assert days(course(protocol(step("cd20", 50)), (0, 51))) == [50]


def test_a_level_begins_on_its_day_and_ends_with_the_course() -> None:
    found = inputs(course(protocol(step("traffic_target", 3)), (10, 400)))
    assert found == [("traffic_target", 0, 13, 1.0), ("traffic_target", 0, 400, 0.0)]


def test_a_level_of_a_course_that_goes_on_never_ends() -> None:
    found = inputs(course(protocol(step("traffic_target", 0)), (10, FOREVER)))
    assert found == [("traffic_target", 0, 10, 1.0)]


def test_a_level_that_lasts_some_days_ends_after_them_or_with_the_course() -> None:
    short = protocol(step("gcsf", 5, lasts=7))
    assert inputs(course(short, (0, FOREVER))) == [("gcsf", 0, 5, 1.0), ("gcsf", 0, 12, 0.0)]
    assert inputs(course(short, (0, 8))) == [("gcsf", 0, 5, 1.0), ("gcsf", 0, 8, 0.0)]


def test_a_level_due_at_or_after_the_end_of_its_course_is_not_given() -> None:
    assert inputs(course(protocol(step("gcsf", 5, lasts=7)), (0, 5))) == []


def test_a_course_that_ends_on_its_first_day_gives_nothing() -> None:
    both = protocol(step("gcsf", 0), step("cd20", 0, every=10))
    assert inputs(course(both, (30, 30))) == []


def test_each_patient_follows_a_calendar_of_their_own() -> None:
    found = course(protocol(step("cd20", 0, every=100)), (0, 150), (40, FOREVER), (990, FOREVER))
    assert days(found, 0) == [0, 100]
    assert days(found, 1) == list(range(40, HORIZON, 100))
    assert days(found, 2) == [990]


def test_rows_are_positions_in_the_group() -> None:
    two = Course(protocol(step("cd20", 0)), np.array([7, 3]), np.array([0, 1]), np.full(2, FOREVER))
    assert inputs(two) == [("cd20", 3, 1, 6.0), ("cd20", 7, 0, 6.0)]


def test_a_course_of_nobody_gives_nothing() -> None:
    for name in catalogue.names():
        assert inputs(course(catalogue.load(name))) == []


SPANS = st.tuples(st.integers(0, 300), st.integers(0, 600)).map(lambda s: (s[0], s[0] + s[1]))


@given(
    st.sampled_from(catalogue.names()),
    st.lists(SPANS, min_size=1, max_size=4),
    st.integers(0, 700),
    st.integers(0, 700),
    st.integers(0, 700),
)
def test_two_windows_side_by_side_are_one(
    name: str, spans: list[tuple[int, int]], one: int, two: int, three: int
) -> None:
    first, middle, last = sorted((one, two, three))
    found = course(catalogue.load(name), *spans)
    parts = inputs(found, first, middle) + inputs(found, middle, last)
    assert sorted(parts) == inputs(found, first, last)


@given(st.sampled_from(catalogue.names()), st.lists(SPANS, min_size=1, max_size=4))
def test_after_the_end_of_a_course_every_level_is_nothing_and_no_pulse_comes(
    name: str, spans: list[tuple[int, int]]
) -> None:
    found = inputs(course(catalogue.load(name), *spans), 0, 2000)
    for row, (_, stop) in enumerate(spans):
        held: dict[str, float] = {}
        for field, who, day, amount in sorted(found, key=lambda given_input: given_input[2]):
            if who != row:
                continue
            if field in Levels._fields:
                held[field] = amount
                assert day <= stop
            else:
                assert day < stop
        assert all(level == 0.0 for level in held.values())


@pytest.mark.parametrize("turned", [False, True])
def test_a_level_that_begins_when_another_ends_holds_in_any_order_of_a_sequence(
    turned: bool,
) -> None:
    parts = [
        {"protocol_id": "interferon_beta", "day": 0, "lasts_days": 365},
        {"protocol_id": "glatiramer", "day": 365},
    ]
    whole = catalogue.from_mapping(
        {
            "protocol_id": "mine",
            "label": "Mine",
            "treatment_class": "dmt",
            "sequence": parts[::-1] if turned else parts,
            "citation": "x",
            "mark": "assumed",
        },
        where="mine",
    )
    found = course(written_out(whole, catalogue.load_as_written), (0, FOREVER), (5, 9999))
    plan = Schedule(entries(found, TABLE, Window(0, 1000)))
    for row, day in ((0, 365), (1, 370)):
        held = [
            float(change.amounts[list(change.rows).index(row)])
            for change in plan.on(day)
            if change.field == "activation_target" and row in change.rows
        ]
        assert held == [0.0, TABLE["glatiramer_activation_block"].internal]


def test_nothing_is_given_outside_the_window() -> None:
    found = course(catalogue.load("ahsct_cy200_ratg6"), (0, FOREVER))
    assert {day for _, _, day, _ in inputs(found, 40, 46)} == {40, 45}
    assert inputs(found, 41, 45) == []


def killed(people: Population) -> float:
    """Kill of naive cells (log10) of patient 2: the whole of cyclophosphamide, ATG used so far."""
    cyclophosphamide = sum(
        step.lasts_days * effects_of_a_day(step, "conditioning", TABLE)["naive_kill"]
        for step in catalogue.load("ahsct_cy200_ratg6").steps
        if step.agent == "cyclophosphamide" and "conditioning" in step.moves
    )
    given = float(atg_exposure(NUMPY, bind(ExposureParameters, TABLE), people.state.harvest)[2])
    used = given - people.state.harm.atg[2]
    return float(cyclophosphamide + TABLE["ratg_naive_kill"].internal * used)


def test_a_transplantation_reaches_the_patient_from_its_first_day_of_conditioning() -> None:
    people = at_onset(
        TABLE, Streams.of(1, np.zeros(4, dtype=np.int64), np.arange(4)), era_factor=1.0
    )
    treated = Course(
        catalogue.load("ahsct_cy200_ratg6"), np.array([2]), np.array([10]), np.array([FOREVER])
    )
    plan = Schedule(entries(treated, TABLE, Window(0, 120)))
    engine = Engine(TABLE)
    before, _ = engine.advance(people, 0, 45, plan)
    assert before.state.harvest.stored[2] > 2.0
    first, _ = engine.advance(before, 45, 46, plan)
    assert first.state.clock.recovery_left.tolist() == [0.0, 0.0, 179.0, 0.0]
    after, _ = engine.advance(first, 46, 51, plan)
    assert after.state.clock.recovery_left.tolist() == [0.0, 0.0, 179.0, 0.0]
    naive = after.state.t_cells.naive / before.state.t_cells.naive
    assert -np.log10(naive[2]) == pytest.approx(killed(after), rel=0.02)
    assert naive[[0, 1, 3]] == pytest.approx([1.0] * 3, abs=0.01)
    assert after.state.harvest.stored.tolist() == [0.0] * 4
