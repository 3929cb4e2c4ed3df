"""The posterior that comes with the package: draws of parameters, and the effects beside them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.comparison.classes import outcome_classes, treatment_of
from remyelin.comparison.scales import scale_of
from remyelin.errors import InputError
from remyelin.parameters import ParameterTable
from remyelin.parameters.draws import Origin, ParameterDraws
from remyelin.parameters.posterior import posterior_text
from remyelin.study.outcome import OutcomeKey
from remyelin.study.schema import Study
from remyelin.synthesis.effects import Carried, Effects, carried
from remyelin.synthesis.scale import Scale

EFFECTS_FILE: Final = "posterior_effects.csv"


@dataclass(frozen=True)
class Correction:
    """What a calibration adds to the figures of a run.

    Attributes
    ----------
    values
        Figures with the discrepancy that was learnt; nan where there was none.
    study_sd, discrepancy_sd
        Spread between studies, and SD of what could not be learnt, on the scale.
    """

    values: NDArray[np.float64]
    study_sd: float
    discrepancy_sd: float


@dataclass(frozen=True)
class RunEffects:
    """Effects beside the draws of one run.

    Attributes
    ----------
    effects
        All draws of the calibration.
    rows
        Draw of the calibration behind each draw of the run.
    """

    effects: Effects
    rows: tuple[int, ...]

    def corrected(
        self, values: NDArray[np.float64], carries: Carried, draws: NDArray[np.int64]
    ) -> Correction:
        """Add the effects of a figure.

        Parameters
        ----------
        values
            The figure in every replicate.
        carries
            Which effects it carries.
        draws
            Draw of the run behind each replicate.
        """
        rows = [self.rows[draw % len(self.rows)] for draw in draws.tolist()]
        learnt, unknown = self.effects.discrepancy(carries, rows)
        return Correction(
            shifted(values, carries.scale, learnt), self.effects.tau(carries), unknown
        )


def shifted(
    values: NDArray[np.float64], scale: Scale, by: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move natural figures on their scale; what has no place there stays as it is."""
    placed, moved = scale.forward(values), values.astype(np.float64)
    for k in np.flatnonzero(np.isfinite(placed)):
        moved[k] = scale.back(float(placed[k] + by[k]))
    return moved


def effects_beside(draws: ParameterDraws | None) -> RunEffects | None:
    """Give the effects that belong to the draws of a run.

    None where these are a point, or other draws than those of the calibration that comes with the
    package.
    """
    if draws is None or draws.origin is not Origin.POSTERIOR:
        return None
    found = _packaged(draws.base)
    if found is None or found[0].keys != draws.keys:
        return None
    rows = _places(found[0].values, draws.values)
    return None if rows is None else RunEffects(found[1], rows)


def _places(among: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[int, ...] | None:
    """Find rows among others, equal ones in turn; None where one is not there."""
    places: dict[bytes, list[int]] = {}
    for k, row in enumerate(among):
        places.setdefault(row.tobytes(), []).append(k)
    found = []
    for row in np.ascontiguousarray(values):
        here = places.get(row.tobytes())
        if not here:
            return None
        found.append(here.pop(0) if len(here) > 1 else here[0])
    return tuple(found)


_read: dict[str, tuple[ParameterDraws, Effects] | None] = {}
"""Draws and effects of the package by the parameter table for which they were read."""


def _packaged(base: ParameterTable) -> tuple[ParameterDraws, Effects] | None:
    """Draws and effects of the package; None where they are for another parameter table."""
    table = base.digest()
    if table not in _read:
        _read[table] = _of_package(base)
    return _read[table]


def _of_package(base: ParameterTable) -> tuple[ParameterDraws, Effects] | None:
    text = posterior_text()
    if text is None:
        return None
    file = resources.files("remyelin.comparison") / EFFECTS_FILE
    try:
        draws = ParameterDraws.parse(text, base, check=False)
    except InputError:
        return None
    return draws, Effects.parse(file.read_text(encoding="utf-8"), name=EFFECTS_FILE)


def carried_by(study: Study, key: OutcomeKey) -> Carried | None:
    """Say which effects a figure of a study carries.

    None for an outcome without a class, and for a level at baseline, which enrolment has met.
    """
    found = outcome_classes().get(key.outcome)
    if found is None or key.time_months == 0.0:
        return None
    return carried(
        key.outcome,
        found,
        scale_of(key.measure, key.outcome),
        treatment_of(study, key.arm),
        contrast=key.arm not in study.arm_ids,
    )
