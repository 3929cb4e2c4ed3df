"""A Dask cluster of two processes gives the bits of one process, also when one is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from threading import Thread
from typing import Any

import pytest

from remyelin.errors import SimulationError, UsageError
from remyelin.trials import crew
from remyelin.trials.crew import DaskCrew
from remyelin.trials.prediction import Progress
from tests.processes import wait_until
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
@pytest.mark.parametrize(
    "address",
    [
        "",
        "foo",
        "foo:bar",
        "http://127.0.0.1:80",
        "inproc://x",
        "tcp://",
        "tcp://host",
        "tcp://127.0.0.1:99999",
        "://host:8786",
        "tcp://host:8786x",
    ],
)
def test_what_is_no_address_of_a_scheduler_is_refused_at_once(address: str) -> None:
    with pytest.raises(UsageError, match=r"no address of a Dask scheduler\n.*tcp://10.0.0.5:8786"):
        DaskCrew(address)


@pytest.fixture
def stranger() -> Iterator[Callable[[bytes], str]]:
    """Something that answers at an address, with whatever it is told to say."""
    with ExitStack() as open_:

        def listen(answer: bytes) -> str:
            server = open_.enter_context(socket.create_server(("127.0.0.1", 0)))

            def speak() -> None:
                with suppress(OSError):
                    caller, _ = server.accept()
                    open_.enter_context(caller)
                    if answer:
                        caller.sendall(answer)

            Thread(target=speak, daemon=True).start()
            return f"tcp://127.0.0.1:{server.getsockname()[1]}"

        yield listen


@needs_dask
@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(1000), b"\x01" + bytes(7) + b"\x80" * 20],
    ids=["nothing", "http", "zeros", "garbage"],
)
def test_what_answers_but_is_no_scheduler_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, stranger: Callable[[bytes], str], answer: bytes
) -> None:
    monkeypatch.setattr(crew, "_CONNECT_SECONDS", 1)
    with pytest.raises(SimulationError, match=r"no Dask scheduler answers at tcp://127.0.0.1:"):
        DaskCrew(stranger(answer))


def kill_new(before: set[Any], times: int) -> Callable[[], None]:
    """Kill processes of this one as soon as they are there."""

    def kill() -> None:
        deadline, killed = time.monotonic() + 60.0, set[int]()
        while len(killed) < times and time.monotonic() < deadline:
            for child in set(multiprocessing.active_children()) - before:
                if child.pid is not None and child.pid not in killed and len(killed) < times:
                    killed.add(child.pid)
                    with suppress(ProcessLookupError):
                        os.kill(child.pid, signal.SIGKILL)
            time.sleep(0.02)

    return kill


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_worker_that_is_lost_while_it_starts_is_started_anew() -> None:
    before = set(multiprocessing.active_children())
    killer = Thread(target=kill_new(before, 1))
    killer.start()
    made = DaskCrew("local:2")
    killer.join()
    try:
        assert made.submit(len, "four").result(timeout=60) == 4
    finally:
        made.close(hurry=True)
    assert not set(multiprocessing.active_children()) - before


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_workers_that_never_start_are_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "MOST_LOSSES", 1)
    before = set(multiprocessing.active_children())
    killer = Thread(target=kill_new(before, 1))
    killer.start()
    with pytest.raises(SimulationError, match=r"local:2 did not start.*Nanny(.|\n)*--workers 1"):
        DaskCrew("local:2")
    killer.join()
    assert not set(multiprocessing.active_children()) - before


@needs_dask
def test_work_that_ends_its_worker_again_and_again_is_one_clear_error() -> None:
    made = DaskCrew("local:1")
    try:
        lost = made.submit(os._exit, 1)
        error = lost.exception(timeout=120)
        assert error is not None
        with pytest.raises(SimulationError, match=r"lost with its worker.*\n.*--resume"):
            made.recover(error)
    finally:
        made.close(hurry=True)


@needs_dask
def test_workers_of_this_machine_that_never_come_back_are_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = DaskCrew("local:1")
    try:
        made.check()
        made._cluster.scale(0)  # type: ignore[union-attr]
        wait_until(lambda: not made._client.nthreads(), 30, "the worker stays")
        made.check()
        monkeypatch.setattr(crew, "_ALONE_SECONDS", 0.0)
        with pytest.raises(SimulationError, match=r"none came back.*\n.*--resume"):
            made.check()
    finally:
        made.close(hurry=True)


@needs_dask
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_scheduler_that_is_killed_in_the_middle_is_one_clear_error() -> None:
    from distributed import Client

    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    host, port = address.split(":")
    words = ["--host", host, "--port", port, "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*command, *words], **quiet)  # type: ignore[call-overload]
    try:
        Client(address, timeout=60, set_as_default=False).close()
        made = DaskCrew(address)
        waiting = made.submit(len, "no worker will ever do this")
        scheduler.kill()
        with pytest.raises(CancelledError) as lost:
            waiting.result(timeout=120)
        for ask in (lambda: made.recover(lost.value), made.check):
            with pytest.raises(SimulationError, match=r"cluster is gone.*\n.*--resume"):
                ask()
        with pytest.raises(SimulationError, match=r"cluster is gone.*\n.*--resume"):
            made.submit(len, "too late")
        made.close(hurry=True)
    finally:
        scheduler.kill()
        scheduler.wait()


@needs_dask
def test_work_lost_with_its_workers_again_and_again_is_one_clear_error() -> None:
    from distributed import KilledWorker

    leader: Any = DaskCrew.__new__(DaskCrew)
    lost = KilledWorker.__new__(KilledWorker)
    with pytest.raises(SimulationError, match=r"lost with its worker.*\n.*--resume"):
        leader.recover(lost)
    with pytest.raises(SimulationError, match=r"cluster is gone.*\n.*--resume"):
        leader.recover(OSError("closed"))
    with pytest.raises(SimulationError, match=r"a Dask worker lacks.*'remyelin'"):
        leader.recover(ModuleNotFoundError("No module named 'remyelin'"))
    assert not leader.recover(ValueError("the work itself"))
