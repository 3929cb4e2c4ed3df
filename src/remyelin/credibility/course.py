"""What measures read: the longitudinal tables of a run, matched once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import History
from remyelin.endpoints.rows import Rows
from remyelin.statistics.arms import Replicates, members
from remyelin.study.definition import Definition
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measured:
    """One figure per replicate.

    Attributes
    ----------
    values
        The figure; nan where it could not be estimated; shape (replicates,).
    units
        Patients, relapses or events behind it; shape (replicates,).
    """

    values: Reals
    units: Reals


@dataclass(frozen=True, eq=False)
class Course:
    """The patients of a run, or of one of its arms.

    Attributes
    ----------
    history
        Scheduled visits, relapses and ends of observation.
    with_relapse_visits
        The same with unscheduled visits counted like any other.
    onset_age, duration, female
        Age at onset and years from onset to baseline; whether a woman; each of shape (patients,).
    member
        The patients that count; shape (patients,).
    definitions
        What counts as an event, by name.
    """

    history: History
    with_relapse_visits: History
    onset_age: Reals
    duration: Reals
    female: Flags
    member: Flags
    definitions: Mapping[str, Definition]

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        definitions: Mapping[str, Definition],
        arm: str = "all",
    ) -> Course:
        """Match the tables of a run.

        Parameters
        ----------
        tables
            Frames by name as in ``study.tables``.
        definitions
            What counts as an event, by name.
        arm
            Arm whose patients count, or ``all``.
        """
        subjects = tables["subjects"]
        history = History.of(tables)
        visits = tables["visits"]
        everything = history
        if not visits["scheduled"].all():
            everything = History.of(tables, unscheduled=True)
        duration = _numbers(subjects, "disease_duration_years")
        return cls(
            history,
            everything,
            _numbers(subjects, "age_years") - duration,
            duration,
            subjects["female"].to_numpy(np.bool_),
            members(history, arm)[0],
            definitions,
        )

    @cached_property
    def replicates(self) -> Replicates:
        """Replicates of the run."""
        return Replicates.of(self.history)

    @property
    def end_years(self) -> Reals:
        """Years from onset to the end of observation; shape (patients,)."""
        years: Reals = self.duration + self.history.end_day / DAYS_PER_YEAR
        return years

    def rows(self, column: str, *, unscheduled: bool = False) -> Rows:
        """Give the visits of the members at which a column was measured."""
        rows = (self.with_relapse_visits if unscheduled else self.history).measured(column)
        return rows.keep(self.member[rows.patient])

    @property
    def relapses(self) -> Rows:
        """Relapses of the members under observation."""
        rows = self.history.relapses
        return rows.keep(self.member[rows.patient])

    def years_of(self, rows: Rows) -> Reals:
        """Years from onset at each row."""
        years: Reals = self.duration[rows.patient] + rows.day / DAYS_PER_YEAR
        return years

    def count(self, rows: Rows, mask: Flags | None = None) -> Reals:
        """Count rows by replicate."""
        patient = rows.patient if mask is None else rows.patient[mask]
        return self.total_of(patient, None)

    def total_of(self, patient: NDArray[np.int64], values: Reals | None) -> Reals:
        """Sum values that belong to patients, by replicate; without values, count."""
        code = self.replicates.code[patient]
        total: Reals = np.bincount(code, weights=values, minlength=self.replicates.n).astype(
            np.float64
        )
        return total


def _numbers(frame: pd.DataFrame, column: str) -> Reals:
    values: Reals = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return values
