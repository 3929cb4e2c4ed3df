"""Measure what half a day's step changes: outcomes of three cohorts, and write them as JSON.

The same patients, five years after onset, are followed for two years with steps of a day and of
half a day. Steps have draws of their own, so means are compared, with their Monte Carlo error.
Run it with ``python benchmarks/half_day.py``.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.backends import Backend, rater
from remyelin.engine.fused.advance import FusedEngine
from remyelin.engine.fused.settings import FusedSettings
from remyelin.engine.population import Population, at_onset
from remyelin.engine.steps import in_steps, on_steps
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.therapies.catalogue import load
from remyelin.therapies.timeline import FOREVER, Course, Window, entries

TARGET = Path(__file__).with_name("half_day.json")
COHORTS = {"untreated": "placebo", "natalizumab": "natalizumab", "AHSCT": "ahsct_cy200_ratg6"}
BURN_IN_YEARS = 5
YEARS = 2
DAYS_PER_YEAR = 365
SEED = 11

Outcomes = dict[str, NDArray[np.float64]]


class HalfDay:
    """Patients five years after onset, and their outcomes two years later."""

    def __init__(self, patients: int, table: ParameterTable | None = None) -> None:
        self.table = table or ParameterTable.load()
        streams = Streams.of(SEED, np.zeros(patients, dtype=np.int64), np.arange(patients))
        onset = at_onset(self.table, streams, era_factor=1.0)
        days = BURN_IN_YEARS * DAYS_PER_YEAR
        self.start = self._engine(1).advance(onset, 0, days)[0]
        self.rater = rater(self.table, Backend.FUSED, noise=False)

    def _engine(self, per_day: int) -> FusedEngine:
        settings = FusedSettings(threads=1)
        return FusedEngine(self.table, in_steps(per_day), settings=settings)

    def outcomes(self, cohort: str, per_day: int) -> Outcomes:
        """Outcomes of each patient after two years with so many steps to a day."""
        days = YEARS * DAYS_PER_YEAR
        count = len(self.start)
        first = np.zeros(count, dtype=np.int64)
        course = Course(load(COHORTS[cohort]), np.arange(count), first, first + FOREVER)
        given = list(entries(course, self.table, Window(0, days)))
        schedule = Schedule(on_steps(given, per_day))
        start = replace(self.start, day=self.start.day * per_day)
        end = self._engine(per_day).advance(start, 0, days * per_day, schedule)[0]
        return self._read(end)

    def _read(self, end: Population) -> Outcomes:
        before, after = self.start.state, end.state
        cells, clones = after.t_cells, after.clones
        return {
            "relapses per year": (after.relapses.total - before.relapses.total) / YEARS,
            "new T2 lesions": after.lesions.t2_total - before.lesions.t2_total,
            "EDSS": np.asarray(self.rater.rate(end).edss),
            "brain volume (% of onset)": after.tissue.volume,
            "serum NfL (pg/mL)": after.tissue.nfl,
            "CD4 (cells/uL)": cells.emigrants + cells.naive + cells.memory,
            "clones (mean of four)": np.mean([np.asarray(c) for c in clones], axis=0),
        }

    def rows(self, cohort: str) -> list[dict[str, object]]:
        """Compare the two lengths outcome by outcome."""
        day, half = (self.outcomes(cohort, per_day) for per_day in (1, 2))
        return [_row(cohort, name, day[name], half[name]) for name in day]


def _row(
    cohort: str, name: str, day: NDArray[np.float64], half: NDArray[np.float64]
) -> dict[str, object]:
    gap = half - day
    error = float(np.std(gap, ddof=1)) / math.sqrt(len(gap))
    between = float(np.std(day, ddof=1))
    return {
        "cohort": cohort,
        "outcome": name,
        "day": round(float(np.mean(day)), 5),
        "half_day": round(float(np.mean(half)), 5),
        "difference": round(float(np.mean(gap)), 6),
        "error": round(error, 6),
        "between_patient_sd": round(between, 5),
    }


def main() -> None:
    """Measure every cohort and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--patients", type=int, default=100_000)
    given = parser.parse_args()
    study = HalfDay(given.patients)
    result = {
        "command": f"python benchmarks/half_day.py --patients {given.patients}",
        "patients": given.patients,
        "seed": SEED,
        "years_before": BURN_IN_YEARS,
        "years": YEARS,
        "parameters": study.table.digest(),
        "rows": [row for cohort in COHORTS for row in study.rows(cohort)],
    }
    given.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {given.out}")


if __name__ == "__main__":
    main()
