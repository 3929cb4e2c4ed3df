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
from remyelin.therapies import product_catalogue
from remyelin.therapies.arrival import COUNTED
from remyelin.therapies.batches import Donors
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
    donors
        The patients as receivers of cells, row by row; without them every batch is the median one.
    reason
        Why it is given so, where that is not plain from its days.
    """

    protocol: Protocol
    rows: NDArray[np.intp]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    donors: Donors | None = None
    reason: str = ""


Size = float | NDArray[np.float64]
"""An amount for all patients of a course, or one for each."""


class Window(NamedTuple):
    """Days of the run from ``first`` up to, not including, ``last``."""

    first: int
    last: int


def entries(course: Course, table: ParameterTable, window: Window) -> Iterator[Entry]:
    """Give the dated inputs of a course within a window.

    A pulse due at or after the end of a course is not given; a level ends with the course. Ends of
    levels come first, so that one that begins on the day on which another ends is not lost.
    """
    begins: list[Entry] = []
    for step in given(course.protocol, table):
        for field, size in step.amounts.items():
            if field in Levels._fields:
                for entry, ends in _level(course, step, field, size, window):
                    if ends:
                        yield entry
                    else:
                        begins.append(entry)
            else:
                own = _of_batch(course, step, field, size, table)
                begins += _pulses(course, step, field, own, window)
    yield from begins


def _of_batch(course: Course, step: Given, field: str, size: float, table: ParameterTable) -> Size:
    """Give the amount for each patient where it is a number of cells."""
    if course.donors is None or not step.product or field not in COUNTED:
        return size
    product = product_catalogue.load(step.product)
    return size * course.donors.potency(product, step.place, table)


def _level(
    course: Course, step: Given, field: str, size: float, window: Window
) -> Iterator[tuple[Entry, bool]]:
    """Give the entries of a level, and whether each ends it."""
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
) -> Iterator[tuple[Entry, bool]]:
    begin, end = ends
    given = begin < end
    for entry in _within(field, course.rows[given], begin[given], size, window):
        yield entry, False
    for entry in _within(field, course.rows[given], end[given], 0.0, window):
        yield entry, True


def _pulses(course: Course, step: Given, field: str, size: Size, window: Window) -> Iterator[Entry]:
    end = _end(course, step)
    for due in _repeats(course, step, window):
        given = due < end
        mine = size if isinstance(size, float) else size[given]
        yield from _within(field, course.rows[given], due[given], mine, window)


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
    field: str, rows: NDArray[np.intp], days: NDArray[np.int64], size: Size, window: Window
) -> Iterator[Entry]:
    inside = (days >= window.first) & (days < window.last)
    if inside.any():
        mine = size if isinstance(size, float) else size[inside]
        yield Entry(field, rows[inside], days[inside], mine)
