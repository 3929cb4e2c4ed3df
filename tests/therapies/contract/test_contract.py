"""The contract of every treatment of the catalogue, by kind."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from remyelin.engine import leaves
from remyelin.engine.backends import Backend, carrier
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.inputs import Levels
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.study.vocabulary import TreatmentClass
from remyelin.therapies import catalogue
from remyelin.therapies.drugs import canonical
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.risks import risks
from remyelin.therapies.timeline import FOREVER, Course, Window, entries


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


kinds = _beside("kinds")
TABLE = ParameterTable.load()
ENGINE = carrier(TABLE, Backend.FUSED)
COUNT = 64
LONG_ILL = 1_500
TWO_YEARS = 730
LONG_GONE = 2_000
THIRTY_YEARS = 10_957

ACTING = [
    name
    for name in catalogue.acting_names()
    if catalogue.load(name).treatment_class
    not in (TreatmentClass.PLACEBO, TreatmentClass.SHAM, TreatmentClass.NONE)
]
EACH = pytest.mark.parametrize("name", ACTING)


@cache
def people() -> Population:
    streams = Streams.of(11, np.zeros(COUNT, dtype=np.int64), np.arange(COUNT))
    return ENGINE.advance(at_onset(TABLE, streams, era_factor=1.0), 0, LONG_ILL)[0]


def schedule(protocol: Protocol, until: int, *, stop: int = FOREVER) -> Schedule:
    rows = np.arange(COUNT)
    course = Course(protocol, rows, np.zeros(COUNT, np.int64), np.full(COUNT, stop))
    return Schedule(entries(course, TABLE, Window(0, until)))


def after(protocol: Protocol | None, until: int) -> tuple[Population, Happenings]:
    plan = None if protocol is None else schedule(protocol, until)
    return ENGINE.advance(people(), 0, until, plan)


@cache
def untreated() -> tuple[Population, Happenings]:
    return after(None, TWO_YEARS)


def bits(population: Population) -> list[bytes]:
    found: list[bytes] = []
    leaves.map_leaves(lambda leaf: found.append(leaf.tobytes()), population.state)
    leaves.map_leaves(lambda leaf: found.append(leaf.tobytes()), population.levels)
    return found


def kind_of(name: str) -> kinds.Kind:  # type: ignore[name-defined]
    return kinds.KINDS[catalogue.load(name).treatment_class]


@EACH
def test_its_kind_is_registered_and_it_has_a_source(name: str) -> None:
    protocol = catalogue.load(name)
    assert protocol.treatment_class in kinds.KINDS
    assert protocol.citation.strip()
    assert protocol.moves


@EACH
def test_at_dose_zero_it_is_no_therapy_to_the_bit_for_the_twin(name: str) -> None:
    nothing = kinds.at_dose(catalogue.load(name), 0.0)
    found, seen = after(nothing, TWO_YEARS)
    same, events = untreated()
    assert bits(found) == bits(same)
    assert (seen.day.tolist(), seen.row.tolist()) == (events.day.tolist(), events.row.tolist())


@EACH
def test_at_its_dose_it_changes_the_twin(name: str) -> None:
    found, _ = after(catalogue.load(name), TWO_YEARS)
    assert bits(found) != bits(untreated()[0])


@EACH
def test_more_of_it_never_does_less(name: str) -> None:
    kind = kind_of(name)
    effects = [
        kind.effect(people(), after(kinds.at_dose(catalogue.load(name), factor), TWO_YEARS)[0])
        for factor in (0.0, 0.25, 0.5, 1.0, kind.largest_factor)
    ]
    sums = [float(effect.sum()) for effect in effects]
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > sums[3]


@EACH
def test_it_ends_when_it_is_stopped(name: str) -> None:
    plan = schedule(catalogue.load(name), LONG_GONE, stop=200)
    during, _ = ENGINE.advance(people(), 0, 199, plan)
    gone, _ = ENGINE.advance(during, 199, LONG_GONE, plan)
    assert (kind_of(name).leftovers(gone) == 0.0).all()


@EACH
def test_nothing_is_given_outside_the_days_of_its_steps(name: str) -> None:
    protocol = catalogue.load(name)
    first = min(step.day or 0 for step in protocol.steps if step.moves)
    endless = any(step.end is None and (step.every_days or _held(step)) for step in protocol.steps)
    plan = schedule(protocol, THIRTY_YEARS)
    days = plan.days(0, THIRTY_YEARS)
    assert min(days) == first
    if not endless:
        last = max(
            (step.end or (step.day or 0) + 1) for step in protocol.steps if step.day is not None
        )
        acts = (
            risk.acts_days or 0
            for risk in risks()
            for step in protocol.steps
            if canonical(step.agent) in map(canonical, risk.agents)
        )
        assert max(days) <= last + max(acts, default=0)


def _held(step: object) -> bool:
    return any(field in Levels._fields for field in step.moves)  # type: ignore[attr-defined]


@EACH
def test_after_thirty_years_every_number_is_finite(name: str) -> None:
    found, _ = after(catalogue.load(name), THIRTY_YEARS)
    assert not found.failed().any()


@EACH
def test_its_harms_appear(name: str) -> None:
    kind = kind_of(name)
    if not kind.harms:
        pytest.skip("too rare for a small cohort")
    _, seen = after(catalogue.load(name), THIRTY_YEARS)
    for event in kind.harms:
        assert kinds.count(seen, event) > 0
