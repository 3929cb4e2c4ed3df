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
from remyelin.therapies.protocol import Protocol
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
    begin = course.start + step.day
    end = course.stop
    if step.lasts_days is not None:
        end = np.minimum(end, begin + step.lasts_days)
    due = begin < course.stop
    yield from _within(field, course.rows[due], begin[due], size, window)
    yield from _within(field, course.rows[due], end[due], 0.0, window)


def _pulses(
    course: Course, step: Given, field: str, size: float, window: Window
) -> Iterator[Entry]:
    due = course.start + step.day
    while True:
        open_ = due < course.stop
        yield from _within(field, course.rows[open_], due[open_], size, window)
        if step.every_days is None:
            return
        due = due + step.every_days
        if not len(due) or due.min() >= window.last:
            return


def _within(
    field: str, rows: NDArray[np.intp], days: NDArray[np.int64], size: float, window: Window
) -> Iterator[Entry]:
    inside = (days >= window.first) & (days < window.last)
    if inside.any():
        yield Entry(field, rows[inside], days[inside], size)
