"""The EDSS of ratings from outside, as text and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from remyelin.endpoints.ratings import Ratings


def text(found: Ratings, *, most: int) -> str:
    """What was worked out, and the first rows.

    Parameters
    ----------
    most
        Rows that are listed.
    """
    rated = int(np.isfinite(found.edss).sum())
    lines = [
        f"EDSS by the rule {found.rule.value} from {found.scale.value} grades: "
        f"{rated:,} of {found.edss.size:,} rows"
    ]
    if rated < found.edss.size:
        lines.append(f"{found.edss.size - rated:,} rows lack a grade and have no EDSS")
    if "edss_of_systems" in found.frame:
        lines.append(f"{found.differs:,} rows hold another EDSS in column edss")
    lines += [f"  - {p.where}, {p} ({p.settled})" for p in found.repairs]
    if most and len(found.frame):
        lines += ["", found.frame.head(most).to_string(index=False, na_rep="-")]
        more = len(found.frame) - most
        if more > 0:
            lines.append(f"... and {more:,} more rows; --out FILE writes them all")
    return "\n".join([*lines, "", OWN_DATA_DISCLAIMER])


def values(found: Ratings) -> dict[str, Any]:
    """What was worked out as JSON can hold it."""
    names = [str(name) for name in found.frame]
    columns = [found.frame[name].tolist() for name in found.frame]
    rows = [
        {name: None if pd.isna(cell) else cell for name, cell in zip(names, cells, strict=True)}
        for cells in zip(*columns, strict=True)
    ]
    return {
        "disclaimer": OWN_DATA_DISCLAIMER,
        "rule": found.rule.value,
        "systems": found.scale.value,
        "differs": found.differs,
        "repairs": [vars(problem) for problem in found.repairs],
        "rows": rows,
    }
