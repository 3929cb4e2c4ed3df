"""Coordinates of a fit: standard normal numbers that become values of parameters.

A coordinate moves one parameter, or several together, along the quantiles of their priors: 0 is
the middle of a prior, ±1.645 are the ends of its 90 % interval. Its own prior is standard normal.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.parameters import ParameterTable
from remyelin.parameters.law import quantile

LIMIT: Final = 2.6
"""A fit keeps its coordinates within this distance of the middle of the prior: the central 99 %."""

_NORMAL: Final = NormalDist()


@dataclass(frozen=True)
class Coordinate:
    """What a fit may move.

    Attributes
    ----------
    name
        Name of the coordinate.
    keys
        Parameters that it moves.
    """

    name: str
    keys: tuple[str, ...]


def packaged() -> tuple[Coordinate, ...]:
    """Give the coordinates that the calibration starts with."""
    file = resources.files("remyelin.calibration") / "data" / "coordinates.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple(Coordinate(row["coordinate"], tuple(row["keys"].split())) for row in rows)


def values_of(
    coordinates: Sequence[Coordinate],
    x: Sequence[float] | NDArray[np.float64],
    table: ParameterTable,
) -> dict[str, float]:
    """Give the parameters at a place.

    Parameters
    ----------
    coordinates
        What is moved.
    x
        One number for each; numbers beyond `LIMIT` are cut.
    table
        Priors of the parameters.
    """
    found: dict[str, float] = {}
    for one, place in zip(coordinates, x, strict=True):
        share = _NORMAL.cdf(min(max(float(place), -LIMIT), LIMIT))
        for key in one.keys:
            found[key] = quantile(table[key], share)
    return found
