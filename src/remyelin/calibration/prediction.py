"""What a fit foretells of a figure: parameters, studies, discrepancy and sampling, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.likelihood import Model
from remyelin.calibration.targets import HALF, Target
from remyelin.synthesis.scale import Scale

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Effects:
    """Random effects of figures in every draw, each of shape (draws, figures).

    Attributes
    ----------
    study
        Of the study, new unless the figure's own study is among the targets of the fit.
    discrepancy
        Of class and treatment: the posterior where the fit had such figures, else new.
    """

    study: Reals
    discrepancy: Reals

    @property
    def both(self) -> Reals:
        """Their sum."""
        return self.study + self.discrepancy


def effects(
    model: Model,
    residuals: Reals,
    spreads: Reals,
    targets: Sequence[Target],
    rng: np.random.Generator,
) -> Effects:
    """Draw the effects of figures of new studies.

    Parameters
    ----------
    model
        Targets of the fit.
    residuals, spreads
        Observed minus emulated targets, and spreads, in every draw.
    targets
        Figures that are foretold.
    rng
        Source of random numbers.
    """
    study = np.zeros((len(spreads), len(targets)))
    discrepancy = np.zeros((len(spreads), len(targets)))
    for k, (residual, joined) in enumerate(zip(residuals, spreads, strict=True)):
        now = model.spreads(joined)
        normal = rng.standard_normal(len(model.kinds) + len(model.arms))
        of_kind, of_arm = model.discrepancies(residual, now, normal)
        known = dict(zip(model.kinds, of_kind, strict=True))
        known |= dict(zip(model.arms, of_arm, strict=True))
        tau = dict(zip(model.kinds, now.tau, strict=True))
        delta = dict(zip(model.scales, now.delta, strict=True))
        delta_arm = dict(zip(model.scales, now.delta_arm, strict=True))
        new: dict[str, float] = {}
        for j, target in enumerate(targets):
            scale = target.figure.scale
            if target.kind not in tau:
                spread = target.carries.tau_scale * float(rng.standard_normal())
                tau[target.kind] = abs(spread)
            for name, spread in ((target.kind, delta[scale]), (target.arm_kind, delta_arm[scale])):
                if name not in known:
                    known[name] = spread * rng.standard_normal()
            if target.study not in new:
                new[target.study] = tau[target.kind] * rng.standard_normal()
            study[k, j] = target.sign * new[target.study]
            discrepancy[k, j] = target.sign * (known[target.kind] + known[target.arm_kind])
    return Effects(study, discrepancy)


def sampled(target: Target, centres: Reals, error: float, rng: np.random.Generator) -> Reals:
    """Add the sampling error of a study of the published size.

    Parameters
    ----------
    target
        The figure.
    centres
        Its place in every draw, before sampling.
    error
        Standard error on the scale, for all but proportions.
    rng
        Source of random numbers.
    """
    figure = target.figure
    if figure.scale is Scale.PROPORTION and figure.n:
        share = 1.0 / (1.0 + np.exp(-np.clip(centres, -30.0, 30.0)))
        counts = rng.binomial(figure.n, share)
        moved = (counts + HALF) / (figure.n + 2.0 * HALF)
        spread = 1.0 / np.sqrt((figure.n + 1.0) * moved * (1.0 - moved))
        # what was published may rest on more or less than its n: a life table, a clustered sample
        extra = np.sqrt(np.maximum(error**2 - spread**2, 0.0))
        return np.asarray(
            np.log(moved) - np.log1p(-moved) + extra * rng.standard_normal(len(centres))
        )
    return np.asarray(centres + error * rng.standard_normal(len(centres)))
