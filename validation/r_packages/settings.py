"""What is asked of the R packages, each setting in their words and in those of remyelin.

`theirs` are arguments of the other package, `ours` are fields of a definition of this one, or the
name of a definition of the library. Settings of msprog are those of pymsprog that read the EDSS.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

from validation.pymsprog.settings import settings as settings_of_msprog

STEPS = [[0.0, 1.5], [1.0, 1.0], [6.0, 0.5]]
IMPROVING = [[0.0, 1.5], [2.0, 1.0], [6.5, 0.5]]
"""Their improvements: 1.5 up to 1.5, 1.0 up to 6.0, 0.5 beyond."""
FROM_DAY_31 = {"reference_relapse_days": 31.0}
"""The reference lies more than 30 days after the last onset."""
OUTSIDE = FROM_DAY_31 | {"confirmation_relapse_days": 30.0}
SINCE_REFERENCE = {
    "relation": "independent",
    "relapse_free": {"since": "reference"},
    "rebaseline_after_relapse": True,
}


def _one(name: str, function: str, theirs: dict[str, Any], **ours: Any) -> dict[str, Any]:
    return {
        "setting": name,
        "package": "MSoutcomes",
        "function": function,
        "option": ", ".join(theirs) or "all defaults",
        "column": "edss",
        "theirs": theirs,
        "ours": {"tolerance_days": 0.0} | ours,
    }


def _changes() -> list[dict[str, Any]]:
    made = []
    for weeks in (12, 24):
        for lasting in (False, True):
            theirs = {"mconf": weeks * 7, "sustained": lasting}
            common = {"confirmation_weeks": float(weeks), "sustained": lasting}
            name = f"{weeks}_weeks{'_sustained' if lasting else ''}"
            made += [
                _one(
                    f"cdw_{name}", "CDW", theirs, kind="worsening", steps=STEPS, **common, **OUTSIDE
                ),
                _one(
                    f"cdi_{name}",
                    "CDI",
                    theirs,
                    kind="improvement",
                    steps=IMPROVING,
                    **common,
                    **FROM_DAY_31,
                ),
                _one(
                    f"pira_{name}",
                    "PIRA",
                    theirs,
                    kind="worsening",
                    steps=STEPS,
                    **common,
                    **OUTSIDE,
                    **SINCE_REFERENCE,
                ),
            ]
    windows = {"mconf": 84, "tRelapse": 90, "sustained": False}
    made.append(
        _one(
            "cdw_12_weeks_90_days_from_relapse",
            "CDW",
            windows,
            kind="worsening",
            steps=STEPS,
            confirmation_weeks=12.0,
            reference_relapse_days=91.0,
            confirmation_relapse_days=90.0,
        )
    )
    return made


def settings() -> list[dict[str, Any]]:
    """All settings, each with a name of its own."""
    secondary = _one("spms_lorscheider2016", "spmsDx", {})
    secondary["ours"] = "spms_lorscheider2016"
    peer = [
        one | {"setting": f"msprog_{one['setting']}", "package": "msprog"}
        for one in settings_of_msprog()
        if one["column"] == "edss"
    ]
    return [*_changes(), secondary, *peer]


def in_r(value: Any) -> str:
    """A value in the language of R."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case "inf":
            return "Inf"
        case str():
            return f'"{value}"'
        case float() | int():
            return "Inf" if math.isinf(value) else repr(value)
        case list():
            return f"c({', '.join(map(in_r, value))})"
        case dict():
            parts = (f"{name} = {_argument(name, part)}" for name, part in value.items())
            return f"list({', '.join(parts)})"
    raise TypeError(f"{value!r} has no form in R")


def _argument(name: str, value: Any) -> str:
    if name == "delta_fun":
        return f"function(reference) {in_r(value)}"
    if name in ("prec", "event", "conf") and isinstance(value, list):
        return f"list({', '.join(map(in_r, value))})"
    return in_r(value)


def write(folder: Path) -> None:
    """Write the settings as ``settings.csv``, arguments in the language of R."""
    with (folder / "settings.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["setting", "package", "function", "arguments"])
        for one in settings():
            theirs = dict(one["theirs"])
            if "relapse_indep" in theirs:
                theirs["relapse_indep"] = {"prec_type": "baseline"} | theirs["relapse_indep"]
            rows.writerow([one["setting"], one["package"], one["function"], in_r(theirs)])
