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
        if mask.all():
            return self
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
        return self.place_of(self.patient, day)

    def place_of(self, patient: IntArray, day: FloatArray) -> IntArray:
        """Position of the first row of each patient on or after a day, -1 where there is none.

        Parameters
        ----------
        patient, day
            The patients and one day for each; shape (wanted,).
        """
        if self.patient.size == 0 or patient.size == 0:
            return np.full(patient.shape, -1, dtype=np.int64)
        key, wanted = _keys((self.patient, self.day), (patient, day))
        found = np.searchsorted(key, wanted)
        inside = found < self.patient.size
        found = np.where(inside, found, 0)
        return np.where(inside & (self.patient[found] == patient), found, -1)


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
