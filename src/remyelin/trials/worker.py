"""A worker process: deaf to Ctrl-C, and gone as soon as the process that leads it is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from typing import Final

ORPHANED: Final = 1
"""Exit status of a worker that ended because its leader did."""


def prepare_worker() -> None:
    """Make a worker process ready; called in it before any work is done.

    Ctrl-C is for the process that leads. A leader that is killed cannot end its workers, and they
    would wait for work for ever; so a thread of the worker waits for the end of the leader.
    """
    deaf_to_interrupt()
    end_with_leader()


def deaf_to_interrupt() -> None:
    """Let Ctrl-C pass; only in the main thread of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_leader() -> None:
    """End this process when the one that started it has ended, however that came about.

    The leader holds an end of a pipe (on Windows its own handle) that the system closes with it;
    no signal is needed, so it works on every system and however processes are started. Nothing is
    done in a process that was not started by `multiprocessing`.
    """
    leader = multiprocessing.parent_process()
    if leader is None:
        return
    watch = threading.Thread(
        target=_end_after, args=(leader.sentinel,), name="end with leader", daemon=True
    )
    watch.start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(ORPHANED)  # nobody is left who could take an exception or a result
