"""The engine on NumPy: carries a population through days, stage by stage.

It knows stages, guards and random streams, and nothing of medicine. A stage with a guard is
computed only for the patients for whom the guard holds; because every random word is a function of
patient, day and purpose, the result is the same as computing it for all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.happenings import Happenings
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.engine.streams import Uniforms
from remyelin.model.day import SIGNALS, STAGES
from remyelin.model.inputs import Levels, Pulse
from remyelin.model.patient import State
from remyelin.model.schedule import Schedule
from remyelin.model.stage import STEP_DAYS, Purpose, Stage
from remyelin.parameters import ParameterTable, bind

__all__ = ["CHUNK", "Engine", "Happenings"]

CHUNK = 4096
"""Patients carried at a time: their states fit the processor's cache."""

_WORDS_AHEAD = 16
"""Days for which the words of the daily stream are made at once."""


class _Ready(NamedTuple):
    """A stage with its parameters bound and the names that it asks for."""

    stage: Stage
    parameters: Any
    reads: tuple[str, ...]
    guard_reads: tuple[str, ...]


class Engine:
    """Carries patients through days with one set of parameters."""

    def __init__(self, table: ParameterTable, stages: Sequence[Stage] = STAGES) -> None:
        self._stages = [
            _Ready(stage, bind(stage.parameters, table), stage.reads, stage.guard_reads)
            for stage in stages
        ]

    def advance(
        self, population: Population, start: int, stop: int, schedule: Schedule | None = None
    ) -> tuple[Population, Happenings]:
        """Carry patients from one day of the run to another.

        Parameters
        ----------
        population
            Where they stand at ``start``; it is not changed.
        start, stop
            Days on the clock of the run.
        schedule
            Dated inputs on the same clock; None: nothing is given or changed.

        Returns
        -------
        Population
            Where they stand at ``stop``.
        Happenings
            What happened on days start + 1 to stop.
        """
        plan = schedule or Schedule()
        groups, seen = [], []
        for low, high in _cuts(len(population)):
            chunk = _Chunk(population.take(np.arange(low, high)), self._stages)
            chunk.run(start, stop, plan.part(low, high))
            groups.append(chunk.population())
            seen += [(kind, rows + low, day) for kind, rows, day in chunk.seen]
        if not groups:
            return population, _happenings([])
        return Population.joined(groups), _happenings(seen)


def _cuts(count: int) -> Iterator[tuple[int, int]]:
    """Divide patients evenly into chunks of at most `CHUNK`."""
    pieces = -(-count // CHUNK)
    ends = [count * k // pieces for k in range(pieces + 1)] if pieces else []
    yield from itertools.pairwise(ends)


def _happenings(seen: Sequence[tuple[int, NDArray[np.intp], int]]) -> Happenings:
    if not seen:
        nothing = np.zeros(0, dtype=np.int64)
        return Happenings.sorted(nothing, nothing, nothing)
    kind = np.concatenate([np.full(len(rows), k, dtype=np.int64) for k, rows, _ in seen])
    row = np.concatenate([rows.astype(np.int64) for _, rows, _ in seen])
    day = np.concatenate([np.full(len(rows), d, dtype=np.int64) for _, rows, d in seen])
    return Happenings.sorted(kind, row, day)


class _Chunk:
    """Some patients on their way; owns its arrays and changes them in place."""

    def __init__(self, population: Population, stages: Sequence[_Ready]) -> None:
        self.streams = population.streams
        self.day = population.day.copy()
        count = len(population)
        self.parts: dict[str, Any] = {
            **population.traits._asdict(),
            **leaves.own(population.state, count)._asdict(),
            "levels": leaves.own(population.levels, count),
        }
        self.traits = population.traits
        self.count = count
        self.stages = stages
        self.seen: list[tuple[int, NDArray[np.intp], int]] = []
        self._daily: list[Uniforms] = []

    def population(self) -> Population:
        """Give the patients as they stand now."""
        state = State(**{name: self.parts[name] for name in State._fields})
        return Population(
            self.streams, self.day, self.traits, leaves.own(state, self.count), self.parts["levels"]
        )

    def run(self, start: int, stop: int, schedule: Schedule) -> None:
        with np.errstate(all="ignore"):
            for day in range(start, stop):
                pulsed = self._give(schedule, day)
                words = self._daily_words(stop - day)
                for ready in self.stages:
                    if pulsed or "pulse" not in ready.reads:
                        self._run_stage(ready, words)
                self.day += 1
                self._look(day + 1)

    def _give(self, schedule: Schedule, day: int) -> bool:
        pulse: dict[str, NDArray[np.float64]] = {}
        for change in schedule.on(day):
            if change.field in Levels._fields:
                getattr(self.parts["levels"], change.field)[change.rows] = change.amounts
            else:
                amounts = pulse.setdefault(change.field, np.zeros(self.count))
                amounts[change.rows] += change.amounts
        if pulse:
            self.parts["pulse"] = leaves.own(Pulse(**pulse), self.count)
        return bool(pulse)

    def _daily_words(self, days_left: int) -> Uniforms:
        if not self._daily:
            days = min(_WORDS_AHEAD, days_left)
            ahead = self.day + np.arange(days)[:, None]
            words = self.streams.uniforms(ahead, Purpose.DAILY, 1)
            self._daily = [[word[k] for word in words] for k in reversed(range(days))]
        return self._daily.pop()

    def _run_stage(self, ready: _Ready, daily: Uniforms) -> None:
        rows = self._rows(ready, daily)
        if rows is None:
            asked = {n: daily if n == "u" else self.parts[n] for n in ready.reads}
            self.parts.update(ready.stage.step(NUMPY, ready.parameters, STEP_DAYS, **asked))
        elif len(rows):
            self._run_some(ready, daily, rows)

    def _rows(self, ready: _Ready, daily: Uniforms) -> NDArray[np.intp] | None:
        if ready.stage.every > 1:
            return np.flatnonzero(self.day % ready.stage.every == 0)
        if ready.stage.when is None:
            return None
        asked = {n: daily if n == "u" else self.parts[n] for n in ready.guard_reads}
        return np.flatnonzero(ready.stage.when(NUMPY, ready.parameters, STEP_DAYS, **asked))

    def _run_some(self, ready: _Ready, daily: Uniforms, rows: NDArray[np.intp]) -> None:
        asked: dict[str, Any] = {}
        for name in ready.reads:
            if name == "u":
                asked[name] = self._words(ready.stage, daily, rows)
            else:
                asked[name] = leaves.take(self.parts[name], rows)
        changed = ready.stage.step(NUMPY, ready.parameters, STEP_DAYS, **asked)
        for name, part in changed.items():
            for target, old, new in zip(self.parts[name], asked[name], part, strict=True):
                if new is not old:
                    target[rows] = new

    def _words(self, stage: Stage, daily: Uniforms, rows: NDArray[np.intp]) -> Uniforms:
        if stage.purpose is Purpose.DAILY:
            return [word[rows] for word in daily]
        if stage.purpose is None:
            return []
        return self.streams.take(rows).uniforms(self.day[rows], stage.purpose, stage.blocks)

    def _look(self, day: int) -> None:
        for kind, signal in enumerate(SIGNALS):
            rows = np.flatnonzero(getattr(self.parts[signal.part], signal.field))
            if len(rows):
                self.seen.append((kind, rows, day))
