"""MRI scans of patients: which there were, and which showed activity."""

from __future__ import annotations

from typing import Final

import numpy as np

from remyelin.endpoints.history import History
from remyelin.endpoints.rows import Rows

MRI_COLUMNS: Final = ("gd_lesions", "new_t2_lesions")
"""Columns of the visits in which MRI activity shows."""


def scans_of(history: History, columns: tuple[str, ...]) -> Rows:
    """Rows of all columns together, sorted by patient and day.

    Raises
    ------
    InputError
        The visits lack one of the columns.
    """
    parts = [history.measured(column) for column in columns]
    patient = np.concatenate([part.patient for part in parts])
    day = np.concatenate([part.day for part in parts])
    value = np.concatenate([part.value for part in parts])
    visit = np.concatenate([part.visit for part in parts])
    order = np.lexsort((day, patient))
    return Rows(patient[order], day[order], value[order], visit[order])


def activity_scans(history: History) -> Rows:
    """Scans of every column of MRI activity that the visits have.

    Raises
    ------
    InputError
        The visits have none of them.
    """
    there = tuple(column for column in MRI_COLUMNS if history.has_column(column))
    return scans_of(history, there or MRI_COLUMNS)
