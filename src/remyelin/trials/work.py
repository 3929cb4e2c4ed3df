"""Sharing the work of a run among processes; results do not depend on how it is shared."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from math import ceil
from multiprocessing.queues import SimpleQueue
from typing import Final

from remyelin.errors import SimulationError
from remyelin.trials.conduct import Tables, conduct
from remyelin.trials.crew import end_processes, interrupt_held
from remyelin.trials.plan import Plan
from remyelin.trials.plans import Plans, replicates_of
from remyelin.trials.prediction import Progress, ProgressListener
from remyelin.trials.worker import prepare_worker

_SMALLEST_SHARE: Final = 16_384
"""Candidates below which the engine wastes time on overhead, second waves included."""

_LISTEN_SECONDS: Final = 0.2


@dataclass(frozen=True)
class _Batch:
    """Replicates of one draw, and their plan."""

    plan: Plan
    replicates: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.replicates[0]


def run_replicates(plans: Plans, listen: ProgressListener | None) -> Tables:
    """Run all replicates of a trial and stack their tables in the order of the replicates.

    Raises
    ------
    SimulationError
        A worker process died.
    """
    import pandas as pd

    batches = _batches(plans)
    workers = min(plans.settings.workers, len(batches))
    threads = plans.settings.workers // workers
    batches = [replace(batch, plan=replace(batch.plan, threads=threads)) for batch in batches]
    results = _alone(batches, listen) if workers == 1 else _shared(batches, workers, listen)
    parts = sorted(results, key=lambda pair: pair[0])
    stacked = {
        name: pd.concat([tables[name] for _, tables in parts], ignore_index=True)
        for name in parts[0][1]
    }
    if len(plans) == 1:
        return stacked
    return {
        name: table.sort_values("replicate", kind="stable", ignore_index=True)
        for name, table in stacked.items()
    }


def _batches(plans: Plans) -> list[_Batch]:
    """Divide the replicates of each draw so that shares are wide and every worker has some."""
    settings = plans.settings
    fair = max(1, ceil(settings.replicates / settings.workers))
    batches: list[_Batch] = []
    for draw, plan in enumerate(plans.each):
        candidates = settings.patients / plan.weighting.expected_yield
        size = min(max(1, ceil(_SMALLEST_SHARE / candidates)), fair)
        mine = replicates_of(draw, draws=len(plans), replicates=settings.replicates)
        batches += [_Batch(plan, tuple(mine[k : k + size])) for k in range(0, len(mine), size)]
    return batches


def _alone(
    batches: Sequence[_Batch], listen: ProgressListener | None
) -> Iterator[tuple[int, Tables]]:
    done = 0
    for batch in batches:
        size = len(batch.replicates)
        report = _reporter(batch.plan, done, size, listen)
        yield batch.first, conduct(batch.plan, batch.replicates, report)
        done += size


_PARTS: Final = 100
"""Steps of progress in one replicate."""


def _reporter(
    plan: Plan, done: int, size: int, listen: ProgressListener | None
) -> Callable[[float, str], None]:
    total = plan.settings.replicates * _PARTS

    def report(share: float, what: str) -> None:
        if listen:
            listen(Progress(int((done + share * size) * _PARTS), total, what))

    return report


_told: SimpleQueue[tuple[int, float]] | None = None
"""In a worker process: where it tells how far it has come."""


def _in_worker(batch: _Batch) -> Tables:
    def report(share: float, _what: str) -> None:
        if _told is not None:
            _told.put((batch.first, share * len(batch.replicates)))

    return conduct(batch.plan, batch.replicates, report)


def _prepare(told: SimpleQueue[tuple[int, float]]) -> None:
    global _told  # noqa: PLW0603
    prepare_worker()
    _told = told


def _shared(
    batches: Sequence[_Batch], workers: int, listen: ProgressListener | None
) -> Iterator[tuple[int, Tables]]:
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    told: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
    pool = ProcessPoolExecutor(workers, context, _prepare, (told,))
    try:
        with interrupt_held():
            jobs = {pool.submit(_in_worker, batch): batch.first for batch in batches}
        _watch(list(jobs), told, sum(len(batch.replicates) for batch in batches), listen)
        for job, first in jobs.items():
            yield first, job.result()
    except BrokenProcessPool:
        end_processes(set(multiprocessing.active_children()) - others)
        raise SimulationError(
            "a worker process ended before its work was done, perhaps for lack of memory. "
            "Try fewer workers (--workers 1) or fewer patients."
        ) from None
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_processes(set(multiprocessing.active_children()) - others)
        raise
    pool.shutdown()


def _watch(
    jobs: list[Future[Tables]],
    told: SimpleQueue[tuple[int, float]],
    replicates: int,
    listen: ProgressListener | None,
) -> None:
    """Pass on what the workers tell until all are done or one has failed."""
    progress: dict[int, float] = {}
    waiting: set[Future[Tables]] = set(jobs)
    while waiting:
        done, waiting = wait(waiting, timeout=_LISTEN_SECONDS)
        while not told.empty():
            first, share = told.get()
            progress[first] = share
        if listen:
            here = int(sum(progress.values()) * _PARTS)
            listen(Progress(here, replicates * _PARTS, "Simulating"))
        if any(job.exception() for job in done):
            return
