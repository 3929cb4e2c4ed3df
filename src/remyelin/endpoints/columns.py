"""Columns of longitudinal tables from outside: what each means and which values it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.endpoints.choices import choices
from remyelin.endpoints.conventions import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True)
class NumberColumn:
    """A column of numbers.

    Attributes
    ----------
    name, unit, meaning
        For people and for the data dictionary.
    low, high
        Smallest and largest allowed value.
    step
        Values are multiples of it; 0 allows any number.
    never
        Values within the limits that the scale does not have.
    """

    name: str
    unit: str
    meaning: str
    low: float
    high: float
    step: float = 0.0
    never: tuple[float, ...] = ()

    def allows(self, values: FloatArray) -> BoolArray:
        """Which values the column may hold; nan counts as allowed (not measured)."""
        with np.errstate(invalid="ignore"):
            good = (values >= self.low) & (values <= self.high)
            if self.step:
                good &= np.remainder(values, self.step) == 0
        for value in self.never:
            good &= values != value
        return good | np.isnan(values)

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        text = f"{self.low:g} to {self.high:g}"
        if self.step:
            text += " in whole numbers" if self.step == 1 else f" in steps of {self.step:g}"
        if self.never:
            text += " without " + ", ".join(f"{value:g}" for value in self.never)
        return text


def _system(name: str, meaning: str, high: int) -> NumberColumn:
    return NumberColumn(
        name=name, unit="", meaning=f"{meaning} functional system", low=0, high=high, step=1
    )


SYSTEM_COLUMNS: Final = (
    _system("fs_visual", "visual", 6),
    _system("fs_brainstem", "brainstem", 5),
    _system("fs_pyramidal", "pyramidal", 6),
    _system("fs_cerebellar", "cerebellar", 5),
    _system("fs_sensory", "sensory", 6),
    _system("fs_bowel_bladder", "bowel and bladder", 6),
    _system("fs_mental", "mental (cerebral)", 5),
)
"""The seven functional systems with their highest grades: Kurtzke (1983) ends brainstem,
cerebellar and mental at 5 and the others at 6; recalled, and seen in the open programs that follow
the Neurostatus table."""


MEASURES: Final = (
    NumberColumn(
        name="edss",
        unit="EDSS points",
        meaning="EDSS",
        low=0.0,
        high=10.0,
        step=0.5,
        never=(0.5,),
    ),
    NumberColumn(name="t25fw_seconds", unit="s", meaning="timed 25-foot walk", low=0.1, high=180.0),
    NumberColumn(name="nhpt_seconds", unit="s", meaning="nine-hole peg test", low=1.0, high=777.0),
    NumberColumn(
        name="sdmt", unit="points", meaning="Symbol Digit Modalities Test", low=0, high=120, step=1
    ),
    NumberColumn(
        name="gd_lesions", unit="", meaning="enhancing lesions on MRI", low=0, high=1000, step=1
    ),
    NumberColumn(
        name="new_t2_lesions",
        unit="",
        meaning="new or enlarging T2 lesions since the last MRI",
        low=0,
        high=1000,
        step=1,
    ),
    NumberColumn(
        name="brain_volume_pct",
        unit="%",
        meaning="brain volume, baseline 100",
        low=50.0,
        high=120.0,
    ),
    *SYSTEM_COLUMNS,
)
"""What may be measured at a visit; an empty cell is no measurement."""

MEASURE_NAMES: Final = tuple(column.name for column in MEASURES)

SUBJECT: Final = "subject_id"
"""Name of a patient: any text."""

REPLICATE, ARM, VISIT = "replicate", "arm_id", "visit"
"""Replicate of a simulated trial, arm, and number of the visit (0 is baseline); all optional."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "."})
"""Cells that count as empty, in any case of letters."""

SCHEDULED: Final = "scheduled"
"""Whether a visit was planned; one that a relapse brought about was not (yes or no, optional)."""

DEATH, LOST = "death", "dropout"
END_REASONS: Final = ("completed", LOST, DEATH, "failed")
"""Why observation of a patient ended."""

RELAPSES_APART_DAYS: Final = choices()["relapses_apart"].value
"""Onsets closer than this belong to one relapse (McDonald criteria)."""

VISIT_WORDS: Final = (SUBJECT, "date", "day", VISIT, SCHEDULED, ARM, REPLICATE)
RELAPSE_WORDS: Final = (SUBJECT, "date", "day", ARM, REPLICATE)
PATIENT_WORDS: Final = (
    SUBJECT,
    ARM,
    REPLICATE,
    "end_date",
    "end_day",
    "end_reason",
    "switch_date",
    "switch_day",
)
"""Columns beside the measurements that are read from each table."""
