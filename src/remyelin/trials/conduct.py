"""The conduct of a trial: from enrolment to the last visit, for some of its replicates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.enrolment import Cohort
from remyelin.engine.backends import carrier, rater
from remyelin.engine.happenings import Happenings
from remyelin.model.day import SIGNALS, Signal
from remyelin.model.edss import Rating
from remyelin.model.schedule import Schedule
from remyelin.study.vocabulary import Covariate
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.trials.allocation import Participants, allocate
from remyelin.trials.calendar import Calendar
from remyelin.trials.cells import Receivers, has_begun
from remyelin.trials.examination import Examiner, unexamined
from remyelin.trials.lead_in import found_on_day_0
from remyelin.trials.notebook import Notebook, notebooks
from remyelin.trials.plan import Plan, Visit
from remyelin.trials.prior import at_baseline, prior_courses
from remyelin.trials.readouts import Scanner
from remyelin.trials.relapse_visits import UNSCHEDULED, RelapseVisits
from remyelin.trials.switching import Switcher
from remyelin.trials.unblinding import Lean

if TYPE_CHECKING:
    import pandas as pd

COMPLETED, DROPOUT, DEATH, FAILED = "completed", "dropout", "death", "failed"
"""Why observation of a patient ended."""

Tables: TypeAlias = "dict[str, pd.DataFrame]"

Report = Callable[[float, str], None]
"""Called with the share of the work done, 0 to 1, and what is being done."""


def conduct(plan: Plan, replicates: Sequence[int], report: Report) -> dict[str, pd.DataFrame]:
    """Run replicates of a trial and give their longitudinal tables.

    Parameters
    ----------
    plan
        The trial made ready.
    replicates
        Numbers of the replicates.
    report
        Told how far the work has come.
    """
    recruiter = plan.recruiter()
    cohort = recruiter.enrol(
        replicates, plan.settings.patients, lambda share: report(0.7 * share, "Enrolling")
    )
    return follow(plan, cohort, lambda share: report(0.7 + 0.3 * share, "Following"))


def follow(
    plan: Plan, cohort: Cohort, report: Callable[[float], None], *, before: int = 0
) -> dict[str, pd.DataFrame]:
    """Allocate enrolled patients and see them to the last visit.

    What becomes of a patient depends on seed, replicate, the patient and its place in the order
    of enrolment; who else is in the cohort changes nothing.

    Parameters
    ----------
    plan
        The trial made ready.
    cohort
        Patients on the day of their enrolment, in the order in which they were enrolled.
    report
        Told the share of the visits made.
    before
        Patients of the same replicate who were enrolled before the first one of this cohort;
        other than 0 only for a cohort of one replicate.
    """
    trial = _Trial(plan, cohort, allocate(plan, cohort, before=before))
    steps = len(plan.visits) - 1
    for visit in plan.visits:
        trial.go_to(visit)
        report(visit.number / max(steps, 1))
    return trial.tables()


class _Trial:
    """Participants on their way from visit to visit."""

    def __init__(self, plan: Plan, cohort: Cohort, people: Participants) -> None:
        self.plan, self.cohort, self.people = plan, cohort, people
        self.books = notebooks()
        backend = plan.settings.backend
        self.engine = carrier(plan.table, backend, threads=plan.threads)
        settings = plan.study.design.measurement
        self.assessor = rater(plan.table, backend, noise=settings.rater_noise)
        self.population = at_baseline(plan.study, cohort, people)
        self.receivers = Receivers.of(self.population)
        self.lean = Lean.of(plan.table)
        self.rows = np.arange(len(people))
        self.today = self.enrolled = -plan.study.design.lead_in_days
        self.end = np.minimum(people.planned_end, people.dropout)
        left = people.dropout < people.planned_end
        self.reason = np.where(left, DROPOUT, COMPLETED).astype(object)
        names = np.array([arm.arm_id for arm in plan.study.arms], dtype=object)
        self.arm_id = names[people.arm]
        self.scanner = Scanner.at_baseline(plan.table, self.population, noise=settings.volume_noise)
        self.examiner = Examiner.of(settings, plan.table, self.population.streams)
        self.calendar = Calendar.of(
            plan.visits, settings, self.population.streams, people.planned_end
        )
        self.relapse_visits = RelapseVisits(settings.relapse_visit_delay_days)
        self.courses = self._first_courses()
        self.switcher = Switcher(plan, people.arm, self.population.streams)

    def _first_courses(self) -> list[Course]:
        courses = prior_courses(
            self.plan.study,
            self.cohort,
            self.people,
            self.today,
            self.plan.inputs.protocols,
        )
        for name, protocol in self.plan.protocols.items():
            rows = np.flatnonzero(self.people.protocol_id == name)
            if len(rows):
                start = np.full(len(rows), self.today, dtype=np.int64)
                plain = Course(protocol, rows, start, np.full(len(rows), FOREVER))
                courses += self.receivers.courses(plain)
        return courses

    def go_to(self, visit: Visit) -> None:
        """Carry everybody under observation to a visit and see them.

        Who switches is decided when the last of them has been there.
        """
        for day in self.calendar.stops(self.rows, visit):
            if visit.number:
                self._carry_to(day)
            come = self._present(day) & self.calendar.comes(self.rows, visit, day)
            self._see(replace(visit, day=day), come)
            if self.today < 0:
                self._carry(0)
        if self.switcher.anybody and visit.number:
            self._switch(replace(visit, day=self.today))
        self._leave(self.today)

    def _present(self, day: int) -> NDArray[np.bool_]:
        dead = self.reason[self.rows] == DEATH
        last = self.end[self.rows] - np.where(dead, 1, 0)
        present: NDArray[np.bool_] = last >= day
        return present

    def _carry_to(self, day: int) -> None:
        """Carry everybody to a day, with the visits that relapses bring on the way."""
        while self.today < day:
            self._carry(self.relapse_visits.next_stop(self.today, day))
            due = np.isin(self.rows, self.relapse_visits.due(self.today))
            if due.any():
                due &= self._present(self.today) & ~self.calendar.anything(self.rows, self.today)
                self._see(Visit(UNSCHEDULED, self.today, mri=False), due)

    def _carry(self, day: int) -> None:
        position = np.full(len(self.people), -1, dtype=np.intp)
        position[self.rows] = np.arange(len(self.rows))
        plan = Schedule(
            entry.of(place >= 0, place[place >= 0])
            for course in self.courses
            for entry in entries(course, self.plan.table, Window(self.today, day))
            for place in (position[entry.rows],)
        )
        self.population, seen = self.engine.advance(self.population, self.today, day, plan)
        self._bury(seen)
        self._mark_failed()
        self._note(seen)
        self.today = day

    def _bury(self, seen: Happenings) -> None:
        rows, days = seen.of("death")
        who = self.rows[rows]
        dies = days <= self.end[who]
        self.end[who[dies]] = np.maximum(days[dies], 0)
        self.reason[who[dies]] = DEATH

    def _mark_failed(self) -> None:
        who = self.rows[self.population.failed()]
        who = who[(self.reason[who] != DEATH) & (self.end[who] > self.today)]
        self.end[who] = np.minimum(self.end[who], max(self.today, 0))
        self.reason[who] = FAILED

    def _note(self, seen: Happenings) -> None:
        diary = self.books["adverse_events"]
        for signal in SIGNALS:
            if signal.event == "relapse":
                found = self._note_event(seen, signal, self.books["relapses"])
                self.relapse_visits.note(*found)
            else:
                self._note_event(seen, signal, diary)

    def _note_event(
        self, seen: Happenings, signal: Signal, book: Notebook
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        rows, days = seen.of(signal.event)
        who = self.rows[rows]
        inside = (days > 0) & (days <= self.end[who])
        if self.today < 0:
            before = np.flatnonzero(days <= 0)
            why = self.reason[who[before]]
            dead, here = why == DEATH, (why != DEATH) & (why != FAILED)
            inside[before] = found_on_day_0(
                signal, self.population, rows[before], dead=dead, here=here
            )
        who, days = who[inside], np.maximum(days[inside], 0)
        columns = {**self._who(who), "day": days}
        if book is not self.books["relapses"]:
            grade = np.nan if signal.grade is None else signal.grade
            columns["event"] = np.full(len(who), signal.event, dtype=object)
            columns["grade"] = np.full(len(who), grade)
        book.write(columns)
        return who, days

    def _who(self, rows: NDArray[np.intp]) -> dict[str, NDArray[np.generic]]:
        source = self.people.source[rows]
        return {
            "replicate": self.cohort.replicate[source],
            "subject_id": self.cohort.number[source],
            "arm_id": self.arm_id[rows],
        }

    def _see(self, visit: Visit, come: NDArray[np.bool_]) -> None:
        rows, population = self.rows[come], self.population.take(np.flatnonzero(come))
        rating = self.assessor.rate(self.lean.seen(population, rows, self.courses, visit.day))
        occasion, planned = visit.number, visit.number != UNSCHEDULED
        scan = self.scanner.read(rows, population, scanned=visit.mri, occasion=occasion)
        tests = unexamined(len(rows))
        if planned:
            tests = self.examiner.read(rows, population, rating.edss, occasion=occasion)
        columns = {
            **self._who(rows),
            "visit": np.full(len(rows), visit.number),
            "day": np.full(len(rows), visit.day),
            "scheduled": np.full(len(rows), planned),
            **_scores(rating),
            **scan,
            **tests,
        }
        self.books["visits"].write(columns)

    def _switch(self, visit: Visit) -> None:
        known = {
            name: self.books[name].frame() for name in ("visits", "relapses", "adverse_events")
        }
        known["subjects"] = self._so_far(visit.day)
        for course in self.switcher.decide(visit, known):
            self._stop(course.rows, course.start)
            self.courses += self.receivers.courses(course)

    def _so_far(self, day: int) -> pd.DataFrame:
        import pandas as pd

        gone = self.end <= day
        return pd.DataFrame(
            {
                **self._who(np.arange(len(self.people))),
                "end_day": np.minimum(self.end, day),
                "end_reason": np.where(gone, self.reason, COMPLETED),
            }
        )

    def _stop(self, rows: NDArray[np.intp], day: NDArray[np.int64]) -> None:
        stops = np.full(len(self.people), FOREVER)
        stops[rows] = day
        self.courses = [replace(c, stop=np.minimum(c.stop, stops[c.rows])) for c in self.courses]

    def _leave(self, day: int) -> None:
        """Let go of patients whose observation has ended."""
        stay = self.end[self.rows] > day
        if not stay.all():
            self.population = self.population.take(np.flatnonzero(stay))
            self.rows = self.rows[stay]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the longitudinal tables."""
        self._write_subjects()
        self._write_exposures()
        return {name: book.frame() for name, book in self.books.items()}

    def _write_subjects(self) -> None:
        rows = np.arange(len(self.people))
        source = self.people.source
        base = {name.value: values[source] for name, values in self.cohort.covariates.items()}
        switched = self.switcher.day
        switched[switched > self.end] = np.nan
        self.books["subjects"].write(
            {
                **self._who(rows),
                "protocol_id": self.people.protocol_id,
                **base,
                "female": base[Covariate.FEMALE.value] > 0.0,
                "planned_end_day": self.people.planned_end,
                "end_day": self.end,
                "end_reason": self.reason,
                "switch_day": switched,
                "imputed": np.full(len(rows), self.plan.imputed(), dtype=object),
            }
        )

    def _write_exposures(self) -> None:
        for course in self.courses:
            begun = (course.start <= self.end[course.rows]) & has_begun(course)
            rows, stop = course.rows[begun], course.stop[begun].astype(np.float64)
            stop[stop > self.end[rows]] = np.nan
            later, before = course.start[begun] > 0, course.start[begun] < self.enrolled
            reason = np.where(before, "before enrolment", np.where(later, "switch", "allocated"))
            self.books["exposures"].write(
                {
                    **self._who(rows),
                    "protocol_id": np.full(len(rows), course.protocol.protocol_id, dtype=object),
                    "start_day": course.start[begun],
                    "stop_day": stop,
                    "reason": np.where(course.reason != "", course.reason, reason).astype(object),
                }
            )


def _scores(rating: Rating) -> dict[str, NDArray[np.generic]]:
    systems = {
        f"fs_{name}": score
        for name, score in rating._asdict().items()
        if name not in ("edss", "ambulation")
    }
    return {"edss": rating.edss, "ambulation": rating.ambulation, **systems}
