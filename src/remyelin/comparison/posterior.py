"""The posterior that comes with the package: draws of parameters, and the effects beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.comparison.classes import outcome_classes, treatment_of
from remyelin.comparison.scales import scale_of
from remyelin.errors import InputError
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
    placed = scale.forward(values)
    with np.errstate(invalid="ignore"):
        moved = np.array([scale.back(place) for place in np.nan_to_num(placed + by)])
    return np.where(np.isfinite(placed), moved, values)


def effects_beside(draws: ParameterDraws | None) -> RunEffects | None:
    """Give the effects that belong to the draws of a run.

    None where these are a point, or other draws than those of the calibration that comes with the
    package.
    """
    if draws is None or draws.origin is not Origin.POSTERIOR:
        return None
    found = _packaged(draws.base.digest())
    if found is None or found[0].keys != draws.keys:
        return None
    known = {row.tobytes(): k for k, row in enumerate(found[0].values)}
    rows = [known.get(np.ascontiguousarray(row).tobytes()) for row in draws.values]
    if any(row is None for row in rows):
        return None
    return RunEffects(found[1], tuple(row for row in rows if row is not None))


@cache
def _packaged(table: str) -> tuple[ParameterDraws, Effects] | None:
    """Draws and effects of the package; None where they are for another parameter table."""
    from remyelin.parameters import ParameterTable

    text = posterior_text()
    base = ParameterTable.load()
    if text is None or base.digest() != table:
        return None
    file = resources.files("remyelin.comparison") / EFFECTS_FILE
    try:
        draws = ParameterDraws.parse(text, base, check=False)
    except InputError:
        return None
    return draws, Effects.parse(file.read_text(encoding="utf-8"), name=EFFECTS_FILE)


def carried_by(study: Study, key: OutcomeKey) -> Carried | None:
    """Say which effects a figure of a study carries; None for an outcome without a class."""
    found = outcome_classes().get(key.outcome)
    if found is None:
        return None
    return carried(
        key.outcome,
        found,
        scale_of(key.measure, key.outcome),
        treatment_of(study, key.arm),
        contrast=key.arm not in study.arm_ids,
    )
