"""Runs the R packages over the courses, where they are installed, and writes what differs.

Run it with `make validate`. R, MSoutcomes and msprog are used where R finds them (`R_LIBS` names a
library of one's own); without them the run says so and ends well, and the stored answers stay.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

from validation.pymsprog.peer import ROOT
from validation.r_packages import courses, ours
from validation.r_packages.divergence import UNEXPLAINED, Inputs, differences, reasons_in
from validation.r_packages.report import report
from validation.r_packages.settings import settings, write

HERE = Path(__file__).resolve().parent
WORK = ROOT / "build" / "r-packages-work"
TABLES = ("visits", "relapses", "theirs")
PACKAGES = ("MSoutcomes", "msprog")
_ASK = "for (name in c({})) cat(name, requireNamespace(name, quietly = TRUE), '\\n')"


def missing() -> str | None:
    """What keeps the packages from running; None where they can run."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "R is not installed (no Rscript on the path)"
    named = ", ".join(f"'{name}'" for name in PACKAGES)
    done = subprocess.run(
        [rscript, "-e", _ASK.format(named)], capture_output=True, text=True, check=False
    )
    lacking = [name for name in PACKAGES if f"{name} TRUE" not in done.stdout]
    return f"R finds no package {', '.join(lacking)}" if lacking else None


def run_them() -> None:
    """Run the packages and keep their answers and versions."""
    WORK.mkdir(parents=True, exist_ok=True)
    courses.write(WORK)
    write(WORK)
    script = ["Rscript", str(HERE / "run.R"), str(WORK)]
    begun = {name: subprocess.Popen([*script, name]) for name in PACKAGES}
    failed = [name for name, one in begun.items() if one.wait() != 0]
    if failed:
        raise SystemExit(f"error: {', '.join(failed)} did not run to its end; see above")
    _joined("theirs").to_csv(WORK / "theirs.csv", index=False, lineterminator="\n")
    for name in TABLES:
        data = (WORK / f"{name}.csv").read_bytes()
        (HERE / f"{name}.csv.gz").write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    told = _joined("versions").drop_duplicates().set_index("what")["version"]
    (HERE / "versions.json").write_text(json.dumps(told.to_dict(), indent=2) + "\n", "utf-8")


def _joined(name: str) -> pd.DataFrame:
    """What the packages wrote, as text."""
    parts = (pd.read_csv(WORK / f"{name}_{package}.csv", dtype=str) for package in PACKAGES)
    return pd.concat(parts, ignore_index=True)


def compare() -> pd.DataFrame:
    """Compare our answers with the stored ones and write the tables of divergences."""
    every = settings()
    visits, relapses, theirs = (ours.read(name) for name in TABLES)
    mine = ours.run(every, visits, relapses)
    rows = differences(mine, theirs, every, Inputs(visits, relapses))
    rows.to_csv(HERE / "divergences.csv", index=False, lineterminator="\n")
    versions = json.loads((HERE / "versions.json").read_text("utf-8"))
    text = report(rows, mine, theirs, versions)
    (HERE / "DIVERGENCES.md").write_text(text, encoding="utf-8")
    return rows


def main() -> None:
    """Run where possible, compare, print."""
    problem = None if "--compare-only" in sys.argv else missing()
    if problem is not None:
        print(f"skipped: {problem}; the stored answers of MSoutcomes and msprog stay as they are")
        return
    if "--compare-only" not in sys.argv:
        run_them()
    rows = compare()
    print(reasons_in(rows["reason"]).to_string())
    if (rows["reason"] == UNEXPLAINED).any():
        raise SystemExit("error: disagreements without a reason; see divergences.csv")


if __name__ == "__main__":
    main()
