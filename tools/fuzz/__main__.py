"""Command line of the fuzzer: ``python -m tools.fuzz``; ends with 1 on any fault."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tools.fuzz.batches import Tally, shares, tried_kind
from tools.fuzz.flips import flipped
from tools.fuzz.kills import killed
from tools.fuzz.kinds import KINDS
from tools.fuzz.result import page, table, written
from tools.fuzz.tries import made, tried


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    asked.add_argument("--inputs", type=int, default=3_000, help="malformed inputs")
    asked.add_argument("--kills", type=int, default=5, help="runs that are killed")
    asked.add_argument("--flips", type=int, default=40, help="bits turned in each kept file")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", choices=tuple(KINDS), help="inputs of one kind")
    asked.add_argument("--first", type=int, default=0, help="number of the first input")
    asked.add_argument("--show", action="store_true", help="write the input and what is said to it")
    asked.add_argument("--json", type=Path, help="where the result is written")
    asked.add_argument("--page", action="store_true", help="only renew the table of the page")
    return asked.parse_args()


def _show(kind: str, number: int, seed: int) -> int:
    place = Path(tempfile.mkdtemp(prefix="fuzz-"))
    one = made(kind, number, seed)
    verdict = tried(one, place)
    print(f"{place}\nremyelin {' '.join(one.words)}\n{verdict}")
    return int(verdict.is_fault)


def main() -> int:
    """Try inputs, kills and flips as asked; print and write what was found."""
    asked = _arguments()
    if asked.page:
        page()
        return 0
    if asked.show:
        return _show(asked.only, asked.first, asked.seed)

    def tell(text: str) -> None:
        print(text, flush=True)

    began, tallies = time.monotonic(), list[Tally]()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        for kind, count in shares(asked.inputs, asked.only).items() if asked.inputs else ():
            tallies.append(
                tried_kind(
                    kind, count, seed=asked.seed, folder=folder, tell=tell, first=asked.first
                )
            )
        if asked.kills and asked.only is None:
            tallies += killed(asked.kills, seed=asked.seed, folder=folder, tell=tell)
        if asked.flips and asked.only is None:
            tallies += flipped(asked.flips, seed=asked.seed, folder=folder, tell=tell)
    print(table(tallies))
    faults = [fault for tally in tallies for fault in tally.faults]
    for fault in faults:
        print(f"{fault.kind} {fault.number}: {fault.fault}: {ascii(fault.told)[1:-1]}")
    if asked.json is not None:
        settings = {name: getattr(asked, name) for name in ("inputs", "kills", "flips", "seed")}
        written(asked.json, tallies, [asdict(one) for one in faults], settings, began)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
