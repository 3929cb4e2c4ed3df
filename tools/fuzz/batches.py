"""Tries in processes of their own: one that dies or hangs is a fault of its last input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools.fuzz.kinds import KINDS
from tools.fuzz.tries import HANG_SECONDS

ROOT: Final = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS: Final = 6 * HANG_SECONDS
_BATCH: Final = 200


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An input that the program did not bear."""

    kind: str
    number: int
    fault: str
    told: str


@dataclass
class Tally:
    """What became of the tries of a kind."""

    kind: str
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def tries(self) -> int:
        """Number of inputs."""
        return self.answers.total()


def shares(inputs: int, only: str | None = None) -> Mapping[str, int]:
    """How many of all inputs are of each kind; every kind has one at least."""
    if only is not None:
        return {only: inputs}
    whole = sum(weight for _, weight in KINDS.values())
    return {kind: max(1, round(inputs * weight / whole)) for kind, (_, weight) in KINDS.items()}


def tried_kind(
    kind: str, count: int, *, seed: int, folder: Path, tell: Callable[[str], None], first: int = 0
) -> Tally:
    """Try inputs of a kind, a batch in a process at a time.

    Parameters
    ----------
    kind, count, seed, first
        Which inputs.
    folder
        An empty folder to work in.
    tell
        Called with a line for people.
    """
    tally, place, last = Tally(kind), folder / kind.replace(" ", "_"), first + count
    place.mkdir(parents=True)
    while first < last:
        first = _batch(tally, place, seed, first, min(_BATCH, last - first))
    tell(f"{kind}: {tally.tries} inputs, {len(tally.faults)} faults, slowest {tally.slowest:.1f} s")
    return tally


def _batch(tally: Tally, place: Path, seed: int, first: int, count: int) -> int:
    log = place / "log"
    log.unlink(missing_ok=True)
    for name in ("home", "tmp"):
        (place / name).mkdir(exist_ok=True)
    words = [tally.kind, str(seed), str(first), str(count), str(place)]
    with (place / "errors").open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "tools.fuzz.worker", *words],
            cwd=ROOT,
            env={**os.environ, "HOME": str(place / "home"), "TMPDIR": str(place / "tmp")},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        end = _waited(child, log)
    begun = _noted(tally, log)
    left = [path.name for name in ("home", "tmp") for path in (place / name).iterdir()]
    left = [name for name in left if not name.startswith((".cache", "matplotlib", ".config"))]
    if left:
        tally.answers["file outside"] += 1
        tally.faults.append(
            Fault(kind=tally.kind, number=first, fault="file outside", told=", ".join(left[:9]))
        )
    if begun is None:
        if end:
            told = (place / "errors").read_text(encoding="utf-8", errors="replace")[-600:]
            raise RuntimeError(f"the process for {tally.kind} ended with {end}: {told}")
        return first + count
    tally.answers["crash"] += 1
    tally.faults.append(
        Fault(kind=tally.kind, number=begun, fault="crash", told=f"the process ended with {end}")
    )
    return begun + 1


def _waited(child: subprocess.Popen[bytes], log: Path) -> int:
    """Exit status; a process that writes no line for a long time is ended."""
    size, since = -1, time.monotonic()
    while True:
        try:
            return child.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            now = log.stat().st_size if log.exists() else 0
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > _PATIENCE_SECONDS:
                child.send_signal(signal.SIGKILL)


def _noted(tally: Tally, log: Path) -> int | None:
    """Count the answers of a batch; give the input that was begun and never answered."""
    begun: int | None = None
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        entry: dict[str, Any] = json.loads(line)
        if "begin" in entry:
            begun = int(entry["begin"])
            continue
        number, answer, told, seconds = entry["end"]
        begun = None
        tally.answers[answer] += 1
        tally.slowest = max(tally.slowest, seconds)
        if answer not in ("done", "refused"):
            tally.faults.append(Fault(kind=tally.kind, number=number, fault=answer, told=told))
    return begun
