"""Groups of patients by a column of their tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import Dataset
from remyelin.endpoints.columns import ARM, SUBJECT
from remyelin.endpoints.conventions import IntArray
from remyelin.endpoints.quality import is_empty, texts
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.errors import InputError, UsageError
from remyelin.files import ReadLimits, listed, shown

MOST_GROUPS: Final = 12
"""More groups than these are no comparison; a hazard ratio is made for each but one."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group every patient belongs to.

    Attributes
    ----------
    column
        Where the groups come from.
    names
        The groups; the first is the reference.
    code
        Position in ``names``, -1 for none; shape (patients,).
    """

    column: str
    names: tuple[str, ...]
    code: IntArray

    @property
    def reference(self) -> str:
        """Group with which the others are compared."""
        return self.names[0]

    @property
    def outside(self) -> int:
        """Patients who belong to no group, as their cell is empty."""
        return int((self.code < 0).sum())


def read_groups(
    data: Dataset,
    column: str,
    reference: str | None,
    *,
    visits: Source,
    patients: Source | None = None,
    renamed: Mapping[str, str] | None = None,
    limits: ReadLimits | None = None,
) -> Groups:
    """Read groups from a column of the patients or, where it is not there, of the visits.

    Parameters
    ----------
    data
        The patients.
    column
        Name of the column, after renaming; one value for each patient.
    reference
        Value of the reference group; None: the first in the order of the alphabet.
    visits, patients, renamed, limits
        As in `remyelin.endpoints.read_dataset`.

    Raises
    ------
    InputError
        No table has the column, or a patient has two values.
    UsageError
        There are fewer than two groups, too many, or none of the name of the reference.
    """
    history = data.history
    if column == ARM:
        value = np.asarray(history.arm_ids, dtype=object)[history.arm]
    else:
        value = _values(data, column, (patients, visits), renamed or {}, limits)
    known = sorted({str(name) for name in value if name})
    if not 2 <= len(known) <= MOST_GROUPS:
        raise UsageError(
            f"--by {shown(column)} makes {len(known)} groups ({listed(known, most=6) or 'none'}); "
            f"allowed are 2 to {MOST_GROUPS}\nName a column that tells groups apart."
        )
    first = known[0] if reference is None else reference
    if first not in known:
        raise UsageError(
            f"--reference is {shown(first)}; the groups of {shown(column)} are {listed(known)}"
        )
    names = (first, *(name for name in known if name != first))
    place = {name: number for number, name in enumerate(names)}
    code = np.array([place.get(str(name), -1) for name in value], dtype=np.int64)
    return Groups(column, names, code)


def _values(
    data: Dataset,
    column: str,
    sources: tuple[Source | None, ...],
    renamed: Mapping[str, str],
    limits: ReadLimits | None,
) -> NDArray[Any]:
    """Value of each patient; empty text where there is none."""
    there: list[str] = []
    for name, source in zip(("patients", "visits"), sources, strict=True):
        if source is None:
            continue
        sheet = read_sheet(
            source,
            name=name,
            wanted=(SUBJECT, column),
            renamed=renamed,
            limits=limits,
            may_be_empty=name != "visits",
        )
        if column in sheet.columns and SUBJECT in sheet.columns:
            found = _by_patient(sheet, column)
            return np.array([found.get(str(label), "") for label in data.labels], dtype=object)
        there += [*sheet.columns, *sheet.unread]
    known = listed(dict.fromkeys(name for name in there if name != SUBJECT))
    raise InputError(
        "--by", [f"no column {shown(column)}; there are: {known}"], "Name one of these columns."
    )


def _by_patient(sheet: Sheet, column: str) -> dict[str, str]:
    given = sheet.columns[column]
    value = np.where(is_empty(given), "", texts(given))
    found: dict[str, str] = {}
    problems = []
    for row, (who, what) in enumerate(zip(texts(sheet.columns[SUBJECT]), value, strict=True)):
        label = unicodedata.normalize("NFC", str(who))
        if what and found.setdefault(label, str(what)) != what:
            problems.append(
                f"{sheet.row(row)}, column {column}: {shown(what)} given for {shown(label)}, who "
                f"had {shown(found[label])} before"
            )
    if problems:
        raise InputError(sheet.where, problems, "A patient belongs to one group throughout.")
    return found
