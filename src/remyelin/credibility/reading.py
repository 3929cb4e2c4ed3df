"""Reading of measures from the tables of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from remyelin.credibility.course import Course
from remyelin.credibility.measures import AnyMeasure
from remyelin.study.definition import Definition

if TYPE_CHECKING:
    import pandas as pd

Seen = tuple[tuple[float, ...], tuple[float, ...]]
"""Values and units of a measure, one of each per replicate."""


def measured(
    asked: Iterable[tuple[str, str, AnyMeasure]],
    tables: Mapping[str, pd.DataFrame],
    definitions: Mapping[str, Definition],
) -> dict[str, Seen]:
    """Give each measure that is asked for by the name under which it is asked.

    Parameters
    ----------
    asked
        Name, arm and measure.
    tables
        Longitudinal tables of the run.
    definitions
        What counts as an event, by name.
    """
    found: dict[str, Seen] = {}
    courses: dict[str, Course] = {}
    for name, arm, measure in asked:
        if arm not in courses:
            courses[arm] = Course.of(tables, definitions, arm)
        seen = measure.read(courses[arm])
        found[name] = (
            tuple(float(value) for value in seen.values),
            tuple(float(unit) for unit in seen.units),
        )
    return found
