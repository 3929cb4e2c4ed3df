"""Hand-made longitudinal tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from remyelin.study.definition import Definition, EventKind, Step

KEY = ["replicate", "subject_id", "arm_id"]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One patient: visits are (day, edss) with the first as baseline, numbered from 0."""

    visits: Sequence[tuple[float, float]] = ()
    relapses: Sequence[int] = ()
    adverse: Sequence[tuple[int, str, int | None]] = ()
    mri: Mapping[int, tuple[int, int]] | None = None
    brain: Mapping[int, float] | None = None
    end_day: int | None = None
    end_reason: str = "completed"
    switch_day: int | None = None
    arm: str = "a"
    replicate: int = 0
    subject: int | None = None
    first_visit: int = 0

    @property
    def last(self) -> int:
        if self.end_day is not None:
            return self.end_day
        return int(max((day for day, _ in self.visits), default=0))


def tables(*patients: Patient) -> dict[str, pd.DataFrame]:
    subjects, visits, relapses, adverse = [], [], [], []
    for position, one in enumerate(patients):
        who = (one.replicate, position if one.subject is None else one.subject, one.arm)
        subjects.append((*who, one.last, one.end_reason, one.switch_day))
        for number, (day, edss) in enumerate(one.visits, start=one.first_visit):
            scan = (one.mri or {}).get(number, (None, None))
            visits.append((*who, number, day, edss, *scan, (one.brain or {}).get(number)))
        relapses.extend((*who, day) for day in one.relapses)
        adverse.extend((*who, *row) for row in one.adverse)
    frames = {
        "subjects": (subjects, ["end_day", "end_reason", "switch_day"]),
        "visits": (
            visits,
            ["visit", "day", "edss", "gd_lesions", "new_t2_lesions", "brain_volume_pct"],
        ),
        "relapses": (relapses, ["day"]),
        "adverse_events": (adverse, ["day", "event", "grade"]),
    }
    kinds = {
        "end_day": "int64",
        "switch_day": "Int64",
        "visit": "int64",
        "edss": "float64",
        "gd_lesions": "Int64",
        "new_t2_lesions": "Int64",
        "brain_volume_pct": "float64",
        "grade": "Int64",
        "replicate": "int64",
        "subject_id": "int64",
        "day": "int64",
    }
    made = {}
    for name, (rows, columns) in frames.items():
        frame = pd.DataFrame(rows, columns=KEY + columns)
        made[name] = frame.astype({c: k for c, k in kinds.items() if c in frame})
    return made


def visits(*edss: float, every: float = 182.625) -> list[tuple[float, float]]:
    """Regular visits with the given ratings, from baseline on, on whole days."""
    return [(round(number * every), value) for number, value in enumerate(edss)]


WORSENING = Definition(
    definition_id="worsening_6m",
    kind=EventKind.WORSENING,
    label="",
    steps=(Step(0.0, 1.5), Step(1.0, 1.0), Step(5.5, 0.5)),
    confirmation_months=6.0,
)
IMPROVEMENT = Definition(
    definition_id="improvement_6m",
    kind=EventKind.IMPROVEMENT,
    label="",
    steps=(Step(2.0, 1.0),),
    confirmation_months=6.0,
)
RELAPSE = Definition(definition_id="relapse", kind=EventKind.RELAPSE, label="")
MRI = Definition(definition_id="mri", kind=EventKind.MRI_ACTIVITY, label="")
DEATH = Definition(definition_id="death", kind=EventKind.DEATH, label="")
NEDA = Definition(
    definition_id="neda3",
    kind=EventKind.NEDA3,
    label="",
    components=("worsening_6m", "relapse", "mri"),
)
EDSS = Definition(definition_id="edss", kind=EventKind.LEVEL, label="", column="edss")
CATALOGUE = {d.definition_id: d for d in (WORSENING, IMPROVEMENT, RELAPSE, MRI, DEATH, NEDA, EDSS)}
