"""A schedule: dated inputs of a group of patients, as tables instead of branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Change:
    """One field of the inputs, changed for some patients on one day."""

    field: str
    rows: NDArray[np.intp]
    amounts: NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """One dated input of some patients.

    Attributes
    ----------
    field
        Name of a level or of a pulse.
    rows
        Patients by position in their group.
    days
        Day for each of them, on the clock of the run.
    amount
        New level, or size of the pulse; for all, or one for each of them.
    """

    field: str
    rows: NDArray[np.intp]
    days: NDArray[np.int64]
    amount: float | NDArray[np.float64]

    def of(self, kept: NDArray[np.bool_], rows: NDArray[np.intp]) -> Entry:
        """Give the entry of some of its patients, at other positions."""
        amount = self.amount[kept] if isinstance(self.amount, np.ndarray) else self.amount
        return Entry(self.field, rows, self.days[kept], amount)


class Schedule:
    """Dated inputs, looked up by day."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_day: dict[int, list[Change]] = {}
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        for day in np.unique(entry.days):
            today = entry.days == day
            rows = entry.rows[today]
            amounts = np.broadcast_to(entry.amount, len(entry.rows))[today].astype(np.float64)
            self._by_day.setdefault(int(day), []).append(Change(entry.field, rows, amounts))

    def on(self, day: int) -> Iterator[Change]:
        """Give what changes on a day, in the order in which it was entered."""
        return iter(self._by_day.get(day, ()))

    def days(self, start: int, stop: int) -> list[int]:
        """Give the days from ``start`` to before ``stop`` on which something changes, in order."""
        return sorted(day for day in self._by_day if start <= day < stop)

    def part(self, low: int, high: int) -> Schedule:
        """Give the schedule of the patients at positions low to high, counted from low."""
        some = Schedule()
        for day, changes in self._by_day.items():
            for change in changes:
                inside = (change.rows >= low) & (change.rows < high)
                if inside.any():
                    some._by_day.setdefault(day, []).append(
                        Change(change.field, change.rows[inside] - low, change.amounts[inside])
                    )
        return some
