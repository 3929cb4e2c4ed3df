"""Datasets of a folder: found by their names, measured together, read with the columns needed."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.foreign import FOREIGN_SUFFIXES
from remyelin.endpoints.heading import BYTES_PER_CELL
from remyelin.endpoints.json_table import JSON_SUFFIXES
from remyelin.endpoints.mapping.schema import DataMapping
from remyelin.endpoints.quality import is_empty, texts
from remyelin.endpoints.reading import Reading
from remyelin.endpoints.sheet import PARQUET_SUFFIXES, Sheet, read_sheet
from remyelin.errors import InputError
from remyelin.files import ReadLimits, listed, shown

SUFFIXES: Final = (
    ".csv",
    ".csv.gz",
    ".tsv",
    ".txt",
    *PARQUET_SUFFIXES,
    *JSON_SUFFIXES,
    *FOREIGN_SUFFIXES,
)
"""Endings of files that are read."""

_BYTES_PER_ROW: Final = 800
"""Memory of what is made of a row, measured on 240,000 rows of scores."""

_MOST_FILES: Final = 10_000


@dataclass(frozen=True, eq=False)
class Part:
    """A file of a dataset.

    Attributes
    ----------
    name
        Name of the file.
    sheet
        Its columns, by the names of the mapping.
    """

    name: str
    sheet: Sheet
    _words: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False)

    def row(self, position: int) -> str:
        """Name of a row, with that of the file."""
        return f"{self.name} {self.sheet.row(position)}"

    def has(self, column: str) -> bool:
        """Tell whether there is a column."""
        return column in self.sheet.columns

    def words(self, column: str) -> NDArray[Any]:
        """Cells of a column as text, empty where they hold nothing, or where there is no column."""
        if not self.has(column):
            return np.full(self.sheet.n, "", dtype=object)
        if column not in self._words:
            cells = self.sheet.columns[column]
            found = texts(cells)
            found[is_empty(cells)] = ""
            self._words[column] = found
        return self._words[column]


@dataclass(frozen=True, eq=False)
class Folder:
    """Datasets that were read.

    Attributes
    ----------
    where
        The folder, for messages.
    parts
        Files of each dataset of the mapping; none where it is lacking.
    others
        Names of files that were not read.
    """

    where: str
    parts: Mapping[str, tuple[Part, ...]]
    others: tuple[str, ...]


def read_folder(
    given: str, mapping: DataMapping, *, reading: Reading, limits: ReadLimits
) -> Folder:
    """Read the datasets that a mapping names.

    Raises
    ------
    InputError
        There is no such folder, a dataset is lacking or stands in several files of one name, a file
        is malformed, or all of them together are larger than allowed.
    """
    where = shown(given)
    names = _names(Path(given), where)
    found = {key: _matching(names, one.files) for key, one in mapping.datasets.items()}
    problems = [
        f"no file of dataset {key} ({listed(mapping.datasets[key].files)} and one of "
        f"{', '.join(SUFFIXES)}); there are: {listed(sorted(names)) or 'no files'}"
        for key, files in found.items()
        if not files and not mapping.datasets[key].optional
    ]
    for key, files in found.items():
        stems = Counter(_stem(name) for name in files)
        twice = [name for name in files if stems[_stem(name)] > 1]
        if twice:
            problems.append(f"dataset {key} stands in several files: {listed(twice)}")
    if problems:
        raise InputError(where, problems, "Name its files in the mapping, or mend the folder.")
    parts: dict[str, tuple[Part, ...]] = {}
    rows = cells = 0
    for key, files in found.items():
        columns = mapping.columns_of(key)
        parts[key] = tuple(_part(Path(given), name, columns, reading, limits) for name in files)
        rows += sum(part.sheet.n for part in parts[key])
        cells += sum(part.sheet.n * len(part.sheet.columns) for part in parts[key])
        memory = cells * BYTES_PER_CELL + rows * _BYTES_PER_ROW
        limits.check(where, rows=rows, cells=cells, memory_bytes=memory)
    used = {name for files in found.values() for name in files}
    return Folder(where, parts, tuple(sorted(set(names) - used)))


def _names(path: Path, where: str) -> list[str]:
    try:
        if not path.is_dir():
            what = "this is a file" if path.exists() else "there is no such folder"
            raise InputError(where, [f"{what}; with a mapping, give the folder of the datasets"])
        names = [entry.name for entry in path.iterdir() if entry.is_file()]
    except (OSError, ValueError) as error:
        raise InputError(where, [f"the folder cannot be read: {shown(str(error))}"]) from None
    if len(names) > _MOST_FILES:
        raise InputError(where, [f"{len(names):,} files given, allowed: {_MOST_FILES:,}"])
    return sorted(names)


def _stem(name: str) -> str:
    lower = name.lower()
    fits = [suffix for suffix in SUFFIXES if lower.endswith(suffix)]
    return lower[: -len(max(fits, key=len))] if fits else ""


def _matching(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    """Names of files that fit; where an exact name is there, the patterns still count."""
    return [
        name
        for name in names
        if _stem(name) and any(fnmatch.fnmatchcase(_stem(name), p.lower()) for p in patterns)
    ]


def _part(
    folder: Path, name: str, columns: frozenset[str], reading: Reading, limits: ReadLimits
) -> Part:
    cases = {spelled: one for one in columns for spelled in (one, one.lower(), one.upper())}
    sheet = read_sheet(
        folder / name,
        name=name,
        wanted=columns,
        renamed={old: new for old, new in cases.items() if old != new and old not in columns},
        limits=limits,
        may_be_empty=True,
        reading=reading,
    )
    return Part(name, sheet)


def as_times(cells: NDArray[Any], empty: NDArray[np.bool_]) -> NDArray[Any]:
    """Cells of times: text without blanks, dates as they are, None where nothing stands."""
    out = np.empty(cells.size, dtype=object)
    for k, cell in enumerate(cells):
        if not empty[k]:
            out[k] = cell.strip() if isinstance(cell, str) else cell
    return out
