"""A model broken on purpose: one stage, or one parameter, is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from remyelin.engine.backends import Backend
from remyelin.model.day import STAGES
from remyelin.verification.bench import Bench, rewired, wrapped

SMALL = 0.15


def bench(**changes: Any) -> Bench:
    """The model as it is, on NumPy, with few patients."""
    return Bench(**{"backend": Backend.NUMPY, "scale": SMALL, **changes})


def told(stage: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Bench:
    """A bench on which a stage is told something that is not so."""
    return bench(stages=rewired(STAGES, stage, change))


def spoilt(stage: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Bench:
    """A bench on which what a stage gives is changed."""
    stages = tuple(
        wrapped(one, lambda step, asked: change(step(asked))) if one.name == stage else one
        for one in STAGES
    )
    return bench(stages=stages)


def with_values(**values: float) -> Bench:
    """A bench with other parameters."""
    return bench(table=Bench().table.with_values(values))
