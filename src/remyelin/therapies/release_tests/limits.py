"""Limits of release tests, made from the rows of the evidence base that are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from remyelin.therapies.release_tests.quantity import exact, plain, unit_named

Row = Mapping[str, str | float | int | bool | None]
"""A row of the table ``quality``, by column name."""

_SECONDARY = "secondary source"


@dataclass(frozen=True)
class Limit:
    """What a test is held to.

    Attributes
    ----------
    asked
        The limit in words.
    source, mark, row
        Where it stands and how well it is known; no row where none of the base has it.
    product_type
        Which products the row is about.
    operator, threshold, unit
        The limit as a number, where it is one.
    second_hand
        Whether the source was read in another one that quotes it.
    """

    asked: str
    source: str
    mark: str
    row: int | None = None
    product_type: str = ""
    operator: str = "is"
    threshold: Fraction | None = None
    unit: str = ""
    second_hand: bool = False

    @property
    def told(self) -> str:
        """Source, row and mark in one text."""
        row = "" if self.row is None else f", row {self.row}"
        second = ", in a secondary source" if self.second_hand else ""
        return f"{self.source}{row}; {self.mark}{second}"

    @property
    def unread(self) -> bool:
        """Whether nobody has read the source: it is remembered or assumed."""
        return self.mark != "seen"


Limits = Mapping[int, Limit]
"""Limits by row of the table ``quality``."""


def limits_from(rows: Iterable[Row]) -> Limits:
    """Make limits of the rows of the table ``quality``."""
    return {limit.row: limit for limit in map(_limit, rows) if limit.row is not None}


def _limit(row: Row) -> Limit:
    threshold, unit = row["threshold"], str(row["unit"] or "")
    number = None if threshold is None else exact(float(threshold))
    asked = str(row["threshold_text"])
    if number is not None:
        asked = f"{row['operator']} {plain(number)} {unit}"
    return Limit(
        asked=asked,
        source=str(row["source"]),
        mark=str(row["mark"]),
        row=int(str(row["row_id"])),
        product_type=str(row["product_type"]),
        operator=str(row["operator"]),
        threshold=number,
        unit=unit_named(unit) or unit,
        second_hand=str(row["page"] or "").startswith(_SECONDARY),
    )
