"""Hold trials of cells against the frozen priors, under every rival mechanism.

Each draw of the priors is one trial of the study's own size. For every published figure it is told
how probable so extreme a figure is.

Usage: python -m tools.cell_priors [DRAWS [STUDY ...]], or "page" to write the table into the page.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.cohorts.enrolment import Cohort
from remyelin.endpoints import History
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.therapies.cell_priors import drawn
from remyelin.therapies.mechanisms import mechanisms
from remyelin.trials.conduct import follow
from remyelin.trials.plan import Plan
from remyelin.trials.predict import predictions
from remyelin.trials.prediction import RunSettings

RESULT = Path(__file__).resolve().parents[1] / "validation" / "cells" / "tails.csv"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "cells.md"
COLUMNS = (
    "study", "figure", "reading", "observed", "mechanism", "median", "low", "high",
    "p_below", "p_above", "tail", "draws", "source",
)  # fmt: skip
INPUTS = Inputs.packaged()
SEED = 8
DRAWS = 200
LEVEL = (0.05, 0.5, 0.95)

Tables = Mapping[str, pd.DataFrame]
Reader = Callable[[Study, Tables], NDArray[np.float64]]


@dataclass(frozen=True)
class Figure:
    """A published figure and how a run is read for it.

    Attributes
    ----------
    name, observed, source
        What it is called here, the published value, and where it stands in the evidence base.
    reading
        In words, where the reading is not the published one.
    read
        Gives it for each replicate.
    """

    name: str
    observed: float
    reading: str
    read: Reader
    source: str


def asked(outcome: str, group: str, time: float, measure: str) -> Reader:
    """Read a figure that the study file asks for."""

    def read(study: Study, tables: Tables) -> NDArray[np.float64]:
        for one in predictions(study, History.of(tables), INPUTS.definitions):
            key = one.key
            if (key.outcome, key.arm, key.time_months, key.measure.value) == (
                outcome, group, time, measure,
            ):  # fmt: skip
                return np.asarray(one.values)
        raise LookupError(f"{study.study_id} does not ask for {outcome} in {group}")

    return read


def less(first: Reader, second: Reader) -> Reader:
    """Read the first figure less the second: what the arms differ by, trial by trial."""

    def read(study: Study, tables: Tables) -> NDArray[np.float64]:
        return first(study, tables) - second(study, tables)

    return read


def walk_gain(arm: str) -> Reader:
    """Read the mean gain of the timed walk (%) of patients of EDSS 6.0 to 6.5, last visit."""

    def read(_: Study, tables: Tables) -> NDArray[np.float64]:
        visits = tables["visits"]
        mine = visits[(visits["arm_id"] == arm) & visits["t25fw_seconds"].notna()]
        first = mine[mine["visit"] == 0].set_index(["replicate", "subject_id"])
        last = mine[mine["visit"] == mine["visit"].max()].set_index(["replicate", "subject_id"])
        both = first.join(last, lsuffix="_0", rsuffix="_1", how="inner")
        both = both[both["edss_0"].between(6.0, 6.5)]
        gain = 100.0 * (1.0 - both["t25fw_seconds_1"] / both["t25fw_seconds_0"])
        return np.asarray(gain.groupby("replicate").mean(), dtype=np.float64)

    return read


def edss_or_walk_better(arm: str) -> Reader:
    """Read the share whose EDSS (steps) or timed walk (20 %) is better at the last visit."""

    def read(_: Study, tables: Tables) -> NDArray[np.float64]:
        visits = tables["visits"]
        mine = visits[visits["arm_id"] == arm]
        first = mine[mine["visit"] == 0].set_index(["replicate", "subject_id"])
        last = mine[mine["visit"] == mine["visit"].max()].set_index(["replicate", "subject_id"])
        both = first.join(last, lsuffix="_0", rsuffix="_1", how="inner")
        step = np.where(both["edss_0"] >= 5.5, 0.5, 1.0)
        better = (both["edss_0"] - both["edss_1"]) >= step
        better |= both["t25fw_seconds_1"] <= 0.8 * both["t25fw_seconds_0"]
        return np.asarray(better.groupby("replicate").mean(), dtype=np.float64)

    return read


_FIRST = "first cycle, EDSS up by steps at a visit; the published share pools cycles"
_PLUS = "EDSS or walk; the published one counts the peg test too"
FIGURES: Mapping[str, tuple[Figure, ...]] = {
    "mesems": (
        Figure("Gd lesions, cells over placebo", 0.94, "scans of weeks 12 and 24",
               asked("gd_lesions", "msc_first_vs_placebo_first", 5.5, "rate_ratio"),
               "uccelli2021"),
    ),
    "petrou2020": (
        *(
            Figure(f"failure at 6 months, {arm}", value, _FIRST,
                   asked("progression_cumulative", arm, 6.0, "proportion"), "petrou2020")
            for arm, value in (("msc_it", 0.067), ("msc_iv", 0.097), ("sham", 0.419))
        ),
        *(
            Figure(f"NEDA-3 at 12 months, {arm}", value,
                   "rule not stated; re-assignment simplified",
                   asked("neda3", arm, 12.0, "proportion"), "petrou2020")
            for arm, value in (("msc_it", 0.586), ("msc_iv", 0.406), ("sham", 0.097))
        ),
        *(
            Figure(
                f"failure at 6 months, sham less {arm}",
                value,
                _FIRST,
                less(
                    asked("progression_cumulative", "sham", 6.0, "proportion"),
                    asked("progression_cumulative", arm, 6.0, "proportion"),
                ),
                "petrou2020",
            )
            for arm, value in (("msc_it", 0.352), ("msc_iv", 0.322))
        ),
        Figure("relapse rate, into the fluid over sham", 0.11, "",
               asked("arr", "msc_it_vs_sham", 12.0, "rate_ratio"), "petrou2020"),
    ),
    "harris2024": (
        Figure(
            "EDSS Plus better, mscnp less saline",
            -0.04,
            _PLUS,
            less(edss_or_walk_better("mscnp"), edss_or_walk_better("saline")),
            "harris2024",
        ),
        *(
            Figure(f"EDSS Plus better, {arm}", value, _PLUS, edss_or_walk_better(arm), "harris2024")
            for arm, value in (("mscnp", 0.33), ("saline", 0.37))
        ),
        *(
            Figure(f"walk better (%) at EDSS 6.0 to 6.5, {arm}", value, "", walk_gain(arm),
                   "harris2024")
            for arm, value in (("mscnp", 3.7), ("saline", -54.4))
        ),
    ),
    "genchi2023": (
        Figure("any new T2 lesion in 2 years", 0.5, "",
               asked("new_t2_lesions_any", "all_patients", 24.0, "proportion"), "genchi2023"),
        Figure("any Gd lesion in 2 years", 0.25, "scans every 6 months are assumed",
               asked("gd_lesions_any", "all_patients", 24.0, "proportion"), "genchi2023"),
    ),
}  # fmt: skip


def one_trial(plan: Plan, people: Cohort, table: ParameterTable) -> Tables:
    """Follow one replicate under other parameters of cells; who is enrolled does not change."""
    own = replace(plan, inputs=plan.inputs.with_parameters(table))
    return follow(own, people, lambda _: None)


def held_against(study_id: str, draws: int) -> Iterator[dict[str, object]]:
    """Give the rows of a study."""
    study, table = catalogue.load(study_id), INPUTS.parameters
    settings = RunSettings(study_id=study_id, patients=study.design.n, replicates=draws, seed=SEED)
    plan = Plan.of(study, settings, INPUTS)
    cohort = plan.recruiter().enrol(range(draws), settings.patients, lambda _: None)
    ends = np.searchsorted(cohort.replicate, np.arange(draws + 1))
    for name in mechanisms():
        parts: list[Tables] = []
        for draw in range(draws):
            people = cohort.part(int(ends[draw]), int(ends[draw + 1]))
            parts.append(one_trial(plan, people, drawn(table, name, draw, seed=SEED)))
        whole = {key: pd.concat([p[key] for p in parts], ignore_index=True) for key in parts[0]}
        for figure in FIGURES[study_id]:
            yield {
                "study": study_id,
                "mechanism": name,
                **judged(figure, figure.read(study, whole)),
            }
        print(study_id, name, flush=True)


def judged(figure: Figure, values: NDArray[np.float64]) -> dict[str, object]:
    """Say how far out a published figure lies; half of the ties count on either side."""
    known = values[np.isfinite(values)]
    low, median, high = np.quantile(known, LEVEL)
    tie = 0.5 * float((np.abs(known - figure.observed) < 1e-9).mean())
    below = float((known < figure.observed - 1e-9).mean()) + tie
    above = float((known > figure.observed + 1e-9).mean()) + tie
    return {
        "figure": figure.name,
        "reading": figure.reading,
        "observed": figure.observed,
        "median": round(float(median), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "p_below": round(below, 4),
        "p_above": round(above, 4),
        "tail": round(min(below, above), 4),
        "draws": len(known),
        "source": figure.source,
    }


BEGIN, END = "<!-- tails: written by tools.cell_priors -->", "<!-- end of tails -->"


def page(text: str) -> str:
    """Give the page with the table as the stored figures have it."""
    with RESULT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["| study | figure | published | " + " | ".join(mechanisms()) + " |"]
    lines.append("|---|---|---|" + "---|" * len(mechanisms()))
    for key in dict.fromkeys((row["study"], row["figure"]) for row in rows):
        mine = {r["mechanism"]: r for r in rows if (r["study"], r["figure"]) == key}
        first = mine[next(iter(mechanisms()))]
        cells = []
        for name in mechanisms():
            one = mine[name]
            tail = float(one["tail"])
            told = "< 0.005" if tail < 0.005 else f"{tail:.2f}" if tail >= 0.1 else f"{tail:.3f}"
            cells.append(f"{one['median']} ({one['low']} to {one['high']}); **{told}**")
        lines.append(f"| {key[0]} | {key[1]} | {first['observed']} | {' | '.join(cells)} |")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return before + "\n".join((BEGIN, *lines, END)) + after


def main(words: list[str]) -> None:
    """Write the table; the rows of studies that are not named stay."""
    if words == ["page"]:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return
    draws = int(words[0]) if words else DRAWS
    studies = words[1:] or list(FIGURES)
    old: list[dict[str, object]] = []
    if RESULT.exists():
        with RESULT.open(encoding="utf-8", newline="") as file:
            old = [row for row in csv.DictReader(file) if row["study"] not in studies]
    rows = [*old, *(row for study in studies for row in held_against(study, draws))]
    rows.sort(key=lambda row: list(FIGURES).index(str(row["study"])))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
