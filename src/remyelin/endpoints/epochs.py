"""Events by the treatment that a patient was on: spans of treatment, their time and their rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.conventions import FloatArray, IntArray
from remyelin.endpoints.recurrent import EveryEvent
from remyelin.endpoints.recurrent_rates import RateLine, rate_line
from remyelin.endpoints.treatments import Treatments

UNTREATED: Final = "(none on record)"
"""Name of the time in which a patient was on no treatment of the table."""


@dataclass(frozen=True, eq=False)
class Epochs:
    """Follow-up of all patients, cut where a treatment starts or stops.

    Attributes
    ----------
    patient
        Position of the patient, ascending; shape (epochs,).
    treatment
        Name of the treatment, or `UNTREATED`.
    start, stop
        First and last day from baseline under observation; the spans of a patient touch.
    count
        Events of each epoch; shape (epochs,).
    event_epoch
        Epoch of each event; -1 for events of patients in whom not every component could be found;
        shape (events,).
    patients
        Patients of the data.
    """

    patient: IntArray
    treatment: NDArray[Any]
    start: FloatArray
    stop: FloatArray
    count: FloatArray
    event_epoch: IntArray
    patients: int

    @property
    def days(self) -> FloatArray:
        """Days under observation of each epoch."""
        return self.stop - self.start

    @property
    def frame(self) -> pd.DataFrame:
        """One row per epoch; ``patient`` counts from 0."""
        return pd.DataFrame(
            {
                "patient": self.patient,
                "treatment": self.treatment,
                "start_day": self.start,
                "stop_day": self.stop,
                "days": self.days,
                "events": self.count.astype(np.int64),
            }
        )

    def lines(self) -> tuple[RateLine, ...]:
        """Rates by treatment in alphabetical order, the time without one last.

        ``patients`` counts those with time on it; epochs of one patient are one in the interval.
        """
        names = sorted({str(name) for name in self.treatment} - {UNTREATED})
        names += [UNTREATED] if (self.treatment == UNTREATED).any() else []
        made = []
        for name in names:
            mine = np.flatnonzero(self.treatment == name)
            who, place = np.unique(self.patient[mine], return_inverse=True)
            count = np.bincount(place, self.count[mine], minlength=who.size).astype(np.float64)
            days = np.bincount(place, self.days[mine], minlength=who.size).astype(np.float64)
            made.append(rate_line(name, count, days))
        return tuple(made)


def epochs_of(found: EveryEvent, treatments: Treatments, *, carry_days: float = 0.0) -> Epochs:
    """Cut the follow-up of every patient by treatment and attribute each event to one.

    Parameters
    ----------
    found
        Every event, as `every_event` gives them. Patients in whom none could be found have no
        epochs.
    treatments
        Courses that do not overlap.
    carry_days
        Days for which a treatment still counts after its stop, unless the next one begins.

    Notes
    -----
    An event on the day on which the treatment changes belongs to the one before, as elsewhere in
    this room. An event is dated at the visit that shows it, and the reference of a change may lie
    in an epoch before: nobody is given a new baseline because the treatment changes.
    """
    patient: list[int] = []
    name: list[str] = []
    edges: list[tuple[float, float]] = []
    begin = np.searchsorted(treatments.patient, np.arange(found.followed.size + 1))
    for who in np.flatnonzero(~np.isnan(found.followed)).tolist():
        mine = slice(int(begin[who]), int(begin[who + 1]))
        spans = _spans(
            treatments.start[mine],
            treatments.stop[mine] + carry_days,
            treatments.name[mine],
            end=float(found.followed[who]),
        )
        for treatment, low, high in spans:
            patient.append(who)
            name.append(treatment)
            edges.append((low, high))
    owner = np.array(patient, dtype=np.int64)
    table = np.array(edges, dtype=np.float64).reshape(-1, 2)
    place = _attributed(found, owner, table)
    count = np.bincount(place[place >= 0], minlength=owner.size).astype(np.float64)
    treatment_names = np.array(name, dtype=object)
    return Epochs(
        owner, treatment_names, table[:, 0], table[:, 1], count, place, found.followed.size
    )


def _spans(
    start: FloatArray, stop: FloatArray, name: NDArray[Any], *, end: float
) -> list[tuple[str, float, float]]:
    """Spans from baseline to the end of observation, each with its treatment."""
    made: list[tuple[str, float, float]] = []
    now = 0.0
    until = np.minimum(stop, np.append(start[1:], np.inf)[: stop.size])
    for treatment, first, last in zip(name.tolist(), start.tolist(), until.tolist(), strict=True):
        low, high = max(first, now), min(last, end)
        if high <= low:
            continue
        if low > now:
            made.append((UNTREATED, now, low))
        made.append((str(treatment), low, high))
        now = high
    if now < end or not made:
        made.append((UNTREATED, now, max(end, now)))
    return made


def _attributed(found: EveryEvent, owner: IntArray, edges: FloatArray) -> IntArray:
    """Epoch in which each event lies: after its first day, or on the very first day."""
    place = np.full(found.day.shape, -1, dtype=np.int64)
    for at, (who, day) in enumerate(zip(found.patient.tolist(), found.day.tolist(), strict=True)):
        low, high = np.searchsorted(owner, [who, who + 1])
        if high > low:
            place[at] = low + min(
                int(np.searchsorted(edges[low:high, 1], day, side="left")), high - low - 1
            )
    return place
