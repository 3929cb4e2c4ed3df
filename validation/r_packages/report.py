"""The page of divergences."""

from __future__ import annotations

import pandas as pd

from validation.r_packages.divergence import reasons_in
from validation.r_packages.reasons import REASONS
from validation.r_packages.settings import settings


def report(
    rows: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame, versions: dict[str, str]
) -> str:
    """Table of disagreements with the argument for each kind."""
    every = settings()
    cases = rows.attrs["courses"]
    lines = [
        "# Where remyelin and the R packages disagree",
        "",
        "Made by `make validate`; the arguments stand in `reasons.py`, the rules that are "
        "exchanged in `choices.py`.",
        "",
        f"{cases} courses under {len(every)} settings, MSoutcomes {versions['MSoutcomes']} and "
        f"msprog {versions['msprog']} on R {versions['R']}: {cases * len(every):,} answers, "
        f"{len(rows):,} of which differ. Where two reasons are joined, both are needed.",
        "",
        "| setting | function | options | events here | events there | differ | reasons |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in every:
        name = one["setting"]
        mine, other = (int((table["setting"] == name).sum()) for table in (ours, theirs))
        found = rows[rows["setting"] == name]["reason"]
        told = "; ".join(f"{reason} ({n})" for reason, n in found.value_counts().items()) or "-"
        lines.append(
            f"| {name} | {one['function']} | {one['option']} | {mine} | {other} | {len(found)} "
            f"| {told} |"
        )
    lines += ["", "## Reasons", "", "Counts are of the answers in which a reason has a part.", ""]
    counts = reasons_in(rows["reason"])
    for reason in REASONS:
        found = int(counts.get(str(reason.name), 0))
        lines += [f"**{reason.title}** (`{reason.name}`, {found} answers). {reason.argument}", ""]
    return "\n".join(lines)
