"""Rows of a text table brought to one length: row names and empty columns are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

Repair: TypeAlias = tuple[str, str, str, str]
"""Row, column, what stood there, and what was done; row and column may be empty."""

_WHOLE: Final = re.compile(r"\d{1,15}")
_LEFT_OUT: Final = "it is left out"


@dataclass
class Shape:
    """Names and rows of a table as they were written, and what was done to make them fit.

    Attributes
    ----------
    names, rows, place
        Names of the columns, cells of each row, and its line.
    repairs, problems
        What was done, and rows that still have another number of cells.
    """

    names: list[str]
    rows: list[list[str]]
    place: list[int]
    repairs: list[Repair] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def square(self) -> None:
        """Bring every row to the length of the names."""
        self._trim()
        self._name_less_first()
        width = len(self.names)
        for line, cells in zip(self.place, self.rows, strict=True):
            if len(cells) != width:
                self.problems.append(f"line {line}: {len(cells)} cells given, {width} allowed")
        if not self.problems:
            self._drop_nameless()

    def _trim(self) -> None:
        """Cut empty cells beyond the last named column."""
        width, cut = len(self.names), []
        for position, cells in enumerate(self.rows):
            if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
                self.rows[position] = cells[:width]
                cut.append(self.place[position])
        if cut:
            where = f"{len(cut):,} rows from line {cut[0]}" if len(cut) > 1 else f"line {cut[0]}"
            self.repairs.append((where, "", "empty cells beyond the last column", "left out"))

    def _name_less_first(self) -> None:
        """Leave out the row names of a table whose first line names one column less."""
        width = len(self.names) + 1
        if self.rows and all(len(cells) == width for cells in self.rows):
            first = [cells[0] for cells in self.rows]
            if are_row_numbers(first):
                self.rows = [cells[1:] for cells in self.rows]
                what = "row numbers before the first named column"
                self.repairs.append(("", "", what, _LEFT_OUT))

    def _drop_nameless(self) -> None:
        dropped = set()
        for column, name in enumerate(self.names):
            if name:
                continue
            cells = [row[column] for row in self.rows]
            if not any(cell.strip() for cell in cells):
                what = "an empty column without a name"
            elif column == 0 and are_row_numbers(cells):
                what = "a column of row numbers without a name"
            else:
                continue
            dropped.add(column)
            self.repairs.append(("", f"{column + 1}", what, _LEFT_OUT))
        if dropped:
            kept = [column for column in range(len(self.names)) if column not in dropped]
            self.names = [self.names[column] for column in kept]
            self.rows = [[row[column] for column in kept] for row in self.rows]


def are_row_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers that rise from row to row."""
    if not cells or not all(_WHOLE.fullmatch(cell.strip()) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return all(later > earlier for earlier, later in pairwise(numbers))
