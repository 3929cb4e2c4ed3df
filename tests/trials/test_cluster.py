"""A Dask cluster of two processes gives the bits of one process, also when one is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import pytest

from remyelin.errors import SimulationError, UsageError
from remyelin.trials import crew
from remyelin.trials.crew import DaskCrew
from remyelin.trials.prediction import Progress
from tests.trials.test_shards import STUDIES, assert_same_figures, run

needs_dask = pytest.mark.skipif(
    find_spec("distributed") is None, reason="Dask is not installed (remyelin[distributed])"
)


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_worker_that_is_killed_in_the_middle_changes_nothing() -> None:
    before, killed = set(multiprocessing.active_children()), list[int]()

    def listen(step: Progress) -> None:
        if step.done > 0 and not killed:
            workers = [c.pid for c in set(multiprocessing.active_children()) - before]
            assert len(workers) == 2
            assert workers[0] is not None
            os.kill(workers[0], signal.SIGKILL)
            killed.append(step.done)

    alone = run(STUDIES["mist"], patients=60, size=10)
    found = run(STUDIES["mist"], None, listen, patients=60, size=10, cluster="local:2")
    assert killed
    assert killed[0] < 120
    assert_same_figures(found, alone)
    assert not set(multiprocessing.active_children()) - before


@needs_dask
@pytest.mark.parametrize("address", ["local:", "local:0", "local:two", "local:999"])
def test_an_impossible_number_of_processes_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"local:N with N from 1 to 256"):
        DaskCrew(address)


@needs_dask
def test_a_scheduler_that_does_not_answer_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "_CONNECT_SECONDS", 1)
    with pytest.raises(SimulationError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        DaskCrew("tcp://127.0.0.1:9")


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'remyelin\[distributed\]'"):
        run(STUDIES["mist"], cluster="local:2")


@needs_dask
def test_work_lost_with_its_workers_again_and_again_is_one_clear_error() -> None:
    from distributed import KilledWorker

    leader: Any = DaskCrew.__new__(DaskCrew)
    lost = KilledWorker.__new__(KilledWorker)
    with pytest.raises(SimulationError, match=r"lost with its worker.*\n.*--resume"):
        leader.recover(lost)
    with pytest.raises(SimulationError, match=r"cluster is gone.*\n.*--resume"):
        leader.recover(OSError("closed"))
    assert not leader.recover(ValueError("the work itself"))


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_worker_that_is_lost_while_it_starts_is_one_clear_error() -> None:
    before, done = set(multiprocessing.active_children()), threading.Event()

    def kill_every_start() -> None:
        while not done.wait(0.02):
            for child in set(multiprocessing.active_children()) - before:
                with suppress(ProcessLookupError):
                    os.kill(child.pid or 0, signal.SIGKILL)

    killer = threading.Thread(target=kill_every_start)
    killer.start()
    try:
        with pytest.raises(SimulationError, match="did not start"):
            DaskCrew("local:2")
    finally:
        done.set()
        killer.join()
    assert not set(multiprocessing.active_children()) - before


@needs_dask
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "127.0.0.1", "tcp://", "tcp://127.0.0.1:none", "mist", ""]
)
def test_an_address_that_is_none_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(crew, "_CONNECT_SECONDS", 1)
    with pytest.raises((SimulationError, UsageError)):
        DaskCrew(address)


@needs_dask
def test_an_address_where_something_else_answers_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "_CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SimulationError, match="no Dask scheduler answers"):
            DaskCrew(f"tcp://127.0.0.1:{port}")
