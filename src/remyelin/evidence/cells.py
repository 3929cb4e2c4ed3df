"""Reading of single cells of a table; every bad cell is remembered with its place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from remyelin.files import shown

AnyEnum = TypeVar("AnyEnum", bound=StrEnum)


class Row:
    """One row of a table, read cell by cell.

    Parameters
    ----------
    cells
        Text by column.
    line
        Line of the file, for messages.
    problems
        List to which problems are added.
    """

    def __init__(self, cells: Mapping[str, str], line: int, problems: list[str]) -> None:
        self._cells = cells
        self._line = line
        self._problems = problems

    def complain(self, text: str) -> None:
        """Remember a problem of this row."""
        self._problems.append(f"line {self._line}: {text}")

    def complain_all(self, texts: Iterable[str]) -> None:
        """Remember several problems of this row."""
        for text in texts:
            self.complain(text)

    def text(self, column: str, *, required: bool = False) -> str:
        """Text of a cell; may be empty unless ``required``."""
        value = self._cells[column]
        if required and not value:
            self.complain(f"{column} is empty; a text is needed")
        return value

    def number(self, column: str) -> float | None:
        """Finite number of a cell, None where it is empty."""
        value = self._cells[column]
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self.complain(f"{column}: {shown(value)} given, allowed: a finite number or nothing")
        return None

    def needed_number(self, column: str) -> float:
        """Finite number of a cell that must not be empty; nan after a complaint."""
        number = self.number(column)
        if number is not None:
            return number
        if not self._cells[column]:
            self.complain(f"{column} is empty; a number is needed")
        return math.nan

    def count(self, column: str) -> int | None:
        """Whole number of 0 or more, None where the cell is empty."""
        number = self.number(column)
        if number is None:
            return None
        if number < 0 or not number.is_integer():
            self.complain(f"{column}: {number:g} given, allowed: whole numbers from 0")
            return None
        return int(number)

    def choice(self, column: str, kind: type[AnyEnum]) -> AnyEnum | None:
        """Member of an enumeration, None where the cell is empty or not allowed."""
        value = self._cells[column]
        if not value:
            return None
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(kind)
            self.complain(f"{column}: {shown(value)} given, allowed: {allowed}")
            return None

    def needed_choice(self, column: str, default: AnyEnum) -> AnyEnum:
        """Member of an enumeration that must be given; ``default`` after a complaint."""
        kind = type(default)
        if not self._cells[column]:
            self.complain(f"{column} is empty; allowed: {', '.join(kind)}")
        chosen = self.choice(column, kind)
        return default if chosen is None else chosen
