"""Which patients a figure is about: replicates, arms and contrasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints import History
from remyelin.errors import UnknownNameError
from remyelin.statistics.arrays import BoolArray, FloatArray, IntArray, group_sums

SEPARATOR = "_vs_"
"""Stands between the two arms of a contrast."""

EVERYBODY = "all"
"""Name for all arms together."""


@dataclass(frozen=True, eq=False)
class Replicates:
    """Numbers the replicates of a history from 0.

    Attributes
    ----------
    number
        Replicates in ascending order, as they are called in the tables.
    code
        Position of each patient's replicate in ``number``; shape (patients,).
    weight
        Patients for whom each row stands, where rows are counts of equal patients; None: one.
    """

    number: IntArray
    code: IntArray
    weight: IntArray | None = None

    @classmethod
    def of(cls, history: History) -> Replicates:
        """Replicates that have patients."""
        number, code = np.unique(history.replicate, return_inverse=True)
        return cls(number, code.astype(np.int64))

    @property
    def n(self) -> int:
        """Number of replicates."""
        return self.number.size

    def total(self, values: FloatArray | BoolArray, member: BoolArray) -> FloatArray:
        """Sum of the members' values by replicate; shape (replicates,)."""
        chosen = np.asarray(values[member], dtype=np.float64)
        if self.weight is not None:
            chosen = chosen * self.weight[member]
        return group_sums(self.code[member], chosen, self.n)

    def count(self, member: BoolArray) -> FloatArray:
        """Members by replicate; shape (replicates,)."""
        weight = None if self.weight is None else self.weight[member]
        return group_sums(self.code[member], weight, self.n)

    def weights(self, member: BoolArray) -> IntArray | None:
        """Patients behind each row of the members; None where every row is one patient."""
        return None if self.weight is None else self.weight[member]

    def median(self, values: FloatArray, member: BoolArray) -> FloatArray:
        """Median of the members' values by replicate, nan where nobody has one."""
        known = member & ~np.isnan(values)
        if self.weight is not None:
            return self._weighted_median(values[known], self.code[known], self.weight[known])
        order = np.lexsort((values[known], self.code[known]))
        ordered = values[known][order]
        size = np.bincount(self.code[known], minlength=self.n)
        begin = np.cumsum(size) - size
        out = np.full(self.n, np.nan)
        some = size > 0
        below = ordered[(begin + (size - 1) // 2)[some]]
        above = ordered[(begin + size // 2)[some]]
        out[some] = (below + above) / 2
        return out

    def _weighted_median(self, values: FloatArray, code: IntArray, weight: IntArray) -> FloatArray:
        order = np.lexsort((values, code))
        ordered, upto = values[order], np.cumsum(weight[order])
        size = np.bincount(code, weights=weight, minlength=self.n).astype(np.int64)
        begin = np.cumsum(size) - size
        out = np.full(self.n, np.nan)
        some = size > 0
        places = (begin + (size - 1) // 2)[some], (begin + size // 2)[some]
        below, above = (ordered[np.searchsorted(upto, place, side="right")] for place in places)
        out[some] = (below + above) / 2
        return out


def members(history: History, arm: str) -> tuple[BoolArray, ...]:
    """Find the patients of an arm, or of the two arms of a contrast.

    Parameters
    ----------
    arm
        An arm's identifier, ``all``, or a contrast written ``first_vs_second``.

    Returns
    -------
    tuple of BoolArray
        One mask for an arm, two for a contrast; each of shape (patients,).

    Raises
    ------
    UnknownNameError
        The name is neither an arm nor a contrast of two arms.
    """
    return members_of(history.arm, history.arm_ids, arm)


def members_of(position: IntArray, known: tuple[str, ...], arm: str) -> tuple[BoolArray, ...]:
    """Find them by the position of each patient's arm among the arms that are known.

    Raises
    ------
    UnknownNameError
        As `members`.
    """
    if arm in known:
        return (position == known.index(arm),)
    if arm == EVERYBODY:
        return (np.ones(position.size, dtype=bool),)
    pieces = arm.split(SEPARATOR)
    for cut in range(1, len(pieces)):
        first, second = SEPARATOR.join(pieces[:cut]), SEPARATOR.join(pieces[cut:])
        if first in known and second in known:
            return position == known.index(first), position == known.index(second)
    raise UnknownNameError(
        "arm or contrast", arm, known, "A contrast is written first_vs_second with two arms."
    )
