"""Memory and processor time of runs of growing size with figures only; writes scale.json.

Run with ``python benchmarks/scale.py [PATIENTS ...]`` (Linux only; an hour for a million).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from remyelin.cli.run import default_workers

HERE = Path(__file__).parent
SIZES = (10_000, 100_000, 1_000_000)
EVERY_SECONDS = 0.25


def command(patients: int, workers: int, folder: Path) -> list[str]:
    words = f"run mist --patients {patients} --replicates 1 --seed 1 --tables none --quiet"
    where = ("--workers", str(workers), "--out", str(folder))
    return [sys.executable, "-m", "remyelin", *words.split(), *where]


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in listed for one in family(int(child)))]


def resident(pid: int, field: str) -> float:
    """Memory of a process, MB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith(field)), 0.0)


def measure(patients: int, workers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        start = time.monotonic()
        child = subprocess.Popen(command(patients, workers, folder), stdout=subprocess.DEVNULL)
        together, single = 0.0, 0.0
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                break
            members = family(child.pid)
            together = max(together, sum(resident(one, "VmRSS:") for one in members))
            single = max([single, *(resident(one, "VmHWM:") for one in members)])
            time.sleep(EVERY_SECONDS)
        if child.returncode:
            raise SystemExit(f"the run of {patients} patients ended with {child.returncode}")
        kept = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "patients": patients,
        "workers": workers,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "wall_seconds": round(time.monotonic() - start, 1),
        "peak_mb_all_processes": round(together),
        "peak_mb_largest_process": round(single),
        "folder_mb": round(kept / 2**20, 1),
    }


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    workers = default_workers()
    rows = []
    for patients in sizes:
        rows.append(measure(patients, workers))
        print(rows[-1], flush=True)
        made = {
            "command": " ".join(["python", "benchmarks/scale.py", *map(str, sizes)]),
            "study": "mist, 1 replicate, --tables none",
            "machine": {
                "processor": platform.machine(),
                "cores": os.cpu_count(),
                "system": platform.system(),
                "python": platform.python_version(),
                "load_before": [round(value, 1) for value in os.getloadavg()],
            },
            "runs": rows,
        }
        (HERE / "scale.json").write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
