"""Sweep dose, route and interval of mesenchymal cells, with what is assumed of its uncertainty.

The same virtual patients are followed for three years under each schedule, and untreated. No trial
has compared such schedules: the answer is that of the priors, and the table says how much of its
uncertainty comes of parameters that nobody has measured.

Usage: python -m tools.cell_sweep [DRAWS]; it writes the table, the picture and the page.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from remyelin.engine.backends import Backend, carrier
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.function import LatentParameters, latent_disability
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable, bind
from remyelin.parameters.parameter import ParameterMark
from remyelin.therapies.catalogue import from_mapping
from remyelin.therapies.cell_priors import doubtful, drawn
from remyelin.therapies.mechanisms import FIRST
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.timeline import FOREVER, Course, Window, entries

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "validation" / "cells" / "sweep.csv"
PAGE = ROOT / "docs" / "cells.md"
PICTURE = ROOT / "docs" / "img" / "msc_sweep.svg"
COLUMNS = (
    "route", "dose_million_per_kg", "every_days", "spared_pct", "low", "high", "assumed_share",
)  # fmt: skip
DOSES = (0.5, 1.0, 2.0)
INTERVALS = (61, 182, 365)
ROUTES = {"IV": "msc_lung", "IT": "msc_fluid"}
HIGHEST_IT = 1.7
"""Millions per kg: beyond it no intrathecal dose was given to anybody (125 million)."""

PATIENTS = 300
ILL_FOR = 5_500
THREE_YEARS = 1_095
TWO_YEARS = 730
DRAWS = 16
SEED = 9

TABLE = ParameterTable.load()
ROWS = np.arange(PATIENTS)


def schedule(route: str, dose: float, every: int) -> Protocol:
    """Give marrow cells by a route, at a dose and an interval, over two years."""
    step = {
        "kind": "infusion",
        "agent": "MSC",
        "product": "bm_msc",
        "dose": dose,
        "unit": "1e6 cells/kg",
        "route": route,
        "day": 0,
        "every_days": every,
        "times": TWO_YEARS // every,
        "moves": {ROUTES[route]: "by_product"},
    }
    data = {
        "protocol_id": "sweep",
        "label": "sweep",
        "treatment_class": "msc",
        "steps": [step],
        "citation": "assumption",
        "mark": "assumed",
    }
    return from_mapping(data, where="sweep")


def people() -> Population:
    """Give patients who have been ill for fifteen years."""
    streams = Streams.of(SEED, np.zeros(PATIENTS, dtype=np.int64), ROWS)
    start = at_onset(TABLE, streams, era_factor=1.0)
    return carrier(TABLE, Backend.FUSED).advance(start, 0, ILL_FOR)[0]


def disability(population: Population, table: ParameterTable) -> float:
    """Give the mean latent disability, all compartments together."""
    state = population.state
    latent = latent_disability(
        NUMPY,
        bind(LatentParameters, table),
        deficit=state.deficit,
        fluctuation=state.fluctuation,
        tissue=state.tissue,
        disease=population.traits.disease,
    )
    return float(np.sum(latent, axis=0).mean())


def worsening(table: ParameterTable, start: Population, protocol: Protocol | None) -> float:
    """Give the mean rise of latent disability over three years."""
    plan = None
    if protocol is not None:
        days = np.zeros(PATIENTS, dtype=np.int64)
        course = Course(protocol, ROWS, days, np.full(PATIENTS, FOREVER))
        plan = Schedule(entries(course, table, Window(0, THREE_YEARS)))
    after, _ = carrier(table, Backend.FUSED).advance(start, 0, THREE_YEARS, plan)
    return disability(after, table) - disability(start, table)


def tables(draws: int) -> Iterator[tuple[ParameterTable, ParameterTable]]:
    """Give draws of all that is uncertain, and the same of what was seen at a source only."""
    seen = [one.key for one in doubtful(TABLE) if one.mark is ParameterMark.SEEN]
    for draw in range(draws):
        whole = drawn(TABLE, FIRST, draw, seed=SEED)
        yield whole, TABLE.with_values({key: whole[key].value for key in seen})


def rows(draws: int) -> Iterator[dict[str, object]]:
    """Give one row for each schedule."""
    start = people()
    untreated = worsening(TABLE, start, None)

    def spared(table: ParameterTable, protocol: Protocol) -> float:
        return 100.0 * (1.0 - worsening(table, start, protocol) / untreated)

    both = list(tables(draws))
    for route in ROUTES:
        for dose in DOSES:
            for every in INTERVALS:
                if route == "IT" and dose > HIGHEST_IT:
                    continue
                protocol = schedule(route, dose, every)
                whole = [spared(table, protocol) for table, _ in both]
                known = [spared(table, protocol) for _, table in both]
                spread = float(np.var(whole))
                share = 1.0 - min(float(np.var(known)) / spread, 1.0) if spread > 0.0 else 1.0
                low, middle, high = np.quantile(whole, (0.05, 0.5, 0.95))
                yield {
                    "route": route,
                    "dose_million_per_kg": dose,
                    "every_days": every,
                    "spared_pct": round(float(middle), 3),
                    "low": round(float(low), 3),
                    "high": round(float(high), 3),
                    "assumed_share": round(share, 2),
                }


def draw_picture(found: list[dict[str, object]]) -> None:
    """Draw the gain by dose, one line for each interval, one panel for each route."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "remyelin"
    figure, panels = plt.subplots(1, 2, figsize=(8.0, 3.4), sharey=True, layout="constrained")
    for panel, route in zip(panels, ROUTES, strict=True):
        for place, every in enumerate(INTERVALS):
            mine = [r for r in found if r["route"] == route and r["every_days"] == every]
            x = np.array([float(str(r["dose_million_per_kg"])) for r in mine]) + 0.03 * place
            y, low, high = (
                np.array([float(str(r[key])) for r in mine])
                for key in ("spared_pct", "low", "high")
            )
            panel.errorbar(x, y, (y - low, high - y), marker="o", capsize=3, label=f"{every} d")
        panel.axhline(0.0, color="0.6", linewidth=0.8)
        panel.set_title({"IV": "into a vein", "IT": "into the fluid"}[route])
        panel.set_xlabel("million cells per kg")
    panels[0].set_ylabel("worsening spared in 3 years (%)")
    panels[0].legend(title="every", frameon=False)
    figure.suptitle("Priors, not data: no trial has compared these schedules", fontsize=10)
    figure.savefig(PICTURE, metadata={"Date": None})


BEGIN, END = "<!-- sweep: written by tools.cell_sweep -->", "<!-- end of sweep -->"


def page(text: str) -> str:
    """Give the page with the table as the stored figures have it."""
    with RESULT.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    lines = ["| route | million per kg | every | spared (%), 5 to 95 % | assumed share |"]
    lines.append("|---|---|---|---|---|")
    for row in found:
        lines.append(
            f"| {row['route']} | {row['dose_million_per_kg']} | {row['every_days']} d "
            f"| {row['spared_pct']} ({row['low']} to {row['high']}) | {row['assumed_share']} |"
        )
    before, rest = text.split(BEGIN)
    return before + "\n".join((BEGIN, *lines, END)) + rest.split(END)[1]


def main(words: list[str]) -> None:
    """Write table and picture."""
    found = list(rows(int(words[0]) if words else DRAWS))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    for row in found:
        print("  ".join(f"{row[name]!s:>8}" for name in COLUMNS))
    draw_picture(found)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
