"""What an engine reports: events seen on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.model.day import SIGNALS


@dataclass(frozen=True)
class Happenings:
    """Events seen on the way, sorted by patient, day and kind.

    Attributes
    ----------
    event
        Names of events, by number.
    kind, row, day
        Number of the event, patient by position, day on the clock of the run.
    """

    event: tuple[str, ...]
    kind: NDArray[np.int64]
    row: NDArray[np.int64]
    day: NDArray[np.int64]

    def of(self, event: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give patients and days of one kind of event."""
        mine = self.kind == self.event.index(event)
        return self.row[mine], self.day[mine]

    @classmethod
    def sorted(
        cls, kind: NDArray[np.int64], row: NDArray[np.int64], day: NDArray[np.int64]
    ) -> Happenings:
        """Put events in order."""
        order = np.lexsort((kind, day, row))
        names = tuple(signal.event for signal in SIGNALS)
        return cls(names, kind[order], row[order], day[order])
