"""Runs both packages over the histories and writes what they find.

Run it with `make validate`. It needs the peer's environment (see peer.py), which it makes itself.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd

from validation.pymsprog import ours, peer
from validation.pymsprog.divergence import REASONS, UNEXPLAINED, classified, compared
from validation.pymsprog.settings import settings

HERE = Path(__file__).resolve().parent
WORK = peer.ROOT / "build" / "pymsprog-work"
PACKED = ("visits", "relapses", "theirs")


def _pack(name: str) -> None:
    """Compress a table; the same text gives the same bytes."""
    data = (WORK / f"{name}.csv").read_bytes()
    (HERE / f"{name}.csv.gz").write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def report(rows: pd.DataFrame, cases: int) -> str:
    """Table of disagreements with the argument for each kind."""
    every = settings()
    counts = rows.groupby("setting").size()
    lines = [
        "# Where remyelin and pymsprog disagree",
        "",
        "Made by `make validate`; the arguments stand in `divergence.py`.",
        "",
        f"{cases:,} histories under {len(every)} settings, pymsprog {peer.PINS['pymsprog']}: "
        f"{cases * len(every):,} answers, {len(rows):,} of which differ in event, day of the "
        "event, of its confirmation or of the reference visit.",
        "",
        "| setting | option of the peer | answers that differ | reasons |",
        "|---|---|---|---|",
    ]
    for setting in every:
        name = setting["setting"]
        reasons = rows[rows["setting"] == name]["reason"].value_counts()
        told = ", ".join(f"{reason} ({count})" for reason, count in reasons.items()) or "-"
        lines.append(f"| {name} | {setting['option']} | {counts.get(name, 0)} | {told} |")
    lines += ["", "## Reasons", ""]
    for reason in REASONS:
        found = int((rows["reason"] == reason.name).sum())
        lines += [f"**{reason.title}** (`{reason.name}`, {found} answers). {reason.argument}", ""]
    return "\n".join(lines)


def main() -> None:
    """Make inputs, run both, compare, write."""
    WORK.mkdir(parents=True, exist_ok=True)
    ours.write_inputs(WORK)
    text = json.dumps(settings(), indent=1)
    (WORK / "settings.json").write_text(text, encoding="utf-8")
    if "--compare-only" not in sys.argv:
        script = [str(peer.python()), str(HERE / "run_pymsprog.py"), str(WORK)]
        subprocess.run(script, check=True)
    visits, relapses = pd.read_csv(WORK / "visits.csv"), pd.read_csv(WORK / "relapses.csv")
    rows = compared(ours.run(settings(), WORK), pd.read_csv(WORK / "theirs.csv"))
    rows = classified(rows, settings(), visits, relapses)
    for name in PACKED:
        _pack(name)
    rows.to_csv(HERE / "divergences.csv", index=False, lineterminator="\n")
    (HERE / "DIVERGENCES.md").write_text(report(rows, visits["case"].nunique()), encoding="utf-8")
    about = json.loads((WORK / "about.json").read_text(encoding="utf-8"))
    kept = {"pymsprog": peer.PINS["pymsprog"], "numpy": about["numpy"], "pandas": about["pandas"]}
    (HERE / "versions.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print(rows.groupby("reason").size().to_string())
    if (rows["reason"] == UNEXPLAINED).any():
        raise SystemExit("error: disagreements without a reason; see divergences.csv")


if __name__ == "__main__":
    main()
