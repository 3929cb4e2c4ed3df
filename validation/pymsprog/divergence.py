"""Where the two packages disagree, and for which reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from validation.pymsprog.ours import definition_of

STARTS_THERE = "starts_at_the_milestone"
ROUNDING = "rounding_of_binary_fractions"
SKIPS = "skips_visits_after_an_improvement"
STOPS = "ends_the_search_before_the_relapse"
FORGETS = "forgets_relapses_before_baseline"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Reason:
    """Why two answers differ.

    Attributes
    ----------
    name, title, argument
        Name in the table, and the reason argued from the paper or rule behind the definition.
    """

    name: str
    title: str
    argument: str


REASONS = (
    Reason(
        STARTS_THERE,
        "A patient who starts at the milestone",
        "The peer counts the milestone as reached on day 0. Time to a milestone is defined for "
        "patients who are below it when observation begins; counting the others puts an event at "
        "time 0 on whatever was true before. Here they are `no_baseline`: not assessed, and "
        "counted as such.",
    ),
    Reason(
        ROUNDING,
        "A change of exactly 20 %",
        "From 23.5 s, 28.2 s is a rise of 20 %. The peer compares binary fractions, in which "
        "28.2 - 23.5 is a hair less than 4.7. The rule says 20 % or more (Cadavid 2017), so here a "
        "slack of one in a thousand million absorbs the rounding.",
    ),
    Reason(
        SKIPS,
        "Visits between an improvement and its confirmation",
        "With a fixed reference and confirmation at the visit alone, the peer passes over all "
        "visits between an improvement and its confirmation, although a worsening may start among "
        "them. A first worsening from a fixed baseline is defined by the worsening alone; an "
        "improvement in between plays no part. The two agree where all visits in between must "
        "show the change.",
    ),
    Reason(
        STOPS,
        "A reference that is never reset",
        "The peer ends its search when no later visit differs enough from the old reference, "
        "before it has looked behind the relapse. With re-baselining after relapses (Kappos 2020) "
        "every relapse resets the reference, and the change may be large enough against the new "
        "one.",
    ),
    Reason(
        FORGETS,
        "Relapses before the first visit",
        "The peer leaves out relapses that began more than `relapse_to_bl` days before the first "
        "visit. A worsening within 90 days after the onset of a relapse is relapse-associated "
        "(Kappos 2020, Lublin 2022) and not relapse-independent, whichever side of the first visit "
        "the relapse lies on.",
    ),
)


def compared(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Disagreements: setting, case, and the three days of both."""
    table = ours.merge(
        theirs, on=["setting", "case"], how="outer", suffixes=("_ours", "_theirs"), indicator=True
    )
    differs = (table["_merge"] != "both").to_numpy()
    for name in ("event_day", "confirming_day", "reference_day"):
        mine, other = (table[f"{name}_{who}"].to_numpy(np.float64) for who in ("ours", "theirs"))
        told = np.ones(len(table), dtype=bool) if name == "event_day" else ~np.isnan(other)
        differs |= told & ~np.isclose(mine, other, rtol=0, atol=1e-9)
    rows = table[differs].drop(columns="_merge")
    return rows.sort_values(["setting", "case"]).reset_index(drop=True)


def classified(
    rows: pd.DataFrame,
    settings: list[dict[str, Any]],
    visits: pd.DataFrame,
    relapses: pd.DataFrame,
) -> pd.DataFrame:
    """Disagreements with the reason of each."""
    by_name = {setting["setting"]: setting for setting in settings}
    visit_of = dict(tuple(visits.groupby("case")))
    onset_of = {case: rows["day"].to_numpy() for case, rows in relapses.groupby("case")}
    reasons = [
        _reason(row, by_name[row.setting], visit_of[row.case], onset_of.get(row.case, np.empty(0)))
        for row in rows.itertuples(index=False)
    ]
    return rows.assign(reason=reasons)


def _reason(row: Any, setting: dict[str, Any], visits: pd.DataFrame, onsets: Any) -> str:
    definition = definition_of(setting)
    score = visits[setting["column"]].to_numpy(np.float64)
    if definition.threshold is not None:
        return STARTS_THERE if score[0] >= definition.threshold else UNEXPLAINED
    if definition.relative_change is not None:
        tenths = np.round(score * 10)
        return ROUNDING if np.any(5 * tenths == 6 * tenths[0]) else UNEXPLAINED
    if not definition.confirm_between:
        improved = np.any(score[1:] <= score[0] - 0.5)
        return SKIPS if improved else UNEXPLAINED
    forgotten = onsets < visits["day"].min() - setting["theirs"]["relapse_to_bl"]
    reach = max(definition.associated_days, definition.relapse_free.event_before)
    days = [day for day in (row.event_day_ours, row.event_day_theirs) if not np.isnan(day)]
    if reach and any(0 <= day - onset <= reach for day in days for onset in onsets[forgotten]):
        return FORGETS
    if definition.rebaseline_after_relapse and onsets.size:
        return STOPS
    return UNEXPLAINED
