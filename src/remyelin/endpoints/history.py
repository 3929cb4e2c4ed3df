"""Longitudinal tables made ready for endpoints: patients in order, rows matched to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.rows import Rows
from remyelin.errors import InputError
from remyelin.files import listed, shown

KEY = ("replicate", "arm_id", "subject_id")
"""Columns that name a patient; under twins one subject stands in several arms."""

_NEEDED = {
    "subjects": (*KEY, "end_day", "end_reason"),
    "visits": (*KEY, "visit", "day"),
    "relapses": (*KEY, "day"),
    "adverse_events": (*KEY, "day", "event", "grade"),
}
_FURTHEST_DAY = 1e6
_PLAIN = ("string", "integer", "categorical", "empty")
_TEXTS = ("arm_id", "end_reason", "event")
_WHOLE = ("replicate", "subject_id", "visit")
_MAY_BE_EMPTY = ("grade", "switch_day")
_ADVICE = "The columns of every table are listed in remyelin.study.tables."


@dataclass(frozen=True, eq=False)
class _Patients:
    """Numbers patients by their key."""

    low: tuple[int, int]
    size: tuple[int, int]
    arms: pd.Index[str]
    keys: IntArray
    order: IntArray

    @classmethod
    def of(cls, subjects: pd.DataFrame) -> _Patients:
        replicate = subjects["replicate"].to_numpy(np.int64)
        subject = subjects["subject_id"].to_numpy(np.int64)
        low = (int(replicate.min(initial=0)), int(subject.min(initial=0)))
        size = (
            int(replicate.max(initial=0)) - low[0] + 1,
            int(subject.max(initial=0)) - low[1] + 1,
        )
        arms = pd.Index(pd.unique(subjects["arm_id"]))
        if size[0] * size[1] * max(len(arms), 1) >= 2**62:
            raise InputError(
                "table subjects",
                [f"identifiers are too far apart: subject_id spans {size[1]}"],
                "Number the subjects from 0.",
            )
        blank = np.empty(0, dtype=np.int64)
        keys = cls(low, size, arms, blank, blank)._encode(subjects)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        if keys.size and np.any(keys[1:] == keys[:-1]):
            first = order[np.flatnonzero(keys[1:] == keys[:-1])[0]]
            raise InputError(
                "table subjects",
                [f"two rows for {_name(subjects, int(first))}; one row per patient is allowed"],
                "Remove the duplicates.",
            )
        return cls(low, size, arms, keys, order)

    def _encode(self, frame: pd.DataFrame) -> IntArray:
        replicate = frame["replicate"].to_numpy(np.int64) - self.low[0]
        subject = frame["subject_id"].to_numpy(np.int64) - self.low[1]
        arm = np.asarray(self.arms.get_indexer(pd.Index(frame["arm_id"])), dtype=np.int64)
        known = (arm >= 0) & (replicate >= 0) & (replicate < self.size[0])
        known &= (subject >= 0) & (subject < self.size[1])
        code = (replicate * len(self.arms) + arm) * self.size[1] + subject
        return np.where(known, code, -1)

    def find(self, frame: pd.DataFrame, table: str) -> IntArray:
        """Position of each row's patient among the subjects."""
        code = self._encode(frame)
        low = int(self.keys[0]) if self.keys.size else 0
        if self.keys.size and int(self.keys[-1]) - low == self.keys.size - 1:
            found = np.maximum(code - low, 0)  # keys without gaps are places
        else:
            found = np.searchsorted(self.keys, code)
        found = np.minimum(found, max(self.keys.size - 1, 0))
        missing = self.keys[found] != code if self.keys.size else np.ones(code.size, dtype=bool)
        if np.any(missing):
            row = int(np.flatnonzero(missing)[0])
            raise InputError(
                f"table {table}",
                [f"row {row} belongs to {_name(frame, row)}, who is not in table subjects"],
                "Add the patient to subjects or remove the row.",
            )
        return self.order[found] if self.keys.size else np.empty(0, dtype=np.int64)


def _name(frame: pd.DataFrame, row: int) -> str:
    replicate, arm, subject = (frame[column].iloc[row] for column in KEY)
    return f"replicate {replicate}, arm {arm!r}, subject {subject}"


def _numbers(values: pd.Series) -> FloatArray:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


@dataclass(frozen=True, eq=False)
class History:
    """Longitudinal tables of many patients, matched and sorted once, used by every endpoint.

    Build it with `History.of`; patients stand in the order of table ``subjects``.

    Attributes
    ----------
    replicate, subject
        Key of each patient; shape (patients,).
    arm
        Position of each patient's arm in ``arm_ids``; shape (patients,).
    arm_ids
        Arms in the order in which they first appear.
    end_day, switch_day, death_day
        Last day under observation, day of the switch and of death; inf where there was none.
    relapses, adverse_events
        Dated rows; the value of an adverse event is its CTCAE grade (nan where not given).
    adverse_names
        Name of each row of ``adverse_events``.
    """

    replicate: IntArray
    subject: IntArray
    arm: IntArray
    arm_ids: tuple[str, ...]
    end_day: FloatArray
    switch_day: FloatArray
    death_day: FloatArray
    relapses: Rows
    adverse_events: Rows
    adverse_names: tuple[str, ...]
    _visits: pd.DataFrame
    _visit_rows: Rows
    _numbers: dict[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Tables, *, unscheduled: bool = False) -> History:
        """Match and sort longitudinal tables; a ready history is handed back as it is.

        Parameters
        ----------
        tables
            Frames by name as in ``study.tables``: subjects, visits, relapses, adverse_events.
        unscheduled
            Whether visits that the column ``scheduled`` says to be because of a relapse count
            like any other; otherwise they neither show nor confirm anything.

        Raises
        ------
        InputError
            A table or column is missing, a patient stands twice, or a row has no patient or day.
        """
        if isinstance(tables, History):
            return tables
        _check(tables)
        subjects = tables["subjects"].reset_index(drop=True)
        patients = _Patients.of(subjects)
        seen = tables["visits"]
        if "scheduled" in seen and not unscheduled:
            seen = seen[seen["scheduled"].astype(bool)]
        visits, order = _sorted(seen, patients, "visits", "visit")
        frame = (seen if order is None else seen.iloc[order]).reset_index(drop=True)
        relapses, _ = _sorted(tables["relapses"], patients, "relapses", None)
        adverse, kept = _sorted(tables["adverse_events"], patients, "adverse_events", None, "grade")
        names = tables["adverse_events"]["event"].astype(object).to_numpy()
        names = names if kept is None else names[kept]
        end_day = _numbers(subjects["end_day"])
        died = subjects["end_reason"].astype(object).to_numpy() == "death"
        death_day = np.where(died, end_day, np.inf)
        deaths = np.asarray(names == "death", dtype=bool)
        np.minimum.at(death_day, adverse.patient[deaths], adverse.day[deaths])
        switch = np.full(end_day.shape, np.nan)
        if "switch_day" in subjects:
            switch = _numbers(subjects["switch_day"])
        return cls(
            replicate=subjects["replicate"].to_numpy(np.int64),
            subject=subjects["subject_id"].to_numpy(np.int64),
            arm=np.asarray(patients.arms.get_indexer(pd.Index(subjects["arm_id"])), dtype=np.int64),
            arm_ids=tuple(str(arm) for arm in patients.arms),
            end_day=end_day,
            switch_day=np.where(np.isnan(switch), np.inf, switch),
            death_day=death_day,
            relapses=relapses,
            adverse_events=adverse,
            adverse_names=tuple(names),
            _visits=frame,
            _visit_rows=visits,
        )

    @property
    def n(self) -> int:
        """Number of patients (each arm of a twin counts)."""
        return self.end_day.size

    def measured(self, column: str) -> Rows:
        """Visits at which a column was measured; a missing value is no assessment.

        Raises
        ------
        InputError
            The visits have no such column.
        """
        return self.measured_with(column, ())[0]

    def measured_with(
        self, column: str, others: Sequence[str]
    ) -> tuple[Rows, dict[str, FloatArray]]:
        """Visits at which a column was measured, and other columns at the same visits.

        Returns
        -------
        tuple
            The rows, and the values of each other column, nan where it was not measured.

        Raises
        ------
        InputError
            The visits lack one of the columns.
        """
        for name in (column, *others):
            if name not in self._visits:
                known = ", ".join(str(name) for name in self._visits.columns)
                raise InputError(
                    "table visits", [f"no column {name!r}; there are: {known}"], _ADVICE
                )
        base = self._visit_rows
        value = self._column(column)
        there = ~np.isnan(value)
        rows = Rows(base.patient, base.day, value, base.visit).keep(there)
        return rows, {name: self._column(name)[there] for name in others}

    def has_column(self, column: str) -> bool:
        """Whether the visits have a column."""
        return column in self._visits

    def _column(self, name: str) -> FloatArray:
        if name not in self._numbers:
            try:
                self._numbers[name] = _numbers(self._visits[name])
            except (TypeError, ValueError):
                kind = shown(str(self._visits[name].dtype))
                problem = f"column {name}: numbers are needed, {kind} given"
                raise InputError("table visits", [problem], _ADVICE) from None
        return self._numbers[name]

    def adverse_named(self, names: frozenset[str]) -> BoolArray:
        """Which rows of ``adverse_events`` carry one of the names."""
        return np.fromiter((name in names for name in self.adverse_names), dtype=bool)


Tables: TypeAlias = Mapping[str, pd.DataFrame] | History
"""Longitudinal tables by name, or the history made from them."""


def _check(tables: Mapping[str, pd.DataFrame]) -> None:
    problems = []
    for table, columns in _NEEDED.items():
        if table not in tables:
            problems.append(f"table {table} is missing")
            continue
        twice = tables[table].columns[tables[table].columns.duplicated()]
        if twice.size:
            problems.append(f"table {table}: columns stand twice: {listed(twice)}")
            continue
        absent = [column for column in columns if column not in tables[table]]
        if absent:
            problems.append(f"table {table} lacks {', '.join(absent)}")
        there = [column for column in (*columns, "switch_day") if column in tables[table]]
        for column in there:
            wrong = _wrong(tables[table][column], column)
            problems += [f"table {table}, column {column}: {wrong}"] if wrong else []
    if problems:
        raise InputError("longitudinal tables", problems, _ADVICE)


def _wrong(values: pd.Series, column: str) -> str:
    """Why a column cannot be used; empty where it can, and where it has no rows."""
    if not len(values):
        return ""
    if column in _TEXTS:
        gone = column in KEY and values.isna().any()
        plain = pd.api.types.infer_dtype(values, skipna=True) in _PLAIN
        nested = not plain and any(isinstance(cell, list | dict | set) for cell in values)
        strange = nested or (column in KEY and pd.api.types.is_float_dtype(values.dtype))
        return "a value is missing" if gone else "a text is needed" if strange else ""
    if values.isna().any() and column not in _MAY_BE_EMPTY:
        return "a value is missing"
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else "O"
    if kind in "iu":
        return ""
    try:
        numbers = values.to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError, OverflowError):
        return f"numbers are needed, {shown(str(values.dtype))} given"
    if kind in "mM":
        return f"numbers are needed, {shown(str(values.dtype))} given"
    if column in _WHOLE and not np.all(np.abs(numbers) < 2.0**53):
        return "numbers this large are not allowed"
    if column.endswith("day") and np.any(np.abs(numbers[np.isfinite(numbers)]) > _FURTHEST_DAY):
        return f"a day lies beyond {_FURTHEST_DAY:,.0f} days from baseline"
    return "whole numbers are needed" if column in _WHOLE and np.any(numbers % 1) else ""


def _sorted(
    frame: pd.DataFrame,
    patients: _Patients,
    table: str,
    visit: str | None,
    value: str | None = None,
) -> tuple[Rows, IntArray | None]:
    """Rows by patient and day, and their order; None where they stood so."""
    patient = patients.find(frame, table)
    day = _numbers(frame["day"])
    number = np.full(day.size, -1, dtype=np.int64)
    if visit is not None:
        number = frame[visit].to_numpy(np.int64)
    values = _numbers(frame[value]) if value is not None else np.zeros(day.size)
    if _is_sorted(patient, day):
        # Copies: a column of floats would be a view into the table of the caller.
        return Rows(patient, day.copy(), values.copy(), number.copy()), None
    order = np.lexsort((day, patient))
    return Rows(patient[order], day[order], values[order], number[order]), order


def _is_sorted(patient: IntArray, day: FloatArray) -> bool:
    """Whether rows stand by patient and day; a day that is no number says no."""
    later, same = patient[1:] > patient[:-1], patient[1:] == patient[:-1]
    return bool(np.all(later | (same & (day[1:] >= day[:-1]))))
