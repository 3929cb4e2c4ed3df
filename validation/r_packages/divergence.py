"""Where the packages disagree, and for which reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from validation.pymsprog.divergence import UNEXPLAINED, compared
from validation.pymsprog.divergence import classified as classified_msprog
from validation.r_packages.choices import Days, explained
from validation.r_packages.ours import for_oracle
from validation.r_packages.reasons import FAILS


@dataclass(frozen=True)
class Inputs:
    """Courses as tables."""

    visits: pd.DataFrame
    relapses: pd.DataFrame


def differences(
    ours: pd.DataFrame, theirs: pd.DataFrame, settings: list[dict[str, Any]], inputs: Inputs
) -> pd.DataFrame:
    """Disagreements with the reason of each: setting, case, days of both, reason."""
    failed = theirs[theirs["status"] == "error"][["setting", "case"]]
    rows = compared(ours, theirs[theirs["status"] == "event"].drop(columns="status"))
    rows = rows.merge(failed.assign(failed=True), how="outer", on=["setting", "case"])
    broken = rows["failed"].notna()
    rows = rows.drop(columns="failed")
    by_package = {one["setting"]: one["package"] for one in settings}
    package = rows["setting"].map(by_package)
    made = [rows[broken].assign(reason=FAILS)]
    peer = rows[~broken & (package == "msprog")]
    made.append(classified_msprog(peer, settings, inputs.visits, inputs.relapses))
    made.append(_classified(rows[~broken & (package == "MSoutcomes")], settings, inputs))
    table = pd.concat([one for one in made if len(one)] or made[:1], ignore_index=True)
    table = table.sort_values(["setting", "case"]).reset_index(drop=True)
    table.attrs["courses"] = inputs.visits["case"].nunique()
    return table


def _classified(rows: pd.DataFrame, settings: list[dict[str, Any]], inputs: Inputs) -> pd.DataFrame:
    by_name = {one["setting"]: one for one in settings}
    courses = for_oracle(inputs.visits, inputs.relapses)
    reasons = []
    for row in rows.itertuples(index=False):
        setting = by_name[str(row.setting)]
        found = explained(
            setting["function"], setting["theirs"], courses[str(row.case)], _wanted(row)
        )
        reasons.append(UNEXPLAINED if not found else " + ".join(found))
    return rows.assign(reason=reasons)


def _wanted(row: Any) -> Days:
    if math.isnan(row.event_day_theirs):
        return None
    reference = row.reference_day_theirs
    return row.event_day_theirs, None if math.isnan(reference) else reference


def reasons_in(reasons: pd.Series) -> pd.Series:
    """How many differences each reason has a part in."""
    return reasons.str.split(" + ", regex=False).explode().value_counts()
