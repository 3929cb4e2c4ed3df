"""From protocols to dated inputs of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.model.inputs import Levels
from remyelin.model.schedule import Entry
from remyelin.parameters import ParameterTable
from remyelin.therapies.protocol import LAST_DAY, Protocol
from remyelin.therapies.transplant import Given, given

FOREVER = np.iinfo(np.int64).max
"""Stop day of a protocol that goes on."""


@dataclass(frozen=True)
class Course:
    """A protocol given to some patients.

    Attributes
    ----------
    protocol
        What is given.
    rows
        Patients by position.
    start, stop
        First day, and the day on which it ends (`FOREVER` while it goes on), for each of them.
    """

    protocol: Protocol
    rows: NDArray[np.intp]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]


class Window(NamedTuple):
    """Days of the run from ``first`` up to, not including, ``last``."""

    first: int
    last: int


def entries(course: Course, table: ParameterTable, window: Window) -> Iterator[Entry]:
    """Give the dated inputs of a course within a window.

    A pulse due at or after the end of a course is not given; a level ends with the course.
    """
    for step in given(course.protocol, table):
        for field, size in step.amounts.items():
            if field in Levels._fields:
                yield from _level(course, step, field, size, window)
            else:
                yield from _pulses(course, step, field, size, window)


def _level(course: Course, step: Given, field: str, size: float, window: Window) -> Iterator[Entry]:
    end = _end(course, step)
    if step.every_days is None or step.lasts_days is None:
        yield from _spell(course, field, size, (course.start + step.day, end), window)
        return
    for begin in _repeats(course, step, window):
        ends = np.minimum(begin + step.lasts_days, end)
        yield from _spell(course, field, size, (begin, ends), window)


def _spell(
    course: Course,
    field: str,
    size: float,
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    window: Window,
) -> Iterator[Entry]:
    begin, end = ends
    given = begin < end
    yield from _within(field, course.rows[given], begin[given], size, window)
    yield from _within(field, course.rows[given], end[given], 0.0, window)


def _pulses(
    course: Course, step: Given, field: str, size: float, window: Window
) -> Iterator[Entry]:
    end = _end(course, step)
    for due in _repeats(course, step, window):
        given = due < end
        yield from _within(field, course.rows[given], due[given], size, window)


def _end(course: Course, step: Given) -> NDArray[np.int64]:
    """Give the day on which a step is over for each patient."""
    if step.end is None:
        return course.stop
    return np.minimum(course.stop, course.start + step.end)


def _repeats(course: Course, step: Given, window: Window) -> Iterator[NDArray[np.int64]]:
    """Give the days on which a step is due, until the window is over for everybody."""
    due = course.start + step.day
    yield due
    if step.every_days is None:
        return
    for _ in range((step.times or LAST_DAY) - 1):
        due = due + step.every_days
        if not len(due) or due.min() >= window.last:
            return
        yield due


def _within(
    field: str, rows: NDArray[np.intp], days: NDArray[np.int64], size: float, window: Window
) -> Iterator[Entry]:
    inside = (days >= window.first) & (days < window.last)
    if inside.any():
        yield Entry(field, rows[inside], days[inside], size)
