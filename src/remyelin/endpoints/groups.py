"""Groups of patients, from a column of the table of patients."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.endpoints.columns import ARM, SUBJECT
from remyelin.endpoints.conventions import IntArray
from remyelin.endpoints.dataset import Dataset
from remyelin.endpoints.heading import ADVICE
from remyelin.endpoints.quality import is_empty, texts
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.errors import InputError, UnknownNameError, UsageError
from remyelin.files import ReadLimits, listed, shown

MOST_GROUPS: Final = 12
"""Groups that are compared at most; a column with more is a number or a name, not a group."""

EVERYBODY: Final = "all"
"""Name of the one group where no column is asked for."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """Group of every patient.

    Attributes
    ----------
    column
        Column that tells them; empty where all patients are one group.
    names
        Names of the groups as given; the first is the reference.
    code
        Place of each patient's group in ``names``, -1 where it is not known; shape (patients,).
    is_reference_asked
        Whether the reference was asked for; otherwise it is the first name in order.
    notes
        What a reader should look at.
    """

    column: str
    names: tuple[str, ...]
    code: IntArray
    is_reference_asked: bool = False
    notes: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """Group with which the others are compared."""
        return self.names[0]

    @property
    def unknown(self) -> int:
        """Patients whose group is not known."""
        return int((self.code < 0).sum())


def everybody(data: Dataset) -> Groups:
    """Put all patients into one group."""
    return Groups(column="", names=(EVERYBODY,), code=np.zeros(data.history.n, dtype=np.int64))


def read_groups(
    data: Dataset,
    column: str,
    *,
    patients: Source | None = None,
    visits: Source | None = None,
    reference: str | None = None,
    renamed: Mapping[str, str] | None = None,
    limits: ReadLimits | None = None,
    fewest: int = 1,
) -> Groups:
    """Read the group of every patient.

    Parameters
    ----------
    data
        The data, with patients in their order.
    column
        Column of the table of patients, else of the visits; ``arm_id`` is always that of the data.
    patients, visits
        Tables in which the column is looked for, in this order, beside ``subject_id``.
    reference
        Group with which the others are compared; by default the first name in order.
    renamed
        Names of columns, and the names under which they are read, as in `read_dataset`.
    limits
        How large a file may be.
    fewest
        Groups that there have to be.

    Raises
    ------
    UsageError
        There is no table with the column, the reference is no group, there are too few or too many
        groups, or a patient stands in the data several times.
    InputError
        A table cannot be read, or gives a patient two groups.
    """
    tables = {"patients": patients, "visits": visits}
    given = _cells(data, column, tables, renamed or {}, limits)
    known = sorted({name for name in given if name is not None})
    if not known:
        raise UsageError(f"column {shown(column)} holds no group: every cell is empty")
    if len(known) > MOST_GROUPS:
        raise UsageError(
            f"column {shown(column)} holds {len(known)} different values ({listed(known)}); at "
            f"most {MOST_GROUPS} groups are compared\nPut values into few groups first."
        )
    if len(known) < fewest:
        raise UsageError(
            f"column {shown(column)} makes {len(known)} group ({listed(known)}); at least {fewest} "
            "are compared\nName a column that tells groups apart."
        )
    if reference is not None and reference not in known:
        raise UnknownNameError("group", reference, tuple(known), f"Column {column} holds them.")
    first = known[0] if reference is None else reference
    names = (first, *(name for name in known if name != first))
    code = np.array([-1 if name is None else names.index(name) for name in given], dtype=np.int64)
    return Groups(
        column=column,
        names=names,
        code=code,
        is_reference_asked=reference is not None,
        notes=_alike(names),
    )


def _alike(names: Sequence[str]) -> tuple[str, ...]:
    """Name groups that differ in capitals and blanks alone: mostly one group written twice."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault("".join(name.casefold().split()), []).append(name)
    return tuple(
        f"groups {listed(same)} differ in capitals and blanks alone; they are kept apart"
        for same in found.values()
        if len(same) > 1
    )


def _cells(
    data: Dataset,
    column: str,
    tables: Mapping[str, Source | None],
    renamed: Mapping[str, str],
    limits: ReadLimits | None,
) -> list[str | None]:
    """Group of each patient as text; None where there is none."""
    history = data.history
    given = {name: source for name, source in tables.items() if source is not None}
    there: list[str] = []
    for name, source in given.items():
        sheet = read_sheet(
            source,
            name=name,
            wanted=(SUBJECT, column),
            renamed=renamed,
            limits=limits,
            may_be_empty=name != "visits",
        )
        if SUBJECT not in sheet.columns:
            raise InputError(sheet.where, [f"no column {SUBJECT}"], ADVICE)
        if column in sheet.columns and not (name == "visits" and column == ARM):
            return _joined(data, sheet, column)
        there += [name for name in (*sheet.columns, *sheet.unread) if name != SUBJECT]
    if column == ARM and len(history.arm_ids) > 1:
        return [history.arm_ids[place] for place in history.arm]
    if given:
        known = tuple(dict.fromkeys(there))
        raise UnknownNameError("column", column, known, f"It is looked for in {listed(given)}.")
    raise UsageError(
        f"--by {shown(column)} is a column of the table of patients, and none is given\n"
        "Give one with --patients: a row per patient with subject_id and this column."
    )


def _joined(data: Dataset, sheet: Sheet, column: str) -> list[str | None]:
    if len(set(data.labels)) != len(data.labels):
        raise UsageError(
            "a patient stands in several arms or replicates of the visits, so no column of the "
            "table of patients tells the group\nGroup by arm_id, or analyse one replicate."
        )
    cells = sheet.columns[column]
    rows = zip(texts(sheet.columns[SUBJECT]), texts(cells), is_empty(cells), strict=True)
    group: dict[str, str] = {}
    problems = []
    for row, (who, what, gone) in enumerate(rows):
        label, name = (unicodedata.normalize("NFC", text) for text in (who, what))
        if not gone and group.setdefault(label, name) != name:
            problems.append(
                f"{sheet.row(row)}, column {column}: {shown(name)} given for {shown(label)}, who "
                f"had {shown(group[label])} before"
            )
    if problems:
        raise InputError(sheet.where, problems, "A patient belongs to one group throughout.")
    return [group.get(who) for who in data.labels]
