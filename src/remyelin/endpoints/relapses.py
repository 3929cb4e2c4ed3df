"""Days between visits and relapses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.rows import Rows


@dataclass(frozen=True, eq=False)
class Onsets:
    """Onsets of relapses, ready to be asked for the nearest one.

    Attributes
    ----------
    relapses
        Rows sorted by patient and day.
    """

    relapses: Rows

    @property
    def any(self) -> bool:
        """Whether there is a relapse at all."""
        return self.relapses.patient.size > 0

    def since(self, patient: IntArray, day: FloatArray) -> FloatArray:
        """Days from the latest onset on or before each day; inf where there is none."""
        return day - self._near(patient, day, side="right", step=-1, missing=-np.inf)

    def until(self, patient: IntArray, day: FloatArray) -> FloatArray:
        """Days to the next onset on or after each day; inf where there is none."""
        return self._near(patient, day, side="left", step=0, missing=np.inf) - day

    def after(self, patient: IntArray, day: FloatArray) -> FloatArray:
        """Day of the next onset after each day, not on it; inf where there is none."""
        return self._near(patient, day, side="right", step=0, missing=np.inf)

    def _near(
        self, patient: IntArray, day: FloatArray, *, side: str, step: int, missing: float
    ) -> FloatArray:
        nothing = np.full(day.shape, missing)
        if not self.any or day.size == 0:
            return nothing
        known = self.relapses
        low = min(float(known.day.min()), float(day.min()))
        span = max(float(known.day.max()), float(day.max())) - low + 1.0
        key = known.patient * span + (known.day - low)
        wanted = patient * span + (day - low)
        right = side == "right"
        place = np.searchsorted(key, wanted, side="right" if right else "left") + step
        inside = (place >= 0) & (place < key.size)
        place = np.where(inside, place, 0)
        same = inside & (known.patient[place] == patient)
        return np.where(same, known.day[place], nothing)
