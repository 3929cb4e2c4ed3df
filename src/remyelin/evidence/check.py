"""The rules of the base, for a table of one's own; the base is never touched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from remyelin.errors import UnknownNameError
from remyelin.evidence import special
from remyelin.evidence.tables import read_arms, read_outcomes, read_studies
from remyelin.files import parse_csv, read_text, shown

_READERS: Mapping[str, Callable[..., Sequence[Any]]] = {
    "studies": read_studies,
    "arms": read_arms,
    "outcomes": read_outcomes,
}


def check(path: str | os.PathLike[str], *, table: str = "outcomes") -> int:
    """Check a table of one's own and give its number of rows.

    Parameters
    ----------
    path
        A UTF-8 CSV file of at most 10 MB.
    table
        Which table of the base it is like.

    Raises
    ------
    UnknownNameError
        There is no such table.
    InputError
        The file cannot be read or a row breaks a rule; every bad row is named.
    """
    return len(own_rows(path, table=table))


def own_rows(path: str | os.PathLike[str], *, table: str = "outcomes") -> Sequence[Any]:
    """Checked records of a table of one's own, for use beside the base.

    Parameters and errors are those of `check`.
    """
    known = (*_READERS, *special.tables())
    if table not in known:
        raise UnknownNameError("table of the evidence base", table, known)
    text, where = read_text(path), shown(str(path))
    if table in _READERS:
        return _READERS[table](parse_csv(text, where=where), where=where)
    return special.parse_rows(text, special.schema(table), where=where)
