"""Targets of a fit: published figures on their scales, and where the simulator reads each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.design import Outcome
from remyelin.synthesis.effects import Carried, carried
from remyelin.synthesis.figure import Figure
from remyelin.synthesis.scale import Scale

HALF: Final = 0.5
"""Patients that are added on either side of a simulated share."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A published figure that a fit compares.

    Attributes
    ----------
    figure
        The figure.
    study
        Name of the effect that it shares with figures of its kind in the same patients.
    carries
        The other effects.
    """

    figure: Figure
    study: str
    carries: Carried

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.carries.kind

    @property
    def arm_kind(self) -> str:
        """Its kind under its treatment."""
        return self.carries.arm_kind

    @property
    def sign(self) -> float:
        """Sign of its effects."""
        return self.carries.sign

    @property
    def name(self) -> str:
        """Name of the figure where the simulator tells it."""
        figure = self.figure
        if figure.origin == "study":
            return figure.key.split("|", maxsplit=1)[1]
        return figure.key.rsplit("@", maxsplit=1)[0]


def target_of(figure: Figure) -> Target:
    """Say with which others a figure shares its effects."""
    carries = carried(
        figure.outcome,
        figure.outcome_class,
        figure.scale,
        figure.treatment,
        contrast=figure.is_contrast,
    )
    return Target(figure=figure, study=f"{figure.overlap} | {carries.kind}", carries=carries)


def simulated(target: Target, outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    """Give a figure on its scale in every run of the simulator; nan where there is none.

    A share of nobody or of everybody is moved by `HALF` a patient, a rate of 0 by `HALF` an event
    a year for all of them; numbers of patients are those of the published size.
    """
    return np.array([_place(target, one) for one in outcomes])


def units(target: Target, outcomes: Sequence[Outcome]) -> float:
    """Give how many patients or events are behind the simulated figure, on average."""
    found = [one.units.get(target.figure.run, {}) for one in outcomes]
    own = [n.get(target.name, n.get("", math.nan)) for n in found if n]
    return float(np.nanmean(own)) if own else math.nan


def _place(target: Target, outcome: Outcome) -> float:
    figure = target.figure
    value = outcome.values.get(figure.run, {}).get(target.name)
    if value is None:
        return math.nan
    people = outcome.units[figure.run][""]
    if figure.scale is Scale.PROPORTION:
        value = (value * people + HALF) / (people + 2.0 * HALF)
    elif figure.scale is Scale.RATIO:
        if figure.measure == "count":
            value *= figure.n / people
        value = max(value, HALF / people)
    return float(figure.scale.forward(value))
