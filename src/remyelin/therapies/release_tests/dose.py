"""From the unit of a result to that of a limit: dose volume, weight, and the worst hour."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from remyelin.therapies.release_tests.quantity import Quantity, plain, units

_PER_VOLUME = "endotoxin per volume"
_IN_ALL = "endotoxin"
_PER_WEIGHT = "endotoxin per weight"
_PER_HOUR = "endotoxin per weight and hour"
_LADDER = (_PER_VOLUME, _IN_ALL, _PER_WEIGHT, _PER_HOUR)
_CELLS, _CELLS_PER_WEIGHT = "cells", "cells per weight"


@dataclass(frozen=True)
class Dose:
    """One dose: volume (mL), weight of the patient (kg), hours over which it is given."""

    volume_ml: Fraction | None = None
    weight_kg: Fraction | None = None
    hours: Fraction | None = None


@dataclass(frozen=True)
class Converted:
    """A quantity in another unit, and how it came about; empty steps where nothing was done."""

    quantity: Quantity
    steps: str


class NotComparableError(ValueError):
    """Two units cannot be compared, or something is missing for it; the text says what."""


def comparable(given: str, wanted: str) -> bool:
    """Tell whether a result in one unit can ever be held to a limit in another."""
    first, second = units()[given].dimension, units()[wanted].dimension
    if first in _LADDER and second in _LADDER:
        return True
    return first == second or (first, second) == (_CELLS, _CELLS_PER_WEIGHT)


def converted(given: Quantity, wanted: str, dose: Dose) -> Converted:
    """Bring a quantity to the unit of a limit.

    A dose given within an hour falls into that hour as a whole; a longer one is spread evenly.
    Without the hours the whole dose is taken as an upper bound of what falls into one.

    Parameters
    ----------
    given
        What was measured.
    wanted
        Name of the unit of the limit.
    dose
        The dose, for units per volume, weight and hour.

    Raises
    ------
    NotComparableError
        A part of the dose is missing, or the units have nothing to do with each other.
    """
    if given.unit == wanted:
        return Converted(given, "")
    start, goal = units()[given.unit], units()[wanted]
    first = next(n for n, unit in units().items() if unit.dimension == start.dimension)
    now, steps = given.times(start.factor, first), [str(given)]
    if start.dimension != goal.dimension:
        if start.dimension in _LADDER and goal.dimension in _LADDER:
            now = _along(now, start.dimension, goal.dimension, dose, steps)
        elif (start.dimension, goal.dimension) == (_CELLS, _CELLS_PER_WEIGHT):
            weight = _needed(dose.weight_kg, "weight_kg", given.unit, wanted)
            now = now.times(1 / weight, "cells/kg")
            steps.append(f"/ {plain(weight)} kg")
        else:
            raise NotComparableError(f"{given.unit} cannot be compared with {wanted}")
    now = now.times(1 / goal.factor, wanted)
    return Converted(now, f"{' '.join(steps)} = {now}")


def _along(now: Quantity, start: str, goal: str, dose: Dose, steps: list[str]) -> Quantity:
    first, last = _LADDER.index(start), _LADDER.index(goal)
    if start == _PER_HOUR:
        raise NotComparableError(f"{now.unit} cannot be compared with a limit per dose")
    up = first < last
    for rung in range(first, last) if up else range(first - 1, last - 1, -1):
        if _LADDER[rung] == _PER_WEIGHT:
            now = _worst_hour(now, dose, steps)
        else:
            now = _rung(now, _LADDER[rung], up=up, dose=dose, steps=steps)
    return now


def _rung(now: Quantity, rung: str, *, up: bool, dose: Dose, steps: list[str]) -> Quantity:
    if rung == _PER_VOLUME:
        volume = _needed(dose.volume_ml, "volume_ml", "EU/mL", "EU")
        steps.append(f"{'x' if up else '/'} {plain(volume)} mL")
        return now.times(volume if up else 1 / volume, "EU" if up else "EU/mL")
    weight = _needed(dose.weight_kg, "weight_kg", "EU", "EU/kg")
    steps.append(f"{'/' if up else 'x'} {plain(weight)} kg")
    return now.times(1 / weight if up else weight, "EU/kg" if up else "EU")


def _worst_hour(now: Quantity, dose: Dose, steps: list[str]) -> Quantity:
    hours = dose.hours
    if hours is None:
        steps.append("at most, in one hour")
        return now.over_at_least(Fraction(1)).times(Fraction(1), "EU/kg/h")
    if hours <= 1:
        steps.append(f"given within {plain(hours)} h, all of it in one hour")
        return now.times(Fraction(1), "EU/kg/h")
    steps.append(f"/ {plain(hours)} h")
    return now.times(1 / hours, "EU/kg/h")


def _needed(value: Fraction | None, name: str, given: str, wanted: str) -> Fraction:
    if value is None:
        raise NotComparableError(
            f"{given} cannot be turned into {wanted} without {name}; give {name}"
        )
    return value
