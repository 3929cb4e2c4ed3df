"""Crews: who does the work on shards, in this process, in several, or on a Dask cluster."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from remyelin.errors import SimulationError, UsageError
from remyelin.files import shown
from remyelin.trials.worker import deaf_to_interrupt, prepare_worker

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

MOST_LOSSES: Final = 3
"""Worker processes that may be lost in a run; after each, the others' work is begun anew."""

_CONNECT_SECONDS: Final = 20
_GO_ON: Final = (
    "Finished shards stay in the run folder: the same command with --resume does only the rest."
)


class Crew(Protocol):
    """Does pieces of work; the order in which they are finished is not defined."""

    @property
    def width(self) -> int:
        """Pieces of work that are done at the same time."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand over a piece of work."""

    def recover(self, error: BaseException) -> bool:
        """Make ready again after an error; False where the error is that of the work itself.

        Raises
        ------
        SimulationError
            Workers were lost too often.
        """

    def close(self, *, hurry: bool) -> None:
        """Stop; in a hurry, work that is not finished is given up."""


class Alone:
    """Works in this process, one piece after another."""

    width = 1

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Do a piece of work at once."""
        done: Future[Any] = Future()
        done.set_result(work(*arguments))
        return done

    def recover(self, error: BaseException) -> bool:
        """Nobody is lost here."""
        del error
        return False

    def close(self, *, hurry: bool) -> None:
        """Nothing to stop."""


@contextmanager
def interrupt_held() -> Iterator[None]:
    """Hold Ctrl-C back in this thread; processes started meanwhile never see it.

    A worker could otherwise be interrupted, with a traceback, before it is prepared.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its first start would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Processes:
    """Works in processes of this machine.

    Parameters
    ----------
    width
        Number of processes.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._losses = 0
        self._others = set(multiprocessing.active_children())
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.width, context, prepare_worker)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand a piece of work to a process."""
        with interrupt_held():
            try:
                return self._pool.submit(work, *arguments)
            except BrokenProcessPool as error:
                lost: Future[Any] = Future()
                lost.set_exception(error)
                return lost

    def recover(self, error: BaseException) -> bool:
        """Start new processes when one of them was lost."""
        if not isinstance(error, BrokenProcessPool):
            return False
        self._losses += 1
        if self._losses > MOST_LOSSES:
            raise SimulationError(
                f"worker processes ended {self._losses} times before their work was done, perhaps "
                f"for lack of memory. Try fewer workers (--workers 1).\n{_GO_ON}"
            ) from None
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new_pool()
        return True

    def close(self, *, hurry: bool) -> None:
        """End the processes."""
        self._pool.shutdown(wait=not hurry, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - self._others:
            process.terminate()


class DaskCrew:
    """Works on a Dask cluster; Dask itself repeats the work of workers that are lost.

    Parameters
    ----------
    address
        ``local:N`` for N processes on this machine, else the address of a scheduler.

    Raises
    ------
    UsageError
        Dask is not installed, or the address is none.
    SimulationError
        The scheduler does not answer.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError(
                "a cluster needs Dask, which is not installed\n"
                "Install it with: pip install 'remyelin[distributed]'"
            ) from None
        local = address.removeprefix("local:")
        self._cluster: LocalCluster | None = None
        if local != address:
            self._cluster = _local_cluster(local, address)
        try:
            if self._cluster is None:
                _look_for_scheduler(address)
            self._client: Client = Client(
                self._cluster if self._cluster is not None else address,
                timeout=_CONNECT_SECONDS,
                set_as_default=False,
            )
        except (OSError, ValueError, TypeError) as error:
            self._close_cluster()
            raise SimulationError(
                f"no Dask scheduler answers at {shown(address)}: {error}\n"
                "Start one (dask scheduler) and give its address, for instance "
                "--cluster tcp://10.0.0.5:8786, or use --cluster local:2 for this machine."
            ) from None
        self._pool = self._client.get_executor(pure=False)

    @property
    def width(self) -> int:
        """Threads of all workers that are there now, at least one."""
        threads: int = sum(self._client.nthreads().values())
        return max(1, threads)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand a piece of work to the scheduler."""
        handed: Future[Any] = self._pool.submit(work, *arguments)
        return handed

    def recover(self, error: BaseException) -> bool:
        """Dask has repeated the work as often as it was told to; say so."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            raise SimulationError(
                "the same piece of work was lost with its worker again and again, perhaps for "
                f"lack of memory on the workers.\n{_GO_ON}"
            ) from None
        if isinstance(error, (CancelledError, OSError)):
            raise SimulationError(f"the Dask cluster is gone.\n{_GO_ON}") from None
        return False

    def close(self, *, hurry: bool) -> None:
        """Leave the cluster; one of this machine ends."""
        del hurry
        with suppress(Exception):
            self._pool.shutdown(wait=False)
        with suppress(Exception):
            self._client.close()
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close()


def _look_for_scheduler(address: str) -> None:
    """Make sure that a scheduler answers in time; a client would wait for a stranger for ever.

    Raises
    ------
    OSError, ValueError, TypeError
        Nobody answers, somebody else does, or the address is none.
    """
    from distributed.comm import connect

    async def ask() -> object:
        comm = await connect(address, timeout=_CONNECT_SECONDS)
        try:
            await comm.write({"op": "identity", "reply": True})
            return await comm.read()
        finally:
            comm.abort()

    try:
        found = asyncio.run(asyncio.wait_for(ask(), _CONNECT_SECONDS))
    except TimeoutError:
        raise OSError(f"no answer within {_CONNECT_SECONDS} s") from None
    if not isinstance(found, dict) or found.get("type") != "Scheduler":
        raise OSError("what answers there is no scheduler of Dask")


def _local_cluster(count: str, address: str) -> LocalCluster:
    from distributed import LocalCluster

    if not (count.isascii() and count.isdigit() and 1 <= int(count[:4]) <= 256):
        raise UsageError(
            f"the cluster {shown(address)} is none; give local:N with N from 1 to 256, or the "
            "address of a scheduler such as tcp://10.0.0.5:8786"
        )
    try:
        with interrupt_held():
            return LocalCluster(
                n_workers=int(count[:4]),
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                preload=["remyelin.trials.crew"],
            )
    except (RuntimeError, OSError, TimeoutError) as error:
        # Dask raises a bare RuntimeError where a worker is lost before it has begun.
        raise SimulationError(
            f"the workers of the cluster {shown(address)} did not start: {error}\n"
            "Perhaps they were ended from outside, or memory is short; try again, or ask for "
            f"fewer. {_GO_ON}"
        ) from None


def dask_setup(worker: object) -> None:
    """Called by Dask in a worker of a local cluster: Ctrl-C is for the process that leads."""
    del worker
    with suppress(ValueError):  # not in the main thread
        deaf_to_interrupt()
