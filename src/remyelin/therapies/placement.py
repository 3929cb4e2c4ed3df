"""Steps on one calendar: protocols, their parts, and what was given before, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.model.inputs import Levels
from remyelin.therapies.dose_units import rhythm_of
from remyelin.therapies.protocol import LAST_DAY, Protocol, Step, StepKind
from remyelin.therapies.sequences import Lookup

_LASTING = frozenset(
    {StepKind.DRUG, StepKind.PROPHYLAXIS, StepKind.IMMUNOSUPPRESSION, StepKind.SUPPORT}
)
"""Kinds of steps that go on where they say a dose a day and no end."""


class Planned(NamedTuple):
    """A protocol that is given from a day on.

    Attributes
    ----------
    protocol
        What is given.
    first
        Day of the calendar on which it begins; before day 0 for what was given before.
    stop
        Day on which it is over; None while it goes on.
    where
        Words before each step.
    counted
        Whether its doses are known; if not, only that it was given.
    """

    protocol: Protocol
    first: int = 0
    stop: int | None = None
    where: str = ""
    counted: bool = True


class Placed(NamedTuple):
    """A step with its protocol, its place in words, and its days on the calendar.

    ``first`` is the day on which it begins, ``stop`` the one on which it is over whatever it says
    itself (None: as it says).
    """

    protocol: Protocol
    step: Step
    where: str
    first: int
    stop: int | None
    counted: bool = True


def placed(planned: Planned, lookup: Lookup) -> Iterator[Placed]:
    """Give the steps of a protocol and of its parts.

    Parameters
    ----------
    planned
        The protocol and its days.
    lookup
        Where parts of a sequence are found.
    """
    protocol, first, stop, where, counted = planned
    for place, step in enumerate(protocol.steps):
        ends = [] if stop is None else [stop]
        ends += [] if step.ends_day is None else [first + step.ends_day]
        begin = first + (step.day or 0)
        name = f"{where}steps[{place}] ({step.agent})"
        yield Placed(protocol, step, name, begin, min(ends, default=None), counted)
    for place, part in enumerate(protocol.sequence):
        begin = first + part.day
        ends = [] if stop is None else [stop]
        ends += [] if part.lasts_days is None else [begin + part.lasts_days]
        name = f"{where}sequence[{place}] {part.protocol_id}: "
        end = min(ends, default=None)
        inner = Planned(lookup(part.protocol_id), begin, end, name, counted)
        yield from placed(inner, lookup)


def until_yesterday(protocol: Protocol) -> Protocol:
    """Give a drug as it is known that a patient came on it: it was given, not when or how often.

    Each of its steps stands on every day.
    """
    every_day = {
        "day": 0,
        "every_days": 1,
        "times": None,
        "lasts_days": None,
        "ends_day": None,
    }
    steps = tuple(s.model_copy(update=every_day) for s in protocol.steps if s.day is not None)
    return protocol.model_copy(update={"steps": steps, "sequence": ()})


def goes_on(step: Step) -> bool:
    """Say whether a step goes on while its protocol does."""
    if step.every_days is not None:
        return step.times is None and step.ends_day is None
    if step.lasts_days is not None or step.ends_day is not None:
        return False
    held = any(field in Levels._fields for field in step.moves)
    return held or (rhythm_of(step.unit).every is not None and step.kind in _LASTING)


class Days(NamedTuple):
    """Days of doses; ``open`` where they go on while the protocol does."""

    days: NDArray[np.int64]
    open: bool


def dose_days(one: Placed, until: int) -> Days:
    """Give the days on which a step gives a dose, up to, not including, a day of the calendar."""
    step, rhythm = one.step, rhythm_of(one.step.unit)
    stop = until if one.stop is None else min(one.stop, until)
    length = step.lasts_days or rhythm.during or rhythm.over or 1
    lasting = goes_on(step)
    if step.every_days is None and rhythm.every is not None and lasting:
        length = max(stop - one.first, 0)
    inside = _within(length, step, rhythm.every, rhythm.times)
    every, times = step.every_days, step.times
    if every is None:
        begins = np.zeros(1, dtype=np.int64)
    else:
        count = times or max((stop - one.first - 1) // every + 1, 0)
        begins = every * np.arange(count, dtype=np.int64)
    days = np.unique((one.first + begins[:, None] + inside[None, :]).ravel())
    dated = step.day is not None
    ends_itself = one.stop is not None
    return Days(days[days < stop] if dated else days, lasting and not ends_itself)


def _within(length: int, step: Step, every: int | None, times: int) -> NDArray[np.int64]:
    """Give the days of one giving, counted from its first."""
    if every is not None and every > 1:
        starts = np.arange(0, max(length, 1), every, dtype=np.int64)
        shifts = np.array([number * every // times for number in range(times)])
        found: NDArray[np.int64] = (starts[:, None] + shifts[None, :]).ravel()
        return found
    spread = step.daily or every == 1 or step.dose_is is not None
    spread = spread or rhythm_of(step.unit).over is not None
    return np.arange(min(length, LAST_DAY) if spread else 1, dtype=np.int64)


def dose_of_each(step: Step) -> float | None:
    """Give what a step gives on one of its days: the highest that it allows; None: not told."""
    dose = max((d for d in (step.dose, step.dose_high) if d is not None), default=None)
    if dose is None:
        return None
    rhythm = rhythm_of(step.unit)
    if step.dose_is is not None and step.dose_is.value == "total":
        return dose / (step.lasts_days or 1)
    if rhythm.over is not None:
        return dose / rhythm.over
    return dose * rhythm.times if rhythm.every == 1 else dose
