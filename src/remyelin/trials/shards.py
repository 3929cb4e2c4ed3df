"""Shards: the portions into which a large run is cut; no result depends on their size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from remyelin.trials.plans import replicates_of

SHARD_PATIENTS: Final = 4_096
"""Patients of a shard: enough for the engine, few enough to be carried about in memory."""


@dataclass(frozen=True)
class Shard:
    """Whole replicates, or successive patients of one replicate.

    Attributes
    ----------
    number
        Place in the run.
    replicates
        Numbers of the replicates, all of the same draw of the parameters.
    first, count
        Place of its first patient in the order of enrolment, and its patients per replicate.
    is_slice
        Whether its replicate has other shards too.
    """

    number: int
    replicates: tuple[int, ...]
    first: int
    count: int
    is_slice: bool

    @property
    def patients(self) -> int:
        """Patients of all its replicates."""
        return self.count * len(self.replicates)


def shards_of(patients: int, replicates: int, size: int, *, draws: int = 1) -> tuple[Shard, ...]:
    """Cut a run into shards of about ``size`` patients.

    Parameters
    ----------
    patients, replicates
        Patients of each replicate, and how many replicates.
    size
        Patients of a shard.
    draws
        Draws of the parameters; a shard holds replicates of one draw only.
    """
    if patients > size:
        places = [
            (replicate, first)
            for replicate in range(replicates)
            for first in range(0, patients, size)
        ]
        return tuple(
            Shard(number, (replicate,), first, min(size, patients - first), True)
            for number, (replicate, first) in enumerate(places)
        )
    per = max(1, size // patients)
    groups = [
        tuple(mine[start : start + per])
        for draw in range(draws)
        for mine in (replicates_of(draw, draws=draws, replicates=replicates),)
        for start in range(0, len(mine), per)
    ]
    return tuple(Shard(number, group, 0, patients, False) for number, group in enumerate(groups))


def stretches(missing: Sequence[Shard]) -> Iterator[tuple[Shard, ...]]:
    """Group missing slices into stretches without a gap; each can be enrolled in one go."""
    for _, group in groupby(
        enumerate(missing), key=lambda pair: (pair[1].replicates, pair[1].number - pair[0])
    ):
        yield tuple(shard for _, shard in group)
