"""Ctrl-C during a real run: status 130, one word, no process and no file left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.trials.small import mapping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals differ")

PATIENCE_SECONDS = 30.0


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    return file


# A job in the background of a shell is started deaf to Ctrl-C; a person's is not.
SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from remyelin.cli.main import main
sys.exit(main())
"""


def start(study: Path, workers: int) -> subprocess.Popen[str]:
    words = ("--patients", "3000", "--replicates", "40", "--workers", str(workers), "--out", "out")
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "run", study.name, *words],
        cwd=study.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


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
    child = start(study, workers)
    try:
        time.sleep(seconds)
        assert child.poll() is None, child.communicate()
        if whole_group:
            os.killpg(child.pid, signal.SIGINT)
        else:
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE_SECONDS)
        assert (child.returncode, out, err) == (130, "", "interrupted\n")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not group_is_gone(child.pid):
            assert time.monotonic() < deadline, "a process is left behind"
            time.sleep(0.05)
        assert [path.name for path in study.parent.iterdir()] == ["small.yaml"]
    finally:
        if not group_is_gone(child.pid):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
