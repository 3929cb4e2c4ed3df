"""A table from outside as columns whose rows can be named to a person."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints import foreign, json_table
from remyelin.endpoints.heading import ADVICE, Heading
from remyelin.endpoints.reading import AS_WRITTEN, Reading
from remyelin.endpoints.shape import Repair
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
        Names of the other columns, after renaming.
    place
        Number of each row as a person counts it.
    word
        What a row is called: ``line`` of a file, else ``row``.
    names
        Names of all columns, as they stand.
    separator
        What stands between the cells of a text file; empty otherwise.
    repairs
        What was left out or read otherwise than it stands.
    reading
        How cells are read that can be read in more than one way.
    called
        What the rows are called where they were made of rows of other tables, by column; that of no
        column (``""``) counts for the others. None: by place.
    """

    where: str
    columns: Mapping[str, NDArray[Any]]
    unread: tuple[str, ...]
    place: NDArray[np.int64]
    word: str
    names: tuple[str, ...] = ()
    separator: str = ""
    repairs: tuple[Repair, ...] = ()
    reading: Reading = AS_WRITTEN
    called: Mapping[str, NDArray[Any]] | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.place.size

    def row(self, position: int, column: str = "") -> str:
        """Name of a row, or of the row from which the cell of a column was taken."""
        if self.called is not None:
            names = self.called.get(column, self.called[""])
            return str(names[position] or self.called[""][position])
        return f"{self.word} {self.place[position]}"


Source = str | os.PathLike[str] | pd.DataFrame
"""A CSV, Parquet, Dataset-JSON, Excel, SAS, Stata or SPSS file, or a pandas table."""


def read_sheet(
    source: Source,
    *,
    name: str,
    wanted: Collection[str] | None,
    renamed: Mapping[str, str] | None = None,
    limits: ReadLimits | None = None,
    may_be_empty: bool = False,
    reading: Reading = AS_WRITTEN,
) -> Sheet:
    """Read a table without looking at its values.

    Parameters
    ----------
    source
        A CSV file (comma, semicolon, tab or bar; UTF-8; the first line names the columns; packed
        where its name ends in ``.gz``), a Parquet, Dataset-JSON (``.json``, ``.ndjson``), Excel,
        SAS, Stata or SPSS file, or a pandas table.
    name
        What the table is called in messages where it is no file.
    wanted
        Names of the columns that are read, others are only named; None: all.
    renamed
        Names of columns in the table, and the names under which they are read.
    limits
        How large a file may be; by default as the environment says. Columns of a pandas table are
        counted, its rows are not.
    may_be_empty
        Whether a table without rows is an answer (nobody had a relapse).
    reading
        How cells are read that can be read in more than one way.

    Raises
    ------
    InputError
        The file cannot be read, is too large, is empty, has no rows, names a column twice or has
        rows of uneven length; every such row is named.
    """
    anything: object = source
    if not isinstance(anything, pd.DataFrame | str | os.PathLike):
        given = f"{shown(anything)} given, allowed: a file, or a pandas table"
        raise InputError(f"table {name}", [given])
    limits = limits or ReadLimits.from_environment()
    where = f"table {name}" if isinstance(source, pd.DataFrame) else shown(str(source))
    sheet = _read(source, Heading(where, _set(wanted), renamed or {}, limits))
    if not sheet.n and not may_be_empty:
        raise InputError(where, ["the table has no rows"], ADVICE)
    return replace(sheet, reading=reading)


def _set(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _read(source: Source, head: Heading) -> Sheet:
    if isinstance(source, pd.DataFrame):
        return _of_frame(source, head)
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        from remyelin.endpoints import parquet_table

        given, names, columns, rows = parquet_table.read_columns(path, head)
        return Sheet(head.where, columns, head.unread(names), _counted(rows), "row", given)
    if suffix in (*foreign.FOREIGN_SUFFIXES, *json_table.JSON_SUFFIXES):
        reader = json_table if suffix in json_table.JSON_SUFFIXES else foreign
        found = reader.read_columns(path, head)
        return Sheet(
            head.where,
            found.cells,
            head.unread(found.names),
            found.place,
            "row",
            found.given,
            repairs=found.repairs,
        )
    from remyelin.endpoints import text_table

    read = text_table.read_columns(path, head)
    cells = {name: np.array(column, dtype=object) for name, column in read.cells.items()}
    place = np.array(read.place, dtype=np.int64)
    return Sheet(
        head.where,
        cells,
        head.unread(read.names),
        place,
        "line",
        read.given,
        read.separator,
        read.repairs,
    )


def _of_frame(frame: pd.DataFrame, head: Heading) -> Sheet:
    given = tuple(str(name).strip() for name in frame.columns)
    names = head.read(given)
    columns = {
        name: frame.iloc[:, position].astype(object).to_numpy()
        for position, name in head.chosen(names)
    }
    return Sheet(head.where, columns, head.unread(names), _counted(len(frame)), "row", given)


def _counted(rows: int) -> NDArray[np.int64]:
    return np.arange(1, rows + 1, dtype=np.int64)
