"""The course as a table of years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remyelin.study.vocabulary import NO_HARM
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.patients.course import Course

_NOT_OTHER = NO_HARM | {"relapse", "infection", "death"}
_WEEK = 7


def yearly(course: Course) -> pd.DataFrame:
    """Give one row per option and year of the first draw.

    Counts are those of the year; EDSS is the last rating of the year; volume, NfL and cells are
    true values at its end. Cells show their lowest value of the year.
    """
    import pandas as pd

    rows = []
    for option in course.options:
        weekly = course.of("weekly", option.name)
        visits = course.of("visits", option.name)
        events = course.of("events", option.name)
        for year in range(1, course.settings.years + 1):
            low, high = (year - 1) * DAYS_PER_YEAR, year * DAYS_PER_YEAR
            week = weekly[(weekly["day"] > low) & (weekly["day"] <= high)]
            if week.empty:
                break
            visit = visits[(visits["day"] > low) & (visits["day"] <= high)]
            event = events[(events["day"] > low) & (events["day"] <= high)]["event"]
            before = weekly[weekly["day"] <= low].iloc[-1]
            last = week.iloc[-1]
            rows.append(
                {
                    "option": option.name,
                    "year": year,
                    "age_years": round(float(last["age_years"]), 1),
                    "relapses": int((event == "relapse").sum()),
                    "new_t2_lesions": int(last["new_t2_lesions"] - before["new_t2_lesions"]),
                    "gd_weeks": _weeks(week.loc[week["gd_lesions"] > 0, "day"]),
                    "edss": float(visit["edss"].iloc[-1]) if len(visit) else np.nan,
                    "edss_true": float(last["edss_true"]),
                    "brain_volume_pct": float(last["brain_volume_pct"]),
                    "nfl_pg_ml": float(last["nfl_pg_ml"]),
                    "neutrophils_lowest": float(week["neutrophils_1e9_l"].min()),
                    "cd4_lowest": float(week["cd4_per_ul"].min()),
                    "infections": int((event == "infection").sum()),
                    "other_events": int((~event.isin(_NOT_OTHER)).sum()),
                }
            )
    return pd.DataFrame(rows)


def _weeks(days: pd.Series[int]) -> int:
    """Count the weeks in which some days lie; the first week ends on day 7."""
    return int(((days - 1) // _WEEK).nunique())
