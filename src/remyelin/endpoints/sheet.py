"""A table from outside as text columns whose rows can be named to a person."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    """

    where: str
    columns: Mapping[str, NDArray[Any]]
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


def read_sheet(source: Source, *, name: str, renamed: Mapping[str, str] | None = None) -> Sheet:
    """Read a table without looking at its values.

    Parameters
    ----------
    source
        A CSV file (comma, semicolon or tab; UTF-8; the first line names the columns), a Parquet
        file, or a pandas table.
    name
        What the table is called in messages where it is no file.
    renamed
        Names of columns in the table, and the names under which they are read.

    Raises
    ------
    InputError
        The file cannot be read, is empty, has no rows, names a column twice or has rows of
        uneven length; every such row is named.
    """
    anything: object = source
    if not isinstance(anything, pd.DataFrame | str | os.PathLike):
        given = f"{shown(anything)} given, allowed: a CSV or Parquet file, or a pandas table"
        raise InputError(f"table {name}", [given])
    if isinstance(source, pd.DataFrame):
        sheet = _of_frame(source, f"table {name}", "row")
    elif Path(source).suffix.lower() in PARQUET_SUFFIXES:
        sheet = _of_parquet(Path(source))
    else:
        sheet = _of_text(read_text(source, limit_bytes=LIMIT_BYTES), shown(str(source)))
    return _renamed(sheet, renamed or {})


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


def _of_frame(frame: pd.DataFrame, where: str, word: str) -> Sheet:
    names = [str(name).strip() for name in frame.columns]
    _check_names(names, where)
    if frame.empty:
        raise InputError(where, ["the table has no rows"], _ADVICE)
    columns = {
        name: frame.iloc[:, position].astype(object).to_numpy()
        for position, name in enumerate(names)
    }
    return Sheet(where, columns, np.arange(1, len(frame) + 1, dtype=np.int64), word)


def _of_text(text: str, where: str) -> Sheet:
    if not text.strip():
        raise InputError(where, ["the file is empty"], _ADVICE)
    top = text.lstrip("\r\n").splitlines()[0]
    separator = max(_SEPARATORS, key=top.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    place: list[int] = []
    problems: list[str] = []
    names: list[str] = []
    try:
        for cells in reader:
            if not cells or not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = [cell.strip() for cell in cells]
                _check_names(names, where)
            elif len(cells) == len(names):
                rows.append(cells)
                place.append(reader.line_num)
            else:
                given = f"{len(cells)} cells given, {len(names)} allowed"
                problems.append(f"line {reader.line_num}: {given}")
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")
    if problems:
        raise InputError(where, problems, _ADVICE)
    if not rows:
        raise InputError(where, ["the table has no rows"], _ADVICE)
    cells_by_column = np.array(rows, dtype=object)
    columns = {name: cells_by_column[:, position] for position, name in enumerate(names)}
    return Sheet(where, columns, np.array(place, dtype=np.int64), "line")


def _check_names(names: list[str], where: str) -> None:
    problems = [f"column {k} has no name" for k, name in enumerate(names, 1) if not name]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [f"column {shown(name)} stands twice" for name in twice]
    if problems:
        raise InputError(where, problems, _ADVICE)


def _renamed(sheet: Sheet, renamed: Mapping[str, str]) -> Sheet:
    problems = [
        f"no column {shown(old)} to rename; there are: {_names(sheet)}"
        for old in renamed
        if old not in sheet.columns
    ]
    columns = {renamed.get(name, name): cells for name, cells in sheet.columns.items()}
    if len(columns) < len(sheet.columns):
        problems.append("two columns would have the same name after renaming")
    if problems:
        raise InputError(sheet.where, problems, _ADVICE)
    return Sheet(sheet.where, columns, sheet.place, sheet.word)


def _names(sheet: Sheet) -> str:
    return ", ".join(shown(name, limit=40) for name in sheet.columns)
