"""Copy the result of `make demo` into the README, between its two markers.

Usage: python tools/readme_result.py runs/mist-demo
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

BEGIN = "<!-- MIST RESULT: BEGIN"
END = "<!-- MIST RESULT: END -->"
HEADER = (
    "| outcome | arm | months | predicted [5 to 95 %] | observed | | z |",
    "|---|---|---|---|---|---|---|",
)


def shown(text: str) -> str:
    """Number with three significant figures."""
    return f"{float(text):.3g}" if text else "-"


def row(line: dict[str, str]) -> str:
    """One outcome as a row of the table."""
    predicted = f"{shown(line['median'])} [{shown(line['low'])}, {shown(line['high'])}]"
    observed = shown(line["observed"])
    if line["observed_low"]:
        observed += f" [{shown(line['observed_low'])}, {shown(line['observed_high'])}]"
    if line["observed_mark"] == "recalled":
        observed += " (recalled)"
    name = f"{line['outcome']}, {line['measure']}".replace("_", " ")
    months = shown(line["time_months"]) if line["time_months"] else "whole"
    arm = line["arm"].replace("_", " ")
    cells = (name, arm, months, predicted, observed, line["verdict"], shown(line["z"]))
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Read a run folder and rewrite the README."""
    folder = Path(sys.argv[1])
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    with (folder / "outcomes.csv").open(encoding="utf-8", newline="") as stream:
        lines = [line for line in csv.DictReader(stream) if line["observed"]]
    text = "\n".join(
        [
            f"{record['replicates']} replicates, seed {record['seed']}, "
            f"parameter table `{record['parameters']}`. {record['score']}",
            "",
            *HEADER,
            *(row(line) for line in lines),
        ]
    )
    readme = Path(__file__).resolve().parents[1] / "README.md"
    whole = readme.read_text(encoding="utf-8")
    start = whole.index("\n", whole.index(BEGIN)) + 1
    stop = whole.index(END)
    readme.write_text(f"{whole[:start]}{text}\n{whole[stop:]}", encoding="utf-8")


if __name__ == "__main__":
    main()
