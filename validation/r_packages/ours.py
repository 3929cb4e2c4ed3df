"""The same courses and settings through remyelin, and the courses in the form of the oracle."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from remyelin.endpoints import History, events
from remyelin.study.definition import Definition
from remyelin.study.definitions import definitions
from validation.oracle.courses import Course, Visit
from validation.pymsprog.ours import definition_of as definition_of_setting
from validation.r_packages.courses import RATED, SYSTEMS

HERE = Path(__file__).resolve().parent


def definition_of(setting: dict[str, Any]) -> Definition:
    """The definition that a setting describes or names."""
    ours = setting["ours"]
    return definitions()[ours] if isinstance(ours, str) else definition_of_setting(setting)


@cache
def read(name: str, folder: Path = HERE) -> pd.DataFrame:
    """One of the stored tables of the comparison."""
    packed = folder / f"{name}.csv.gz"
    return pd.read_csv(packed if packed.exists() else folder / f"{name}.csv")


def history_of(visits: pd.DataFrame, relapses: pd.DataFrame) -> tuple[History, list[str]]:
    """Courses in the form of the package, and their names."""
    code, names = pd.factorize(visits["case"])
    who = {"replicate": 0, "arm_id": "a"}
    number = visits.groupby("case", sort=False).cumcount().to_numpy()
    table = pd.DataFrame({**who, "subject_id": code, "visit": number, "day": visits["day"]})
    table["edss"] = visits["edss"].to_numpy()
    for name in SYSTEMS:
        table[f"fs_{name}"] = visits[name].to_numpy()
    place = pd.Index(names).get_indexer(pd.Index(relapses["case"]))
    end = visits.groupby(code)["day"].max().to_numpy()
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


def run(
    settings: Iterable[dict[str, Any]], visits: pd.DataFrame, relapses: pd.DataFrame
) -> pd.DataFrame:
    """What remyelin finds: one row per setting and course with an event."""
    history, names = history_of(visits, relapses)
    made = []
    for setting in settings:
        frame = events(history, definition_of(setting), {}).frame
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


def for_oracle(visits: pd.DataFrame, relapses: pd.DataFrame) -> dict[str, Course]:
    """The courses by name, in the form of the oracle."""
    onsets = {str(case): rows["day"].tolist() for case, rows in relapses.groupby("case")}
    made = {}
    for case, rows in visits.groupby("case", sort=False):
        seen = [
            Visit(
                int(row["day"]),
                number,
                True,
                {"edss": row["edss"], **{f"fs_{name}": row[name] for name in RATED}},
            )
            for number, row in enumerate(rows.to_dict("records"))
        ]
        name = str(case)
        made[name] = Course(seen, sorted(onsets.get(name, [])), [], seen[-1].day, died=False)
    return made
