"""Unscheduled visits: a patient who relapses is rated some days later."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNSCHEDULED: Final = -1
"""Number of every unscheduled visit."""


class RelapseVisits:
    """Keeps the days on which patients with a relapse are due.

    Parameters
    ----------
    delay_days
        Days from onset to visit, at least 1; None: there are no such visits.
    """

    def __init__(self, delay_days: int | None) -> None:
        self._delay = delay_days
        self._due: dict[int, list[NDArray[np.intp]]] = {}

    def note(self, rows: NDArray[np.intp], onset: NDArray[np.int64]) -> None:
        """Put down who relapsed and when; participants by position, days from baseline."""
        if self._delay is None:
            return
        for day in np.unique(onset):
            self._due.setdefault(int(day) + self._delay, []).append(rows[onset == day])

    def next_stop(self, today: int, goal: int) -> int:
        """Give the day up to which patients may be carried without passing a visit.

        A relapse of tomorrow is due one day after the delay, so a step of the delay passes none.
        """
        if self._delay is None:
            return goal
        coming = [day for day in self._due if day > today]
        return min([goal, today + self._delay, *coming])

    def due(self, today: int) -> NDArray[np.intp]:
        """Give the participants who are due today, and forget them."""
        rows = self._due.pop(today, [])
        return np.unique(np.concatenate(rows)) if rows else np.empty(0, dtype=np.intp)
