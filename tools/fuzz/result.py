"""The result of a fuzzing: as a table, as JSON, and on the page on reliability."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tools.fuzz.batches import ROOT, Tally

RESULT: Final = ROOT / "validation" / "fuzz.json"
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- FUZZ: BEGIN (from validation/fuzz.json by `python -m tools.fuzz --page`) -->"
END: Final = "<!-- FUZZ: END -->"


def table(tallies: Sequence[Tally]) -> str:
    """What was tried, by kind, as aligned text."""
    lines = [f"{'kind':<28} {'tried':>7} {'done':>7} {'refused':>8} {'faults':>7} {'slowest':>9}"]
    for one in tallies:
        done, refused = one.answers["done"], one.answers["refused"]
        lines.append(
            f"{one.kind:<28} {one.tries:>7,} {done:>7,} {refused:>8,} {len(one.faults):>7,} "
            f"{one.slowest:>7.1f} s"
        )
    tries, faults = sum(t.tries for t in tallies), sum(len(t.faults) for t in tallies)
    return "\n".join([*lines, f"{'all':<28} {tries:>7,} {'':>7} {'':>8} {faults:>7,}"])


def written(
    path: Path,
    tallies: Sequence[Tally],
    faults: Sequence[Mapping[str, Any]],
    settings: Mapping[str, int],
    began: float,
) -> None:
    """Write the result as JSON."""
    from remyelin import __version__

    asked = " ".join(f"--{name} {value}" for name, value in settings.items())
    result = {
        "command": f"python -m tools.fuzz {asked}",
        "version": __version__,
        "python": platform.python_version(),
        **settings,
        "wall_seconds": round(time.monotonic() - began),
        "kinds": [
            {
                "kind": one.kind,
                "tried": one.tries,
                "answers": dict(sorted(one.answers.items())),
                "slowest_seconds": round(one.slowest, 1),
                "faults": len(one.faults),
            }
            for one in tallies
        ],
        "faults": list(faults),
    }
    path.write_text(json.dumps(result, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


def block(result: Mapping[str, Any]) -> str:
    """Table of the page, with the command that made it."""
    rows = [
        f"| {one['kind']} | {one['tried']:,} | {one['answers'].get('done', 0):,} | "
        f"{one['answers'].get('refused', 0):,} | {one['faults']:,} |"
        for one in result["kinds"]
    ]
    head = f"`{result['command']}`, version {result['version']}:"
    columns = "| kind | tried | done | refused with one error | faults |\n|---|---|---|---|---|"
    return "\n".join([BEGIN, head, "", columns, *rows, END])


def page() -> None:
    """Renew the table of the page from the committed result."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    made = block(json.loads(RESULT.read_text(encoding="utf-8")))
    PAGE.write_text(before + made + after, encoding="utf-8")
