"""Processes of the command line started for tests, and who of them is still there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from remyelin.cli.main import main
sys.exit(main())
"""
"""The command line as a person starts it: a job in the background of a shell is deaf to Ctrl-C."""


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command line in a folder, as the head of a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def members(group: int) -> set[int]:
    """Processes of a group that still run; those that ended and nobody asked after are gone."""
    found = set()
    for process in psutil.process_iter(["pid", "status"]):
        with suppress(ProcessLookupError, PermissionError):
            running = process.info["status"] != psutil.STATUS_ZOMBIE
            if running and os.getpgid(process.info["pid"]) == group:
                found.add(int(process.info["pid"]))
    return found


def wait_until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for something, and fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
