"""Runs that are killed at random moments and resumed: the same bytes as without."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from tools.fuzz.batches import Fault, Tally
from tools.fuzz.runs import contents, difference, ended, started, study_in

_WORDS: Final = ("run", "my_study.yaml", "--patients", "2100", "--replicates", "3", "--quiet")
_TABLES: Final = ("split", "none")


def killed(count: int, *, seed: int, folder: Path, tell: Callable[[str], None]) -> list[Tally]:
    """Kill runs and resume them.

    Parameters
    ----------
    count
        How many, in turns with tables split and none.
    seed
        Of the moments.
    folder, tell
        As in `tools.fuzz.batches.tried_kind`.
    """
    place, cache = folder / "kills", folder / "kills-cache"
    place.mkdir()
    study_in(place)
    tallies = []
    for tables in _TABLES[: max(1, count)]:
        words = (*_WORDS, "--tables", tables)
        whole = place / f"whole-{tables}"
        first = ended((*words, "--out", whole.name), place, cache)  # compiles what is kept
        began = time.monotonic()
        shutil.rmtree(whole, ignore_errors=True)
        first = ended((*words, "--out", whole.name), place, cache)
        seconds = time.monotonic() - began
        if first.code:
            raise RuntimeError(f"the run that nobody kills failed: {first.said}")
        tally = Tally(f"kill -9, tables {tables}")
        for number in range(count // len(_TABLES) + (count % len(_TABLES) if not tallies else 0)):
            moment = Random(f"{seed}/kill/{tables}/{number}").uniform(0.0, seconds)
            fault = _killed(words, place, cache, whole, moment)
            tally.answers["crash" if fault else "done"] += 1
            tally.slowest = max(tally.slowest, moment)
            if fault:
                told = f"killed after {moment:.2f} of {seconds:.2f} s: {fault}"
                tally.faults.append(Fault(kind=tally.kind, number=number, fault="kill", told=told))
        tell(f"{tally.kind}: {tally.tries} runs, {len(tally.faults)} faults")
        tallies.append(tally)
    return tallies


def _killed(words: tuple[str, ...], place: Path, cache: Path, whole: Path, moment: float) -> str:
    """Kill and resume one run; what was wrong, or nothing."""
    out = place / "killed"
    shutil.rmtree(out, ignore_errors=True)
    child = started((*words, "--out", out.name), place, cache)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=moment)
    child.kill()
    child.wait()
    with contextlib.suppress(ProcessLookupError):  # workers of that run, where there are some left
        os.killpg(child.pid, signal.SIGKILL)
    if child.stderr is not None:
        child.stderr.close()
    end = ended((*words, "--out", out.name, "--resume"), place, cache)
    if end.code:
        return f"--resume ended with {end.code}: {end.said[:200]}"
    return difference(contents(out), contents(whole))
