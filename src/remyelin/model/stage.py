"""A stage: one subsystem's pure step, what it reads, and the random words it needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from remyelin.errors import SimulationError

Step = Callable[..., Mapping[str, Any]]
Guard = Callable[..., Any]

STEP_DAYS = 1.0
"""Step of the model in days."""

WORDS_PER_BLOCK = 4
"""Uniforms that one block of the generator gives."""


class Purpose(IntEnum):
    """What a random draw decides; each purpose has a stream of its own.

    The numbers are part of the meaning of a seed: they are never reused or changed.
    """

    TRAITS = 1
    DAILY = 2
    LESION_1 = 3
    LESION_2 = 4
    LESION_3 = 5
    LESION_4 = 6
    GD_EXIT = 7
    CLONE_NOISE = 8
    FLUCTUATION = 9
    FATALITY = 10
    SURVIVAL = 11
    STEROIDS = 12
    RATING = 20
    SCREENING_RATING = 21  # reserved: nothing draws from it
    ENROLMENT = 30
    ALLOCATION = 31
    FOLLOW_UP = 32
    DROPOUT = 33
    TREATMENT = 34
    SWITCH = 35
    NOT_STARTED = 36
    FUNCTION_OFFSETS = 37
    WALK_NOISE = 38
    SDMT_NOISE = 39
    NFL_NOISE = 40
    VOLUME_NOISE = 41
    VISIT_JITTER = 42
    VISIT_MISSED = 43
    PRIOR_TREATMENT = 44
    TRANSPLANT_HARM = 50
    LATE_HARM = 51
    DOSE_HARM = 52
    DRUG_HARM = 53
    TOXIC_DEATH = 54
    GRAFT_TUMOUR = 65
    CELL_BATCH = 66
    CELL_PRODUCT = 67
    CELL_HARM = 68


class NoParameters(NamedTuple):
    """A stage that reads no parameter."""


_FIXED_NAMES = ("m", "p", "h")


@dataclass(frozen=True)
class Stage:
    """One subsystem's step.

    Attributes
    ----------
    name
        For people and for profiles.
    step
        ``step(m, p, h, *, part, ..., u)``: numeric namespace, parameters, step in days, then by
        name the parts of the patient it reads, ``day`` and the uniforms ``u`` if it wants them.
        Gives the parts that changed. It never changes what it was given.
    parameters
        NamedTuple whose fields are the parameter keys that the step reads.
    purpose, blocks
        Random stream, and blocks of four uniforms drawn from it each day.
    when, when_parameters
        Guard, written like a step, true where the stage does something; where it is false the step
        must leave the patient as it was, so that an engine may skip it. None: every day.
    every
        The stage acts only on days divisible by this number.
    """

    name: str
    step: Step
    parameters: type[Any] = NoParameters
    purpose: Purpose | None = None
    blocks: int = 0
    when: Guard | None = None
    every: int = 1

    def __post_init__(self) -> None:
        """Refuse a guard together with an interval: an engine would have to choose.

        Raises
        ------
        SimulationError
            Both are given.
        """
        if self.when is not None and self.every != 1:
            raise SimulationError(
                f"stage {self.name!r} has a guard and acts every {self.every} days; "
                "give one of the two and put the other into the step"
            )

    @property
    def reads(self) -> tuple[str, ...]:
        """Names that the step asks for, besides namespace, parameters and step size."""
        return _asked(self.step)

    @property
    def guard_reads(self) -> tuple[str, ...]:
        """Names that the guard asks for."""
        return _asked(self.when) if self.when else ()


def _asked(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(n for n in inspect.signature(function).parameters if n not in _FIXED_NAMES)
