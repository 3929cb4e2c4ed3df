"""Sharing the work among processes changes no result, and a lost process is one clear error."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time

import pandas as pd
import pytest

from remyelin.errors import SimulationError
from remyelin.trials import work
from remyelin.trials.plans import Plans
from remyelin.trials.work import run_replicates
from tests.trials import small

PATIENCE_SECONDS = 30.0


def plans(**settings: int) -> Plans:
    return Plans.single(small.plan(**settings))


@pytest.mark.parametrize("workers", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("replicates", [1, 2, 7, 20])
def test_every_replicate_is_in_one_share(workers: int, replicates: int) -> None:
    shares = work._batches(plans(workers=workers, replicates=replicates))
    assert [r for share in shares for r in share.replicates] == list(range(replicates))
    assert len(shares) >= min(workers, replicates, 2)


def test_the_size_of_the_shares_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = plans(patients=10, replicates=3)
    whole = run_replicates(ready, None)
    assert len(work._batches(ready)) == 1
    monkeypatch.setattr(work, "_SMALLEST_SHARE", 1)
    assert len(work._batches(ready)) == 3
    for name, frame in run_replicates(ready, None).items():
        pd.testing.assert_frame_equal(frame, whole[name], check_exact=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_worker_that_dies_is_one_clear_error_and_leaves_no_process() -> None:
    before = set(multiprocessing.active_children())
    killed: list[int] = []

    def kill_one() -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not killed and time.monotonic() < deadline:
            started = set(multiprocessing.active_children()) - before
            if len(started) == 2:  # before, Python's own pool trips over its table of processes
                pid = min(child.pid or 0 for child in started)
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            time.sleep(0.02)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with pytest.raises(SimulationError, match=r"worker process ended.*--workers 1"):
        run_replicates(plans(patients=2_000, replicates=2, workers=2), None)
    killer.join()
    assert killed
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(multiprocessing.active_children()) - before:
        assert time.monotonic() < deadline, "a worker process is left behind"
        time.sleep(0.02)
