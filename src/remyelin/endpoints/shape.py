"""Rows of a text table brought to one length: row names and empty columns are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from remyelin.errors import MOST_LISTED
from remyelin.files import shown

Repair: TypeAlias = tuple[str, str, str, str]
"""Row, column, what stood there, and what was done; row and column may be empty."""

_WHOLE: Final = re.compile(r"\d{1,15}")
_LEFT_OUT: Final = "it is left out"


@dataclass
class Nameless:
    """A column without a name: whether it is empty, or holds row numbers, as far as it was seen.

    Attributes
    ----------
    empty
        No cell holds anything.
    numbers
        Every cell is a whole number above the one before.
    last
        The last of these numbers.
    """

    empty: bool = True
    numbers: bool = True
    last: int = -1

    def see(self, cell: str) -> None:
        """Look at the next cell."""
        text = cell.strip()
        self.empty &= not text
        if self.numbers and _WHOLE.fullmatch(text) and int(text) > self.last:
            self.last = int(text)
        else:
            self.numbers = False


@dataclass
class Shape:
    """Brings rows to the length of the first line, one after the other.

    Attributes
    ----------
    names
        Names of the columns as they stand; empty where there is none.
    problems
        Rows that still have another number of cells, and columns without a name.
    """

    names: Sequence[str]
    problems: list[str] = field(default_factory=list)
    _nameless: dict[int, Nameless] = field(default_factory=dict)
    _row_names: Nameless | None = None
    _rows: int = 0
    _cut: list[str] = field(default_factory=list)
    _cuts: int = 0

    def __post_init__(self) -> None:
        """Look for columns without a name."""
        self._nameless = {k: Nameless() for k, name in enumerate(self.names) if not name}

    def square(self, cells: list[str], line: int) -> list[str] | None:
        """Give a row with as many cells as there are names; None where that is not possible."""
        width = len(self.names)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
            self._cuts += 1
            if len(self._cut) < 1:
                self._cut.append(f"line {line}")
        elif len(cells) == width + 1 and (self._row_names or not self._rows):
            self._row_names = self._row_names or Nameless()
            self._row_names.see(cells[0])
            if self._row_names.numbers:
                self._rows += 1
                return self._seen(cells[1:])
        if len(cells) != width or self._row_names:
            if len(self.problems) <= MOST_LISTED:
                self.problems.append(self._uneven(cells, line))
            return None
        self._rows += 1
        return self._seen(cells)

    def _uneven(self, cells: list[str], line: int) -> str:
        """What is wrong with a row; with row names a row has one cell more than there are names."""
        allowed = len(self.names) + (self._row_names is not None)
        if len(cells) == allowed:
            return f"line {line}: {shown(cells[0])} given, allowed is a row number that rises"
        told = f"line {line}: {len(cells)} cells given, {allowed} allowed"
        return f"{told}, as the first row has {allowed}" if self._row_names else told

    def _seen(self, cells: list[str]) -> list[str]:
        for k, column in self._nameless.items():
            column.see(cells[k])
        return cells

    def repairs(self) -> list[Repair]:
        """Say what was left out; columns without a name that hold something are a problem."""
        found: list[Repair] = []
        if self._cut:
            first = self._cut[0]
            where = f"{self._cuts:,} rows from {first}" if self._cuts > 1 else first
            found.append((where, "", "empty cells beyond the last column", "left out"))
        if self._row_names:
            found.append(("", "", "row numbers before the first named column", _LEFT_OUT))
        for k, column in self._nameless.items():
            if self._rows and column.empty:
                what = "an empty column without a name"
            elif self._rows and k == 0 and column.numbers:
                what = "a column of row numbers without a name"
            else:
                self.problems.append(f"column {k + 1} has no name")
                continue
            found.append(("", f"{k + 1}", what, _LEFT_OUT))
        return found
