"""A leading process that is killed takes its workers with it, and its run can be gone on with."""

from __future__ import annotations

import os
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
import yaml

from tests.cli.kills import killed_and_resumed
from tests.processes import members, start, wait_until
from tests.trials.small import mapping
from tools.fuzz.runs import contents

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals differ")

PATIENCE_SECONDS = 60.0
GONE_SECONDS = 10.0
"""Within this time every worker has ended."""

LEADER_AND_HELP = 2
"""The leading process and the one that looks after shared resources."""

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is not installed")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    return file


@pytest.mark.parametrize("seconds", [0.0, 4.0], ids=["starting", "working"])
@pytest.mark.parametrize(
    "words",
    [
        ("--workers", "2"),
        ("--workers", "2", "--tables", "none"),
        pytest.param(("--cluster", "local:2", "--tables", "none"), marks=needs_dask),
    ],
    ids=["whole", "shards", "dask"],
)
def test_workers_end_with_a_leader_that_is_killed(
    study: Path, words: tuple[str, ...], seconds: float
) -> None:
    size = ("--patients", "3000", "--replicates", "40", "--out", "out")
    child = start(study.parent, "run", study.name, *size, *words)
    try:
        wait_until(
            lambda: len(members(child.pid)) >= LEADER_AND_HELP + 2,
            PATIENCE_SECONDS,
            "the workers did not start",
        )
        time.sleep(seconds)
        assert child.poll() is None, child.communicate()
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait(timeout=GONE_SECONDS) == -signal.SIGKILL
        wait_until(lambda: not members(child.pid), GONE_SECONDS, "a worker is left behind")
    finally:
        for left in members(child.pid):
            os.kill(left, signal.SIGKILL)
        child.communicate()


KILLS = int(os.environ.get("REMYELIN_KILLS", "2"))
"""Kills of the test below; a long form asks for more."""


def test_a_run_killed_again_and_again_ends_with_the_bytes_of_one_that_nobody_stopped(
    study: Path,
) -> None:
    size = ("--patients", "2100", "--replicates", "3", "--seed", "2")
    words = (*size, "--tables", "split", "--workers", "2")
    killed_and_resumed(study, words, "once", kills=0, longest=0.0, random=Random(1))
    random = Random(20261130)
    longest, met, rounds = 6.0, 0, 0
    while met < KILLS and rounds < 2 * KILLS:
        out = f"stopped_{rounds}"
        met += killed_and_resumed(
            study, words, out, kills=KILLS - met, longest=longest, random=random
        )
        assert contents(study.parent / out) == contents(study.parent / "once")
        rounds += 1
    assert met >= KILLS
