"""The fused engine: the same contract as the engine on NumPy, compiled, on several threads.

Each patient's numbers depend on nothing but that patient: threads, chunks and lanes change no bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from remyelin.engine import leaves
from remyelin.engine.fused import day_kernel
from remyelin.engine.fused.chunk import KEPT, Chunk, Events
from remyelin.engine.fused.cuda import CudaRunner
from remyelin.engine.fused.pieces import Kernel
from remyelin.engine.fused.runner import Runner
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.fused.shared import flat
from remyelin.engine.fused.text import Form
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population
from remyelin.model.day import STAGES
from remyelin.model.inputs import Levels
from remyelin.model.schedule import Schedule
from remyelin.model.stage import Stage
from remyelin.parameters import ParameterTable, bind


@cache
def _kernel(stages: tuple[Stage, ...], form: Form, *, gpu: bool = False) -> Kernel:
    return day_kernel.write(stages, form, gpu=gpu)


class FusedEngine:
    """Carries patients through days with one set of parameters.

    Parameters
    ----------
    table
        Parameters; other values need no new compilation.
    stages
        Stages of a day.
    settings
        Precision, lanes, threads, processor and device.

    Raises
    ------
    SimulationError
        The compiler is missing or fails.
    """

    def __init__(
        self,
        table: ParameterTable,
        stages: Sequence[Stage] = STAGES,
        *,
        settings: FusedSettings | None = None,
    ) -> None:
        self._settings = settings or FusedSettings()
        form = self._settings.form
        gpu = self._settings.gpu
        kernel = _kernel(tuple(stages), form, gpu=gpu)
        parameters = [flat(bind(stage.parameters, table)) for stage in stages]
        self._runner: Runner | CudaRunner
        if gpu:
            self._runner = CudaRunner.of(kernel, parameters, form.precision)
        else:
            self._runner = Runner.of(kernel, day_kernel.NAME, parameters, self._settings)

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
        count, lanes = len(population), self._runner.lanes
        table = np.empty((KEPT, -(-count // lanes) * lanes))
        plan = schedule or Schedule()

        def carry(ends: tuple[int, int]) -> Events:
            chunk = Chunk(self._runner, population, table, *ends)
            return chunk.run(start, stop, plan.part(*ends))

        cuts = self._settings.cuts(count)
        if len(cuts) > 1 and self._settings.threads > 1 and not self._settings.gpu:
            with ThreadPoolExecutor(self._settings.threads) as pool:
                seen = list(pool.map(carry, cuts))
        else:
            seen = [carry(ends) for ends in cuts]
        return _at(population, table, max(stop - start, 0)), _happenings(seen)


def _at(population: Population, table: NDArray[np.float64], days: int) -> Population:
    """Give the population with states and levels from the table."""
    rows = iter(table[:, : len(population)])
    state = leaves.map_leaves(lambda _: next(rows), population.state)
    return replace(population, day=population.day + days, state=state, levels=Levels(*rows))


def _happenings(seen: Sequence[Events]) -> Happenings:
    every = np.concatenate([np.empty((0, 3), dtype=np.int32), *seen]).astype(np.int64)
    return Happenings.sorted(every[:, 0], every[:, 1], every[:, 2])
