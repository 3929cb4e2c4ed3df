"""The bench of a check: parameters, stages, engines and patients; tests break it on purpose."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.backends import Backend, Carrier
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import SimulationError
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage
from remyelin.parameters import ParameterTable

SEED: Final = 20_021_215
"""Seed of all checks."""

_FEWEST: Final = 32

Result = TypeVar("Result")
Parts = dict[str, Any]
Change = Callable[[Parts], Parts]


@dataclass(frozen=True)
class Bench:
    """What a check works with.

    Attributes
    ----------
    table
        Parameters.
    stages
        Stages of a day.
    backend
        Engine of the checks that use the model as it is.
    scale
        Factor on the number of patients of a check.
    """

    table: ParameterTable = field(default_factory=ParameterTable.load)
    stages: tuple[Stage, ...] = STAGES
    backend: Backend = Backend.FUSED
    scale: float = 1.0
    _known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def remember(self, key: str, make: Callable[[], Result]) -> Result:
        """Give what was made before under a key, or make it."""
        if key not in self._known:
            self._known[key] = make()
        found: Result = self._known[key]
        return found

    @cached_property
    def engine(self) -> Carrier:
        """The engine of the model as it stands on the bench."""
        if self.backend is Backend.NUMPY:
            return self.reference
        from remyelin.engine.fused.advance import FusedEngine

        return FusedEngine(self.table, self.stages)

    @cached_property
    def reference(self) -> Engine:
        """The readable engine, on NumPy."""
        return Engine(self.table, self.stages)

    def size(self, count: int) -> int:
        """Number of patients of a check on this bench."""
        return max(_FEWEST, round(count * self.scale))

    def newcomers(self, count: int, *, replicate: int = 0, seed: int = SEED) -> Population:
        """Give patients on the day of disease onset."""
        people = np.arange(count, dtype=np.int64)
        streams = Streams.of(seed, np.full(count, replicate, dtype=np.int64), people)
        return at_onset(self.table, streams, era_factor=1.0)

    def rewired(self, name: str, change: Change) -> Engine:
        """Give the engine on NumPy in which one stage is told something else."""
        return Engine(self.table, rewired(self.stages, name, change))

    def value(self, key: str) -> float:
        """Value of a parameter in internal units (days)."""
        return self.table[key].internal


def rewired(stages: tuple[Stage, ...], name: str, change: Change) -> tuple[Stage, ...]:
    """Give stages of which one is given other inputs.

    Parameters
    ----------
    stages
        Stages of a day.
    name
        The stage.
    change
        Takes what the stage asked for and gives what is to be said instead.

    Raises
    ------
    SimulationError
        There is no such stage.
    """
    if name not in {stage.name for stage in stages}:
        raise SimulationError(f"there is no stage {name!r}; the check has to follow the model")
    return tuple(
        wrapped(stage, lambda step, asked: step({**asked, **change(asked)}))
        if stage.name == name
        else stage
        for stage in stages
    )


Step = Callable[[Parts], Mapping[str, Any]]


def wrapped(stage: Stage, around: Callable[[Step, Parts], Mapping[str, Any]]) -> Stage:
    """Give a stage whose step runs inside a function.

    Parameters
    ----------
    stage
        The stage.
    around
        Takes the step, as a function of what it asks for, and what it asks for.
    """

    def step(*fixed: Any, **asked: Any) -> Mapping[str, Any]:
        return around(lambda given: stage.step(*fixed, **given), asked)

    step.__signature__ = inspect.signature(stage.step)  # type: ignore[attr-defined]
    return replace(stage, step=step)


def leaves_of(group: Any, prefix: str = "") -> dict[str, NDArray[np.float64]]:
    """Give every array of a nested group by its dotted name."""
    if isinstance(group, tuple):
        names = getattr(group, "_fields", range(len(group)))
        return {
            name: leaf
            for part, inner in zip(names, group, strict=True)
            for name, leaf in leaves_of(inner, f"{prefix}.{part}" if prefix else part).items()
        }
    return {prefix: group}


def differing(left: Population, right: Population) -> int:
    """Count the states and levels in which two populations differ in any bit."""
    return _differing((left.state, left.levels), (right.state, right.levels))


def differing_states(left: Population, right: Population) -> int:
    """Count the states alone: levels differ as soon as a treatment is given, even to no effect."""
    return _differing(left.state, right.state)


def _differing(left: Any, right: Any) -> int:
    pairs = zip(leaves_of(left).values(), leaves_of(right).values(), strict=True)
    return sum(not np.array_equal(a.view(np.uint64), b.view(np.uint64)) for a, b in pairs)
