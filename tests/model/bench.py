"""Patients for tests of the model, and a day taken apart into its stages."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.day import STAGES
from remyelin.model.inputs import Pulse
from remyelin.model.patient import State
from remyelin.model.stage import Stage
from remyelin.parameters import ParameterTable, bind

TABLE = ParameterTable.load()
STEP = 1.0

Parts = dict[str, Any]


def newcomers(
    count: int, *, seed: int = 1, era_factor: float = 1.0, table: ParameterTable = TABLE
) -> Population:
    """Patients on the day of their disease onset."""
    streams = Streams.of(seed, np.zeros(count, dtype=np.int64), np.arange(count))
    return at_onset(table, streams, era_factor=era_factor)


def rewired(name: str, change: Callable[[Parts], Parts]) -> tuple[Stage, ...]:
    """The stages of a day in which one stage is given other inputs."""

    def wrapped(stage: Stage) -> Stage:
        def step(*fixed: Any, **asked: Any) -> Mapping[str, Any]:
            return stage.step(*fixed, **{**asked, **change(asked)})

        step.__signature__ = inspect.signature(stage.step)  # type: ignore[attr-defined]
        return replace(stage, step=step)

    assert name in {stage.name for stage in STAGES}
    return tuple(wrapped(stage) if stage.name == name else stage for stage in STAGES)


@dataclass(frozen=True)
class Moment:
    """One stage of one day, computed for everybody."""

    stage: Stage
    parameters: Any
    asked: Parts
    before: Parts
    given: Mapping[str, Any]
    acts: NDArray[np.bool_]


def day_in_stages(
    population: Population, pulse: Pulse, table: ParameterTable
) -> Iterator[Moment | Population]:
    """Compute every stage for every patient; the last thing given is where they end."""
    count = len(population)
    parts: Parts = {
        **population.traits._asdict(),
        **population.state._asdict(),
        "levels": population.levels,
        "pulse": leaves.own(pulse, count),
    }
    for stage in STAGES:
        moment = _moment(stage, parts, population, table)
        yield moment
        for name, part in moment.given.items():
            kind = type(part)
            parts[name] = kind(
                *(
                    np.where(moment.acts, new, old)
                    for new, old in zip(part, parts[name], strict=True)
                )
            )
    state = State(**{name: parts[name] for name in State._fields})
    yield replace(population, state=leaves.own(state, count), day=population.day + 1)


def _moment(stage: Stage, parts: Parts, population: Population, table: ParameterTable) -> Moment:
    parameters = bind(stage.parameters, table)
    words: list[NDArray[np.float64]] = []
    if stage.purpose is not None:
        words = population.streams.uniforms(population.day, stage.purpose, stage.blocks)
    pool = {**parts, "u": words}
    acts = population.day % stage.every == 0
    if stage.when is not None:
        guard = stage.when(NUMPY, parameters, STEP, **{n: pool[n] for n in stage.guard_reads})
        acts = acts & np.broadcast_to(guard, acts.shape)
    asked = {name: pool[name] for name in stage.reads}
    before = {name: _copy(part) for name, part in asked.items()}
    with np.errstate(all="ignore"):
        given = stage.step(NUMPY, parameters, STEP, **asked)
    return Moment(stage, parameters, asked, before, given, acts)


def _copy(part: Any) -> Any:
    if isinstance(part, list):
        return [word.copy() for word in part]
    return leaves.map_leaves(np.copy, part)


def bits(value: Any) -> NDArray[np.uint64]:
    """The bits of a number in double precision."""
    return np.ascontiguousarray(np.asarray(value, dtype=np.float64)).view(np.uint64)


def same(left: Any, right: Any) -> bool:
    """Whether two groups of numbers agree to the bit."""
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(np.array_equal(bits(left), bits(right)))


def differing(left: Any, right: Any, prefix: str = "") -> list[str]:
    """Names of the leaves on which two groups of numbers disagree."""
    if isinstance(left, tuple):
        names = getattr(left, "_fields", range(len(left)))
        return [
            found
            for name, a, b in zip(names, left, right, strict=True)
            for found in differing(a, b, f"{prefix}.{name}")
        ]
    return [] if same(left, right) else [prefix]
