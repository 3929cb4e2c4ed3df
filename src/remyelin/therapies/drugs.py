"""Drugs: names, targets, the dose at which their parameters hold, and how effect follows dose."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from remyelin.files import parse_csv
from remyelin.study.vocabulary import Mark
from remyelin.therapies.dose_units import daily, unit_of
from remyelin.therapies.drug_names import drug_names, plain

if TYPE_CHECKING:
    from remyelin.parameters import ParameterTable
    from remyelin.therapies.step import Step


class Law(StrEnum):
    """How a level follows the dose; a pulse is always in proportion to it."""

    SATURATING = "saturating"
    """The odds of the block rise with a power of the dose."""
    EXPONENTIAL = "exponential"
    """The share that gets through falls by the same factor with every dose."""
    NONE = "none"
    """No reference dose: the amounts hold as they are."""


@dataclass(frozen=True)
class Drug:
    """A drug.

    Attributes
    ----------
    agent, aliases, substance
        Name, other names, and the substance whose doses add up with its own.
    target
        What it acts on, in words.
    reference, unit, interval_days
        Dose at which its parameters hold, and days between two such doses.
    law
        How a level follows the dose.
    groups
        Groups that rules on combinations speak of.
    """

    agent: str
    aliases: tuple[str, ...]
    substance: str
    target: str
    reference: float
    unit: str
    interval_days: float
    law: Law
    groups: frozenset[str]


@dataclass(frozen=True)
class DoseRange:
    """Doses that were given to people, for one way of counting them.

    Attributes
    ----------
    agent, unit, low, high
        Drug, unit, and ends of the range.
    source, mark
        Where it was read and how well it is known.
    """

    agent: str
    unit: str
    low: float
    high: float
    source: str
    mark: Mark


@dataclass(frozen=True)
class Share:
    """A dose over the reference dose of its drug.

    Attributes
    ----------
    size
        Of one dose; a pulse follows it.
    rate
        Of what is given in the same time; a level follows it.
    law
        How a level follows it.
    """

    size: float
    rate: float
    law: Law

    def of_level(self, full: float, table: ParameterTable) -> float:
        """Give a block at this dose from the block at the reference dose."""
        if self.rate <= 0.0:
            return 0.0
        if self.rate == 1.0 or not 0.0 < full < 1.0:
            return full
        if self.law is Law.EXPONENTIAL:
            return -math.expm1(self.rate * math.log1p(-full))
        steepness = table["dose_steepness"].internal
        odds = full / (1.0 - full) * math.pow(self.rate, steepness)
        return odds / (1.0 + odds)


_ASIDE = re.compile(r"\s*\([^)]*\)")


@cache
def drugs() -> dict[str, Drug]:
    """Give the drugs by name and by other names, in the form in which names are compared."""
    found = {}
    for row in _rows("drugs.csv"):
        names = tuple(one.name for one in drug_names() if one.agent == row["agent"])
        drug = Drug(
            agent=row["agent"],
            aliases=names,
            substance=row["substance"],
            target=row["target"],
            reference=float(row["reference"] or "nan"),
            unit=row["unit"],
            interval_days=float(row["interval_days"] or "nan"),
            law=Law(row["law"]),
            groups=frozenset(name for name in row["groups"].split(";") if name),
        )
        found.update({plain(name): drug for name in (drug.agent, *drug.aliases)})
    return found


@cache
def dose_ranges() -> tuple[DoseRange, ...]:
    """Give the ranges of human doses."""
    return tuple(
        DoseRange(
            agent=row["agent"],
            unit=row["unit"],
            low=float(row["low"]),
            high=float(row["high"]),
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in _rows("dose_ranges.csv")
    )


@dataclass(frozen=True)
class Routes:
    """Ways by which a drug is given.

    Attributes
    ----------
    routes
        The ways.
    source, mark
        Where they were read and how well they are known.
    """

    routes: tuple[str, ...]
    source: str
    mark: Mark


@cache
def _routes() -> dict[str, Routes]:
    return {
        row["agent"]: Routes(tuple(row["routes"].split(";")), row["source"], Mark(row["mark"]))
        for row in _rows("drug_routes.csv")
    }


def routes_of(drug: Drug) -> Routes | None:
    """Give the ways by which a drug is given; None where none is on file."""
    return _routes().get(drug.agent)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("remyelin.therapies").joinpath(name).read_text(encoding="utf-8")
    return parse_csv(text, where=name)


def agents_of(text: str) -> tuple[str, ...]:
    """Give the agents that a step names, one or several joined by a plus sign."""
    return tuple(part.strip() for part in text.split(" + "))


def find(agent: str) -> Drug | None:
    """Give the drug that a step names; words in brackets, case and hyphens do not count."""
    return drugs().get(plain(_ASIDE.sub("", agent)))


def canonical(agent: str) -> str:
    """Give the name of a drug for one of its names; words in brackets and case do not count."""
    drug = find(agent)
    return drug.agent if drug else _ASIDE.sub("", agent).strip().lower()


def share_of_reference(step: Step) -> Share | None:
    """Give the dose of a step over the reference dose of its drug; None where nothing is scaled."""
    if step.dose is not None and step.dose <= 0.0:
        return Share(0.0, 0.0, Law.NONE)
    drug = find(step.agent)
    if drug is None or drug.law is Law.NONE or step.dose is None:
        return None
    given, reference = unit_of(step.unit), unit_of(drug.unit)
    if given is None or reference is None or given.measures != reference.measures:
        return None
    size = float(step.dose_of_a_day or 0.0) * given.size / (drug.reference * reference.size)
    if step.daily and not daily(drug.unit):
        size *= step.lasts_days or 1
    held = step.every_days is not None and step.lasts_days is None
    seldom = drug.interval_days / step.every_days if held and step.every_days else 1.0
    return Share(size, size if math.isnan(seldom) else size * seldom, drug.law)
