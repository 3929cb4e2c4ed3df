"""The treated past: on which drug a candidate lives before enrolment, and since when.

Every decision is a function of seed, replicate and candidate. A drug begins at one of the
quarterly looks, so that dated inputs fall on few days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.streams import Streams
from remyelin.model.schedule import Schedule
from remyelin.model.stage import Purpose
from remyelin.parameters import ParameterTable
from remyelin.study.past import PriorTreatment
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.units import DAYS_PER_YEAR

SCREENING_INTERVAL: Final = 91
"""Days between two looks at a patient."""

NOBODYS: Final = ""
"""Protocol of a candidate to whom nothing is given."""

_LATEST: Final = 200_000.0
"""Last day on which a drug may begin: after everybody's last look."""


@dataclass(frozen=True)
class Past:
    """Prior treatment of some candidates.

    Attributes
    ----------
    protocol
        Protocol of each candidate; `NOBODYS` where nothing is given.
    start
        Day since biological onset on which it begins; `FOREVER` where nothing is given.
    courses
        The same as courses of therapy, on the same clock.
    """

    protocol: NDArray[np.object_]
    start: NDArray[np.int64]
    courses: tuple[Course, ...]

    @classmethod
    def of(
        cls,
        prior: PriorTreatment | None,
        streams: Streams,
        silent_days: float,
        protocols: Mapping[str, Protocol],
    ) -> Past:
        """Draw the past of candidates.

        Parameters
        ----------
        prior
            What the population is given; None: nothing.
        streams
            Identities of the candidates.
        silent_days
            Days from biological to recognised onset; no drug begins before.
        protocols
            What can be given, by name.

        Raises
        ------
        UnknownNameError
            A protocol is not in the catalogue.
        InputError
            A protocol does not act.
        """
        count = len(streams)
        protocol = np.full(count, NOBODYS, dtype=object)
        start = np.full(count, FOREVER, dtype=np.int64)
        if prior is None:
            return cls(protocol, start, ())
        any_, which, wait, _ = streams.uniforms(0, Purpose.PRIOR_TREATMENT, 1)
        treated = any_ < prior.share.value
        weights = np.array([option.weight for option in prior.protocols])
        edges = np.cumsum(weights / weights.sum())[:-1]
        names = np.array([option.protocol_id for option in prior.protocols], dtype=object)
        protocol[treated] = names[np.searchsorted(edges, which, side="right")][treated]
        years = -np.log(wait) * prior.start_years.value
        begins = np.minimum(silent_days + years * DAYS_PER_YEAR, _LATEST)
        looks = np.ceil(begins / SCREENING_INTERVAL).astype(np.int64)
        start[treated] = (looks * SCREENING_INTERVAL)[treated]
        return cls(protocol, start, tuple(_courses(names, protocol, start, protocols)))

    def schedule(self, table: ParameterTable, first: int, last: int) -> Schedule | None:
        """Give the dated inputs from day ``first`` up to, not including, ``last``."""
        if not self.courses:
            return None
        window = Window(first, last)
        return Schedule(
            entry for course in self.courses for entry in entries(course, table, window)
        )

    def on_drug(self, rows: NDArray[np.intp], days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of some candidates are on their drug on their day."""
        on: NDArray[np.bool_] = self.start[rows] < days
        return on

    def days_on(self, day: int) -> NDArray[np.float64]:
        """Give the days since each candidate's drug began, 0 before."""
        since: NDArray[np.float64] = np.maximum(day - np.minimum(self.start, day), 0).astype(
            np.float64
        )
        return since


def _courses(
    names: NDArray[np.object_],
    protocol: NDArray[np.object_],
    start: NDArray[np.int64],
    protocols: Mapping[str, Protocol],
) -> list[Course]:
    courses = []
    for name in names:
        given = catalogue.acting(str(name), protocols, where="prior treatment")
        rows = np.flatnonzero(protocol == name)
        if len(rows):
            courses.append(Course(given, rows, start[rows], np.full(len(rows), FOREVER)))
    return courses
