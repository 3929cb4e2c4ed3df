"""Reading and writing of tables as text cells, and the log of changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

Cells = dict[str, str]


@dataclass(frozen=True, order=True)
class Change:
    """One change: raw file, its row (line of the file), field, from, to, reason."""

    raw_file: str
    row: int
    field: str
    old: str
    new: str
    reason: str


@dataclass
class Log:
    """Changes made on the way from raw to clean."""

    changes: list[Change] = field(default_factory=list)

    def add(self, raw: Raw, column: str, old: str, new: str, reason: str) -> None:
        """Remember a change, unless nothing changed."""
        if old != new:
            self.changes.append(Change(raw.file, raw.line, column, old, new, reason))


@dataclass
class Raw:
    """A raw row: its cells, and where it stands."""

    file: str
    line: int
    cells: Cells

    @property
    def pack(self) -> str:
        """Folder of the raw file."""
        return self.file.split("/")[0]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read(path: Path) -> list[Cells]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(stream)]


def read_raw(folder: Path, name: str) -> list[Raw]:
    """Rows of a raw file with the line on which each stands, the header being line 1."""
    return [Raw(name, line, cells) for line, cells in enumerate(read(folder / name), start=2)]


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Text of a table; absent cells are empty."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def number(text: str) -> str:
    """Plain decimal text of a number, without exponent and closing zeros; nothing for nothing."""
    if not text:
        return ""
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def share(per_cent: str) -> str:
    """Proportion of a number of per cent."""
    return number(str(Decimal(per_cent) / 100)) if per_cent else ""
