"""A table from outside as text columns whose rows can be named to a person."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.foreign import (
    FOREIGN_SUFFIXES,
    PACKED_SUFFIX,
    read_foreign,
    read_packed,
)
from remyelin.endpoints.shape import Repair, Shape
from remyelin.errors import InputError
from remyelin.files import read_text, shown

LIMIT_BYTES: Final = 1_000_000_000
"""Largest file that is read."""

PARQUET_SUFFIXES: Final = (".parquet", ".pq")
_SEPARATORS: Final = (",", ";", "\t")
_ADVICE: Final = "Mend the table and try again; docs/endpoints.md lists the columns."


@dataclass(frozen=True, eq=False)
class Sheet:
    """Columns of a table and the places of its rows.

    Attributes
    ----------
    where
        File or object, for messages.
    columns
        Cells by column name; text from a CSV file, values of any kind otherwise.
    place
        Number of each row as a person counts it.
    word
        What a row is called: ``line`` of a file, else ``row``.
    separator
        What stands between the cells of a text file; empty otherwise.
    repairs
        What was left out or read otherwise than it stands.
    """

    where: str
    columns: Mapping[str, NDArray[Any]]
    place: NDArray[np.int64]
    word: str
    separator: str = ""
    repairs: tuple[Repair, ...] = ()

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.place.size

    def row(self, position: int) -> str:
        """Name of a row."""
        return f"{self.word} {self.place[position]}"


Source = str | os.PathLike[str] | pd.DataFrame
"""A CSV, Parquet, Excel, SAS or Stata file, or a pandas table."""


def read_sheet(
    source: Source,
    *,
    name: str,
    renamed: Mapping[str, str] | None = None,
    may_be_empty: bool = False,
) -> Sheet:
    """Read a table without looking at its values.

    Parameters
    ----------
    source
        A CSV file (comma, semicolon or tab; UTF-8; the first line names the columns; packed
        where its name ends in ``.gz``), a Parquet, Excel, SAS or Stata file, or a pandas table.
    name
        What the table is called in messages where it is no file.
    renamed
        Names of columns in the table, and the names under which they are read.
    may_be_empty
        Whether a table without rows is an answer (nobody had a relapse).

    Raises
    ------
    InputError
        The file cannot be read, is empty, has no rows, names a column twice or has rows of
        uneven length; every such row is named.
    """
    sheet = _read(source, name)
    if not sheet.n and not may_be_empty:
        raise InputError(sheet.where, ["the table has no rows"], _ADVICE)
    check_renamed(sheet, renamed or {})
    return renamed_sheet(sheet, renamed or {})


def _read(source: Source, name: str) -> Sheet:
    if isinstance(source, pd.DataFrame):
        return _of_frame(source, f"table {name}", "row")
    path, where = Path(source), shown(str(source))
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        return _of_parquet(path)
    if suffix in FOREIGN_SUFFIXES:
        frame, first, repairs = read_foreign(path, where)
        return _of_frame(frame, where, "row", first=first, repairs=repairs)
    if suffix == PACKED_SUFFIX:
        return _of_text(read_packed(path, where, limit_bytes=LIMIT_BYTES), where)
    return _of_text(read_text(source, limit_bytes=LIMIT_BYTES), where)


def _of_parquet(path: Path) -> Sheet:
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = shown(str(path))
    try:
        frame = pq.read_table(path).to_pandas()
    except FileNotFoundError:
        raise InputError(where, ["there is no such file"], "Check the path.") from None
    except (OSError, pa.ArrowException, ValueError) as error:
        first = (str(error).splitlines() or ["unknown cause"])[0]
        raise InputError(where, [f"this is no Parquet file: {shown(first)}"]) from None
    return _of_frame(frame, where, "row")


def _of_frame(
    frame: pd.DataFrame,
    where: str,
    word: str,
    *,
    first: int = 1,
    repairs: tuple[Repair, ...] = (),
) -> Sheet:
    names = [str(name).strip() for name in frame.columns]
    _check_names(names, where)
    columns = {
        name: frame.iloc[:, position].astype(object).to_numpy()
        for position, name in enumerate(names)
    }
    place = np.arange(first, first + len(frame), dtype=np.int64)
    return Sheet(where, columns, place, word, repairs=repairs)


def _of_text(text: str, where: str) -> Sheet:
    if not text.strip():
        raise InputError(where, ["the file is empty"], _ADVICE)
    top = text.lstrip("\r\n").splitlines()[0]
    separator = max(_SEPARATORS, key=top.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    shape = Shape([], [], [])
    empty = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                empty += [reader.line_num] if cells else []
            elif not shape.names:
                shape.names = [cell.strip() for cell in cells]
            else:
                shape.rows.append(cells)
                shape.place.append(reader.line_num)
    except csv.Error as error:
        shape.problems.append(f"line {reader.line_num}: {error}")
    shape.square()
    if shape.problems:
        raise InputError(where, shape.problems, _ADVICE)
    _check_names(shape.names, where)
    if empty:
        shape.repairs.append((f"line {empty[0]}", "", f"{len(empty):,} empty rows", "left out"))
    table = np.empty((len(shape.rows), len(shape.names)), dtype=object)
    table[:] = shape.rows or table
    columns = {name: table[:, position] for position, name in enumerate(shape.names)}
    place = np.array(shape.place, dtype=np.int64)
    return Sheet(where, columns, place, "line", separator, tuple(shape.repairs))


def _check_names(names: list[str], where: str) -> None:
    problems = [f"column {k} has no name" for k, name in enumerate(names, 1) if not name]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [f"column {shown(name)} stands twice" for name in twice]
    if problems:
        raise InputError(where, problems, _ADVICE)


def renamed_sheet(sheet: Sheet, renamed: Mapping[str, str]) -> Sheet:
    """Give a table whose columns have their new names; names that it lacks are passed over.

    Raises
    ------
    InputError
        Two columns would have the same name.
    """
    columns = {renamed.get(name, name): cells for name, cells in sheet.columns.items()}
    if len(columns) < len(sheet.columns):
        problem = "two columns would have the same name after renaming"
        raise InputError(sheet.where, [problem], _ADVICE)
    return replace(sheet, columns=columns)


def check_renamed(
    sheet: Sheet, renamed: Mapping[str, str], *, others: tuple[Sheet, ...] = ()
) -> None:
    """Make sure that every column to be renamed stands in one of the tables.

    Raises
    ------
    InputError
        A column stands in none.
    """
    problems = [
        f"no column {shown(old)} to rename; there are: {_names(sheet)}"
        for old in renamed
        if not any(old in one.columns for one in (sheet, *others))
    ]
    if problems:
        raise InputError(sheet.where, problems, _ADVICE)


def _names(sheet: Sheet) -> str:
    return ", ".join(shown(name, limit=40) for name in sheet.columns)
