"""Names of the columns of a table from outside: checked, renamed, and those to read chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from remyelin.errors import InputError
from remyelin.files import ReadLimits, shown

ADVICE: Final = "Mend the table and try again; docs/endpoints.md lists the columns."

BYTES_PER_CELL: Final = 150
"""Memory of a short cell at the peak of reading, measured on a million rows of seven columns."""


@dataclass(frozen=True)
class Heading:
    """How the first line of a table is read.

    Attributes
    ----------
    where
        The table, for messages.
    wanted
        Names of the columns that are read; None: all.
    renamed
        Names of columns, and the names under which they are read; others may lack in this table.
    limits
        How large the table may be.
    """

    where: str
    wanted: frozenset[str] | None
    renamed: Mapping[str, str]
    limits: ReadLimits

    def read(self, given: Sequence[str]) -> tuple[str, ...]:
        """Names of the columns, after renaming.

        Raises
        ------
        InputError
            There are too many, one has no name or stands twice, or two would after renaming.
        """
        self.limits.check(self.where, columns=len(given))
        names = [name.strip() for name in given]
        problems = [f"column {k} has no name" for k, name in enumerate(names, 1) if not name]
        problems += [f"column {shown(name)} stands twice" for name in _twice(names)]
        final = [self.renamed.get(name, name) for name in names]
        if not problems and _twice(final):
            problems.append("two columns would have the same name after renaming")
        if problems:
            raise InputError(self.where, problems, ADVICE)
        return tuple(final)

    def chosen(self, names: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Places and names of the columns that are read."""
        return ((k, name) for k, name in enumerate(names) if self._is_read(name))

    def unread(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names of the columns that are not read."""
        return tuple(name for name in names if not self._is_read(name))

    def _is_read(self, name: str) -> bool:
        return self.wanted is None or name in self.wanted


def _twice(names: Sequence[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if name and times > 1)
