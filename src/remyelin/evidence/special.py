"""The special tables of the evidence base, such as relapse rates or release tests."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from remyelin.evidence.special_rows import SpecialRow, read_rows
from remyelin.files import parse_csv, read_text, shown
from remyelin.study.table_schema import ColumnKind, TableSchema, table_names, table_schema

if TYPE_CHECKING:
    import os

    import pandas as pd

_STORAGE = {
    ColumnKind.NUMBER: "float64",
    ColumnKind.PROPORTION: "float64",
    ColumnKind.WHOLE: "Int64",
    ColumnKind.FLAG: "boolean",
}


def tables() -> tuple[str, ...]:
    """Names of the special tables, in alphabetical order."""
    return table_names()


def schema(name: str) -> TableSchema:
    """Columns, keys and checks of one special table.

    Raises
    ------
    UnknownNameError
        There is no such table.
    """
    return table_schema(name)


@cache
def load(name: str) -> tuple[SpecialRow, ...]:
    """Rows of one special table, checked; read when first asked for.

    Parameters
    ----------
    name
        One of `tables`.

    Returns
    -------
    tuple of mappings
        Read-only rows by column name; None where a cell is empty.

    Raises
    ------
    UnknownNameError
        There is no such table.
    InputError
        The table is malformed; every bad row is named.
    """
    expected = schema(name)
    where = f"{name}.csv"
    file = resources.files("remyelin.evidence") / "data" / where
    return parse_rows(file.read_text(encoding="utf-8"), expected, where=where)


def read(path: str | os.PathLike[str], name: str) -> tuple[SpecialRow, ...]:
    """Rows of a person's own table, checked as the one of the package; nothing is kept of it.

    Parameters
    ----------
    path
        A UTF-8 file of comma-separated text.
    name
        The table of the package whose schema it must satisfy.

    Raises
    ------
    UnknownNameError
        There is no such table.
    InputError
        The file cannot be read or is malformed; every bad row is named.
    """
    expected = schema(name)
    return parse_rows(read_text(path), expected, where=shown(str(path)))


def parse_rows(text: str, expected: TableSchema, *, where: str) -> tuple[SpecialRow, ...]:
    """Rows of a table given as comma-separated text, checked against a schema.

    Parameters
    ----------
    text
        The table; its first line names the columns.
    expected
        What it must satisfy.
    where
        Name of the text in messages.

    Raises
    ------
    InputError
        The table is malformed; every bad row is named.
    """
    return read_rows(parse_csv(text, where=where), expected, where=where)


def frame(name: str) -> pd.DataFrame:
    """One special table as a data frame, with typed columns.

    Parameters
    ----------
    name
        One of `tables`.

    Raises
    ------
    UnknownNameError
        There is no such table.
    """
    import pandas as pd

    columns = schema(name).columns
    table = pd.DataFrame([dict(row) for row in load(name)], columns=[c.name for c in columns])
    storage = {column.name: _STORAGE.get(column.kind, "string") for column in columns}
    return table.astype(storage)
