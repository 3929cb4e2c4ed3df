"""Place of a published figure on its scale, and its standard error there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from remyelin.synthesis.scale import Scale

HALF = 0.5
"""Patients or events that are added where nobody, or everybody, had the event."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was printed beside a figure.

    Attributes
    ----------
    n, events
        Patients, and events among them.
    years
        Patient-years, for rates; where only patients are told, patients times length.
    low, high, level
        Confidence interval in natural units and its probability.
    sd, se
        Standard deviation between patients, and standard error, in natural units.
    counted
        The figure is a number of patients.
    """

    n: int | None = None
    events: int | None = None
    years: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    sd: float | None = None
    se: float | None = None
    counted: bool = False


def placed(scale: Scale, value: float, told: Told) -> float:
    """Give the place of a figure; a share of 0 or 1, or a rate of 0, is moved by `HALF`.

    Returns
    -------
    float
        Infinite or nan where the figure has no place and nothing tells by how much to move it.
    """
    moved = value
    if scale is Scale.PROPORTION and told.n and not 0.0 < value < 1.0:
        moved = (value * told.n + HALF) / (told.n + 2.0 * HALF)
    elif scale is Scale.RATIO and value == 0.0:
        if told.counted:
            moved = HALF
        elif told.years:
            moved = HALF / told.years
    return float(scale.forward(moved))


def standard_error(scale: Scale, value: float, told: Told) -> tuple[float | None, str]:
    """Work out the standard error of a figure on its scale, and say from what.

    In this order: the confidence interval; the printed standard error; the binomial law of a share
    or a number of patients; the Poisson law of a rate with its events, or with those that patients
    and length imply; the standard deviation between patients.

    Returns
    -------
    error, basis
        None and an empty text where nothing tells it.
    """
    if told.low is not None and told.high is not None:
        ends = float(scale.forward(told.high)) - float(scale.forward(told.low))
        error = ends / (2.0 * NormalDist().inv_cdf(HALF + told.level / 2.0))
        if math.isfinite(error) and error > 0.0:
            return error, "interval"
    if told.se is not None and scale is not Scale.PROPORTION:
        return _relative(scale, told.se, value), "standard error"
    if told.n and scale is Scale.PROPORTION:
        had = value * told.n
        if not 0.0 < had < told.n:
            return math.sqrt(1.0 / (had + HALF) + 1.0 / (told.n - had + HALF)), "binomial"
        return math.sqrt(1.0 / had + 1.0 / (told.n - had)), "binomial"
    if told.n and told.counted and value <= told.n:
        had = value if value > 0.0 else HALF
        return math.sqrt(max(1.0 / had - 1.0 / (told.n + HALF), 0.0)), "binomial"
    if told.years and scale is Scale.RATIO:
        events = told.events if told.events is not None else value * told.years
        basis = "poisson, events" if told.events is not None else "poisson, patients"
        return math.sqrt(1.0 / (events if events > 0.0 else HALF)), basis
    if told.sd is not None and told.n:
        return _relative(scale, told.sd / math.sqrt(told.n), value), "standard deviation"
    return None, ""


def _relative(scale: Scale, error: float, value: float) -> float | None:
    if scale is Scale.CHANGE:
        return error
    return error / abs(value) if value != 0.0 else None
