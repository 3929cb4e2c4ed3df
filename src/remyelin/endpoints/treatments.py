"""Treatments of patients from a table with start and stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import ARM, REPLICATE, SUBJECT
from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.dataset import Dataset
from remyelin.endpoints.dates import Partly, days
from remyelin.endpoints.quality import Findings, Problem, is_empty, sentences, texts
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.errors import InputError
from remyelin.files import ReadLimits, listed, shown

TREATMENT: Final = "treatment"
WORDS: Final = (
    SUBJECT,
    ARM,
    REPLICATE,
    TREATMENT,
    "start_date",
    "start_day",
    "stop_date",
    "stop_day",
)
"""Columns that are read from a table of treatments."""


@dataclass(frozen=True, eq=False)
class Treatments:
    """Courses of treatment, sorted by patient and start; no two of a patient overlap.

    Attributes
    ----------
    patient
        Position of the patient in the data; shape (courses,).
    start, stop
        First day and last day, counted from baseline; stop is inf where it goes on.
    name
        Name of each treatment as given.
    problems, notes
        What was settled, and what was assumed without asking.
    """

    patient: IntArray
    start: FloatArray
    stop: FloatArray
    name: NDArray[Any]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def read_treatments(
    source: Source,
    data: Dataset,
    *,
    renamed: Mapping[str, str] | None = None,
    lenient: bool = False,
    limits: ReadLimits | None = None,
) -> Treatments:
    """Read courses of treatment and match them to the patients of the data.

    Parameters
    ----------
    source
        One row per course: ``subject_id``, ``treatment``, ``start_date`` or ``start_day`` as in
        the visits, and ``stop_date`` or ``stop_day`` (empty: it goes on).
    data
        The visits, as `read_dataset` gives them.
    renamed
        Names of columns, and the names under which they are read.
    lenient
        Go on where every problem can be settled, and list what was settled.
    limits
        How large a file may be.

    Raises
    ------
    InputError
        Anything is wrong with the table; every problem is named with its row.
    """
    found = Findings()
    sheet = read_sheet(
        source,
        name="treatments",
        wanted=WORDS,
        renamed=renamed,
        limits=limits,
        may_be_empty=True,
    )
    found.take(sheet)
    columns = _columns(sheet, data, found)
    made = None if columns is None else _courses(sheet, data, columns, found)
    if made is None or (found.problems and (not lenient or found.fatal)):
        advice = "Nothing was worked out. Mend the table; docs/endpoints.md lists the columns."
        if not found.fatal:
            ways = dict.fromkeys(problem.settled for problem in found.problems)
            advice += f"\nWith --lenient the reader goes on: {'; '.join(ways)}."
        raise InputError("treatments", list(sentences(found)), advice)
    patient, start, stop, name = made
    return Treatments(patient, start, stop, name, tuple(found.problems), tuple(found.notes))


def _columns(sheet: Sheet, data: Dataset, found: Findings) -> tuple[str, str | None] | None:
    """Columns of start and stop; None where one is missing or of the wrong kind."""
    suffix = "date" if data.dated else "day"
    there = listed((*sheet.columns, *sheet.unread))
    for name in (SUBJECT, TREATMENT, f"start_{suffix}"):
        if name not in sheet.columns:
            what = f"this column is missing; there are: {there}"
            found.add(sheet, None, name, what)
    other = "day" if data.dated else "date"
    for name in (f"start_{other}", f"stop_{other}"):
        if name in sheet.columns:
            what = f"dates and days cannot be mixed; give {name.split('_')[0]}_{suffix}"
            found.add(sheet, None, name, what)
    stop = f"stop_{suffix}"
    if found.problems:
        return None
    return f"start_{suffix}", stop if stop in sheet.columns else None


def _courses(
    sheet: Sheet, data: Dataset, columns: tuple[str, str | None], found: Findings
) -> tuple[IntArray, FloatArray, FloatArray, NDArray[Any]]:
    place = _patients(sheet, data, found)
    empty = is_empty(sheet.columns[TREATMENT])
    found.add_rows(sheet, np.flatnonzero(empty), TREATMENT, "a value is missing")
    name = texts(sheet.columns[TREATMENT])
    start = days(sheet, columns[0], found, needed=True, partly=Partly.SETTLED)
    stop = np.full(sheet.n, np.inf)
    if columns[1] is not None:
        given = days(sheet, columns[1], found, needed=False, partly=Partly.SETTLED)
        stop = np.where(np.isnan(given), np.inf, given)
    open_ = np.flatnonzero(np.isinf(stop) & (place >= 0))
    what = f"{open_.size:,} courses have no stop"
    if open_.size:
        found.tell(sheet, None, columns[1] or "", what, "they go on to the end of observation")
    back = np.flatnonzero(stop < start)
    found.add_rows(
        sheet, back, columns[1] or "", "stop lies before start", settled="the row is left out"
    )
    origin = np.where(place >= 0, data.origin[np.maximum(place, 0)], np.nan)
    keep = (place >= 0) & ~np.isnan(start) & ~(stop < start) & ~np.isnan(origin)
    row = np.flatnonzero(keep)
    row = row[np.lexsort((row, start[row], place[row]))]
    course = (place[row], start[row], stop[row], name[row])
    cut = _without_overlap(sheet, columns[0], row, course, found)
    stop = stop.copy()
    stop[row] = cut
    row = row[cut >= start[row]]
    return place[row], (start - origin)[row], (stop - origin)[row], name[row]


def _without_overlap(
    sheet: Sheet,
    column: str,
    row: IntArray,
    course: tuple[IntArray, FloatArray, FloatArray, NDArray[Any]],
    found: Findings,
) -> FloatArray:
    """Stops, cut where the next course of the same patient begins."""
    patient, start, stop, name = course
    cut = stop.copy()
    same = patient[1:] == patient[:-1]
    over = np.flatnonzero(same & (start[1:] < stop[:-1]))
    for at in over.tolist():
        what = (
            f"{shown(str(name[at + 1]))} begins while {shown(str(name[at]))} "
            f"of {sheet.row(int(row[at]))} goes on"
        )
        found.add(
            sheet,
            int(row[at + 1]),
            column,
            what,
            settled="a course ends where the next one of the patient begins",
        )
        cut[at] = start[at + 1]
    return cut


def _patients(sheet: Sheet, data: Dataset, found: Findings) -> IntArray:
    """Positions of the patients of all rows; -1 where there is none."""
    history = data.history
    arm = np.asarray(history.arm_ids, dtype=object)[history.arm]
    mine, theirs = [data.labels], [texts(sheet.columns[SUBJECT])]
    if ARM in sheet.columns and len(history.arm_ids) > 1:
        mine.append(arm)
        theirs.append(texts(sheet.columns[ARM]))
    known = pd.MultiIndex.from_arrays(mine)
    if known.has_duplicates:
        what = "the visits hold this patient in several arms or replicates; name the arm here too"
        found.add(sheet, None, SUBJECT, what)
        return np.full(sheet.n, -1, dtype=np.int64)
    place = np.asarray(known.get_indexer(pd.MultiIndex.from_arrays(theirs)), dtype=np.int64)
    found.add_rows(
        sheet,
        np.flatnonzero(place < 0),
        SUBJECT,
        lambda row: f"patient {shown(theirs[0][row])} has no visit",
        settled="the row is left out",
    )
    return place
