"""Named rules of reading endpoints that no definition sets, with range, source and mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from remyelin.files import parse_csv

_FILE = "choices.csv"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A named rule.

    Attributes
    ----------
    choice_id
        Its name.
    value, unit
        What holds, and in which unit.
    low, high
        Range of values that could be defended.
    source, mark
        DOI or ``convention``; ``seen``, ``recalled`` or ``assumed``.
    meaning
        What it decides.
    """

    choice_id: str
    value: float
    unit: str
    low: float
    high: float
    source: str
    mark: str
    meaning: str


@cache
def choices() -> Mapping[str, Choice]:
    """All named rules, by name."""
    text = (resources.files("remyelin.endpoints") / _FILE).read_text(encoding="utf-8")
    made = {}
    for row in parse_csv(text, where=_FILE):
        made[row["choice_id"]] = Choice(
            choice_id=row["choice_id"],
            value=float(row["value"]),
            unit=row["unit"],
            low=float(row["low"]),
            high=float(row["high"]),
            source=row["source"],
            mark=row["mark"],
            meaning=row["meaning"],
        )
    return MappingProxyType(made)
