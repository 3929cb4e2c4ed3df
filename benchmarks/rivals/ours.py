"""Our answers on the cohort of the rivals, under the options that both have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from remyelin.endpoints import EventTable, History, event_counts, events
from remyelin.multiverse import decompose
from remyelin.statistics import kaplan_meier
from remyelin.study.definition import (
    DAYS_PER_WEEK,
    Definition,
    EventKind,
    MovesTo,
    Reference,
    RelapseFree,
    Relation,
    Step,
)
from remyelin.study.definitions import definitions
from remyelin.units import DAYS_PER_YEAR

STEPS = (Step(0.0, 1.5), Step(1.0, 1.0), Step(6.0, 0.5))
"""Theirs: 1.5 from 0, 1 up to 5.5, 0.5 above."""

YEAR_ONE_DAYS = 366
"""Their first window: 12 calendar months from 1 January 2024, a leap year; the last day is out."""

_REFERENCES = {"fixed": Reference.FIXED, "roving": Reference.ROVING_IMPROVEMENT}


def definition(confirm_days: int, reference: str) -> Definition:
    """Confirmed worsening under the options of the rivals, as far as both have them."""
    return Definition(
        definition_id=f"cdw_{confirm_days}_{reference}",
        kind=EventKind.WORSENING,
        label="Worsening as msclinical has it",
        steps=STEPS,
        confirmation_weeks=confirm_days / DAYS_PER_WEEK,
        tolerance_days=0.0,
        reference=_REFERENCES[reference],
        moves_to=MovesTo.EVENT,
    )


@dataclass(frozen=True, eq=False)
class Cohort:
    """The cohort of the rivals at one rate of misrating.

    Attributes
    ----------
    history, names, arms
        Patients ready for endpoints, their names and arms.
    seconds
        Time from tables in memory to the history.
    """

    history: History
    names: tuple[str, ...]
    arms: np.ndarray
    seconds: float

    @classmethod
    def read(cls, folder: Path, noise: float) -> Cohort:
        """Read the tables as they stand, without merging what lies close together."""
        names = ("patients", "visits", "relapses", "mri")
        tables = {name: pd.read_csv(folder / f"{name}_{noise:g}.csv") for name in names}
        patients = tables["patients"]
        begin = time.process_time()
        place = pd.Series(np.arange(len(patients)), index=patients["patient"])
        start = pd.to_datetime(patients["start"].iloc[0])
        for name in ("visits", "relapses", "mri"):
            frame = tables[name]
            frame["day"] = (pd.to_datetime(frame["date"]) - start).dt.days
            frame["subject_id"] = frame["patient"].map(place)
        seen = tables["visits"].merge(
            tables["mri"][["subject_id", "day", "new_t2", "gd"]],
            how="left",
            on=["subject_id", "day"],
        )
        who = {"replicate": 0, "arm_id": "all"}
        seen = seen.assign(
            **who,
            visit=seen.groupby("subject_id").cumcount(),
            new_t2_lesions=seen["new_t2"],
            gd_lesions=seen["gd"],
        )
        end = (pd.to_datetime(patients["end"]) - start).dt.days
        history = History.of(
            {
                "subjects": pd.DataFrame(
                    {
                        **who,
                        "subject_id": place.to_numpy(),
                        "end_day": end,
                        "end_reason": "completed",
                    }
                ),
                "visits": seen,
                "relapses": tables["relapses"].assign(**who),
                "adverse_events": tables["relapses"].iloc[:0].assign(**who, event="", grade=0.0),
            }
        )
        seconds = time.process_time() - begin
        return cls(history, tuple(patients["patient"]), patients["arm"].to_numpy(), seconds)


def first_events(cohort: Cohort, confirm_days: int, reference: str) -> EventTable:
    """First event of every patient."""
    return events(cohort.history, definition(confirm_days, reference), {})


SMALL_STEP = "their reference moved to a score that was lower by less than the step"
UNEXPLAINED = "unexplained"


def differences(
    cohort: Cohort, table: EventTable, theirs: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Patients whose first event is not the same, with what both find and why."""
    start = pd.Timestamp("2024-01-01")
    found = theirs.set_index("patient")
    rated = cohort.history.measured("edss")
    baseline = rated.value[rated.first(rated.visit == 0, cohort.history.n)]
    for place, name in enumerate(cohort.names):
        mine = int(table.time[place]) if table.event[place] else None
        row = found.loc[name] if name in found.index else None
        other = None if row is None else (pd.Timestamp(row["onset_date"]) - start).days
        if mine == other:
            continue
        score = float(baseline[place])
        reference = None if row is None else float(row["reference_value"])
        step = next(step.change for step in reversed(STEPS) if score >= step.from_edss)
        small = reference is not None and 0 < score - reference < step
        yield {
            "patient": name,
            "baseline": score,
            "our_day": mine,
            "their_day": other,
            "their_reference": reference,
            "reason": SMALL_STEP if small else UNEXPLAINED,
        }


def grid(cohort: Cohort) -> dict[str, Any]:
    """Share of relapse-independent first events over the choices of their multiverse we have."""
    cells, shares, counts = [], [], []
    begin = time.process_time()
    for days, reference, window in product((84, 168), ("roving", "fixed"), (30, 90)):
        base = definition(days, reference)
        free = RelapseFree(event_before=float(window), until_confirmation=True)
        every = events(cohort.history, base, {})
        alone = events(
            cohort.history,
            replace(base, relation=Relation.INDEPENDENT, relapse_free=free),
            {},
        )
        same = every.event & alone.event & (every.time == alone.time)
        cells.append({"confirmation": f"{days}", "reference": reference, "window": f"{window}"})
        counts.append(int(every.event.sum()))
        shares.append(float(same.sum() / every.event.sum()))
    seconds = time.process_time() - begin
    made = decompose("share of PIRA among first events", shares, cells)
    return {
        "definitions": len(cells),
        "events": [min(counts), max(counts)],
        "pira_share": [min(shares), max(shares)],
        "influence": [
            {
                "choice": effect.choice,
                "mean_abs_change": effect.flip,
                "variance_alone": effect.main,
            }
            for effect in made.effects
        ],
        "seconds": seconds,
    }


def trial(cohort: Cohort) -> dict[str, Any]:
    """Rates and shares by arm as mstrial gives them."""
    library = definitions()
    begin = time.process_time()
    worse = first_events(cohort, 84, "roving")
    counted = event_counts(cohort.history, library["relapse_protocol"])
    catalogue = {**library, "own": definition(84, "roving")}
    state = Definition(
        definition_id="neda3_own",
        kind=EventKind.NEDA3,
        label="No evidence of disease activity",
        components=("own", "relapse_protocol", "mri_activity"),
    )
    lost = events(cohort.history, state, catalogue)
    made: dict[str, Any] = {"arr": {}, "events": {}, "event_free_at_2y": {}, "neda3_year1": {}}
    for arm in sorted(set(cohort.arms)):
        mine = cohort.arms == arm
        years = counted.days[mine].sum() / DAYS_PER_YEAR
        made["arr"][arm] = float(counted.count[mine].sum() / years)
        made["events"][arm] = int(worse.event[mine].sum())
        curve = kaplan_meier(worse.time[mine], worse.event[mine])
        made["event_free_at_2y"][arm] = float(curve.at([2 * DAYS_PER_YEAR], reach=np.inf)[0, 0])
        free = ~(lost.event & (lost.time < YEAR_ONE_DAYS))
        made["neda3_year1"][arm] = int((free & mine & lost.findable).sum())
    made["seconds"] = time.process_time() - begin
    return made
