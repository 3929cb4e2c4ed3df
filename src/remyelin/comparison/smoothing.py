"""Figures on their scale: shares of few patients, ratios at their limit, ties."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

from remyelin.synthesis.scale import Scale

HALF: Final = 0.5
"""Added to events and to non-events of a share, as in the prior of Jeffreys."""

FEW: Final = 5.0
"""Expected events (or non-events) of a study below which its share is taken to be binomial."""

_TIE: Final = 1e-9


def placed(
    values: NDArray[np.float64] | float, scale: Scale, size: float | None
) -> NDArray[np.float64]:
    """Give figures on their scale; half an event is added to shares of a known number."""
    natural = np.asarray(values, dtype=np.float64)
    if scale is Scale.PROPORTION and size:
        natural = (natural * size + HALF) / (size + 2.0 * HALF)
    return scale.forward(natural)


def natural(place: float, scale: Scale, size: float | None) -> float:
    """Give the figure at a place of the scale, the inverse of `placed`; shares within 0 to 1."""
    value = scale.back(place)
    if scale is Scale.PROPORTION and size:
        value = (value * (size + 2.0 * HALF) - HALF) / size
        return min(1.0, max(0.0, value))
    return value


def bounded(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give figures of which none is infinite, as far as their middle is finite.

    A ratio of 0 or infinity lies beyond every other one, nobody knows how far. For mean and SD it
    is put as far out as the farthest on the other side.
    """
    middle = float(np.median(ordered)) if np.isfinite(ordered).any() else math.nan
    if np.isfinite(ordered).all() or not math.isfinite(middle):
        return ordered[np.isfinite(ordered)]
    finite = ordered[np.isfinite(ordered)]
    reach = max(middle - float(finite.min()), float(finite.max()) - middle)
    return np.clip(ordered, middle - reach, middle + reach)


def has_ties(ordered: NDArray[np.float64]) -> bool:
    """Say whether two figures are the same, as those on a grid are."""
    with np.errstate(invalid="ignore"):
        gaps = np.diff(ordered)
    return bool((~(gaps > _TIE)).any())


def order_statistic(ordered: NDArray[np.float64], place: float, *, outward: int) -> float:
    """Give the figure at a place, 1 to the number of figures, between two of them linearly.

    Parameters
    ----------
    ordered
        Figures, ascending; may hold infinite ones.
    place
        Where.
    outward
        -1 or 1: on a grid the next figure below or above instead of a place between two; 0 never.
    """
    place = min(max(place, 1.0), float(ordered.size))
    nearest = round(place)
    if abs(place - nearest) < _TIE:
        return float(ordered[nearest - 1])
    below, above = float(ordered[math.floor(place) - 1]), float(ordered[math.ceil(place) - 1])
    if outward < 0 or below == above:
        return below
    if outward > 0:
        return above
    if not (math.isfinite(below) and math.isfinite(above)):
        return below if place < (ordered.size + 1) / 2.0 else above
    return below + (place - math.floor(place)) * (above - below)


def few_events(
    shares: NDArray[np.float64], size: float, n: int, probability: float
) -> float | None:
    """Give a quantile of a new study's share when events are few; None where they are many.

    Events of all replicates are added up; with the prior of Jeffreys those of a new study follow a
    beta-binomial law, which has a spread even where no replicate has an event.

    Parameters
    ----------
    shares
        Share of each replicate.
    size, n
        Patients of a replicate, and of the new study.
    probability
        Of the quantile.
    """
    mean = float(shares.mean())
    if min(mean, 1.0 - mean) * n >= FEW:
        return None
    patients = size * shares.size
    events = mean * patients
    law = betabinom(n, events + HALF, patients - events + HALF)
    return float(law.ppf(probability)) / n
