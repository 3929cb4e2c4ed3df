"""Measure the engine: patient-years per second, start-up and memory; write them as JSON.

Engines take turns, so that whatever else the machine does meets all of them; figures are medians.
Run it with ``make bench``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from c_reference import CReference, states

from remyelin.core.cache import FOLDER_VARIABLE
from remyelin.engine.advance import Engine
from remyelin.engine.assessment import Assessor
from remyelin.engine.fused import day_kernel
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.machine import Processor, compiler
from remyelin.engine.fused.rate import FusedAssessor
from remyelin.engine.fused.settings import FusedSettings, cores
from remyelin.engine.fused.text import Form
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.day import STAGES
from remyelin.parameters import ParameterTable
from remyelin.standards.sbml import sbml
from remyelin.units import DAYS_PER_YEAR

TARGET = Path(__file__).with_name("engine.json")
TABLE = ParameterTable.load()
WARM_UP_DAYS = 730
REPEATS = 5

DAYS = {1_000: 730, 10_000: 182, 100_000: 30}
"""Stretch that is measured, by number of patients."""

NUMPY_DAYS = {1_000: 60, 10_000: 20}

START = """
import time
begin = time.perf_counter()
import numpy as np
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.population import at_onset
from remyelin.engine.streams import Streams
from remyelin.parameters import ParameterTable
loaded = time.perf_counter()
table = ParameterTable.load()
people = at_onset(table, Streams.of(1, np.zeros(100, int), np.arange(100)), era_factor=1.0)
engine = FusedEngine(table)
engine.advance(people, 0, 30)
print(loaded - begin, time.perf_counter() - loaded)
"""


def patients(count: int) -> Population:
    """Untreated patients two years after onset."""
    streams = Streams.of(1, np.zeros(count, dtype=np.int64), np.arange(count))
    start = at_onset(TABLE, streams, era_factor=1.0)
    return FusedEngine(TABLE).advance(start, 0, WARM_UP_DAYS)[0]


@dataclass(frozen=True)
class Time:
    """Seconds of one piece of work: on the clock, and of all processors together."""

    wall: float
    cpu: float


def timed(work: Callable[..., object], *arguments: object) -> Time:
    """Do a piece of work once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work(*arguments)
    return Time(time.perf_counter() - wall, time.process_time() - cpu)


def engines(folder: Path) -> dict[str, Any]:
    """Engines that are compared, by name; C++ where there is a compiler."""
    made: dict[str, Any] = {"numpy float64, 1 thread": Engine(TABLE)}
    if shutil.which("g++"):
        made["C++ float64, 1 thread"] = _checked(CReference(TABLE, folder))
    for precision in ("float64", "float32"):
        for threads in (1, 2):
            settings = FusedSettings(precision=precision, threads=threads)
            name = f"fused {precision}, {threads} thread{'s' if threads > 1 else ''}"
            made[name] = FusedEngine(TABLE, settings=settings)
    return made


def _checked(reference: CReference) -> CReference:
    """Give the reference back when it computes what the engine computes."""
    people = patients(100)
    fused, _ = FusedEngine(TABLE).advance(people, 0, 365)
    np.testing.assert_allclose(reference.advance(people, 0, 365), states(fused), rtol=1e-9)
    return reference


def throughput() -> list[dict[str, object]]:
    """Patient-years per second of every engine at every size."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        made = engines(Path(folder))
    for count in DAYS:
        people = patients(count)
        days = {name: (NUMPY_DAYS if "numpy" in name else DAYS).get(count, 0) for name in made}
        spent: dict[str, list[Time]] = {name: [] for name in made if days[name]}
        for _ in range(REPEATS):
            for name, times in spent.items():
                times.append(timed(made[name].advance, people, 0, days[name]))
        rows += [_row(name, count, days[name], times) for name, times in spent.items()]
        print(f"{count} patients: done", file=sys.stderr)
    return rows


def _row(name: str, count: int, days: int, times: Sequence[Time]) -> dict[str, object]:
    years = count * days / DAYS_PER_YEAR
    wall = statistics.median(t.wall for t in times)
    cpu = statistics.median(t.cpu for t in times)
    return {
        "engine": name,
        "patients": count,
        "days": days,
        "patient_years_per_second": round(years / wall),
        "patient_years_per_cpu_second": round(years / cpu),
        "cpu_ns_per_patient_day": round(cpu / (count * days) * 1e9, 1),
    }


def ratings() -> dict[str, float]:
    """CPU nanoseconds of one rating."""
    people = patients(10_000)
    found = {}
    for name, assessor in (("numpy", Assessor(TABLE)), ("fused", FusedAssessor(TABLE))):
        times = [timed(assessor.rate, people).cpu for _ in range(REPEATS)]
        found[name] = round(statistics.median(times) / len(people) * 1e9, 1)
    return found


def start_up() -> dict[str, dict[str, float]]:
    """Seconds from an empty process to 100 patients carried for 30 days."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, FOLDER_VARIABLE: folder}
        for name, repeats in (("cold", 1), ("cached", 3)):
            pairs = [_started(environment) for _ in range(repeats)]
            loading, rest = (statistics.median(column) for column in zip(*pairs, strict=True))
            found[name] = {"import": round(loading, 2), "first_result": round(rest, 2)}
    return found


def _started(environment: Mapping[str, str]) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True
    )
    loading, rest = map(float, done.stdout.split())
    return loading, rest


def operations() -> dict[str, int]:
    """Operations of the whole graph, guarded stages included, by kind."""
    kernel = day_kernel.write(STAGES, Form(8, "float64"))
    counts: dict[str, int] = {}
    for graph in kernel.graphs:
        for op, count in graph.operations().items():
            counts[op.value] = counts.get(op.value, 0) + count
    return dict(sorted(counts.items()))


def other_simulator() -> dict[str, object] | str:
    """Speed of libRoadRunner on the exported equations, Euler with steps of a day, beside ours.

    It carries one patient without noise, deaths and dated inputs; ours carries 1,000 with all.
    """
    try:
        import roadrunner
    except ImportError:
        return "libroadrunner is not installed"
    begin = time.perf_counter()
    model = roadrunner.RoadRunner(sbml(TABLE))
    loading = time.perf_counter() - begin
    model.setIntegrator("euler")
    model.selections = ["tissue_volume"]
    people, engine, days = patients(1_000), FusedEngine(TABLE), 365

    def theirs() -> None:
        model.resetAll()
        model.simulate(0, 20 * days, steps=20 * days)

    spent: dict[str, list[float]] = {"theirs": [], "ours": []}
    for _ in range(REPEATS):
        spent["theirs"].append(timed(theirs).cpu)
        spent["ours"].append(timed(engine.advance, people, 0, days).cpu)
    year = days / DAYS_PER_YEAR
    rates = {
        "theirs": 20 * year / statistics.median(spent["theirs"]),
        "ours": 1_000 * year / statistics.median(spent["ours"]),
    }
    return {
        "version": version("libroadrunner"),
        "seconds_to_load": round(loading, 1),
        "patient_years_per_cpu_second": round(rates["theirs"]),
        "fused_patient_years_per_cpu_second": round(rates["ours"]),
        "ratio": round(rates["ours"] / rates["theirs"]),
    }


def machine() -> dict[str, object]:
    """Describe the machine."""
    features = Processor.host().features.split(",")
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": Processor.host().name,
        "vectors": [v for v in ("sse2", "avx2", "fma", "avx512f") if f"+{v}" in features],
        "cores": cores(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "compiler": compiler(),
        "load_average_before": [round(load, 2) for load in os.getloadavg()],
    }


def main() -> None:
    """Measure everything and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    out: Path = parser.parse_args().out
    result: dict[str, Any] = {"machine": machine(), "start_up_seconds": start_up()}
    result["throughput"] = throughput()
    result["cpu_ns_per_rating"] = ratings()
    result["libroadrunner"] = other_simulator()
    result["operations_of_a_day"] = operations()
    result["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {out}")


if __name__ == "__main__":
    main()
