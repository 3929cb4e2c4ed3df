"""Check of engraftment by the dose of CD34 cells."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.model.schedule import Entry, Schedule
from remyelin.verification.bench import Bench
from remyelin.verification.check import Check, Finding, Group, falls, nothing

DOSES: Final = (1.0, 2.5, 5.0, 10.0, 20.0)
"""CD34 cells, 1e6/kg."""

_COUNT: Final = 200
_DAYS: Final = 100
_GRAFT_DAY: Final = 2
_GCSF_DAYS: Final = (5, 12)
"""Days from the graft on which G-CSF begins and ends, as after a transplant."""

_NEUTROPHILS: Final = 1.0
_PLATELETS: Final = 50.0
_SOURCE: Final = (
    "Ketterer 1998, Blood 91:3148 (2.5 to 15 x 1e6/kg: day {day}), and one day for daily looks"
)


def engraftment(bench: Bench) -> list[Finding]:
    """Graft the same patients with five doses after the same conditioning."""
    count = bench.size(_COUNT)
    people = bench.newcomers(count, replicate=16)
    blood = people.traits.blood_traits._replace(mobilisation=np.ones(count))
    people = replace(people, traits=people.traits._replace(blood_traits=blood))
    neutrophils, platelets = {}, {}
    for dose in DOSES:
        neutrophils[dose], platelets[dose] = _days(bench, people, dose)
    findings = [
        nothing(
            "grafts that never bring neutrophils to 1.0 or platelets to 50 (1e9/L) in 98 days",
            sum(int((days < 0).sum()) for one in (neutrophils, platelets) for days in one.values()),
        )
    ]
    for low, high in pairwise(DOSES):
        findings.append(
            falls(
                f"days to neutrophils of 1.0 at {high:g} instead of {low:g} x 1e6/kg "
                f"({neutrophils[low].mean():.1f} to {neutrophils[high].mean():.1f})",
                (neutrophils[high] - neutrophils[low]).astype(np.float64),
            )
        )
    middle = np.concatenate([neutrophils[dose] for dose in (5.0, 10.0)])
    slower = np.concatenate([platelets[dose] for dose in (5.0, 10.0)])
    findings += [
        _median("neutrophils of 1.0e9/L", middle, 12.0),
        _median("platelets of 50e9/L", slower, 14.0),
    ]
    return findings


def _median(what: str, days: NDArray[np.int64], published: float) -> Finding:
    found = float(np.median(days))
    bound = _SOURCE.format(day=f"{published:g}")
    return Finding(
        f"median days to {what} at 5 and 10 x 1e6/kg", found, published - 1, published + 1, bound
    )


def _days(bench: Bench, people: object, dose: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    count = len(people)  # type: ignore[arg-type]
    rows, day = np.arange(count), np.full(count, _GRAFT_DAY, dtype=np.int64)
    kill = bench.value("cy200_atg_progenitor_kill")
    begin, end = day + _GCSF_DAYS[0], day + _GCSF_DAYS[1]
    plan = Schedule(
        [
            Entry("progenitor_kill", rows, day, kill),
            Entry("graft_cd34", rows, day, dose),
            Entry("gcsf", rows, begin, 1.0),
            Entry("gcsf", rows, end, 0.0),
        ]
    )
    first = np.full((2, count), -1, dtype=np.int64)
    now, low = people, np.zeros((2, count), dtype=bool)
    for today in range(_DAYS):
        now, _ = bench.engine.advance(now, today, today + 1, plan)  # type: ignore[arg-type]
        counts = np.stack([now.state.marrow.neutrophils, now.state.marrow.platelets])
        enough = counts >= np.array([[_NEUTROPHILS], [_PLATELETS]])
        low |= ~enough
        risen = low & enough & (first < 0) & (today > _GRAFT_DAY)
        first[risen] = today + 1 - _GRAFT_DAY
        first[~enough] = -1
    never_low = (first < 0) & ~low
    first[never_low] = 0
    return first[0], first[1]


CHECKS = (
    Check(
        "engraftment",
        Group.MARROW,
        "Every graft takes, the sooner the more CD34 cells, within the published days.",
        engraftment,
    ),
)
