"""Longitudinal rows sorted by patient and day, and the arithmetic on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Rows:
    """Dated rows of many patients.

    Attributes
    ----------
    patient
        Position of the patient, ascending; shape (rows,).
    day
        Days from baseline, ascending within a patient; shape (rows,).
    value
        What was measured (0 where the row itself is the information); shape (rows,).
    visit
        Number of the visit, -1 where the row belongs to none; shape (rows,).
    """

    patient: IntArray
    day: FloatArray
    value: FloatArray
    visit: IntArray

    def keep(self, mask: BoolArray) -> Rows:
        """Rows where the mask is true."""
        return Rows(self.patient[mask], self.day[mask], self.value[mask], self.visit[mask])

    def until(self, last_day: FloatArray) -> Rows:
        """Rows on or before each patient's last day; ``last_day`` has shape (patients,)."""
        return self.keep(self.day <= last_day[self.patient])

    def first(self, mask: BoolArray, n: int) -> IntArray:
        """Position of each patient's first row where the mask is true, -1 where there is none."""
        return _marked(self.patient, np.flatnonzero(mask)[::-1], n)

    def last(self, mask: BoolArray, n: int) -> IntArray:
        """Position of each patient's last row where the mask is true, -1 where there is none."""
        return _marked(self.patient, np.flatnonzero(mask), n)

    def at_or_after(self, day: FloatArray) -> IntArray:
        """For each row, position of the same patient's first row on or after a day.

        Parameters
        ----------
        day
            One day per row; shape (rows,).

        Returns
        -------
        IntArray
            Positions, -1 where the patient has no such row; shape (rows,).
        """
        count = self.patient.size
        if count == 0:
            return np.empty(0, dtype=np.int64)
        key, wanted = _keys((self.patient, self.day), (self.patient, day))
        found = np.searchsorted(key, wanted)
        inside = found < count
        found = np.where(inside, found, 0)
        return np.where(inside & (self.patient[found] == self.patient), found, -1)

    def days_since(self, other: Rows) -> FloatArray:
        """Days from the latest row of another table on or before each row; inf where none."""
        if self.patient.size == 0 or other.patient.size == 0:
            return np.full(self.patient.size, np.inf)
        key, wanted = _keys((other.patient, other.day), (self.patient, self.day))
        found = np.searchsorted(key, wanted, side="right") - 1
        same = (found >= 0) & (other.patient[found] == self.patient)
        return np.where(same, self.day - other.day[found], np.inf)

    def run_ends(self, holds: BoolArray) -> IntArray:
        """For each row, position of the first row at or after it where ``holds`` is false.

        The search stays within the patient: his end counts as false.
        """
        count = holds.size
        position = np.arange(count)
        stop = np.where(holds, count, position)
        stop = np.minimum.accumulate(stop[::-1])[::-1]
        ends = np.searchsorted(self.patient, self.patient, side="right")
        return np.minimum(stop, ends)


def _keys(
    one: tuple[IntArray, FloatArray], two: tuple[IntArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Order two sets of rows alike, by patient and then day, with one number per row."""
    low = min(float(one[1].min()), float(two[1].min()))
    span = max(float(one[1].max()), float(two[1].max())) - low + 1.0
    return one[0] * span + (one[1] - low), two[0] * span + (two[1] - low)


def _marked(patient: IntArray, positions: IntArray, n: int) -> IntArray:
    """Position per patient; of several the one that comes last in ``positions``."""
    found = np.full(n, -1, dtype=np.int64)
    found[patient[positions]] = positions
    return found


def pick(values: FloatArray, positions: IntArray, default: float = np.nan) -> FloatArray:
    """Values at positions, and a default where the position is -1."""
    if values.size == 0:
        return np.full(positions.shape, default)
    return np.where(positions >= 0, values[positions], default)
