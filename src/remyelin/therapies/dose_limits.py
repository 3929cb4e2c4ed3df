"""Limits of doses: what no course of a drug may exceed, judged over everything that is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.files import parse_csv
from remyelin.parameters import ParameterTable
from remyelin.study.vocabulary import Mark
from remyelin.therapies.dose_units import unit_of
from remyelin.therapies.drugs import Drug, agents_of, find
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.placement import Placed, dose_days, dose_of_each
from remyelin.therapies.step import LAST_DAY, NOT_GIVEN, Route

OPEN = "dose_limit_lifetime_goes_on"
"""Rule that a treatment without an end breaks only by going on."""

_SLACK = 1e-9


class Over(StrEnum):
    """What a limit counts."""

    DAY = "day"
    COURSE = "course"
    """Any so many days in a row."""
    LIFETIME = "lifetime"
    INTERVAL = "interval"
    """Days from one dose to the next, at least."""


@dataclass(frozen=True)
class DoseLimit:
    """A limit of a substance.

    Attributes
    ----------
    agent, route
        Substance, and the route it holds for; None: all routes together.
    over, days
        What is counted, and in how many days (of an interval: days at least).
    most, unit
        Largest sum; nan and empty for an interval.
    source, mark
        Where it was read and how well it is known.
    """

    agent: str
    route: Route | None
    over: Over
    days: int
    most: float
    unit: str
    source: str
    mark: Mark

    def words(self) -> str:
        """Put it into words."""
        by = f" {self.route}" if self.route else ""
        if self.over is Over.INTERVAL:
            return f"{self.days} days or more between doses{by}"
        span = {
            Over.DAY: "a day",
            Over.COURSE: f"in {self.days} days",
            Over.LIFETIME: "in a lifetime",
        }
        return f"up to {self.most:g} {self.unit}{by} {span[self.over]}"

    @property
    def reference(self) -> str:
        """Source and mark."""
        told = self.mark.value in self.source
        return self.source if told else f"{self.source}, {self.mark}"


@dataclass(frozen=True)
class Doses:
    """Equal doses of a drug on some days.

    Attributes
    ----------
    drug, route, where
        What, how, and the step in words.
    days, dose, unit
        Days of the calendar, dose of each and its unit.
    open
        Whether they go on while the treatment does.
    alone
        Whether they are judged by themselves: their day is not told, or they are only told of.
    summed
        Whether it is the sum of all that was given before, which counts for a lifetime only.
    """

    drug: Drug
    route: Route | None
    where: str
    days: NDArray[np.int64]
    dose: float
    unit: str
    open: bool = False
    alone: bool = False
    summed: bool = False


@cache
def dose_limits() -> tuple[DoseLimit, ...]:
    """Give the limits."""
    text = files("remyelin.therapies").joinpath("dose_limits.csv").read_text(encoding="utf-8")
    return tuple(
        DoseLimit(
            agent=row["agent"],
            route=Route(row["route"]) if row["route"] else None,
            over=Over(row["over"]),
            days=int(row["days"] or LAST_DAY),
            most=float(row["most"] or "nan"),
            unit=row["unit"],
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in parse_csv(text, where="dose_limits.csv")
    )


def limits_of(drug: Drug) -> tuple[DoseLimit, ...]:
    """Give the limits of a drug, those of its substance."""
    return tuple(one for one in dose_limits() if one.agent == drug.substance)


def doses_given(steps: Iterable[Placed], until: int) -> Iterator[Doses]:
    """Give the doses of steps up to a day; of several drugs with one dose, the first has it."""
    for one in steps:
        step, dose = one.step, dose_of_each(one.step)
        drug = find(agents_of(step.agent)[0])
        if drug is None or not one.counted or (step.kind in NOT_GIVEN and not step.moves):
            continue
        days, goes_on = dose_days(one, until)
        size = float("nan") if dose is None else dose
        alone = step.day is None or not one.protocol.acts
        yield Doses(drug, step.route, one.where, days, size, step.unit, goes_on, alone)


def beyond_limits(
    given: Sequence[Doses], table: ParameterTable, *, ends: bool
) -> Iterator[Finding]:
    """Give the limits that doses on one calendar exceed.

    Parameters
    ----------
    given
        Doses of all treatments together.
    table
        Weight and surface to which doses refer.
    ends
        Whether the calendar ends on a known day; if not, a treatment without an end that would
        exceed the limit of a lifetime one day is a warning.
    """
    for limit in dose_limits():
        mine = [
            one
            for one in given
            if one.drug.substance == limit.agent
            and limit.route in (None, one.route)
            and one.dose
            and not (one.summed and limit.over is not Over.LIFETIME)
        ]
        together = [one for one in mine if not one.alone and len(one.days)]
        for group in (together, *([one] for one in mine if one.alone)):
            if group:
                yield from _judge(limit, group, table, ends=ends)


def _judge(
    limit: DoseLimit, group: Sequence[Doses], table: ParameterTable, *, ends: bool
) -> Iterator[Finding]:
    if limit.over is Over.INTERVAL:
        yield from _too_soon(limit, group)
        return
    told = [one for one in group if not np.isnan(one.dose)]
    closed = [one for one in told if not one.open]
    if limit.over is Over.LIFETIME:
        found = _exceeds(limit, closed, table)
        if found:
            yield _finding(limit, found, Grade.ERROR)
        elif found := _exceeds(limit, told, table):
            yield _finding(limit, found, Grade.ERROR if ends else Grade.WARNING, OPEN)
    elif found := _exceeds(limit, told, table):
        yield _finding(limit, found, Grade.ERROR)


_FAR_BEYOND: Final = 1e6
"""A dose so many times beyond a limit counts as just that: sums of any doses stay finite."""


@dataclass(frozen=True)
class _Excess:
    where: str
    total: float
    first: int
    last: int
    doses: str
    body: str


def _exceeds(limit: DoseLimit, doses: Sequence[Doses], table: ParameterTable) -> _Excess | None:
    sized = [
        (one, size) for one in doses if (size := converted(one.dose, one.unit, limit.unit, table))
    ]
    if not sized:
        return None
    days = np.concatenate([one.days for one, _ in sized])
    amounts = np.concatenate([np.full(len(one.days), size) for one, size in sized])
    order = np.argsort(days, kind="stable")
    days, amounts = days[order], np.minimum(amounts[order], limit.most * _FAR_BEYOND)
    sums = np.concatenate([[0.0], np.cumsum(amounts)])
    opens = np.searchsorted(days, days - limit.days + 1, side="left")
    closes = np.searchsorted(days, days, side="right")
    totals = sums[closes] - sums[opens]
    over = np.flatnonzero(totals > limit.most * (1.0 + _SLACK))
    if not len(over):
        return None
    place = int(over[0] if limit.over is Over.LIFETIME else over[np.argmax(totals[over])])
    first, last = int(days[opens[place]]), int(days[place])
    parts = [one for one, _ in sized if ((one.days >= first) & (one.days <= last)).any()]
    counted = [int(((one.days >= first) & (one.days <= last)).sum()) for one in parts]
    words = [f"{n} x {p.dose:g} {p.unit}" for n, p in zip(counted, parts, strict=True)]
    bodies = any(_base(one.unit) != _base(limit.unit) for one in parts)
    weight, surface = table["body_weight"].internal, table["body_surface"].internal
    body = f" ({weight:g} kg, {surface:g} m2)" if bodies else ""
    where = ", ".join(dict.fromkeys(one.where for one in parts))
    return _Excess(where, float(totals[place]), first, last, " + ".join(words), body)


def _finding(limit: DoseLimit, found: _Excess, grade: Grade, rule: str = "") -> Finding:
    if found.first == found.last:
        when = f"on day {found.first}"
    else:
        when = f"from day {found.first} to {found.last}"
    going = " if it goes on" if rule == OPEN else ""
    end = "; give times, ends_day or lasts_days, or a shorter time" if rule == OPEN else ""
    text = (
        f"{limit.agent}: {found.doses} {when}{going} make {found.total:.4g} {limit.unit}"
        f"{found.body}; allowed: {limit.words()}{end}"
    )
    return Finding(grade, rule or f"dose_limit_{limit.over}", found.where, text, limit.reference)


def _too_soon(limit: DoseLimit, group: Sequence[Doses]) -> Iterator[Finding]:
    days = np.unique(np.concatenate([one.days for one in group]))
    gaps = np.diff(days)
    close = np.flatnonzero(gaps < limit.days)
    if len(close):
        first, second = int(days[close[0]]), int(days[close[0] + 1])
        where = ", ".join(one.where for one in group if ((one.days == second).any()))
        text = (
            f"{limit.agent}: doses on day {first} and day {second}, {second - first} days apart; "
            f"allowed: {limit.words()}"
        )
        yield Finding(Grade.ERROR, "dose_interval", where, text, limit.reference)


def _base(unit: str) -> str:
    return unit.split(" ", maxsplit=1)[0].removesuffix("/d") if not unit.startswith("1e6") else unit


_BODIES = {"/kg": "body_weight", "/m2": "body_surface"}


def converted(dose: float, unit: str, wanted: str, table: ParameterTable) -> float | None:
    """Give a dose in another unit at the weight and surface of the table; None: not comparable."""
    one, other = unit_of(unit), unit_of(wanted)
    if one is None or other is None:
        return None
    if one.measures == other.measures:
        return dose * one.size / other.size
    kinds = [measured.measures.partition("/")[0] for measured in (one, other)]
    if kinds[0] != kinds[1]:
        return None

    def body(measures: str) -> float:
        key = next((key for end, key in _BODIES.items() if measures.endswith(end)), "")
        return table[key].internal if key else 1.0

    return dose * one.size * body(one.measures) / (other.size * body(other.measures))
