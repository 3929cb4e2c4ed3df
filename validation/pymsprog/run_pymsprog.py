"""Runs pymsprog over the histories. Needs pymsprog, not remyelin; see make.py."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymsprog

INFINITE = "inf"


def _read(value: Any) -> Any:
    if value == INFINITE:
        return float("inf")
    return [_read(part) for part in value] if isinstance(value, list) else value


def _arguments(setting: dict[str, Any]) -> dict[str, Any]:
    given = {key: _read(value) for key, value in setting["theirs"].items()}
    if "delta_fun" in given:
        points = given["delta_fun"]
        given["delta_fun"] = lambda _: points
    if "relapse_indep" in given:
        given["relapse_indep"] = {
            key: value if key == "prec_type" else tuple(value)
            for key, value in given["relapse_indep"].items()
        }
    return given


def _run(setting: dict[str, Any], visits: pd.DataFrame, relapses: pd.DataFrame) -> pd.DataFrame:
    column = setting["column"]
    data = visits[["case", "day", column]].dropna()
    common = {
        "relapse": relapses,
        "subj_col": "case",
        "value_col": column,
        "date_col": "day",
        "date_format": "day",
        "verbose": 0,
    }
    given = _arguments(setting)
    if setting["function"] == "value_milestone":
        found = pymsprog.value_milestone(data, **given, **common)
        found = found[found["observed"].astype(bool)]
        return pd.DataFrame({"case": found.index, "event_day": found["time2event"].astype(float)})
    _, found = pymsprog.MSprog(data, **given, **common, include_dates=True, include_stable=False)
    if found.empty:
        return pd.DataFrame({"case": [], "event_day": []})
    days = given["conf_days"]
    sealed = f"PIRA_conf{days}_date" if given["event"] == "firstPIRA" else f"conf{days}_date"
    nothing = np.full(len(found), np.nan)
    return pd.DataFrame(
        {
            "case": found["case"],
            "event_day": found["time2event"].astype(float),
            "confirming_day": found.get(sealed, nothing),
            "reference_day": found["bl_date"],
        }
    )


def main() -> None:
    """Read histories and settings from a folder, write what is found and how long it took."""
    folder = Path(sys.argv[1])
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    visits = pd.read_csv(folder / "visits.csv")
    relapses = pd.read_csv(folder / "relapses.csv")
    made, seconds = [], {}
    for setting in settings:
        begin = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _run(setting, visits, relapses)
        seconds[setting["setting"]] = time.perf_counter() - begin
        made.append(found.assign(setting=setting["setting"]))
        print(setting["setting"], len(found), round(seconds[setting["setting"]], 1), flush=True)
    table = pd.concat(made, ignore_index=True)
    columns = ["setting", "case", "event_day", "confirming_day", "reference_day"]
    table[columns].to_csv(folder / "theirs.csv", index=False, lineterminator="\n")
    about = {"numpy": np.__version__, "pandas": pd.__version__, "seconds": seconds}
    (folder / "about.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
