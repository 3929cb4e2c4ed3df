"""Longitudinal tables from outside, checked as a whole and made ready for endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import (
    MEASURE_NAMES,
    PATIENT_WORDS,
    RELAPSE_WORDS,
    SCHEDULED,
    VISIT_WORDS,
)
from remyelin.endpoints.conventions import BoolArray, FloatArray, IntArray
from remyelin.endpoints.history import History
from remyelin.endpoints.intake import Ends, Relapses, Visits
from remyelin.endpoints.quality import Findings, Problem, sentences
from remyelin.endpoints.reading import AS_WRITTEN, Reading
from remyelin.endpoints.renaming import check_renamed, for_table
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.errors import InputError
from remyelin.files import ReadLimits

_ADVICE: Final = "Nothing was worked out. Mend the table; docs/endpoints.md lists the columns."
_LENIENT: Final = "With --lenient the reader goes on: {}."


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Longitudinal data from outside.

    Attributes
    ----------
    history
        The data, ready for endpoints; ``subject`` counts patients from 0.
    labels
        Name of each patient as given; shape (patients,).
    origin
        Day number of each patient's baseline where dates were given (days from 1970), else of the
        day column; shape (patients,).
    dated
        Whether dates were given.
    columns
        Measurements that the visits hold.
    unread
        Columns that were not read; those of relapses and patients with the name of the table.
    n_visits, n_relapses
        Rows used.
    has_relapses, has_reasons
        Whether a table of relapses was given, and whether ends of observation have a reason.
    problems
        What was settled on the way; empty unless asked to be lenient.
    notes
        What was read otherwise than it stands, or assumed, without asking.
    switched
        Patients whose treatment was switched.
    sources
        What was read of which file, where the tables were made of datasets by a mapping.
    """

    history: History
    labels: NDArray[Any]
    origin: FloatArray
    dated: bool
    columns: tuple[str, ...]
    unread: tuple[str, ...]
    n_visits: int
    n_relapses: int
    has_relapses: bool
    has_reasons: bool
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    switched: int = 0
    sources: tuple[str, ...] = ()

    def date(self, day: FloatArray) -> NDArray[Any]:
        """Calendar dates of days from baseline as text; None without dates.

        Empty where a day is nan, or a patient has no baseline.
        """
        if not self.dated:
            return np.full(day.shape, None, dtype=object)
        known = np.isfinite(day) & np.isfinite(self.origin)
        count = np.where(known, day + self.origin, 0.0).round().astype("int64")
        text = count.astype("datetime64[D]").astype(str).astype(object)
        return np.where(known, text, "")


def read_dataset(
    visits: Source,
    *,
    relapses: Source | None = None,
    patients: Source | None = None,
    renamed: Mapping[str, str] | None = None,
    lenient: bool = False,
    limits: ReadLimits | None = None,
    reading: Reading = AS_WRITTEN,
) -> Dataset:
    """Read and check longitudinal data.

    Parameters
    ----------
    visits
        One row per patient and visit: ``subject_id``, ``date`` or ``day``, and measurements (see
        `remyelin.endpoints.columns`). ``visit`` (0 is baseline), ``arm_id`` and ``replicate`` may
        be there; without ``visit`` the first row of a patient is his baseline.
    relapses
        One row per relapse: ``subject_id``, and ``date`` or ``day`` of onset as in the visits.
    patients
        One row per patient: ``subject_id``, end of observation (``end_date`` or ``end_day``),
        ``end_reason``, ``switch_date`` or ``switch_day``; without it observation ends at the last
        visit.
    renamed
        Names of columns, and the names under which they are read, in every table that has them;
        with ``visits:``, ``relapses:`` or ``patients:`` before the name in that table alone.
    lenient
        Go on where every problem can be settled; docs/endpoints.md lists what is done with each.
    limits
        How large a file may be; by default as the environment says (see `ReadLimits`).
    reading
        How dates and numbers are read that can be read in more than one way.

    Raises
    ------
    InputError
        Anything is wrong with the tables; every problem is named with row and column.
    """
    limits = limits or ReadLimits.from_environment()
    sheets = _sheets(
        visits, relapses, patients, renamed=renamed or {}, limits=limits, reading=reading
    )
    return dataset_of(sheets, lenient=lenient, limits=limits)


def dataset_of(
    sheets: Mapping[str, Sheet],
    *,
    lenient: bool,
    limits: ReadLimits,
    found: Findings | None = None,
) -> Dataset:
    """Check tables that were read, and make them ready for endpoints.

    Parameters
    ----------
    sheets
        ``visits``, and ``relapses`` and ``patients`` where they were given.
    lenient, limits
        As in `read_dataset`.
    found
        What was found while the tables were made; it is told with the rest.

    Raises
    ------
    InputError
        Anything is wrong with the tables; every problem is named with row and column.
    """
    found = found or Findings()
    for one in sheets.values():
        found.take(one)
    sheet = sheets["visits"]
    table = Visits.of(sheet, limits, found)
    end = Ends.of(sheets.get("patients"), table, found)
    onsets = Relapses.of(sheets.get("relapses"), table, end, found)
    _stop(found, lenient=lenient)
    return Dataset(
        history=History.of(_tables(table, end, onsets)),
        labels=table.labels,
        origin=table.origin,
        dated=table.dated,
        columns=tuple(table.measures),
        unread=tuple(_unread(sheets)),
        n_visits=table.day.size,
        n_relapses=onsets.patient.size,
        has_relapses="relapses" in sheets,
        has_reasons=end.given,
        problems=tuple(found.problems),
        notes=tuple(found.notes),
        switched=end.switched,
    )


_WORDS: Final = {
    "visits": (*VISIT_WORDS, *MEASURE_NAMES),
    "relapses": RELAPSE_WORDS,
    "patients": PATIENT_WORDS,
}
"""Columns that are read of each table."""


def _sheets(
    visits: Source,
    relapses: Source | None,
    patients: Source | None,
    *,
    renamed: Mapping[str, str],
    limits: ReadLimits,
    reading: Reading,
) -> dict[str, Sheet]:
    """The tables that were given, their columns renamed."""
    given = {"visits": visits}
    given |= {
        name: source
        for name, source in (("relapses", relapses), ("patients", patients))
        if source is not None
    }
    sheets = {
        name: read_sheet(
            source,
            name=name,
            wanted=_WORDS[name],
            renamed=for_table(renamed, name),
            limits=limits,
            may_be_empty=name != "visits",
            reading=reading,
        )
        for name, source in given.items()
    }
    check_renamed(sheets, renamed)
    return sheets


def _unread(sheets: Mapping[str, Sheet]) -> Iterator[str]:
    for name, sheet in sheets.items():
        for column in sheet.unread:
            yield column if name == "visits" else f"{column} ({name})"


def _stop(found: Findings, *, lenient: bool) -> None:
    """Raise what was found, unless it can all be settled and may be."""
    if not found.problems or (lenient and not found.fatal):
        return
    advice = _ADVICE
    if not found.fatal:
        ways = dict.fromkeys(problem.settled for problem in found.problems)
        advice = f"{_ADVICE}\n{_LENIENT.format('; '.join(ways))}"
    raise InputError("data", list(sentences(found)), advice)


def _numbered(
    patient: IntArray, day: FloatArray, given: FloatArray, scheduled: BoolArray
) -> IntArray:
    """Visit numbers: 0 is baseline, then as given where whole and above 0, else in order.

    A visit that was not planned has the number -1 and is left out of the order.
    """
    later = ((day > 0) & scheduled).astype(np.int64)
    total, begin = np.cumsum(later), np.searchsorted(patient, patient)
    counted = total - (total - later)[begin]
    usable = (given > 0) & (np.remainder(given, 1) == 0)
    keep = bool(np.all(usable[(day > 0) & scheduled]))
    after = np.where(usable, np.nan_to_num(given), 0).astype(np.int64) if keep else counted
    planned = np.where(day == 0, 0, np.where(day > 0, after, -1))
    return np.where(scheduled, planned, -1)


def _tables(table: Visits, end: Ends, onsets: Relapses) -> dict[str, pd.DataFrame]:
    replicate = pd.factorize(table.replicate)[0]
    n = table.labels.size
    begin = np.where(np.isnan(table.origin), table.last, table.origin)
    who = pd.DataFrame({"replicate": replicate, "arm_id": table.arm, "subject_id": np.arange(n)})
    subjects = who.assign(
        end_day=end.day - begin, end_reason=end.reason, switch_day=end.switch - begin
    )
    order = np.lexsort((table.day, table.patient))
    patient, day = table.patient[order], (table.day - begin[table.patient])[order]
    scheduled = table.scheduled[order]
    number = _numbered(patient, day, table.number[order], scheduled)
    missing = np.isnan(table.origin)[patient]
    visits = who.iloc[patient].reset_index(drop=True)
    visits = visits.assign(visit=np.where(missing, -1, number), day=day)
    visits[SCHEDULED] = scheduled
    for name, value in table.measures.items():
        visits[name] = value[order]
    relapses = who.iloc[onsets.patient].reset_index(drop=True)
    relapses = relapses.assign(day=onsets.day - begin[onsets.patient])
    nothing = who.iloc[:0].assign(day=0.0, event="", grade=0.0)
    return {
        "subjects": subjects,
        "visits": visits,
        "relapses": relapses,
        "adverse_events": nothing,
    }
