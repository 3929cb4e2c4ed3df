"""Crews: who does the work on shards, in this process, in several, or on a Dask cluster."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, Final, Protocol

from remyelin.errors import SimulationError, UsageError
from remyelin.files import shown
from remyelin.trials.worker import deaf_to_interrupt, prepare_worker

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

MOST_LOSSES: Final = 3
"""Worker processes that may be lost in a run; after each, the others' work is begun anew."""

_CONNECT_SECONDS: Final = 20
_ALONE_SECONDS: Final = 60.0
"""How long a cluster of this machine may be without any worker."""

_END_SECONDS: Final = 5.0
"""How long a worker that was asked to end is waited for."""

_ANY_PORT: Final = "127.0.0.1:0"
_SCHEMES: Final = ("tcp", "tls", "ucx", "ws", "wss")
"""Ways to speak with a scheduler; where none is named, tcp."""

_LAST_PORT: Final = 65_535
_PORT_DIGITS: Final = 5
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

    def check(self) -> None:
        """Look from time to time whether anybody is there to work.

        Raises
        ------
        SimulationError
            Nobody is, and nobody will come.
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

    def check(self) -> None:
        """Nobody else is waited for."""

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


def end_processes(processes: AbstractSet[BaseProcess]) -> None:
    """End worker processes; one that does not end when asked is killed."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_END_SECONDS)
        if process.is_alive():
            process.kill()


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

    def check(self) -> None:
        """A process that is lost is told by its work."""

    def close(self, *, hurry: bool) -> None:
        """End the processes."""
        self._pool.shutdown(wait=not hurry, cancel_futures=True)
        end_processes(set(multiprocessing.active_children()) - self._others)


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
        The scheduler does not answer, or workers are lost while they start.
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
        self._alone_since: float | None = None
        if local != address:
            self._cluster = _local_cluster(local, address)
        else:
            _check_address(address)
        try:
            if self._cluster is None:
                _ask_scheduler(address)
            self._client: Client = Client(
                self._cluster if self._cluster is not None else address,
                timeout=_CONNECT_SECONDS,
                set_as_default=False,
            )
        except Exception as error:  # what answers may be anything, and be read as anything
            self._close_cluster()
            known = isinstance(error, (OSError, ValueError, TypeError)) and str(error)
            why = str(error) if known else "what answers there is no Dask scheduler"
            raise SimulationError(
                f"no Dask scheduler answers at {shown(address)}: {why}\n"
                "Start one (dask scheduler) and give its address, for instance "
                "--cluster tcp://10.0.0.5:8786, or use --cluster local:2 for this machine."
            ) from None
        self._pool = self._client.get_executor(pure=False)

    @property
    def width(self) -> int:
        """Threads of all workers that are there now, at least one."""
        return max(1, self._threads())

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Hand a piece of work to the scheduler."""
        if self._client.status != "running":
            raise self._gone()
        handed: Future[Any] = self._pool.submit(work, *arguments)
        return handed

    def _threads(self) -> int:
        try:
            threads: int = sum(self._client.nthreads().values())
        except Exception as error:
            self.recover(error)
            raise self._gone() from None
        if self._client.status != "running":
            raise self._gone()
        return threads

    def _gone(self) -> SimulationError:
        return SimulationError(f"the Dask cluster is gone.\n{_GO_ON}")

    def recover(self, error: BaseException) -> bool:
        """Dask has repeated the work as often as it was told to; say so."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            raise SimulationError(
                "the same piece of work was lost with its worker again and again, perhaps for "
                f"lack of memory on the workers.\n{_GO_ON}"
            ) from None
        if isinstance(error, (CancelledError, OSError)):
            raise self._gone() from None
        if isinstance(error, ImportError):
            raise SimulationError(
                f"a Dask worker lacks what the work needs: {error}\n"
                f"Install the same version of remyelin on all workers. {_GO_ON}"
            ) from None
        return False

    def check(self) -> None:
        """Refuse to wait for ever for workers of this machine that do not come back."""
        if self._threads() or self._cluster is None:
            self._alone_since = None
            return
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        if now - self._alone_since > _ALONE_SECONDS:
            raise SimulationError(
                "all workers of the Dask cluster on this machine were lost and none came back, "
                f"perhaps for lack of memory. Try fewer (--cluster local:1).\n{_GO_ON}"
            )

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


def _local_cluster(count: str, address: str) -> LocalCluster:
    from distributed import LocalCluster

    if not (count.isascii() and count.isdigit() and 1 <= int(count[:4]) <= 256):
        raise UsageError(
            f"the cluster {shown(address)} is none; give local:N with N from 1 to 256, or the "
            "address of a scheduler such as tcp://10.0.0.5:8786"
        )
    for _ in range(MOST_LOSSES):
        with interrupt_held():
            try:
                return LocalCluster(
                    n_workers=int(count[:4]),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=_ANY_PORT,
                    silence_logs=logging.CRITICAL,
                    preload=["remyelin.trials.crew"],
                )
            except (RuntimeError, OSError) as error:  # a worker was lost, or there is no room
                why = str(error.__cause__ or error)
    raise SimulationError(
        f"the Dask cluster {shown(address)} did not start in {MOST_LOSSES} attempts: {why}. "
        "Workers may have been ended from outside or for lack of memory.\n"
        f"Try fewer (--cluster local:1), or do without (--workers 1). {_GO_ON}"
    ) from None


def _check_address(address: str) -> None:
    """Refuse what cannot be the address of a scheduler.

    Raises
    ------
    UsageError
        It cannot; the message says how one looks.
    """
    scheme, mark, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= _PORT_DIGITS else 0
    named = scheme in _SCHEMES if mark else True
    if not named or not host or not 0 < number <= _LAST_PORT:
        raise UsageError(
            f"the cluster {shown(address)} is none: it is no address of a Dask scheduler\n"
            "Give scheme, host and port such as tcp://10.0.0.5:8786 (the scheme is one of "
            f"{', '.join(_SCHEMES)}), or local:N for this machine."
        )


def _ask_scheduler(address: str) -> None:
    """Ask who answers at an address; Dask itself would wait for ever where nobody speaks.

    Raises
    ------
    OSError
        Nobody answers in time.
    ValueError
        Another part of Dask does.
    """
    from distributed import rpc

    async def ask() -> str:
        async with rpc(address, timeout=_CONNECT_SECONDS) as there:
            return str((await there.identity())["type"])

    def asked() -> str:
        return asyncio.run(asyncio.wait_for(ask(), _CONNECT_SECONDS))

    with ThreadPoolExecutor(1) as aside:  # the caller may have a loop of its own
        try:
            found = aside.submit(asked).result()
        except TimeoutError:
            raise OSError(f"nothing was said within {_CONNECT_SECONDS} seconds") from None
    if found != "Scheduler":
        raise ValueError(f"it is the address of a {found}")


def dask_setup(worker: object) -> None:
    """Called by Dask in a worker of a local cluster: Ctrl-C is for the process that leads."""
    del worker
    with suppress(ValueError):  # not in the main thread
        deaf_to_interrupt()
