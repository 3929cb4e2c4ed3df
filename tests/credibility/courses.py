"""Hand-made longitudinal tables with few patients, whose answers can be counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from remyelin.credibility.course import Course
from remyelin.study.definitions import definitions
from remyelin.units import DAYS_PER_YEAR

NO_EVENTS = pd.DataFrame(
    {
        "replicate": pd.Series(dtype="int64"),
        "subject_id": pd.Series(dtype="int64"),
        "arm_id": pd.Series(dtype="object"),
        "day": pd.Series(dtype="int64"),
        "event": pd.Series(dtype="object"),
        "grade": pd.Series(dtype="Int64"),
    }
)


@dataclass(kw_only=True)
class Person:
    """One patient: visits as (day, column values), relapses as days."""

    visits: list[tuple[int, dict[str, float]]]
    relapses: list[int] = field(default_factory=list)
    end: int | None = None
    age: float = 30.0
    duration: float = 0.0
    female: bool = True
    replicate: int = 0
    arm: str = "one"


def scores(*pairs: tuple[float, float], column: str = "edss") -> list[tuple[int, dict[str, float]]]:
    """Visits by years from baseline with one value each."""
    return [(round(years * DAYS_PER_YEAR), {column: value}) for years, value in pairs]


def days(*years: float) -> list[int]:
    return [round(one * DAYS_PER_YEAR) for one in years]


def tables(*people: Person) -> dict[str, pd.DataFrame]:
    subjects, visits, relapses = [], [], []
    for number, one in enumerate(people):
        who = {"replicate": one.replicate, "subject_id": number, "arm_id": one.arm}
        end = max(day for day, _ in one.visits) if one.end is None else one.end
        subjects.append(
            {
                **who,
                "age_years": one.age,
                "disease_duration_years": one.duration,
                "female": one.female,
                "end_day": end,
                "end_reason": "completed",
            }
        )
        for place, (day, values) in enumerate(one.visits):
            extra = "unscheduled" in values
            row = {k: v for k, v in values.items() if k != "unscheduled"}
            number_of = -1 if extra else place
            visits.append({**who, "visit": number_of, "day": day, "scheduled": not extra, **row})
        relapses += [{**who, "day": day} for day in one.relapses]
    columns = ["replicate", "subject_id", "arm_id", "day"]
    return {
        "subjects": pd.DataFrame(subjects),
        "visits": pd.DataFrame(visits),
        "relapses": pd.DataFrame(relapses, columns=columns).astype({"day": "int64"}),
        "adverse_events": NO_EVENTS,
    }


def course(*people: Person, arm: str = "all") -> Course:
    return Course.of(tables(*people), definitions(), arm)
