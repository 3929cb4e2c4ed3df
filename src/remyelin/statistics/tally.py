"""Tallies: what the figures of a study need of its patients, as counts and exact sums.

A tally of a part of the patients is small, and tallies of parts add up to that of the whole
without rounding. Equal patients are one row with their number; sums are kept as parts that add
up exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from remyelin.statistics.arrays import BoolArray, FloatArray, IntArray
from remyelin.statistics.exact import exact_parts

POOLED: Final = -1
"""Replicate and arm of rows that are about all of them together."""


class Reading(StrEnum):
    """What is read of each patient."""

    PATIENTS = "patients"
    """Number of patients."""
    EVENTS = "events"
    """Day and status under a definition, a composite taken as looked for."""
    UNSEEN = "unseen"
    """The same where a composite counts as not looked for."""
    LAST = "last"
    """Last day of observation of anybody to whom a definition applies."""
    SEEN = "seen"
    """Whether each component of a composite could be found in anybody."""
    GAPS = "gaps"
    """Days between measurements of a level."""
    RATE = "rate"
    """Events, and days in which they could occur."""
    SUM = "sum"
    """Sum of a level by the distance of its visit from the time."""
    VALUES = "values"
    """Every value of a level by the distance of its visit from the time."""
    COURSE = "course"
    """Sum of the EDSS by visit."""
    RATED = "rated"
    """Patients seen by visit."""
    BASELINE = "baseline"
    """Sum of a covariate at baseline, and of its square."""

    @property
    def is_summed(self) -> bool:
        """Whether values are added up rather than counted."""
        return self in (Reading.RATE, Reading.SUM, Reading.COURSE, Reading.BASELINE)


@dataclass(frozen=True)
class Item:
    """One thing that is read.

    Attributes
    ----------
    reading
        What is read.
    name
        Definition or covariate that it is about.
    months
        Time from baseline, None for the whole follow-up.
    changed
        Whether a level is read as its change since baseline.
    """

    reading: Reading
    name: str = ""
    months: float | None = None
    changed: bool = False


@dataclass(frozen=True, eq=False)
class Tally:
    """Rows of counts and sums; all arrays have shape (rows,).

    Attributes
    ----------
    item
        Position of what was read in the list of items.
    replicate, arm
        Replicate, and position of the arm in the study; `POOLED` for all.
    code
        Status of an event, component of a composite, visit, or power of a covariate.
    x
        Value that was counted, or part of a sum.
    y
        Distance of a visit from the time, in days.
    n
        Number of patients (of events, for rates).
    """

    item: IntArray
    replicate: IntArray
    arm: IntArray
    code: IntArray
    x: FloatArray
    y: FloatArray
    n: IntArray

    def __len__(self) -> int:
        """Count the rows."""
        return self.n.size

    @classmethod
    def empty(cls) -> Tally:
        """A tally of nobody."""
        return cls.rows(0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    @classmethod
    def rows(
        cls,
        item: int,
        replicate: IntArray,
        arm: IntArray,
        *,
        code: IntArray | int = 0,
        x: FloatArray | float = 0.0,
        y: FloatArray | float = 0.0,
        n: IntArray | int = 1,
    ) -> Tally:
        """Rows of one item, one value for all or one for each."""
        size = replicate.size

        def whole(values: IntArray | int) -> IntArray:
            return np.broadcast_to(np.asarray(values, dtype=np.int64), size)

        def real(values: FloatArray | float) -> FloatArray:
            return np.broadcast_to(np.asarray(values, dtype=np.float64), size)

        return cls(
            whole(item), whole(replicate), whole(arm), whole(code), real(x), real(y), whole(n)
        )

    @classmethod
    def joined(cls, parts: Sequence[Tally]) -> Tally:
        """Put tallies one after another."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in cls.__dataclass_fields__
            )
        )

    def where(self, keep: BoolArray | IntArray) -> Tally:
        """Some of the rows."""
        return Tally(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))

    def pooled(self) -> Tally:
        """The same with all replicates taken as one."""
        replicate = np.full(len(self), POOLED, dtype=np.int64)
        return Tally(self.item, replicate, self.arm, self.code, self.x, self.y, self.n)

    def compact(self, items: Sequence[Item]) -> Tally:
        """Add up equal rows; nothing is rounded, and the order of the rows does not matter."""
        summed = np.array([item.reading.is_summed for item in items], dtype=bool)[self.item]
        counted = self.where(~summed)._counted()
        added = self.where(summed)._added()
        return in_order(Tally.joined([counted, added]))

    def _keys(self) -> tuple[IntArray | FloatArray, ...]:
        return self.y, self.code, self.arm, self.replicate, self.item

    def _groups(self, *keys: IntArray | FloatArray) -> tuple[IntArray, IntArray]:
        """Order of the rows and, in that order, the number of each row's group."""
        order = np.lexsort(keys)
        new = np.zeros(len(self), dtype=bool)
        for key in keys:
            ordered = key[order]
            new[1:] |= ordered[1:] != ordered[:-1]
        return order, np.cumsum(new)

    def _counted(self) -> Tally:
        if not len(self):
            return self
        order, group = self._groups(self.x, *self._keys())
        first = np.searchsorted(group, np.arange(group[-1] + 1))
        number = np.add.reduceat(self.n[order], first)
        rows = self.where(order[first])
        return Tally(rows.item, rows.replicate, rows.arm, rows.code, rows.x, rows.y, number)

    def _added(self) -> Tally:
        if not len(self):
            return self
        order, group = self._groups(*self._keys())
        first = np.searchsorted(group, np.arange(group[-1] + 1))
        number = np.add.reduceat(self.n[order], first)
        owner, parts = exact_parts(self.x[order], group, first.size)
        leading = np.concatenate([[True], owner[1:] != owner[:-1]])
        rows = self.where(order[first][owner])
        n = np.where(leading, number[owner], 0)
        return Tally(rows.item, rows.replicate, rows.arm, rows.code, parts, rows.y, n)


def in_order(tally: Tally) -> Tally:
    """The rows in an order that depends on what they say alone, the larger part of a sum first."""
    keys = (tally.x, -tally.n, tally.y, tally.code, tally.arm, tally.replicate, tally.item)
    return tally.where(np.lexsort(keys))
