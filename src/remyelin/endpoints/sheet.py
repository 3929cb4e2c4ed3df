"""A table from outside as columns whose rows can be named to a person."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.heading import ADVICE, Heading
from remyelin.errors import InputError
from remyelin.files import ReadLimits, shown

PARQUET_SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class Sheet:
    """Columns of a table and the places of its rows.

    Attributes
    ----------
    where
        File or object, for messages.
    columns
        Cells of the columns that were read, by name; text from a CSV file, values of any kind
        otherwise.
    unread
        Names of the other columns, as they stand.
    place
        Number of each row as a person counts it.
    word
        What a row is called: ``line`` of a file, else ``row``.
    """

    where: str
    columns: Mapping[str, NDArray[Any]]
    unread: tuple[str, ...]
    place: NDArray[np.int64]
    word: str

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.place.size

    def row(self, position: int) -> str:
        """Name of a row."""
        return f"{self.word} {self.place[position]}"


Source = str | os.PathLike[str] | pd.DataFrame
"""A CSV or Parquet file, or a pandas table."""


def read_sheet(
    source: Source,
    *,
    name: str,
    wanted: Collection[str],
    renamed: Mapping[str, str] | None = None,
    limits: ReadLimits | None = None,
) -> Sheet:
    """Read a table without looking at its values.

    Parameters
    ----------
    source
        A CSV file (comma, semicolon or tab; UTF-8; the first line names the columns), a Parquet
        file, or a pandas table.
    name
        What the table is called in messages where it is no file.
    wanted
        Names of the columns that are read; others are only named.
    renamed
        Names of columns in the table, and the names under which they are read.
    limits
        How large a file may be; by default as the environment says. Columns of a pandas table are
        counted, its rows are not.

    Raises
    ------
    InputError
        The file cannot be read, is too large, is empty, has no rows, names a column twice or has
        rows of uneven length; every such row is named.
    """
    anything: object = source
    if not isinstance(anything, pd.DataFrame | str | os.PathLike):
        given = f"{shown(anything)} given, allowed: a CSV or Parquet file, or a pandas table"
        raise InputError(f"table {name}", [given])
    limits = limits or ReadLimits.from_environment()
    where = f"table {name}" if isinstance(source, pd.DataFrame) else shown(str(source))
    head = Heading(where, frozenset(wanted), renamed or {}, limits)
    if isinstance(source, pd.DataFrame):
        return _of_frame(source, head)
    if Path(source).suffix.lower() in PARQUET_SUFFIXES:
        from remyelin.endpoints import parquet_table

        names, columns, rows = parquet_table.read_columns(Path(source), head)
        return Sheet(where, columns, head.unread(names), _counted(rows), "row")
    from remyelin.endpoints import text_table

    names, texts, place = text_table.read_columns(Path(source), head)
    cells = {name: np.array(column, dtype=object) for name, column in texts.items()}
    return Sheet(where, cells, head.unread(names), np.array(place, dtype=np.int64), "line")


def _of_frame(frame: pd.DataFrame, head: Heading) -> Sheet:
    names = head.read([str(name) for name in frame.columns])
    if not len(frame):
        raise InputError(head.where, ["the table has no rows"], ADVICE)
    columns = {
        name: frame.iloc[:, position].astype(object).to_numpy()
        for position, name in head.chosen(names)
    }
    return Sheet(head.where, columns, head.unread(names), _counted(len(frame)), "row")


def _counted(rows: int) -> NDArray[np.int64]:
    return np.arange(1, rows + 1, dtype=np.int64)
