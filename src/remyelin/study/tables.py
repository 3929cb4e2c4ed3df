"""Longitudinal tables: the columns that simulated and real data share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Storage kind of a column."""

    INTEGER = "int64"
    REAL = "float64"
    TEXT = "string"
    FLAG = "bool"


@dataclass(frozen=True)
class Column:
    """One column: name, storage, unit, meaning and whether a value may be absent."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A longitudinal table and its columns, in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


def _who() -> tuple[Column, ...]:
    return (
        Column("replicate", Kind.INTEGER, "", "replicate of the trial, from 0"),
        Column("subject_id", Kind.INTEGER, "", "virtual patient, unique within a replicate"),
        Column("arm_id", Kind.TEXT, "", "arm to which the patient was allocated"),
    )


SUBJECTS = Table(
    "subjects",
    "One row per patient and arm: baseline, allocation and end of follow-up.",
    (
        *_who(),
        Column("protocol_id", Kind.TEXT, "", "protocol given at the start"),
        Column("age_years", Kind.REAL, "y", "age at baseline"),
        Column("female", Kind.FLAG, "", "true for women"),
        Column("disease_duration_years", Kind.REAL, "y", "time from disease onset to baseline"),
        Column("edss", Kind.REAL, "EDSS points", "baseline EDSS as rated"),
        Column("relapses_last_12_months", Kind.INTEGER, "", "relapses in the year before baseline"),
        Column("relapses_last_24_months", Kind.INTEGER, "", "relapses in the 2 years before"),
        Column("gd_lesions", Kind.INTEGER, "", "enhancing lesions at baseline"),
        Column("planned_end_day", Kind.INTEGER, "d", "last day of administrative follow-up"),
        Column("end_day", Kind.INTEGER, "d", "last day under observation, from baseline"),
        Column("end_reason", Kind.TEXT, "", "completed, dropout, death or failed"),
        Column("switch_day", Kind.INTEGER, "d", "day of switch to another protocol", nullable=True),
        Column("imputed", Kind.TEXT, "", "baseline covariates whose target was imputed"),
    ),
)

VISITS = Table(
    "visits",
    "One row per patient and visit, baseline (day 0) included.",
    (
        *_who(),
        Column("visit", Kind.INTEGER, "", "number of the visit, 0 is baseline, -1 not scheduled"),
        Column("day", Kind.INTEGER, "d", "day from baseline"),
        Column("scheduled", Kind.FLAG, "", "false for a visit because of a relapse"),
        Column("edss", Kind.REAL, "EDSS points", "EDSS as rated, half points"),
        Column("fs_visual", Kind.INTEGER, "", "visual functional system, converted score"),
        Column("fs_brainstem", Kind.INTEGER, "", "brainstem functional system"),
        Column("fs_pyramidal", Kind.INTEGER, "", "pyramidal functional system"),
        Column("fs_cerebellar", Kind.INTEGER, "", "cerebellar functional system"),
        Column("fs_sensory", Kind.INTEGER, "", "sensory functional system"),
        Column("fs_bowel_bladder", Kind.INTEGER, "", "bowel and bladder system, converted score"),
        Column("fs_mental", Kind.INTEGER, "", "mental (cerebral) functional system"),
        Column("ambulation", Kind.INTEGER, "", "ambulation score, 0 to 12"),
        Column("gd_lesions", Kind.INTEGER, "", "enhancing lesions on MRI", nullable=True),
        Column("new_t2_lesions", Kind.INTEGER, "", "new T2 lesions since last MRI", nullable=True),
        Column("brain_volume_pct", Kind.REAL, "%", "brain volume, baseline 100", nullable=True),
        Column("t25fw_seconds", Kind.REAL, "s", "timed 25-foot walk, 180 unable", nullable=True),
        Column("sdmt", Kind.INTEGER, "points", "Symbol Digit Modalities Test", nullable=True),
        Column("nfl_pg_ml", Kind.REAL, "pg/mL", "serum neurofilament light chain", nullable=True),
        Column("eq5d", Kind.REAL, "", "EQ-5D utility from the EDSS as rated", nullable=True),
    ),
)

RELAPSES = Table(
    "relapses",
    "One row per relapse under observation.",
    (*_who(), Column("day", Kind.INTEGER, "d", "day of onset from baseline")),
)

ADVERSE_EVENTS = Table(
    "adverse_events",
    "One row per adverse event under observation.",
    (
        *_who(),
        Column(
            "day",
            Kind.INTEGER,
            "d",
            "day of the event from baseline; 0 for a death in the lead-in and for a condition that "
            "began in it and still holds",
        ),
        Column(
            "event",
            Kind.TEXT,
            "",
            "infection, neutrophil_engraftment, death (any cause), death_of_other_cause or another "
            "event that the model brings about",
        ),
        Column(
            "grade",
            Kind.INTEGER,
            "CTCAE grade",
            "5 fatal; empty where the model does not grade",
            nullable=True,
        ),
    ),
)

EXPOSURES = Table(
    "exposures",
    "One row per protocol that a patient received.",
    (
        *_who(),
        Column("protocol_id", Kind.TEXT, "", "protocol of the catalogue"),
        Column("start_day", Kind.INTEGER, "d", "first day from baseline"),
        Column("stop_day", Kind.INTEGER, "d", "last day, empty while it goes on", nullable=True),
        Column(
            "reason", Kind.TEXT, "", "allocated, switch, before enrolment, or a fate of its batch"
        ),
    ),
)

TABLES: tuple[Table, ...] = (SUBJECTS, VISITS, RELAPSES, ADVERSE_EVENTS, EXPOSURES)
