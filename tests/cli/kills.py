"""A run in shards whose leading process is killed at random moments until it is done."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from random import Random

from remyelin.trials.layout import MANIFEST_NAME, RECORD_NAME
from tests.processes import members, start, wait_until

_PATIENCE_SECONDS = 240.0
_GONE_SECONDS = 10.0


def killed_and_resumed(
    study: Path, words: tuple[str, ...], out: str, *, kills: int, longest: float, random: Random
) -> int:
    """Run a study, killing the leader at random moments, and then let it finish.

    Parameters
    ----------
    study
        Study file; the run folder is made beside it.
    words
        Options of the run; its tables must be split or none.
    out
        Name of the run folder.
    kills
        How often the leader is killed, if the run lasts so long.
    longest
        Most seconds between the moment at which a run has begun (its manifest is there, and its
        process is past its imports) and the kill.
    random
        Where the moments come from.

    Returns
    -------
    int
        Kills that met a run under way.
    """
    folder, met = study.parent / out, 0
    for _ in range(kills):
        if (folder / RECORD_NAME).exists():
            break
        child = _begin(study, words, folder)
        try:
            wait_until(
                lambda run=child: (folder / MANIFEST_NAME).exists() or run.poll() is not None,
                _PATIENCE_SECONDS,
                "the run did not begin",
            )
            time.sleep(random.uniform(0.0, longest))
            met += child.poll() is None
            os.kill(child.pid, signal.SIGKILL)
            child.communicate(timeout=_GONE_SECONDS)
            wait_until(
                lambda run=child: not members(run.pid), _GONE_SECONDS, "a worker is left behind"
            )
        finally:
            _end(child)
    child = _begin(study, words, folder)
    try:
        out_, err = child.communicate(timeout=_PATIENCE_SECONDS)
        assert child.returncode == 0, (out_, err)
    finally:
        _end(child)
    return met


def _begin(study: Path, words: tuple[str, ...], folder: Path) -> subprocess.Popen[str]:
    more = ("--resume",) if folder.exists() else ()
    return start(study.parent, "run", study.name, *words, "--out", folder.name, "--quiet", *more)


def _end(child: subprocess.Popen[str]) -> None:
    for left in members(child.pid):
        os.kill(left, signal.SIGKILL)
    child.communicate()
