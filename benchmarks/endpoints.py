"""Speed of confirmed worsening on 13 visits, beside pymsprog on the same cases in one run.

Run it with `make bench-endpoints`; the result is written to benchmarks/endpoints.json. The peer
runs in an environment of its own (see validation/pymsprog).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd

import remyelin
from remyelin.endpoints import History, events
from remyelin.study.definition import Definition, EventKind, Step
from validation.pymsprog import peer

HERE = Path(__file__).resolve().parent
PATIENTS, SHARED, VISITS, REPEATS = 20_000, 1_000, 13, 5
DEFINITION = Definition(
    definition_id="cdw12",
    kind=EventKind.WORSENING,
    label="Worsening confirmed after 12 weeks",
    steps=(Step(0.0, 1.5), Step(1.0, 1.0), Step(5.5, 0.5)),
    confirmation_weeks=12.0,
    tolerance_days=7.0,
    latest_days=730.5,
    confirmation_relapse_days=29.0,
)
_THEIRS = """
import json, sys, time, warnings
import pandas as pd, pymsprog
visits, relapses = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2])
begin = time.perf_counter()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _, found = pymsprog.MSprog(
        visits, "case", "edss", "day", "edss", relapse=relapses, date_format="day", verbose=0,
        relapse_to_bl=0, include_stable=False,
    )
seconds = time.perf_counter() - begin
days = {str(case): day for case, day in zip(found["case"], found["time2event"])}
print(json.dumps({"seconds": seconds, "days": days}))
"""


def tables(patients: int) -> dict[str, pd.DataFrame]:
    """A trial with visits every 12 weeks, a week early or late, and relapses."""
    random = np.random.default_rng(13)
    day = np.arange(VISITS) * 84 + random.integers(-7, 8, (patients, VISITS))
    day[:, 0] = 0
    steps = random.normal(0.03, 0.35, (patients, VISITS))
    course = random.uniform(1, 5, (patients, 1)) + np.cumsum(steps, axis=1)
    edss = np.clip(np.round(2 * course) / 2, 1.0, 9.5)
    code = np.repeat(np.arange(patients), VISITS)
    who = {"replicate": 0, "arm_id": "a"}
    relapsed = random.integers(0, patients, patients // 2)
    empty = pd.DataFrame({"replicate": [], "arm_id": [], "subject_id": [], "day": []})
    return {
        "subjects": pd.DataFrame(
            {
                **who,
                "subject_id": np.arange(patients),
                "end_day": day[:, -1],
                "end_reason": "completed",
            }
        ),
        "visits": pd.DataFrame(
            {
                **who,
                "subject_id": code,
                "visit": np.tile(np.arange(VISITS), patients),
                "day": day.ravel(),
                "edss": edss.ravel(),
            }
        ),
        "relapses": pd.DataFrame(
            {**who, "subject_id": relapsed, "day": random.integers(1, 1000, relapsed.size)}
        ),
        "adverse_events": empty.assign(event="", grade=0.0),
    }


def seconds_of(data: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Shortest time of several runs, by the wall and by the processor of this one process.

    ``whole`` is from tables to events, ``search`` from a ready history.
    """
    found: dict[str, list[float]] = {}
    clocks = {"wall": time.perf_counter, "processor": time.process_time}
    for _ in range(REPEATS):
        begin = {name: clock() for name, clock in clocks.items()}
        history = History.of(data)
        middle = {name: clock() for name, clock in clocks.items()}
        events(history, DEFINITION, {})
        for name, clock in clocks.items():
            end = clock()
            found.setdefault(f"whole_{name}", []).append(end - begin[name])
            found.setdefault(f"search_{name}", []).append(end - middle[name])
    return {name: min(values) for name, values in found.items()}


def theirs(data: dict[str, pd.DataFrame]) -> tuple[float, dict[str, float]]:
    """Seconds of the peer on the same tables, and the events that it finds."""
    folder = peer.ROOT / "build"
    folder.mkdir(exist_ok=True)
    paths = [folder / "bench_visits.csv", folder / "bench_relapses.csv"]
    for path, name in zip(paths, ("visits", "relapses"), strict=True):
        data[name].rename(columns={"subject_id": "case"}).to_csv(path, index=False)
    command = [str(peer.python()), "-c", _THEIRS, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["days"]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def main() -> None:
    """Measure, compare, and write the result."""
    about = machine()
    taken = seconds_of(tables(PATIENTS))
    whole, search = taken["whole_wall"], taken["search_wall"]
    shared = tables(SHARED)
    ours_shared = seconds_of(shared)["whole_wall"]
    seconds, days = theirs(shared)
    frame = events(shared, DEFINITION, {}).frame
    mine = {
        str(row.subject_id): float(row.time_days)
        for row in frame[frame["event"]].itertuples(index=False)
    }
    result = {
        "what": "confirmed worsening (12 weeks), 13 visits per patient",
        "remyelin": remyelin.__version__,
        "peer": {"name": "pymsprog", **peer.PINS},
        "machine": about,
        "patients": PATIENTS,
        "patients_per_second": round(PATIENTS / whole),
        "patients_per_second_from_a_ready_history": round(PATIENTS / search),
        "patients_per_processor_second": round(PATIENTS / taken["whole_processor"]),
        "shared_patients": SHARED,
        "seconds_on_shared": ours_shared,
        "peer_seconds_on_shared": seconds,
        "peer_patients_per_second": round(SHARED / seconds),
        "ratio_on_shared": round(seconds / ours_shared),
        "ratio_of_rates": round((PATIENTS / whole) / (SHARED / seconds)),
        "events_on_shared": len(mine),
        "same_events_on_same_days": mine == {case: float(day) for case, day in days.items()},
    }
    text = json.dumps(result, indent=2) + "\n"
    (HERE / "endpoints.json").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
