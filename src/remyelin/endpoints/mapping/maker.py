"""Tables made of the datasets of a folder, one after the other, with an account of every file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import SUBJECT
from remyelin.endpoints.mapping.folder import Folder
from remyelin.endpoints.mapping.long import Measurement, Taken, take
from remyelin.endpoints.mapping.patients import (
    Subjects,
    ends_of,
    patient_sheet,
    subjects_of,
    switches_of,
    treatments_of,
)
from remyelin.endpoints.mapping.schema import AMBULATION, DataMapping, Time
from remyelin.endpoints.mapping.selection import counted, first_filled, kept_rows
from remyelin.endpoints.mapping.visits import (
    day_key,
    objects,
    parsed,
    study_days,
    time_column,
    visit_sheet,
    with_baseline,
)
from remyelin.endpoints.quality import Findings, sentences
from remyelin.endpoints.reading import Reading
from remyelin.endpoints.sheet import Sheet
from remyelin.errors import InputError
from remyelin.files import listed

_LEADING: Final = "edss"
_DAY_ONE: Final = 0.0
"""Study day 1, counted from 0."""


class Maker:
    """Makes the tables one after the other, and keeps account."""

    def __init__(
        self,
        mapping: DataMapping,
        files: Folder,
        reading: Reading,
        found: Findings,
        told: list[str],
    ) -> None:
        self.mapping, self.files, self.reading = mapping, files, reading
        self.found, self.told = found, told
        self.subjects = self._subjects()

    def _account(self, what: str, used: Sequence[tuple[str, int, int]]) -> None:
        self.told.extend(
            f"{what} from {name}: {taken:,} of {total:,} rows" for name, total, taken in used
        )

    def _lacking(self, dataset: str, what: str) -> bool:
        """Whether a dataset is not there; that is told."""
        if self.files.parts[dataset]:
            return False
        self.told.append(f"no dataset {dataset}: no {what} from it")
        return True

    def _subjects(self) -> Subjects:
        rows = self.mapping.subjects
        if rows is None or self._lacking(rows.dataset, "patients"):
            return Subjects(None, {}, {})
        subjects, used = subjects_of(rows, self.files.parts[rows.dataset], self.found)
        self._account("patients", used)
        return subjects

    def visits(self, *, ratings: bool) -> Sheet:
        """Table of visits with the baseline marked."""
        taken = Taken()
        for rows in self.mapping.visits:
            if self._lacking(rows.dataset, "measurements"):
                continue
            for part in self.files.parts[rows.dataset]:
                take(rows, part, self.subjects.keep(rows, part, self.found), taken, self.found)
        self._account("measurements", taken.used)
        every = [m for m in taken.measurements if ratings or m.measure.name != AMBULATION]
        if not every:
            self._nothing()
        every = self._in_days(every)
        sheet = visit_sheet(
            every,
            time=self.mapping.time,
            arm=self.subjects.arm,
            where=self.files.where,
            reading=self.reading,
            found=self.found,
        )
        self._tell_absent(sheet)
        if ratings:
            return sheet
        has_edss = any(m.measure.name == _LEADING for m in every)
        marked = {
            (m.subject, day_key(m.time)): True
            for m in every
            if m.is_baseline and (m.measure.name == _LEADING or not has_edss)
        }
        return with_baseline(
            sheet,
            marked=marked,
            start=self._starts(sheet),
            time=self.mapping.time,
            found=self.found,
        )

    def _nothing(self) -> NoReturn:
        """Say why there is no visit at all.

        Raises
        ------
        InputError
            Always.
        """
        notes = [f"{note.where}, {note}: {note.settled}" for note in self.found.notes]
        told = ["no measurement is read of any dataset", *self.told, *sentences(self.found), *notes]
        advice = "Change the mapping; `remyelin endpoints --show-mapping sdtm` prints one."
        raise InputError(self.files.where, told, advice)

    def _in_days(self, every: list[Measurement]) -> list[Measurement]:
        """Measurements with study days counted from 0."""
        if self.mapping.time is not Time.STUDY_DAY:
            return every
        cells, zeros = study_days(objects([m.time for m in every]))
        self._tell_zeros([every[k].row for k in zeros])
        gone = set(zeros)
        return [replace(m, time=cells[k]) for k, m in enumerate(every) if k not in gone]

    def _tell_zeros(self, rows: Sequence[str]) -> None:
        for row in rows:
            what = f"{row}: study day 0, which there is not (1 is the first day, -1 that before it)"
            sheet = Sheet(self.files.where, {}, (), np.ones(1, dtype=np.int64), "row")
            self.found.add(sheet, None, "", what, settled="the row is left out")

    def _tell_absent(self, sheet: Sheet) -> None:
        if self.subjects.names is None:
            return
        absent = sorted(self.subjects.names - set(sheet.columns[SUBJECT]))
        if absent:
            what = f"{len(absent):,} patients without a measurement: {listed(absent)}"
            self.found.tell(sheet, None, SUBJECT, what, "they are not among the patients")

    def _starts(self, sheet: Sheet) -> dict[str, float]:
        """Day on which the study begins, by patient."""
        if self.mapping.time is Time.STUDY_DAY:
            return dict.fromkeys(sheet.columns[SUBJECT].tolist(), _DAY_ONE)
        names = list(self.subjects.start)
        cells = objects([self.subjects.start[name] for name in names])
        day = parsed(cells, time_column(self.mapping.time), self.reading)
        unread = [names[k] for k in np.flatnonzero(np.isnan(day))]
        if unread:
            what = f"first day of the study that is no date, of {len(unread):,} patients: "
            self.found.tell(sheet, None, "", what + listed(unread), "it names no baseline")
        return {name: float(d) for name, d in zip(names, day, strict=True) if not np.isnan(d)}

    def relapses(self) -> Sheet | None:
        """Table of onsets; None where no dataset of relapses is there."""
        subject: list[str] = []
        times: list[Any] = []
        called: list[str] = []
        there = False
        for rows in self.mapping.relapses:
            if self._lacking(rows.dataset, "relapses; who relapsed is not known"):
                continue
            for part in self.files.parts[rows.dataset]:
                there = True
                chosen = kept_rows(rows, part, self.found)
                if part.sheet.n and not chosen.size and rows.where:
                    column = rows.where[0].column
                    there_are = counted(part.words(column)) if part.has(column) else "no column"
                    self.found.add(
                        part.sheet,
                        None,
                        column,
                        f"no row is a relapse by the mapping; there are: {there_are}",
                        settled="nobody had a relapse",
                    )
                chosen = chosen[self.subjects.keep(rows, part, self.found)[chosen]]
                cells, _ = first_filled(part, rows.time, chosen, self.found)
                words = part.words(rows.subject) if part.has(rows.subject) else objects([])
                subject += [str(words[row]) for row in chosen]
                times += list(cells)
                called += [part.row(int(row)) for row in chosen]
                self._account("relapses", [(part.name, part.sheet.n, int(chosen.size))])
        if not there:
            return None
        return self._timed(subject, objects(times), called)

    def _timed(self, subject: list[str], times: NDArray[Any], called: list[str]) -> Sheet:
        if self.mapping.time is Time.STUDY_DAY:
            times, zeros = study_days(times)
            self._tell_zeros([called[k] for k in zeros])
            kept = [k for k in range(len(subject)) if k not in set(zeros)]
            subject, times = [subject[k] for k in kept], times[kept]
            called = [called[k] for k in kept]
        column = time_column(self.mapping.time)
        columns = {SUBJECT: objects(subject), column: times}
        place = np.arange(1, len(subject) + 1, dtype=np.int64)
        return Sheet(
            self.files.where,
            columns,
            (),
            place,
            "row",
            tuple(columns),
            reading=self.reading,
            called={"": objects(called)},
        )

    def treatments(self) -> pd.DataFrame:
        """Treatments of all datasets."""
        frames = []
        for rows in self.mapping.treatments:
            if self._lacking(rows.dataset, "treatments"):
                continue
            for part in self.files.parts[rows.dataset]:
                frame, used = treatments_of(rows, part, self.subjects, self.found)
                self._account("treatments", [used])
                frames.append(frame)
        frames = [frame for frame in frames if len(frame)]
        if not frames:
            return pd.DataFrame(columns=[SUBJECT, "treatment", "start", "end", "row"])
        whole = pd.concat(frames, ignore_index=True)
        if self.mapping.time is Time.STUDY_DAY:
            for column in ("start", "end"):
                whole[column], _ = study_days(whole[column].to_numpy(dtype=object))
        return whole

    def patients(self, treatments: pd.DataFrame) -> Sheet | None:
        """Table of patients; None where no end and no switch is known."""
        ends = []
        for rows in self.mapping.ends:
            if self._lacking(rows.dataset, "ends of observation"):
                continue
            for part in self.files.parts[rows.dataset]:
                more, used = ends_of(rows, part, self.subjects, self.found)
                ends += more
                self._account("ends of observation", [used])
        if self.mapping.time is Time.STUDY_DAY:
            cells, zeros = study_days(objects([end.time for end in ends]))
            self._tell_zeros([ends[k].row for k in zeros])
            gone = set(zeros)
            ends = [replace(e, time=cells[k]) for k, e in enumerate(ends) if k not in gone]
        switches = switches_of(treatments, time=self.mapping.time, reading=self.reading)
        return patient_sheet(
            ends,
            switches,
            time=self.mapping.time,
            where=self.files.where,
            reading=self.reading,
            found=self.found,
        )
