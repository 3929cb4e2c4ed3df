"""What a definition finds in a set of data: one line, and one row per patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from remyelin.endpoints.conventions import Censoring, FloatArray, IntArray, Status
from remyelin.endpoints.counts import EventCounts, event_counts
from remyelin.endpoints.dataset import Dataset
from remyelin.endpoints.events import events
from remyelin.endpoints.eventtable import EventTable
from remyelin.endpoints.level import LevelTable, level
from remyelin.endpoints.rules import systems_needed
from remyelin.endpoints.scans import MRI_COLUMNS
from remyelin.endpoints.slope import slope
from remyelin.study.definition import Definition, EventKind, Relation
from remyelin.units import DAYS_PER_YEAR

EVERYBODY = "all"
"""Name of the group of all arms together."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a definition finds in a group of patients.

    Attributes
    ----------
    arm
        Arm, or ``all``.
    patients, evaluable, events
        Patients, those with a baseline to which the definition applies, and those with the event;
        for a measured level ``evaluable`` are the patients with a value.
    assessable, assessable_events
        The evaluable in whom the event could be found (of a composite: every component), hence not
        those with too few visits; and those of them who had it.
    share
        ``assessable_events`` among the ``assessable``; nan where there are none or nothing is
        counted.
    statuses
        Patients by what became of them.
    median_day_of_events
        Median day of the event among those who had it; nan where nobody had. No median survival
        time, which counts the others too: `remyelin.statistics.analysis` has that.
    years
        Person-years at risk until event or censoring.
    rate_per_year
        Relapses: events per person-year under observation (annualised relapse rate).
    mean, sd
        Level and slope: of the value over patients.
    """

    arm: str
    patients: int
    evaluable: int
    events: int = 0
    assessable: int = 0
    assessable_events: int = 0
    share: float = np.nan
    statuses: Mapping[str, int] = field(default_factory=dict)
    median_day_of_events: float = np.nan
    years: float = np.nan
    rate_per_year: float = np.nan
    mean: float = np.nan
    sd: float = np.nan


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """What a definition finds in a set of data.

    Attributes
    ----------
    definition
        With text and citation.
    lines
        All patients first, then each arm where there are several.
    patients
        One row per patient, with the visits that made the event.
    not_applicable
        Why the definition cannot be read from these data; empty where it can.
    """

    definition: Definition
    lines: tuple[Line, ...] = ()
    patients: pd.DataFrame = field(default_factory=pd.DataFrame)
    not_applicable: str = ""


def missing_columns(
    definition: Definition, definitions: Mapping[str, Definition], columns: tuple[str, ...]
) -> tuple[str, ...]:
    """Columns of the visits that a definition needs and the data lack."""
    return tuple(dict.fromkeys(_missing(definition, definitions, columns)))


def _missing(
    definition: Definition, definitions: Mapping[str, Definition], columns: tuple[str, ...]
) -> Iterator[str]:
    match definition.kind:
        case EventKind.WORSENING | EventKind.IMPROVEMENT | EventKind.MILESTONE:
            needed: tuple[str, ...] = (definition.measured_column, *systems_needed(definition))
            if definition.mri_free and not any(column in columns for column in MRI_COLUMNS):
                needed = (*needed, *MRI_COLUMNS)
        case EventKind.LEVEL | EventKind.SLOPE:
            needed = (definition.column,)
        case EventKind.ATROPHY:
            needed = ("brain_volume_pct",)
        case EventKind.MRI_ACTIVITY:
            found = any(column in columns for column in MRI_COLUMNS)
            needed = (definition.column,) if definition.column else () if found else MRI_COLUMNS
        case EventKind.NEDA3 | EventKind.NEDA4 | EventKind.COMPOSITE:
            needed = ()
            for name in definition.components:
                yield from _missing(definitions[name], definitions, columns)
        case _:
            needed = ()
    yield from (column for column in needed if column not in columns)


def evaluate(
    data: Dataset,
    definition: Definition,
    definitions: Mapping[str, Definition],
    *,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
) -> Result:
    """Apply one definition to a set of data.

    Parameters
    ----------
    data
        As `read_dataset` gives it.
    definition, definitions
        What is looked for, and the catalogue for the components of composites.
    censoring
        When patients without event leave the patients at risk.
    """
    lacking = not_applicable(data, definition, definitions)
    if lacking:
        return Result(definition=definition, not_applicable=lacking)
    if definition.kind.is_measured:
        find = slope if definition.kind is EventKind.SLOPE else level
        read = (
            find(data.history, definition)
            if find is slope
            else level(data.history, definition, time_months=None)
        )
        lines = [_measured_line(read, name, member) for name, member in _groups(data)]
        return Result(definition=definition, lines=tuple(lines), patients=_values(data, read))
    table = events(data.history, definition, definitions, censoring=censoring)
    counted = None
    if definition.kind is EventKind.RELAPSE:
        counted = event_counts(data.history, definition)
    lines = [_event_line(table, counted, name, member) for name, member in _groups(data)]
    return Result(definition=definition, lines=tuple(lines), patients=_events(data, table))


def not_applicable(
    data: Dataset, definition: Definition, definitions: Mapping[str, Definition]
) -> str:
    """Why a definition cannot be read from the data; empty where it can."""
    columns = missing_columns(definition, definitions, data.columns)
    if columns:
        return f"no column {', '.join(columns)}"
    if definition.kind is EventKind.ADVERSE_EVENT:
        return "no table of adverse events is read"
    if definition.kind is EventKind.DEATH and not data.has_reasons:
        return "no table of patients with end_reason"
    parts = (definition, *(definitions[name] for name in definition.components))
    if not data.has_relapses and any(reads_relapses(part) for part in parts):
        return "no table of relapses"
    return ""


def reads_relapses(definition: Definition) -> bool:
    """Whether a definition, its components aside, cannot be read without knowing relapses."""
    return (
        definition.kind is EventKind.RELAPSE
        or definition.relation is not Relation.ANY
        or definition.rebaseline_after_relapse
        or definition.relapse_window_days > 0
        or definition.reference_relapse_days > 0
        or definition.confirmation_relapse_days > 0
    )


def evaluate_all(
    data: Dataset,
    definitions: Mapping[str, Definition],
    *,
    censoring: Censoring = Censoring.LAST_ASSESSMENT,
) -> tuple[Result, ...]:
    """Apply every definition of a catalogue to the same data, in the order of the catalogue."""
    return tuple(
        evaluate(data, definition, definitions, censoring=censoring)
        for definition in definitions.values()
    )


def _groups(data: Dataset) -> Iterator[tuple[str, IntArray]]:
    """Places of the patients of each group; all groups together take the time of one pass."""
    history = data.history
    yield EVERYBODY, np.arange(history.n)
    if len(history.arm_ids) > 1:
        order = np.argsort(history.arm, kind="stable")
        ends = np.cumsum(np.bincount(history.arm, minlength=len(history.arm_ids)))
        yield from zip(history.arm_ids, np.split(order, ends[:-1]), strict=True)


def _event_line(
    table: EventTable, counted: EventCounts | None, name: str, member: IntArray
) -> Line:
    status = table.frame["status"].to_numpy()[member]
    counts = {state.value: int((status == state.value).sum()) for state in Status}
    use = member[table.evaluable[member]]
    happened = use[table.event[use]]
    evaluable = use.size
    assessable = int(table.findable[use].sum())
    within = int(table.findable[happened].sum())
    rate = np.nan
    if counted is not None:
        years = counted.days[member].sum() / DAYS_PER_YEAR
        rate = counted.count[member].sum() / years if years > 0 else np.nan
    return Line(
        arm=name,
        patients=member.size,
        evaluable=evaluable,
        events=happened.size,
        assessable=assessable,
        assessable_events=within,
        share=within / assessable if assessable else np.nan,
        statuses=counts,
        median_day_of_events=float(np.median(table.time[happened])) if happened.size else np.nan,
        years=float(table.time[use].sum() / DAYS_PER_YEAR),
        rate_per_year=float(rate),
    )


def _measured_line(table: LevelTable, name: str, member: IntArray) -> Line:
    value = table.value[member]
    known = value[~np.isnan(value)]
    return Line(
        arm=name,
        patients=member.size,
        evaluable=known.size,
        statuses={"measured": known.size, "missing": member.size - known.size},
        mean=float(known.mean()) if known.size else np.nan,
        sd=float(known.std(ddof=1)) if known.size > 1 else np.nan,
    )


def _who(data: Dataset) -> pd.DataFrame:
    history = data.history
    frame = pd.DataFrame({"subject_id": data.labels})
    if len(history.arm_ids) > 1:
        frame["arm_id"] = np.asarray(history.arm_ids, dtype=object)[history.arm]
    if np.unique(history.replicate).size > 1:
        frame["replicate"] = history.replicate
    return frame


def _dated(data: Dataset, frame: pd.DataFrame, name: str, day: FloatArray) -> None:
    frame[f"{name}_day"] = day
    if data.dated:
        frame[f"{name}_date"] = data.date(day)


def _events(data: Dataset, table: EventTable) -> pd.DataFrame:
    frame = _who(data)
    frame["status"] = table.frame["status"]
    frame["time_days"] = table.frame["time_days"]
    _dated(data, frame, "event", np.where(table.event, table.time, np.nan))
    for name in ("reference", "confirming"):
        _dated(data, frame, name, table.frame[f"{name}_day"].to_numpy(np.float64))
    for name in ("reference_visit", "first_visit", "confirming_visit"):
        frame[name] = table.frame[name]
    if table.definition.kind.is_composite:
        frame["component"] = table.frame["component"]
    return frame


def _values(data: Dataset, table: LevelTable) -> pd.DataFrame:
    frame = _who(data)
    for name in ("value", "baseline", "change"):
        frame[name] = table.frame[name]
    _dated(data, frame, "last", table.frame["day"].to_numpy(np.float64))
    return frame
