"""From longitudinal tables, simulated or real, to events and levels of every patient."""

from __future__ import annotations

from remyelin.endpoints.conventions import VISIT_TOLERANCE_DAYS, Censoring, Status
from remyelin.endpoints.counts import EventCounts, event_counts
from remyelin.endpoints.dataset import Dataset, read_dataset
from remyelin.endpoints.events import components_seen, events, observed_until
from remyelin.endpoints.eventtable import EventTable
from remyelin.endpoints.history import History, Tables
from remyelin.endpoints.level import LevelTable, intervals, level, visit_window
from remyelin.endpoints.slope import slope
from remyelin.endpoints.summary import Line, Result, evaluate, evaluate_all, not_applicable

__all__ = [
    "VISIT_TOLERANCE_DAYS",
    "Censoring",
    "Dataset",
    "EventCounts",
    "EventTable",
    "History",
    "LevelTable",
    "Line",
    "Result",
    "Status",
    "Tables",
    "components_seen",
    "evaluate",
    "evaluate_all",
    "event_counts",
    "events",
    "intervals",
    "level",
    "not_applicable",
    "observed_until",
    "read_dataset",
    "slope",
    "visit_window",
]
