"""Patients of a mapping: who is kept, their arms, ends of observation, treatments and switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from remyelin.endpoints.columns import DEATH, SUBJECT
from remyelin.endpoints.mapping.folder import Part
from remyelin.endpoints.mapping.schema import (
    EndRows,
    Rows,
    SubjectRows,
    Time,
    TreatmentRows,
)
from remyelin.endpoints.mapping.selection import counted, first_filled, kept_rows, reason_of
from remyelin.endpoints.mapping.visits import objects, parsed, time_column
from remyelin.endpoints.quality import Findings
from remyelin.endpoints.reading import Reading
from remyelin.endpoints.sheet import Sheet
from remyelin.files import shown


@dataclass(frozen=True, eq=False)
class Subjects:
    """Patients who are kept; None: everybody.

    Attributes
    ----------
    arm
        Arm by patient, where there are arms.
    start
        Cell of the first day of the study, by patient.
    """

    names: frozenset[str] | None
    arm: Mapping[str, str]
    start: Mapping[str, Any]

    def keep(self, rows: Rows, part: Part, found: Findings) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows of a file are of patients who are kept; the others are told."""
        if self.names is None or not part.has(rows.subject):
            return np.ones(part.sheet.n, dtype=np.bool_)
        words = part.words(rows.subject)
        keep = np.array([word in self.names or not word for word in words], dtype=np.bool_)
        others = np.flatnonzero(~keep)
        who = len(set(words[others]))
        what = f"rows of {who:,} patients who are not among those kept: {counted(words[others])}"
        found.tell(part.sheet, others, rows.subject, what, "not read")
        return keep


def subjects_of(
    rows: SubjectRows | None, parts: Sequence[Part], found: Findings
) -> tuple[Subjects, list[tuple[str, int, int]]]:
    """Patients of a dataset, and how many rows of each file were used."""
    if rows is None:
        return Subjects(None, {}, {}), []
    arm: dict[str, str] = {}
    start: dict[str, Any] = {}
    names: dict[str, str] = {}
    used = []
    for part in parts:
        chosen = kept_rows(rows, part, found)
        used.append((part.name, part.sheet.n, int(chosen.size)))
        if not chosen.size:
            continue
        words = part.words(rows.subject)[chosen]
        arms, _ = first_filled(part, rows.arm, chosen, found)
        starts, _ = first_filled(part, rows.time, chosen, found)
        for k, word in enumerate(words):
            if word in names:
                what = f"patient {shown(word)} stands twice, first in {names[word]}"
                found.add(part.sheet, int(chosen[k]), rows.subject, what)
                continue
            names[word] = part.row(int(chosen[k]))
            if rows.arm:
                arm[word] = "no arm" if arms[k] is None else str(arms[k]).strip()
            if starts[k] is not None:
                start[word] = starts[k]
    return Subjects(frozenset(names), arm, start), used


@dataclass(frozen=True, eq=False)
class _End:
    subject: str
    time: Any
    reason: str
    row: str


def ends_of(
    rows: EndRows, part: Part, subjects: Subjects, found: Findings
) -> tuple[list[_End], tuple[str, int, int]]:
    """Ends of observation of a file, and how many of its rows were used."""
    chosen = kept_rows(rows, part, found)
    chosen = chosen[subjects.keep(rows, part, found)[chosen]]
    times, _ = first_filled(part, rows.time, chosen, found)
    words = part.words(rows.subject)
    reasons = [rows.always] * chosen.size
    if rows.reason and chosen.size and not part.has(rows.reason):
        what = "this column of reasons is missing"
        found.tell(part.sheet, None, rows.reason, what, "the ends have no reason")
    elif rows.reason and chosen.size:
        known = tuple(rows.reasons.items())
        given = part.words(rows.reason)[chosen]
        reasons = [reason_of(str(word), known) for word in given]
        bad = chosen[np.array([not reason for reason in reasons], dtype=np.bool_)]
        allowed = ", ".join(rows.reasons)
        found.add_rows(
            part.sheet,
            bad,
            rows.reason,
            lambda row: f"{shown(part.words(rows.reason)[row])} given; the mapping names {allowed}",
        )
    ends = [
        _End(str(words[row]), times[k], reasons[k], part.row(int(row)))
        for k, row in enumerate(chosen)
        if times[k] is not None or reasons[k]
    ]
    return ends, (part.name, part.sheet.n, len(ends))


def patient_sheet(
    ends: Sequence[_End],
    switches: Mapping[str, tuple[Any, str]],
    *,
    time: Time,
    where: str,
    reading: Reading,
    found: Findings,
) -> Sheet | None:
    """Table of patients: of several ends of one patient death comes first, else the latest."""
    column = time_column(time, "end_")
    by_subject: dict[str, list[int]] = {}
    for k, end in enumerate(ends):
        by_subject.setdefault(end.subject, []).append(k)
    times = objects([end.time for end in ends])
    day = parsed(times, time_column(time), reading)
    rows: list[tuple[str, Any, str, str]] = []
    several = 0
    for subject, places in by_subject.items():
        several += len(places) > 1
        deaths = [k for k in places if ends[k].reason == DEATH]
        order = sorted(deaths or places, key=lambda k: np.nan_to_num(day[k], nan=-np.inf))
        timed = [k for k in order if ends[k].time is not None]
        last = (timed or order)[-1]
        reasoned = [ends[k].reason for k in order if ends[k].reason]
        rows.append((subject, ends[last].time, reasoned[-1] if reasoned else "", ends[last].row))
    known = {row[0] for row in rows}
    rows += [(who, None, "", row) for who, (_, row) in switches.items() if who not in known]
    if not rows:
        return None
    subjects = [row[0] for row in rows]
    columns = {
        SUBJECT: objects(subjects),
        column: objects([row[1] for row in rows]),
        "end_reason": objects([row[2] for row in rows]),
    }
    called = {"": objects([row[3] for row in rows])}
    if switches:
        name = time_column(time, "switch_")
        columns[name] = objects([switches.get(who, (None, ""))[0] for who in subjects])
        called[name] = objects([switches.get(who, (None, ""))[1] for who in subjects])
    place = np.arange(1, len(rows) + 1, dtype=np.int64)
    sheet = Sheet(where, columns, (), place, "row", tuple(columns), reading=reading, called=called)
    if several:
        what = f"{several:,} patients with several ends of observation"
        found.tell(sheet, None, column, what, "death comes first, else the latest")
    return sheet


def treatments_of(
    rows: TreatmentRows, part: Part, subjects: Subjects, found: Findings
) -> tuple[pd.DataFrame, tuple[str, int, int]]:
    """Treatments of a file: patient, name, first and last day as they stand, and row."""
    chosen = kept_rows(rows, part, found)
    chosen = chosen[subjects.keep(rows, part, found)[chosen]]
    starts, _ = first_filled(part, rows.time, chosen, found)
    until: Any = np.full(chosen.size, None, dtype=object)
    if any(part.has(column) for column in rows.until):
        until, _ = first_filled(part, rows.until, chosen, found)
    names = np.full(chosen.size, "", dtype=object)
    if part.has(rows.treatment):
        names = part.words(rows.treatment)[chosen]
    elif chosen.size:
        found.tell(part.sheet, None, rows.treatment, "no names of treatments", "not read")
    ignored = [bool(reason_of(str(n), [(i, "x") for i in rows.ignored])) for n in names]
    told = chosen[np.array(ignored, dtype=np.bool_)]
    found.tell(part.sheet, told, rows.treatment, counted(names[ignored]), "no treatment; not read")
    undated = np.array(
        [s is None and not i for s, i in zip(starts, ignored, strict=True)], dtype=np.bool_
    )
    found.add_rows(
        part.sheet,
        chosen[undated],
        rows.time[0],
        "a treatment without its first day",
        settled="the row is left out",
    )
    words = part.words(rows.subject) if part.has(rows.subject) else np.empty(0, dtype=object)
    made = [
        (str(words[row]), str(names[k]), starts[k], until[k], part.row(int(row)))
        for k, row in enumerate(chosen)
        if names[k] and not ignored[k] and starts[k] is not None
    ]
    frame = pd.DataFrame(made, columns=[SUBJECT, "treatment", "start", "end", "row"], dtype=object)
    return frame, (part.name, part.sheet.n, len(made))


def switches_of(
    treatments: pd.DataFrame, *, time: Time, reading: Reading
) -> dict[str, tuple[Any, str]]:
    """First day, by patient, of a treatment that was not among those of the first day."""
    if treatments.empty:
        return {}
    cells = treatments["start"].to_numpy(dtype=object)
    day = parsed(cells, time_column(time), reading)
    found: dict[str, tuple[Any, str]] = {}
    for who, rows in treatments.assign(day=day).dropna(subset="day").groupby(SUBJECT, sort=False):
        ordered = rows.sort_values("day", kind="stable")
        first = set(ordered["treatment"][ordered["day"] == ordered["day"].iloc[0]].str.upper())
        later = ordered[~ordered["treatment"].str.upper().isin(first)]
        if len(later):
            found[str(who)] = (later["start"].iloc[0], str(later["row"].iloc[0]))
    return found
