"""Tables of other programs: Excel, SAS, Stata and SPSS files, measured before they are read."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import transport
from remyelin.endpoints.heading import ADVICE, BYTES_PER_CELL, Heading
from remyelin.endpoints.shape import Nameless, Repair
from remyelin.errors import InputError
from remyelin.files import listed, open_file, shown

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


@dataclass(frozen=True, eq=False)
class ForeignColumns:
    """A table of another program that was read.

    Attributes
    ----------
    given, names
        Names of all columns that have one, as they stand and under which they are read.
    cells
        Cells of the columns that are read, by name; each of shape (rows,).
    place
        Number of each row as it is counted there; shape (rows,).
    repairs
        What was left out.
    """

    given: tuple[str, ...]
    names: tuple[str, ...]
    cells: Mapping[str, NDArray[Any]]
    place: NDArray[np.int64]
    repairs: tuple[Repair, ...] = ()


def read_columns(path: Path, head: Heading) -> ForeignColumns:
    """Read the wanted columns of a file of another program.

    Raises
    ------
    InputError
        The library that reads it is not installed, the file is larger than allowed, or it is not
        what its name says.
    """
    suffix = path.suffix.lower()
    library = _library("openpyxl" if suffix == EXCEL_SUFFIX else "pyreadstat", head.where)
    with open_file(path, head.where):
        head.limits.check(head.where, table_bytes=path.stat().st_size)
    try:
        if suffix == EXCEL_SUFFIX:
            return _excel(library, path, head)
        return _statistics(getattr(library, _READERS[suffix]), path, head)
    except InputError:
        raise
    except UnicodeDecodeError:
        problem = "it holds text in another encoding than UTF-8"
        raise InputError(head.where, [problem], "Save the table with UTF-8 text.") from None
    except Exception as error:  # the libraries raise what they please on a broken file
        first = (str(error).splitlines() or ["unknown cause"])[0]
        raise InputError(head.where, [f"this is no {suffix} file: {shown(first)}"]) from None


def _library(name: str, where: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        problem = f"reading this file needs the library {name}, which is not installed"
        advice = "Install it with: pip install 'remyelin[clinical]', or save the table as CSV."
        raise InputError(where, [problem], advice) from None


def _statistics(read: Any, path: Path, head: Heading) -> ForeignColumns:
    """A file of SAS, Stata or SPSS; names, rows and widths are asked before cells are read."""
    is_transport = path.suffix.lower() == transport.SUFFIX
    inside = transport.measured(path, head) if is_transport else None
    _, told = read(str(path), metadataonly=True)
    given = tuple(str(name) for name in told.column_names)
    names = head.read(given)
    chosen = [(given[k], name) for k, name in head.chosen(names)]
    taken = [old for old, _ in chosen] or list(given[:1])
    width = sum(max(0, int(told.variable_storage_width.get(old, 0))) for old in taken)
    rows = int(told.number_rows or 0)
    if inside is not None:
        rows = inside.least_rows(sum(told.variable_storage_width.values()))
    _check_size(head, rows, columns=len(taken), width=width)
    frame, _ = read(str(path), usecols=taken, row_limit=head.limits.rows + 1)
    _check_size(head, len(frame), columns=len(taken), width=width)
    cells = {name: frame[old].astype(object).to_numpy() for old, name in chosen}
    for column in cells.values():
        _check_texts(head, column)
    place = np.arange(1, len(frame) + 1, dtype=np.int64)
    return ForeignColumns(given, names, cells, place)


def _check_size(head: Heading, rows: int, *, columns: int, width: int) -> None:
    cells = rows * columns
    memory = rows * width + cells * BYTES_PER_CELL
    head.limits.check(head.where, rows=rows, cells=cells, memory_bytes=memory)


def _check_texts(head: Heading, cells: NDArray[Any]) -> None:
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    head.limits.check(head.where, cell_characters=longest)


def _excel(library: Any, path: Path, head: Heading) -> ForeignColumns:
    """The first sheet of a workbook; formulas are read as the values last worked out."""
    with zipfile.ZipFile(path) as packed:
        unpacked = sum(part.file_size for part in packed.infolist())
    head.limits.check(head.where, memory_bytes=unpacked)
    with open_file(path, head.where) as stream:
        book = library.load_workbook(stream, read_only=True, data_only=True)
        repairs: list[Repair] = []
        if others := [sheet.title for sheet in book.worksheets[1:]]:
            what = f"further sheets: {listed(others)}"
            repairs.append(("", "", what, "only the first sheet is read"))
        with closing(book), closing(book.worksheets[0].iter_rows(values_only=True)) as rows:
            counted = enumerate(rows, 1)
            filled = ((k, row) for k, row in counted if any(cell is not None for cell in row))
            return _filled_rows(filled, head, unpacked, repairs)


def _filled_rows(
    rows: Iterator[tuple[int, tuple[Any, ...]]],
    head: Heading,
    unpacked: int,
    repairs: list[Repair],
) -> ForeignColumns:
    first, top = next(rows, (0, ()))
    if not top:
        raise InputError(head.where, ["the first sheet is empty"])
    every = ["" if cell is None else str(cell).strip() for cell in top]
    named = [k for k, name in enumerate(every) if name]
    given = tuple(every[k] for k in named)
    names = head.read(given)
    kept: dict[str, tuple[int, list[Any]]] = {n: (named[k], []) for k, n in head.chosen(names)}
    nameless, place = dict[int, Nameless](), list[int]()
    named_places = set(named)
    for number, row in rows:
        place.append(number)
        count = len(place) * len(kept)
        memory = unpacked + count * BYTES_PER_CELL
        head.limits.check(
            head.where, rows=len(place), columns=len(row), cells=count, memory_bytes=memory
        )
        for k, column in kept.values():
            column.append(row[k] if k < len(row) else None)
        for k, cell in enumerate(row):
            if k not in named_places:
                nameless.setdefault(k, Nameless()).see("" if cell is None else str(cell))
    cells = {name: np.array(column, dtype=object) for name, (_, column) in kept.items()}
    for column_cells in cells.values():
        _check_texts(head, column_cells)
    numbered = 0 in nameless and nameless[0].numbers and not nameless[0].empty
    used = [k for k, one in sorted(nameless.items()) if not one.empty and not (numbered and k == 0)]
    if used:
        raise InputError(head.where, [f"column {k + 1} has no name" for k in used], ADVICE)
    if numbered:
        repairs.append(("", "1", "a column of row numbers without a name", "it is left out"))
    if len(named) + numbered < len(every):
        repairs.append(("", "", "empty columns without a name", "they are left out"))
    gaps = place[-1] - first - len(place) if place else 0
    if gaps:
        repairs.append(("", "", f"{gaps:,} empty rows between others", "they are left out"))
    counted = np.array(place, dtype=np.int64)
    return ForeignColumns(given, names, cells, counted, tuple(repairs))
