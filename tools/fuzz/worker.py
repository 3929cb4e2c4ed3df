"""A process that makes tries, one after the other, and writes a line before and after each."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 2_000_000_000
"""Memory that a try may take beyond what the process holds at the start."""

_WARM: Final = ("visits Parquet", "study", "protocol", "patient", "run of a study")


def main() -> None:
    """Make the tries of one kind from a first number on: KIND SEED FIRST COUNT FOLDER."""
    kind, (seed, first, count), folder = sys.argv[1], map(int, sys.argv[2:5]), Path(sys.argv[5])
    from tools.fuzz.tries import made, tried

    place = folder / "try"
    place.mkdir(parents=True, exist_ok=True)
    if kind in _WARM:  # libraries and kernels are there before memory is counted
        tried(made(kind, -1, seed), place)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES, held + MEMORY_BYTES))
    with (folder / "log").open("a", encoding="utf-8") as log:
        for number in range(first, first + count):
            print(json.dumps({"begin": number}), file=log, flush=True)
            verdict = tried(made(kind, number, seed), place)
            end = [number, verdict.answer, verdict.told, round(verdict.seconds, 3)]
            print(json.dumps({"end": end}), file=log, flush=True)
    os._exit(0)  # nothing has to be cleared up, and a spoilt library may not spoil the end


if __name__ == "__main__":
    main()
