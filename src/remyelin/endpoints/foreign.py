"""Tables of other programs: Excel, SAS, Stata and SPSS files, and packed text."""

from __future__ import annotations

import gzip
import importlib
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from remyelin.endpoints.heading import Heading
from remyelin.endpoints.shape import Repair
from remyelin.errors import InputError
from remyelin.files import not_text, shown

EXCEL_SUFFIX: Final = ".xlsx"

_READERS: Final[Mapping[str, str]] = {
    ".xpt": "read_xport",
    ".sas7bdat": "read_sas7bdat",
    ".dta": "read_dta",
    ".sav": "read_sav",
}
"""Functions of pyreadstat by the ending of the file."""

FOREIGN_SUFFIXES: Final = (EXCEL_SUFFIX, *_READERS)
"""Endings that need the extra ``remyelin[clinical]``."""

PACKED_SUFFIX: Final = ".gz"

_EXCEL_FIRST_ROW: Final = 2


def read_foreign(path: Path, head: Heading) -> tuple[pd.DataFrame, int, tuple[Repair, ...]]:
    """Read a file of another program.

    Returns
    -------
    tuple
        The table, how its first row is counted there, and what was left out.

    Raises
    ------
    InputError
        The library that reads it is not installed, or the file is not what its name says.
    """
    suffix, where = path.suffix.lower(), head.where
    library = _library("openpyxl" if suffix == EXCEL_SUFFIX else "pyreadstat", where)
    try:
        head.limits.check(where, table_bytes=path.stat().st_size)
        if suffix == EXCEL_SUFFIX:
            return _excel(library, path, where)
        frame, _ = getattr(library, _READERS[suffix])(str(path))
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(where, ["there is no such file"], "Check the path.") from None
    except Exception as error:  # the libraries raise what they please on a broken file
        first = (str(error).splitlines() or ["unknown cause"])[0]
        raise InputError(where, [f"this is no {suffix} file: {shown(first)}"]) from None
    return frame, 1, ()


def _library(name: str, where: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        problem = f"reading this file needs the library {name}, which is not installed"
        advice = "Install it with: pip install 'remyelin[clinical]', or save the table as CSV."
        raise InputError(where, [problem], advice) from None


def _excel(library: Any, path: Path, where: str) -> tuple[pd.DataFrame, int, tuple[Repair, ...]]:
    """The first sheet of a workbook; formulas are read as the values last worked out."""
    book = library.load_workbook(path, read_only=True, data_only=True)
    try:
        rows = _padded(list(book.worksheets[0].iter_rows(values_only=True)))
        others = [sheet.title for sheet in book.worksheets[1:]]
    finally:
        book.close()
    repairs: list[Repair] = []
    if others:
        what = f"further sheets: {shown(', '.join(others))}"
        repairs.append(("", "", what, "only the first sheet is read"))
    if not rows:
        raise InputError(where, ["the first sheet is empty"])
    names = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    body = rows[1:]
    while body and all(cell is None for cell in body[-1]):
        body.pop()
    kept = [
        column
        for column, name in enumerate(names)
        if name or any(row[column] is not None for row in body)
    ]
    if len(kept) < len(names):
        repairs.append(("", "", "empty columns without a name", "they are left out"))
    cells = [[row[column] for column in kept] for row in body]
    frame = pd.DataFrame(cells, columns=[names[column] for column in kept], dtype=object)
    return frame, _EXCEL_FIRST_ROW, tuple(repairs)


def _padded(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    width = max((len(row) for row in rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def read_packed(path: Path, head: Heading) -> str:
    """Text of a packed file.

    Raises
    ------
    InputError
        There is no such file, it is not packed, it is larger than the limit once unpacked, or it
        is not UTF-8 text.
    """
    where, most = head.where, head.limits.table_bytes
    try:
        with gzip.open(path) as stream:
            data = stream.read(most + 1)
    except FileNotFoundError:
        raise InputError(where, ["there is no such file"], "Check the path.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(where, [f"this is no packed file: {shown(str(error))}"]) from None
    head.limits.check(f"{where}, unpacked", table_bytes=len(data))
    if b"\0" in data:
        raise not_text(data, where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(where, ["this is not UTF-8 text"], "Save it as UTF-8.") from None
