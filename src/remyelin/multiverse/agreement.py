"""Whether two definitions find the event in the same patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints import EventTable


@dataclass(frozen=True)
class Agreement:
    """Agreement of two definitions over the patients in whom both could find the event.

    Attributes
    ----------
    patients
        Those patients.
    kappa
        Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104): agreement beyond chance, 1 for
        the same patients; nan where both find the event in nobody, or in everybody.
    overlap
        Patients with both events among those with either (Jaccard); nan where there is none.
    """

    patients: int
    kappa: float
    overlap: float


def agreement(one: EventTable, two: EventTable) -> Agreement:
    """Compare two tables of the same patients, over all of their observation."""
    both = one.evaluable & one.findable & two.evaluable & two.findable
    first, second = one.event[both], two.event[both]
    count = first.size
    if not count:
        return Agreement(0, np.nan, np.nan)
    same = float(np.mean(first == second))
    p, q = float(first.mean()), float(second.mean())
    by_chance = p * q + (1 - p) * (1 - q)
    kappa = (same - by_chance) / (1 - by_chance) if by_chance < 1 else np.nan
    either = int((first | second).sum())
    overlap = int((first & second).sum()) / either if either else np.nan
    return Agreement(count, float(kappa), float(overlap))
