"""Units of doses: which are known, what they measure, and how to compare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class DoseUnit(NamedTuple):
    """What a unit measures, and its size in the first unit of that kind."""

    measures: str
    size: float

    @property
    def is_amount(self) -> bool:
        """Whether it measures something that is given, not a time, count or share."""
        return self.measures in _GIVEN


_GIVEN = frozenset(
    {
        "mass",
        "mass/kg",
        "mass/m2",
        "units",
        "cells",
        "cells/kg",
        "CD34/kg",
        "radiation",
    }
)


def _per_day(units: Mapping[str, DoseUnit]) -> dict[str, DoseUnit]:
    """Add the same amounts given each day: a range holds for one day's dose."""
    return {**units, **{f"{name}/d": unit for name, unit in units.items()}}


_MASS = {"mg": 1.0, "g": 1e3, "ug": 1e-3}
_UNITS: Mapping[str, DoseUnit] = MappingProxyType(
    {
        **_per_day({name: DoseUnit("mass", size) for name, size in _MASS.items()}),
        **_per_day({f"{n}/kg": DoseUnit("mass/kg", size) for n, size in _MASS.items()}),
        **_per_day({f"{n}/m2": DoseUnit("mass/m2", size) for n, size in _MASS.items()}),
        "IU": DoseUnit("units", 1.0),
        "MIU": DoseUnit("units", 1e6),
        **_per_day(
            {"1e6 cells": DoseUnit("cells", 1.0), "1e6 cells/kg": DoseUnit("cells/kg", 1.0)}
        ),
        "1e6/kg": DoseUnit("cells/kg", 1.0),
        "cells/kg": DoseUnit("cells/kg", 1e-6),
        "1e6 CD34/kg": DoseUnit("CD34/kg", 1.0),
        "1e6 CD34 cells/kg": DoseUnit("CD34/kg", 1.0),
        "1e6 viable CD34 cells/kg": DoseUnit("CD34/kg", 1.0),
        "1e6 cells/mL": DoseUnit("concentration of cells", 1.0),
        "cells/uL": DoseUnit("count", 1.0),
        "CD34 cells/uL": DoseUnit("CD34 count", 1.0),
        "1e9/L": DoseUnit("count", 1e3),
        **_per_day({"Gy": DoseUnit("radiation", 1.0)}),
        "%": DoseUnit("share", 1.0),
        "min": DoseUnit("time", 1.0 / 1440.0),
        "h": DoseUnit("time", 1.0 / 24.0),
        "d": DoseUnit("time", 1.0),
        "weeks": DoseUnit("time", 7.0),
        "h/week": DoseUnit("training", 1.0),
        "sessions": DoseUnit("training sessions", 1.0),
        "visits": DoseUnit("visits", 1.0),
    }
)

_SCHEDULE = re.compile(
    r"(twice |three times )?(daily|weekly|monthly)"
    r"|(for|in|every|over) \d+ (day|week|month)s?"
)
"""Words that may follow a unit."""


_PER_DAY = "/d"
_TIMES = MappingProxyType({"": 1, "twice ": 2, "three times ": 3})
_DAYS = MappingProxyType({"daily": 1, "weekly": 7, "monthly": 30})
_LENGTH = MappingProxyType({"day": 1, "week": 7, "month": 30})
_OFTEN = re.compile(r"(twice |three times )?(daily|weekly|monthly)")
_SPAN = re.compile(r"(for|in|every|over) (\d+) (day|week|month)s?")


class Rhythm(NamedTuple):
    """What a unit says on the schedule.

    ``times`` doses come in ``every`` days; ``over`` is the number of days for which the dose is a
    total, ``during`` one for which it may be a total or a dose a day.
    """

    times: int = 1
    every: int | None = None
    over: int | None = None
    during: int | None = None


def rhythm_of(text: str) -> Rhythm:
    """Give what a unit says on the schedule (``mg/d``, ``mg every 4 weeks``)."""
    if text.endswith(_PER_DAY):
        return Rhythm(every=1)
    if found := _OFTEN.search(text):
        return Rhythm(_TIMES[found[1] or ""], _DAYS[found[2]])
    if found := _SPAN.search(text):
        days = int(found[2]) * _LENGTH[found[3]]
        if found[1] == "every":
            return Rhythm(every=days)
        return Rhythm(during=days) if found[1] == "for" else Rhythm(over=days)
    return Rhythm()


def daily(unit: str) -> bool:
    """Say whether a unit tells a dose of each day."""
    return unit.endswith(_PER_DAY)


def known_units() -> tuple[str, ...]:
    """List the units."""
    return tuple(_UNITS)


def unit_of(text: str) -> DoseUnit | None:
    """Give what a unit measures; None where it is unknown.

    Parameters
    ----------
    text
        A unit, perhaps followed by words on its schedule (``mg every 4 weeks``).
    """
    if text in _UNITS:
        return _UNITS[text]
    fitting = [name for name in _UNITS if text.startswith(f"{name} ")]
    if not fitting:
        return None
    name = max(fitting, key=len)
    return _UNITS[name] if _SCHEDULE.fullmatch(text[len(name) + 1 :]) else None
