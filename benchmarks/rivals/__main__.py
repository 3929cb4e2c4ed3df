"""Runs both sides and writes ``rivals.json`` and ``rivals_differences.csv``.

``make bench-endpoints``, or ``python -m benchmarks.rivals`` in the root of the repository. The
rivals run in an environment of their own (``build/rivals``).
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pandas as pd

import remyelin
from benchmarks.endpoints import machine
from benchmarks.rivals import ours
from validation.environment import BUILD, Environment

HERE = Path(__file__).resolve().parent
PINS = {
    "msclinical": "0.1.0",
    "mstrial": "0.1.0",
    "numpy": "2.4.6",
    "pandas": "2.3.3",
    "scipy": "1.17.1",
}
COMMAND = "make bench-endpoints (or python -m benchmarks.rivals)"
NOISE = (0.0, 0.15, 0.30)
MAIN = 0.15
"""Rate of misrating of the cohort of their multiverse."""

PRINTED = {
    "events": {
        "0, 84": 99,
        "0, 168": 79,
        "0.15, 84": 99,
        "0.15, 168": 73,
        "0.3, 84": 122,
        "0.3, 168": 72,
    },
    "multiverse": {
        "definitions": 32,
        "events": [68, 99],
        "pira_share": [0.44, 0.86],
        "mean_abs_change": {"raw_days": 0.32, "confirm_days": 0.08, "reference": 0.03},
    },
}
"""The two tables that the description of msclinical 0.1.0 prints (sections sim and multiverse),
seen there on its page of the package index."""


def main() -> None:
    """Run both, compare, write."""
    folder = BUILD / "rivals_tables"
    interpreter = Environment("rivals", PINS).python()
    about = machine()
    script = [str(interpreter), str(HERE / "theirs.py"), str(folder)]
    subprocess.run(script, check=True)
    theirs = json.loads((folder / "theirs.json").read_text(encoding="utf-8"))
    found = pd.read_csv(folder / "first_events.csv")
    rows, differing = _events(folder, theirs, found)
    cohort = ours.Cohort.read(folder, MAIN)
    result = {
        "what": "endpoints beside msclinical and mstrial, on the two tables that msclinical prints",
        "command": COMMAND,
        "remyelin": remyelin.__version__,
        "rivals": PINS,
        "machine": about,
        "seconds_are": "processor time of a single process",
        "cohort": "msclinical.sim: 300 patients in each of two arms, two years, seed 3",
        "events": rows,
        "multiverse": {
            "printed": PRINTED["multiverse"],
            "theirs": {**theirs["multiverse"], "seconds": theirs["seconds"]["multiverse"]},
            "ours": ours.grid(cohort),
        },
        "endpoints": {
            "theirs": {**_their_trial(theirs), "seconds": theirs["seconds"]["endpoints"]},
            "ours": ours.trial(cohort),
        },
    }
    text = json.dumps(result, indent=2) + "\n"
    (HERE / "rivals.json").write_text(text, encoding="utf-8")
    pd.DataFrame(differing).to_csv(HERE / "rivals_differences.csv", index=False)
    print(text)


def _events(
    folder: Path, theirs: dict[str, Any], found: pd.DataFrame
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, differing = [], []
    for given in theirs["events"]:
        noise, days, reference = given["noise"], given["confirm_days"], given["reference"]
        cohort = ours.Cohort.read(folder, noise)
        begin = time.process_time()
        table = ours.first_events(cohort, days, reference)
        seconds = cohort.seconds + time.process_time() - begin
        mine = found[
            (found["noise"] == noise)
            & (found["confirm_days"] == days)
            & (found["reference"] == reference)
        ]
        other = list(ours.differences(cohort, table, mine))
        about = {"noise": noise, "confirm_days": days, "reference": reference}
        differing += [{**about, **row} for row in other]
        their_seconds = theirs["seconds"][f"{noise:g}, {days} days, {reference}"]
        printed = PRINTED["events"].get(f"{noise:g}, {days}")
        rows.append(
            {
                **about,
                "printed_events": printed if reference == "roving" else None,
                "their_events": given["events"],
                "their_patients": given["patients"],
                "our_patients": int(table.event.sum()),
                "patients_who_differ": len(other),
                "unexplained": sum(row["reason"] == ours.UNEXPLAINED for row in other),
                "their_patients_per_second": round(len(cohort.names) / their_seconds),
                "our_patients_per_second": round(len(cohort.names) / seconds),
            }
        )
    return rows, differing


def _their_trial(theirs: dict[str, Any]) -> dict[str, Any]:
    made = theirs["endpoints"]
    arms = made["arms"]
    return {
        "arr": {arm: made["arr"][arm] for arm in arms},
        "events": made["cdw"]["events"],
        "event_free_at_2y": made["cdw"]["event_free_at_2y"],
        "neda3_year1": {arm: made["neda3_year1"][arm]["neda"] for arm in arms},
    }


if __name__ == "__main__":
    main()
