"""Patients, treatments and comparisons for tests of the fused engine."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.fused.machine import Processor
from remyelin.engine.fused.runner import listed
from remyelin.engine.happenings import Happenings
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Entry, Schedule
from remyelin.parameters import ParameterTable

TABLE = ParameterTable.load()
YEAR = 365

AVX2 = Processor("haswell", "")
SSE2 = Processor("x86-64", "")


def newcomers(count: int, *, seed: int = 1) -> Population:
    """Patients of two replicates on the day of their onset."""
    streams = Streams.of(seed, np.arange(count) % 2, np.arange(count))
    return at_onset(TABLE, streams, era_factor=1.0)


def patients(count: int, *, seed: int = 1) -> Population:
    """Patients who have been ill for a different time each."""
    start = newcomers(count, seed=seed)
    carried, _ = Engine(TABLE).advance(start, 0, 120)
    return replace(carried, day=carried.day + np.arange(count) % 70)


def treatment(count: int) -> Schedule:
    """A drug for some, a graft for others, on different days."""
    rows = np.arange(count, dtype=np.intp)

    def entry(field: str, who: NDArray[np.intp], day: int, amount: float) -> Entry:
        return Entry(field, who, day + who % 3, amount)

    drug, graft = rows[1::3], rows[::3]
    return Schedule(
        [
            entry("traffic_target", drug, 10, 0.85),
            entry("traffic_target", drug, 120, 0.0),
            entry("activation_target", drug, 30, 0.4),
            entry("cd20", drug, 130, 6.0),
            entry("egress_target", drug, 20, 0.5),
            entry("egress_target", drug, 90, 0.0),
            entry("microglia_target", drug, 40, 0.3),
            entry("course_kill", drug, 100, 0.8),
            entry("course_share", drug, 100, 1.0),
            entry("clone_kill", graft, 60, 1.85),
            entry("naive_kill", graft, 60, 2.5),
            entry("memory_kill", graft, 60, 1.7),
            entry("b_kill", graft, 60, 2.0),
            entry("progenitor_kill", graft, 60, 2.0),
            entry("graft_cd34", graft, 60, 9.0),
            entry("gcsf", graft, 64, 1.0),
            entry("gcsf", graft, 71, 0.0),
        ]
    )


def events(seen: Happenings) -> list[tuple[int, int, int]]:
    """Kind, patient and day of everything that happened."""
    columns = (seen.kind.tolist(), seen.row.tolist(), seen.day.tolist())
    return list(zip(*columns, strict=True))


def numbers(population: Population) -> NDArray[np.float64]:
    """Every number of states and levels, one row for each leaf."""
    return np.stack([*listed(population.state), *listed(population.levels)])


def digest(population: Population, seen: Happenings) -> str:
    """Hash of all bits of a result."""
    code = hashlib.sha256(numbers(population).tobytes())
    code.update(np.array(events(seen), dtype=np.int64).tobytes())
    return code.hexdigest()[:16]


def advanced(engine: Any, people: Population, days: int = YEAR) -> tuple[Population, Happenings]:
    """Carry treated patients through days."""
    there: tuple[Population, Happenings] = engine.advance(people, 0, days, treatment(len(people)))
    return there
