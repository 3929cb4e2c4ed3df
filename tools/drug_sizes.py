"""Relapse and lesion ratios of every drug against no treatment, in twins of one trial population.

The sizes of drug effects in the parameter table are set by these ratios and by cell counts alone,
never by worsening. ``python tools/drug_sizes.py [PROTOCOL ...]`` prints them.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from remyelin.engine.backends import Backend, carrier
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries

SCREENED = 24_000
TWO_YEARS = 730


class Sizes(NamedTuple):
    """What a drug does in a trial of some days."""

    arr: float
    t2: float
    ratio_arr: float
    ratio_t2: float
    error: float
    """Monte Carlo error (log) of the relapse ratio, twins not counted."""


def trial_population(table: ParameterTable) -> Population:
    """Give patients who had a relapse in the year before, 2 to 12 years into their disease."""
    everyone = at_onset(
        table, Streams.of(7, np.zeros(SCREENED, np.int64), np.arange(SCREENED)), era_factor=0.6
    )
    engine = carrier(table, Backend.FUSED, threads=2)
    groups = []
    for part in range(5):
        some = everyone.take(np.arange(part, SCREENED, 5))
        before, _ = engine.advance(some, 0, 365 * (1 + 2 * part))
        now, _ = engine.advance(before, 0, 365)
        fresh = now.state.relapses.total - before.state.relapses.total
        calm = now.state.relapses.days_since >= 50.0
        groups.append(now.take(np.flatnonzero((fresh >= 1.0) & calm)))
    return Population.joined(groups)


def sizes(
    name: str, table: ParameterTable, people: Population, *, days: int = TWO_YEARS, start: int = 0
) -> Sizes:
    """Give relapse and lesion ratios of a protocol over some days, counted from ``start``."""
    count = len(people)
    rows = np.arange(count)
    given = Course(catalogue.load(name), rows, np.zeros(count, np.int64), np.full(count, FOREVER))
    plan = Schedule(entries(given, table, Window(0, start + days)))
    engine = carrier(table, Backend.FUSED, threads=2)
    found = []
    for schedule in (None, plan):
        early, _ = engine.advance(people, 0, start, schedule)
        late, _ = engine.advance(early, start, start + days, schedule)
        found.append(
            (
                float(np.mean(late.state.relapses.total - early.state.relapses.total)),
                float(np.mean(late.state.lesions.t2_total - early.state.lesions.t2_total)),
            )
        )
    (arr0, t20), (arr1, t21) = found
    years = days / 365.25
    error = float(np.sqrt(1.0 / (arr0 * count) + 1.0 / max(arr1 * count, 1.0)))
    return Sizes(arr1 / years, t21 / years, arr1 / arr0, t21 / t20, error)


def main() -> None:
    """Print the sizes."""
    table = ParameterTable.load()
    people = trial_population(table)
    names = sys.argv[1:] or [name for name in catalogue.names() if catalogue.load(name).moves]
    print(f"{len(people)} patients, {TWO_YEARS} days")
    for name in names:
        found = sizes(name, table, people)
        print(
            f"{name:<28} ARR {found.arr:.2f} ratio {found.ratio_arr:.2f}  "
            f"T2 {found.t2:.2f} ratio {found.ratio_t2:.2f}  error {found.error:.2f}"
        )


if __name__ == "__main__":
    main()
