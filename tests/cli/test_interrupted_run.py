"""Ctrl-C during a real run: status 130, one word, no process and no file left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.processes import members, start, wait_until
from tests.trials.small import mapping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals differ")

PATIENCE_SECONDS = 30.0


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("workers", "whole_group", "seconds"),
    [
        (1, True, 2.0),
        (1, False, 2.0),
        (2, True, 1.7),
        (2, True, 2.0),
        (2, True, 3.5),
        (2, False, 2.0),
    ],
)
def test_ctrl_c_ends_a_run_at_any_moment(
    study: Path, workers: int, *, whole_group: bool, seconds: float
) -> None:
    words = ("--patients", "3000", "--replicates", "40", "--workers", str(workers), "--out", "out")
    child = start(study.parent, "run", study.name, *words)
    try:
        time.sleep(seconds)
        assert child.poll() is None, child.communicate()
        if whole_group:
            os.killpg(child.pid, signal.SIGINT)
        else:
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE_SECONDS)
        assert (child.returncode, out, err) == (130, "", "interrupted\n")
        wait_until(lambda: not members(child.pid), PATIENCE_SECONDS, "a process is left behind")
        assert [path.name for path in study.parent.iterdir()] == ["small.yaml"]
    finally:
        for left in members(child.pid):
            os.kill(left, signal.SIGKILL)
        child.communicate()
