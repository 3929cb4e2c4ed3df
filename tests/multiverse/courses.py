"""Small data whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from remyelin.endpoints import Dataset, read_dataset

EVERY_DAYS = 84
"""Visits are 12 weeks apart."""

STABLE = (2.0,) * 7
WORSE_12 = (2.0, 3.0, 3.0, 2.0, 2.0, 2.0, 2.0)
"""Worse at 12 and 24 weeks, better from week 36 on: kept for 12 weeks, not for 24."""
WORSE_24 = (2.0, 3.0, 3.0, 3.0, 2.0, 2.0, 2.0)
"""Worse from week 12 to week 36: kept for 24 weeks, not for 48."""
WORSE = (2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0)
"""Worse from week 12 to the end, week 72."""


def visits(courses: Mapping[str, Sequence[float]], **columns: Mapping[str, object]) -> pd.DataFrame:
    rows = [
        {
            "subject_id": name,
            "day": EVERY_DAYS * place,
            "edss": edss,
            **{column: given.get(name) for column, given in columns.items()},
        }
        for name, course in courses.items()
        for place, edss in enumerate(course)
    ]
    return pd.DataFrame(rows)


def relapses(onsets: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    rows = [(name, day) for name, days in onsets.items() for day in days]
    return pd.DataFrame(rows, columns=["subject_id", "day"])


def dataset(
    courses: Mapping[str, Sequence[float]], onsets: Mapping[str, Sequence[float]] | None = None
) -> Dataset:
    table = None if onsets is None else relapses(onsets)
    return read_dataset(visits(courses), relapses=table)
