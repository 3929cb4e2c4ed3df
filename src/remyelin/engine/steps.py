"""The same day in shorter steps, to see how much the length of a step matters.

An engine counts steps. With half-day steps it counts two to a day: a stage that acts every seventh
day acts every fourteenth step, dated inputs stand on even steps, and each step has draws of its
own. So results of two lengths agree in the mean, not patient by patient.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from remyelin.errors import UsageError
from remyelin.model.day import STAGES
from remyelin.model.schedule import Entry
from remyelin.model.stage import Stage


def in_steps(per_day: int, stages: Sequence[Stage] = STAGES) -> tuple[Stage, ...]:
    """Give stages that take a fraction of a day at each step of the engine.

    Parameters
    ----------
    per_day
        Steps to a day; 1 leaves everything as it is.
    stages
        Stages of a day.

    Raises
    ------
    UsageError
        ``per_day`` is below 1.
    """
    if per_day < 1:
        raise UsageError(f"steps per day is {per_day}; allowed is a whole number from 1")
    length = 1.0 / per_day
    return tuple(
        replace(
            stage,
            step=_with_step(stage.step, length),
            when=None if stage.when is None else _with_step(stage.when, length),
            every=stage.every * per_day if stage.every > 1 else 1,
        )
        for stage in stages
    )


def _with_step(function: Callable[..., Any], length: float) -> Callable[..., Any]:
    def stepped(m: Any, p: Any, h: float, **asked: Any) -> Any:
        return function(m, p, length, **asked)

    stepped.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return stepped


def on_steps(entries: Iterable[Entry], per_day: int) -> list[Entry]:
    """Move dated inputs from days to steps."""
    return [replace(entry, days=entry.days * per_day) for entry in entries]
