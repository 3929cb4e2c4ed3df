"""Names of outcomes and subgroups: what a figure is about, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from types import MappingProxyType

from remyelin.files import parse_csv


@dataclass(frozen=True)
class OutcomeName:
    """One name of the vocabulary.

    Attributes
    ----------
    name, area, meaning
        The name, what it belongs to, and what a figure of this name says.
    unit
        Unit of a level; empty for shares, counts and ratios.
    minimum, maximum
        Limits of a level; None where there is none.
    """

    name: str
    area: str
    unit: str
    minimum: float | None
    maximum: float | None
    meaning: str


class SubgroupKind(StrEnum):
    """What a name in the column ``subgroup`` stands for."""

    SUBGROUP = "subgroup"
    VERSION = "version"
    """The same patients in another report."""
    PREDICTOR = "predictor"
    """The figure is the effect of a predictor within the arm."""


@dataclass(frozen=True)
class Subgroup:
    """One name of a subgroup with its kind and meaning."""

    name: str
    kind: SubgroupKind
    meaning: str


def _rows(name: str) -> list[dict[str, str]]:
    file = resources.files("remyelin.study") / name
    return parse_csv(file.read_text(encoding="utf-8"), where=name)


def _limit(text: str) -> float | None:
    return float(text) if text else None


OUTCOMES: Mapping[str, OutcomeName] = MappingProxyType(
    {
        row["name"]: OutcomeName(
            row["name"],
            row["area"],
            row["unit"],
            _limit(row["min"]),
            _limit(row["max"]),
            row["meaning"],
        )
        for row in _rows("outcome_names.csv")
    }
)
"""The vocabulary of outcomes, by name."""

OUTCOME_NAMES: Mapping[str, str] = MappingProxyType(
    {name: row.meaning for name, row in OUTCOMES.items()}
)
"""Allowed names with their meaning."""

SUBGROUPS: Mapping[str, Subgroup] = MappingProxyType(
    {
        row["name"]: Subgroup(row["name"], SubgroupKind(row["kind"]), row["meaning"])
        for row in _rows("subgroups.csv")
    }
)
"""The vocabulary of subgroups, by name."""
