"""Rows of tables from outside, patient by patient: visits, ends of observation, relapses."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import (
    ARM,
    DEATH,
    END_REASONS,
    LOST,
    MEASURE_NAMES,
    MEASURES,
    PATIENT_WORDS,
    REPLICATE,
    SCHEDULED,
    SUBJECT,
    VISIT,
)
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.dates import Partly, days, within_part
from remyelin.endpoints.order import check_order, check_relapses, first_rows, one_visit_a_day
from remyelin.endpoints.quality import Findings, flags, is_empty, measured, numbers, texts
from remyelin.endpoints.sheet import Sheet
from remyelin.files import ReadLimits, listed, shown

ONE_ARM: Final = "all"
"""Arm of patients whose table names none."""


def _time_column(sheet: Sheet, found: Findings, prefix: str = "") -> str | None:
    named = [f"{prefix}{word}" for word in ("date", "day") if f"{prefix}{word}" in sheet.columns]
    if len(named) == 1:
        return named[0]
    if not prefix:
        there = "both are there" if named else _there(sheet)
        found.add(sheet, None, "", f"one of the columns date and day is needed; {there}")
    elif named:
        found.add(sheet, None, "", f"only one of {prefix}date and {prefix}day is allowed")
    return None


def _there(sheet: Sheet) -> str:
    names = listed((*sheet.columns, *sheet.unread))
    return f"there are: {names} (--rename OLD=NEW reads a column under another name)"


def _keys(sheet: Sheet, found: Findings) -> NDArray[Any]:
    """Text that names the patient of each row: replicate, arm and subject."""
    if SUBJECT not in sheet.columns:
        found.add(sheet, None, SUBJECT, f"this column is missing; {_there(sheet)}")
        return np.full(sheet.n, "", dtype=object)
    for column in (SUBJECT, ARM, REPLICATE):
        if column in sheet.columns:
            empty = np.flatnonzero(is_empty(sheet.columns[column]))
            found.add_rows(sheet, empty, column, "a value is missing")
    written = texts(sheet.columns[SUBJECT])
    label = np.array([unicodedata.normalize("NFC", name) for name in written], dtype=object)
    changed = np.flatnonzero(label != written)
    what = "names with accents written apart from their letters"
    found.tell(sheet, changed, SUBJECT, what, "they are joined, so that one name is one patient")
    return label


def _optional(sheet: Sheet, column: str, default: str) -> NDArray[Any]:
    if column in sheet.columns:
        return texts(sheet.columns[column])
    return np.full(sheet.n, default, dtype=object)


@dataclass(frozen=True, eq=False, kw_only=True)
class Visits:
    """Visits of all patients; ``labels``, ``arm``, ``origin`` and ``last`` are by patient."""

    sheet: Sheet
    index: pd.MultiIndex
    labels: NDArray[Any]
    arm: NDArray[Any]
    replicate: NDArray[Any]
    patient: IntArray
    day: FloatArray
    number: FloatArray
    origin: FloatArray
    last: FloatArray
    dated: bool
    scheduled: BoolArray
    keyed: tuple[bool, bool]
    measures: Mapping[str, FloatArray]

    @classmethod
    def of(cls, sheet: Sheet, limits: ReadLimits, found: Findings) -> Visits:
        """Read the visits; what is wrong with them is noted.

        Raises
        ------
        InputError
            There are more arms than allowed.
        """
        label, column = _keys(sheet, found), _time_column(sheet, found)
        measures = {c.name: measured(sheet, c, found) for c in MEASURES if c.name in sheet.columns}
        if not measures:
            what = f"no measurement; known columns: {', '.join(MEASURE_NAMES)}"
            found.add(sheet, None, "", f"{what}; {_there(sheet)}")
        time = np.zeros(sheet.n) if column is None else days(sheet, column, found, needed=True)
        arm, replicate = _optional(sheet, ARM, ONE_ARM), _optional(sheet, REPLICATE, "0")
        limits.check(sheet.where, arms=pd.unique(arm).size)
        keyed = (REPLICATE in sheet.columns, ARM in sheet.columns)
        every = pd.MultiIndex.from_arrays([replicate, arm, label])
        patient, index = pd.factorize(every)
        number = np.full(sheet.n, np.nan)
        if VISIT in sheet.columns:
            number = numbers(sheet, VISIT, found)
        scheduled = np.ones(sheet.n, dtype=np.bool_)
        if SCHEDULED in sheet.columns:
            scheduled = flags(sheet, SCHEDULED, found)
        if column is not None and SUBJECT in sheet.columns:
            check_order(sheet, column, patient, time, found)
            apart = 2 * patient + scheduled  # an unplanned visit may fall on a planned one
            kept = one_visit_a_day(
                sheet, column, apart, time, rated={**measures, VISIT: number}, found=found
            )
            if not keyed[0] and keyed[1]:
                _check_arms(sheet, label, arm, found)
            time = np.where(kept, time, np.nan)
        if column == "day" and VISIT not in sheet.columns:
            what = "a day before day 0, and no column visit says which visit is baseline"
            done = "each patient's first visit is baseline"
            found.tell(sheet, np.flatnonzero(time < 0), column, what, done)
        planned = np.where(scheduled, time, np.nan)
        first = first_rows(patient, planned, number, len(index))
        zeros = np.flatnonzero(number == 0)
        again = pd.Series(patient[zeros]).duplicated().to_numpy()
        found.add_rows(sheet, zeros[again], VISIT, "a second visit 0 of the same patient")
        _check_baseline(sheet, first, patient, measures, found)
        used = ~np.isnan(time)
        origin = np.where(first >= 0, time[first], np.nan)
        last = np.full(len(index), -np.inf)
        np.maximum.at(last, patient, np.nan_to_num(time, nan=-np.inf))
        return cls(
            sheet=sheet,
            index=pd.MultiIndex.from_tuples(list(index)),
            labels=np.array([key[2] for key in index], dtype=object),
            arm=np.array([key[1] for key in index], dtype=object),
            replicate=np.array([key[0] for key in index], dtype=object),
            patient=patient.astype(np.int64)[used],
            day=time[used],
            number=number[used],
            origin=origin,
            last=last,
            dated=column == "date",
            scheduled=scheduled[used],
            keyed=keyed,
            measures={name: value[used] for name, value in measures.items()},
        )

    def find(self, sheet: Sheet, found: Findings) -> IntArray:
        """Patients of the rows of another table; rows of unknown patients are noted."""
        label = _keys(sheet, found)
        if SUBJECT not in sheet.columns:
            return np.full(sheet.n, -1, dtype=np.int64)
        use = [
            has and c in sheet.columns for has, c in zip(self.keyed, (REPLICATE, ARM), strict=True)
        ]
        mine = [self.replicate if use[0] else None, self.arm if use[1] else None, self.labels]
        theirs = [
            texts(sheet.columns[REPLICATE]) if use[0] else None,
            texts(sheet.columns[ARM]) if use[1] else None,
            label,
        ]
        known = pd.MultiIndex.from_arrays([part for part in mine if part is not None])
        asked = pd.MultiIndex.from_arrays([part for part in theirs if part is not None])
        if known.has_duplicates:
            what = "the visits hold this patient in several arms or replicates; name them here too"
            found.add(sheet, None, SUBJECT, what)
            return np.full(sheet.n, -1, dtype=np.int64)
        place = known.get_indexer(asked).astype(np.int64)
        found.add_rows(
            sheet,
            np.flatnonzero(place < 0),
            SUBJECT,
            lambda row: f"patient {shown(label[row])} has no visit",
            settled="the row is left out",
        )
        return place


def _check_arms(sheet: Sheet, label: NDArray[Any], arm: NDArray[Any], found: Findings) -> None:
    frame = pd.DataFrame({"label": label, "arm": arm})
    first = frame.groupby("label", sort=False)["arm"].transform("first").to_numpy()
    found.add_rows(
        sheet,
        np.flatnonzero(first != arm),
        ARM,
        lambda row: (
            f"{shown(arm[row])} given, but patient {shown(label[row])} began in {shown(first[row])}"
        ),
    )


def _check_baseline(
    sheet: Sheet,
    first: IntArray,
    patient: IntArray,
    measures: Mapping[str, FloatArray],
    found: Findings,
) -> None:
    settled = "patients without baseline stay and are not assessed"
    if "edss" not in measures:
        return
    seen = np.unique(patient, return_index=True)[1]
    numbered = VISIT in sheet.columns
    for who in np.flatnonzero(first < 0) if numbered else ():
        what = "missing baseline: no visit is numbered 0"
        found.add(sheet, int(seen[who]), VISIT, what, settled=settled)
    have = first[first >= 0]
    for row in have[np.isnan(measures["edss"][have])]:
        what = "missing baseline: no EDSS at the first visit"
        found.add(sheet, int(row), "edss", what, settled=settled)


@dataclass(frozen=True, eq=False)
class Ends:
    """End of observation, reason and switch of each patient."""

    day: FloatArray
    reason: NDArray[Any]
    switch: FloatArray
    given: bool = False

    @property
    def switched(self) -> int:
        """Patients whose treatment was switched."""
        return int(np.isfinite(self.switch).sum())

    @classmethod
    def of(cls, sheet: Sheet | None, table: Visits, found: Findings) -> Ends:
        """Read the ends of observation; without a table it ends at the last visit."""
        n = table.labels.size
        day, switch = table.last.copy(), np.full(n, np.nan)
        dated = np.zeros(n, dtype=np.bool_)
        reason = np.full(n, "completed", dtype=object)
        if sheet is None:
            return cls(day, reason, switch)
        place = table.find(sheet, found)
        twice = pd.Series(place).duplicated().to_numpy() & (place >= 0)
        found.add_rows(sheet, np.flatnonzero(twice), SUBJECT, "this patient stands twice")
        if not sheet.columns:
            found.add(sheet, None, "", f"nothing to read; columns: {', '.join(PATIENT_WORDS)}")
        for prefix, target in (("end_", day), ("switch_", switch)):
            column = _time_column(sheet, found, prefix)
            if column is None:
                continue
            if column.endswith("date") != table.dated:
                what = "dates and days cannot be mixed; give the same as in the visits"
                found.add(sheet, None, column, what)
                continue
            value = days(sheet, column, found, needed=False, partly=Partly.SETTLED)
            use = (place >= 0) & ~np.isnan(value)
            if prefix == "end_":
                seen = np.where(use, table.last[place], value)
                late = within_part(sheet, column, seen) & (seen > value)
                what = "the last visit lies in the month or year that is given, and later"
                found.tell(sheet, np.flatnonzero(late), column, what, "it is the end")
                value = np.where(late, seen, value)
            target[place[use]] = value[use]
            if prefix == "end_":
                early = np.flatnonzero(use & (value < table.last[place]))
                what = "observation ends before the last visit"
                found.add_rows(sheet, early, column, what, settled="later visits do not count")
                dated[place[use]] = True
        if "end_reason" in sheet.columns:
            given = texts(sheet.columns["end_reason"])
            empty = is_empty(sheet.columns["end_reason"])
            found.add_rows(
                sheet,
                np.flatnonzero(~empty & ~np.isin(given, END_REASONS)),
                "end_reason",
                lambda row: f"{shown(given[row])} given; allowed: {', '.join(END_REASONS)}",
            )
            use = (place >= 0) & ~empty
            reason[place[use]] = given[use]
            _check_undated(sheet, np.where(use & ~dated[place], given, ""), found)
            reason[(reason == DEATH) & ~dated] = LOST
        open_ = int((~dated).sum())
        if open_:
            what = f"{open_:,} patients have no end of observation here"
            found.tell(sheet, None, "", what, "it ends at their last visit")
        return cls(day, reason, switch, "end_reason" in sheet.columns)


def _check_undated(sheet: Sheet, reason: NDArray[Any], found: Findings) -> None:
    """Note deaths whose day is not known."""
    rows = np.flatnonzero(reason == DEATH)
    what = "death without a day (end_date or end_day)"
    settled = "observation ends at the last visit, lost to follow-up; the death does not count"
    found.add_rows(sheet, rows, "end_reason", what, settled=settled)


@dataclass(frozen=True, eq=False)
class Relapses:
    """Onsets of relapses: patient and day, one entry each."""

    patient: IntArray
    day: FloatArray

    @classmethod
    def of(cls, sheet: Sheet | None, table: Visits, end: Ends, found: Findings) -> Relapses:
        """Read the relapses that lie under observation, or before it; others are noted."""
        if sheet is None:
            return cls(np.empty(0, dtype=np.int64), np.empty(0))
        place, column = table.find(sheet, found), _time_column(sheet, found)
        if column is None:
            return cls(np.empty(0, dtype=np.int64), np.empty(0))
        if column.endswith("date") != table.dated:
            what = "dates and days cannot be mixed; give the same as in the visits"
            found.add(sheet, None, column, what)
            return cls(np.empty(0, dtype=np.int64), np.empty(0))
        day = days(sheet, column, found, needed=True, partly=Partly.SETTLED)
        keep = check_relapses(sheet, column, place, day, span=(table.origin, end.day), found=found)
        return cls(place[keep], day[keep])
