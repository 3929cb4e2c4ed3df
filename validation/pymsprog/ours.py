"""The same histories and settings through remyelin."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from remyelin.endpoints import History, events
from remyelin.study.definition import (
    Definition,
    EventKind,
    MovesTo,
    Reference,
    RelapseFree,
    Relation,
    Step,
)
from validation.pymsprog.cases import cases

COLUMNS = {"edss": "edss", "t25fw": "t25fw_seconds", "nhpt": "nhpt_seconds", "sdmt": "sdmt"}
_KINDS = {
    "kind": EventKind,
    "reference": Reference,
    "moves_to": MovesTo,
    "relation": Relation,
}


def definition_of(setting: dict[str, Any]) -> Definition:
    """The definition that a setting describes."""
    fields = dict(setting["ours"])
    fields["steps"] = tuple(Step(start, change) for start, change in fields["steps"])
    if "relapse_free" in fields:
        fields["relapse_free"] = RelapseFree(**fields["relapse_free"])
    for name, kind in _KINDS.items():
        if name in fields:
            fields[name] = kind(fields[name])
    return Definition(definition_id=setting["setting"], label=setting["option"], **fields)


def history_of(visits: pd.DataFrame, relapses: pd.DataFrame) -> tuple[History, list[str]]:
    """Histories in the form of the package, and the names of the cases."""
    code, names = pd.factorize(visits["case"])
    end = np.zeros(len(names))
    np.maximum.at(end, code, visits["day"].to_numpy(np.float64))
    who = {"replicate": 0, "arm_id": "a"}
    number = visits.groupby("case", sort=False).cumcount().to_numpy()
    table = pd.DataFrame({**who, "subject_id": code, "visit": number, "day": visits["day"]})
    for theirs, mine in COLUMNS.items():
        table[mine] = visits[theirs]
    place = pd.Index(names).get_indexer(pd.Index(relapses["case"]))
    tables = {
        "subjects": pd.DataFrame(
            {**who, "subject_id": np.arange(len(names)), "end_day": end, "end_reason": "completed"}
        ),
        "visits": table,
        "relapses": pd.DataFrame({**who, "subject_id": place, "day": relapses["day"]}),
        "adverse_events": pd.DataFrame(
            {"replicate": [], "arm_id": [], "subject_id": [], "day": [], "event": [], "grade": []}
        ),
    }
    return History.of(tables), [str(name) for name in names]


def run(settings: Iterable[dict[str, Any]], folder: Path) -> pd.DataFrame:
    """What remyelin finds: one row per setting and case with an event.

    Parameters
    ----------
    folder
        Holds ``visits.csv`` and ``relapses.csv``, or the same with ``.gz``.
    """
    history, names = history_of(read(folder, "visits"), read(folder, "relapses"))
    made = []
    for setting in settings:
        definition = definition_of(setting)
        frame = events(history, definition, {}).frame
        happened = frame["event"].to_numpy(bool)
        made.append(
            pd.DataFrame(
                {
                    "setting": setting["setting"],
                    "case": np.array(names, dtype=object)[happened],
                    "event_day": frame["time_days"].to_numpy()[happened],
                    "confirming_day": frame["confirming_day"].to_numpy()[happened],
                    "reference_day": frame["reference_day"].to_numpy()[happened],
                }
            )
        )
    return pd.concat(made, ignore_index=True)


def read(folder: Path, name: str) -> pd.DataFrame:
    """One of the tables of the comparison."""
    packed = folder / f"{name}.csv.gz"
    return pd.read_csv(packed if packed.exists() else folder / f"{name}.csv")


def write_inputs(folder: Path) -> None:
    """Write the histories as two tables."""
    made = cases()
    with (folder / "visits.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "day", "edss", "t25fw", "nhpt", "sdmt"])
        for case in made:
            others = [case.walk, case.peg, case.digits]
            for place, day in enumerate(case.days):
                extra = [values[place] if values else "" for values in others]
                rows.writerow([case.name, day, case.edss[place], *extra])
    with (folder / "relapses.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "day"])
        rows.writerows([case.name, day] for case in made for day in case.relapses)
