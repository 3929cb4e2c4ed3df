"""The result of an endpoint: one row per patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import BoolArray, Censoring, FloatArray, IntArray, Status
from remyelin.endpoints.history import History
from remyelin.study.definition import Definition


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """What a search for an event found, one entry per patient, each of shape (patients,).

    Attributes
    ----------
    time
        Day of the event, else day on which the patient leaves the patients at risk.
    event
        Whether the event was found.
    findable
        Whether any event could have been found.
    baseline
        Whether there was a baseline to which the definition applies.
    first_visit, confirming_visit
        Numbers of the visits, nan where the event is not tied to a visit.
    confirming_day, reference_visit, reference_day
        Day of the confirming visit, number and day of the visit with which it was compared.
    component
        Composites: position of the component that brought the event, -1 where there is none.
    """

    time: FloatArray
    event: BoolArray
    findable: BoolArray
    baseline: BoolArray
    first_visit: FloatArray
    confirming_visit: FloatArray
    confirming_day: FloatArray | None = None
    reference_visit: FloatArray | None = None
    reference_day: FloatArray | None = None
    component: IntArray | None = None


_ORDER = (Status.EVENT, Status.CENSORED, Status.NOT_CONFIRMABLE, Status.NO_BASELINE)


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events of all patients under one definition, with the settings that were used.

    Attributes
    ----------
    definition, censoring
        What was looked for, and when patients without event leave the patients at risk.
    frame
        One row per patient in the order of table ``subjects``: replicate, arm_id, subject_id,
        ``time_days`` (day of the event, else of censoring), ``event``, ``status`` (a `Status`),
        ``first_visit``, ``confirming_visit`` and ``reference_visit`` (visit numbers, missing where
        there is none) and ``confirming_day`` and ``reference_day`` (nan where there is none).
        ``component`` names the definition that brought the event of a composite.
    followed
        Last day of observation of each patient, with or without event; shape (patients,).
    findable
        Whether an event could have been found in the patient; of a composite, in all of its
        components, which an event of one does not tell; shape (patients,).
    """

    definition: Definition
    censoring: Censoring
    frame: pd.DataFrame
    followed: FloatArray
    findable: BoolArray

    @classmethod
    def of(
        cls,
        history: History,
        definition: Definition,
        censoring: Censoring,
        found: Found,
        followed: FloatArray,
    ) -> EventTable:
        """Put the findings of a search, and how long each was followed, into a table."""
        n = history.n
        event = found.event & found.baseline

        def shown(values: FloatArray | None) -> FloatArray:
            return np.full(n, np.nan) if values is None else np.where(event, values, np.nan)

        code = np.where(found.event, 0, np.where(found.findable, 1, 2))
        code = np.where(found.baseline, code, 3)
        frame = pd.DataFrame(
            {
                "replicate": history.replicate,
                "arm_id": np.asarray(history.arm_ids, dtype=object)[history.arm],
                "subject_id": history.subject,
                "time_days": np.where(found.baseline, found.time, 0.0),
                "event": event,
                "status": np.asarray([state.value for state in _ORDER], dtype=object)[code],
                "first_visit": _whole(shown(found.first_visit)),
                "confirming_visit": _whole(shown(found.confirming_visit)),
                "reference_visit": _whole(shown(found.reference_visit)),
                "confirming_day": shown(found.confirming_day),
                "reference_day": shown(found.reference_day),
                "component": _named(found.component, event, definition),
            }
        )
        return cls(definition, censoring, frame, followed, found.findable & found.baseline)

    @property
    def time(self) -> FloatArray:
        """Days to event or censoring; shape (patients,)."""
        return self.frame["time_days"].to_numpy(np.float64)

    @property
    def event(self) -> BoolArray:
        """Whether the event was found; shape (patients,)."""
        return self.frame["event"].to_numpy(np.bool_)

    @property
    def evaluable(self) -> BoolArray:
        """Patients with a baseline to which the definition applies; shape (patients,)."""
        return np.asarray(self.frame["status"] != Status.NO_BASELINE.value, dtype=np.bool_)

    def has(self, status: Status) -> BoolArray:
        """Patients with a status; shape (patients,)."""
        return np.asarray(self.frame["status"] == status.value, dtype=np.bool_)


def _whole(numbers: FloatArray) -> pd.api.extensions.ExtensionArray:
    missing = np.isnan(numbers)
    return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype(np.int64), missing)


def _named(component: IntArray | None, event: BoolArray, definition: Definition) -> object:
    if component is None:
        return ""
    names = np.asarray([*definition.components, ""], dtype=object)
    return names[np.where(event, component, -1)]
