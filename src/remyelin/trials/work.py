"""Sharing the work of a run among processes; results do not depend on how it is shared."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from math import ceil
from multiprocessing.queues import SimpleQueue
from typing import Final

from remyelin.errors import SimulationError
from remyelin.trials.conduct import Tables, conduct
from remyelin.trials.crew import end_processes, interrupt_held
from remyelin.trials.plan import Plan
from remyelin.trials.prediction import Progress, ProgressListener
from remyelin.trials.worker import prepare_worker

_SMALLEST_SHARE: Final = 16_384
"""Candidates below which the engine wastes time on overhead, second waves included."""

_LISTEN_SECONDS: Final = 0.2


def run_replicates(plan: Plan, listen: ProgressListener | None) -> Tables:
    """Run all replicates of a trial and stack their tables.

    Raises
    ------
    SimulationError
        A worker process died.
    """
    import pandas as pd

    batches = _batches(plan)
    workers = min(plan.settings.workers, len(batches))
    plan = replace(plan, threads=plan.settings.workers // workers)
    results = (
        _alone(plan, batches, listen) if workers == 1 else _shared(plan, batches, workers, listen)
    )
    parts = sorted(results, key=lambda pair: pair[0])
    names = parts[0][1]
    return {
        name: pd.concat([tables[name] for _, tables in parts], ignore_index=True) for name in names
    }


def _batches(plan: Plan) -> list[tuple[int, ...]]:
    """Divide the replicates so that each share is wide enough and every worker has some."""
    settings = plan.settings
    candidates = settings.patients / plan.weighting.expected_yield
    wide = max(1, ceil(_SMALLEST_SHARE / candidates))
    fair = max(1, ceil(settings.replicates / settings.workers))
    size = min(wide, fair)
    everyone = range(settings.replicates)
    return [tuple(everyone[k : k + size]) for k in range(0, settings.replicates, size)]


def _alone(
    plan: Plan, batches: Sequence[tuple[int, ...]], listen: ProgressListener | None
) -> Iterator[tuple[int, Tables]]:
    done = 0
    for batch in batches:
        yield batch[0], conduct(plan, batch, _reporter(plan, done, len(batch), listen))
        done += len(batch)


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


def _in_worker(plan: Plan, batch: tuple[int, ...]) -> Tables:
    def report(share: float, _what: str) -> None:
        if _told is not None:
            _told.put((batch[0], share * len(batch)))

    return conduct(plan, batch, report)


def _prepare(told: SimpleQueue[tuple[int, float]]) -> None:
    global _told  # noqa: PLW0603
    prepare_worker()
    _told = told


def _shared(
    plan: Plan,
    batches: Sequence[tuple[int, ...]],
    workers: int,
    listen: ProgressListener | None,
) -> Iterator[tuple[int, Tables]]:
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    told: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
    pool = ProcessPoolExecutor(workers, context, _prepare, (told,))
    try:
        with interrupt_held():
            jobs = {pool.submit(_in_worker, plan, batch): batch[0] for batch in batches}
        _watch(list(jobs), told, plan.settings.replicates, listen)
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
