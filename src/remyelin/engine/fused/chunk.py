"""Some patients on their way through the kernel: dated inputs and events."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.fused.layout import LEVEL_LEAVES, PULSE_LEAVES, STATE_LEAVES
from remyelin.engine.fused.runner import Part, Runner, listed
from remyelin.engine.population import Population
from remyelin.model.inputs import Levels, Pulse
from remyelin.model.schedule import Schedule

if TYPE_CHECKING:
    from remyelin.engine.fused.cuda import CudaRunner

KEPT = len(STATE_LEAVES) + len(LEVEL_LEAVES)
"""Leaves that a stretch of days changes."""

_FEW_EVENTS = 256
_DAYS_PER_EVENT = 64
"""Patient-days for which there is room for one event at first."""

Events = NDArray[np.int32]
"""Kind, row and day of events, shape (n, 3)."""


class Chunk:
    """Some patients of a population.

    Parameters
    ----------
    runner
        What carries them.
    population
        Everybody; not changed.
    table
        Where states and levels of everybody are kept, shape (KEPT, whole blocks).
    low, high
        Which patients; ``low`` is a multiple of the lanes.
    """

    def __init__(
        self,
        runner: Runner | CudaRunner,
        population: Population,
        table: NDArray[np.float64],
        low: int,
        high: int,
    ) -> None:
        self._runner = runner
        self._population = population
        self._part = Part(low, high, runner.lanes)
        self._kept = table[:, low : low + self._part.room]
        self._traits = self._part.reals(population.traits)
        self._pulse = np.zeros((len(PULSE_LEAVES), self._part.room))

    def run(self, start: int, stop: int, schedule: Schedule) -> Events:
        """Carry the patients and give what happened, rows counted from the first patient."""
        part = self._part
        room = _FEW_EVENTS + part.count * max(stop - start, 0) // _DAYS_PER_EVENT
        while True:
            events, seen = np.empty((room, 3), dtype=np.int32), np.zeros(1, dtype=np.int64)
            self._begin()
            self._stretches(start, stop, schedule, (events, seen))
            if seen[0] <= room:
                found = events[: seen[0]]
                found = found[found[:, 1] < part.count]
                found[:, 1] += part.low
                return found
            room = int(seen[0])

    def _begin(self) -> None:
        part = self._part
        now = [*listed(self._population.state), *listed(self._population.levels)]
        for row, leaf in zip(self._kept, now, strict=True):
            row[: part.count] = leaf[part.low : part.high]
            row[part.count :] = row[part.count - 1]

    def _stretches(
        self,
        start: int,
        stop: int,
        schedule: Schedule,
        room: tuple[Events, NDArray[np.int64]],
    ) -> None:
        """Cut the days where an input changes: a pulse has a stretch of one day of its own."""
        here = start
        for day in schedule.days(start, stop):
            self._go(start, (here, day), room, pulsed=False)
            here = day
            if self._give(schedule, day):
                self._go(start, (day, day + 1), room, pulsed=True)
                here = day + 1
        self._go(start, (here, stop), room, pulsed=False)

    def _go(
        self,
        start: int,
        ends: tuple[int, int],
        room: tuple[Events, NDArray[np.int64]],
        *,
        pulsed: bool,
    ) -> None:
        if ends[0] >= ends[1]:
            return
        events, seen = room
        identity = self._part.identity(self._population, ends[0] - start)
        self._runner.run(
            [*self._kept, *self._traits, *self._pulse, *identity],
            self._part.blocks,
            ctypes.c_int32(ends[0]),
            ctypes.c_int32(ends[1]),
            ctypes.c_int32(pulsed),
            ctypes.c_void_p(events.ctypes.data),
            ctypes.c_int64(len(events)),
            ctypes.c_void_p(seen.ctypes.data),
        )

    def _give(self, schedule: Schedule, day: int) -> bool:
        """Change levels and lay out the pulses of a day; say whether there is one."""
        self._pulse[:] = 0.0
        pulsed = False
        for change in schedule.on(day):
            if change.field in Levels._fields:
                row = len(STATE_LEAVES) + Levels._fields.index(change.field)
                self._kept[row, change.rows] = change.amounts
            else:
                self._pulse[Pulse._fields.index(change.field), change.rows] += change.amounts
                pulsed = True
        return pulsed
