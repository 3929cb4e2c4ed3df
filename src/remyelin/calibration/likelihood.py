r"""The likelihood of a fit: sampling, studies and what the model gets wrong, each told apart.

A published figure :math:`y_i` on its scale is

.. math:: y_i = f_i(x) + s_i (u_{study,kind} + d_{kind} + d_{kind,treatment}) + e_i

with the emulated figure :math:`f_i`, the effect :math:`u` of its study (standard deviation
:math:`\tau_{kind}`), the discrepancy :math:`d` of the model, shared by all studies, and the error
:math:`e_i` of sampling and emulator. The sign :math:`s_i` is -1 for outcomes that are told as their
opposite. Effects are integrated out: given the spreads, figures are normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from remyelin.calibration.targets import Target
from remyelin.synthesis.effects import DISCREPANCY_SCALE
from remyelin.synthesis.scale import Scale

Reals = NDArray[np.float64]

FLOOR: Final = 1e-3
"""Smallest spread, in scales of its prior."""


@dataclass(frozen=True)
class Spreads:
    """Standard deviations of the random effects, in a fixed order.

    Attributes
    ----------
    tau
        Between studies, one for each kind.
    delta, delta_arm
        Of discrepancies of kinds, and of kinds under a treatment, one for each scale.
    """

    tau: Reals
    delta: Reals
    delta_arm: Reals

    def joined(self) -> Reals:
        """Give all in one array."""
        return np.concatenate([self.tau, self.delta, self.delta_arm])


@dataclass(frozen=True)
class Model:
    """Targets with their errors, and which effects each carries.

    Attributes
    ----------
    targets
        Figures, in order.
    observed, error
        Their places, and standard errors of sampling and emulator together.
    kinds, studies, arms, scales
        Names of the effects.
    z_study, z_kind, z_arm
        Signed incidence of the effects, shape (figures, effects).
    kind_of_study, scale_of_kind, scale_of_arm
        Positions: kind of each study effect; scale of each kind and of each arm effect.
    prior
        Scales of the half-normal priors of `Spreads.joined`.
    """

    targets: tuple[Target, ...]
    observed: Reals
    error: Reals
    kinds: tuple[str, ...]
    studies: tuple[str, ...]
    arms: tuple[str, ...]
    scales: tuple[Scale, ...]
    z_study: Reals
    z_kind: Reals
    z_arm: Reals
    kind_of_study: NDArray[np.intp]
    scale_of_kind: NDArray[np.intp]
    scale_of_arm: NDArray[np.intp]
    prior: Reals

    @classmethod
    def of(cls, targets: Sequence[Target], error: Reals) -> Model:
        """Put targets with their standard errors together."""
        kinds = tuple(dict.fromkeys(t.kind for t in targets))
        studies = tuple(dict.fromkeys(t.study for t in targets))
        arms = tuple(dict.fromkeys(t.arm_kind for t in targets))
        scales = tuple(Scale)
        kind_of = {t.study: kinds.index(t.kind) for t in targets}
        scale_of = {t.kind: scales.index(t.figure.scale) for t in targets}
        scale_of_arm = {t.arm_kind: scales.index(t.figure.scale) for t in targets}
        tau = {t.kind: t.carries.tau_scale for t in targets}
        delta = [DISCREPANCY_SCALE[scale] for scale in scales]
        return cls(
            tuple(targets),
            np.array([t.figure.place for t in targets]),
            error,
            kinds,
            studies,
            arms,
            scales,
            _incidence(targets, [t.study for t in targets], studies),
            _incidence(targets, [t.kind for t in targets], kinds),
            _incidence(targets, [t.arm_kind for t in targets], arms),
            np.array([kind_of[s] for s in studies], dtype=np.intp),
            np.array([scale_of[k] for k in kinds], dtype=np.intp),
            np.array([scale_of_arm[a] for a in arms], dtype=np.intp),
            np.array([*(tau[kind] for kind in kinds), *delta, *delta]),
        )

    def spreads(self, joined: Reals) -> Spreads:
        """Take an array of spreads apart."""
        kinds, scales = len(self.kinds), len(self.scales)
        return Spreads(joined[:kinds], joined[kinds : kinds + scales], joined[kinds + scales :])

    def parts(self) -> Reals:
        """Give the covariance that each spread adds where it is 1: (spreads, figures, figures)."""
        groups = [
            *((self.z_study, self.kind_of_study == k) for k in range(len(self.kinds))),
            *((self.z_kind, self.scale_of_kind == k) for k in range(len(self.scales))),
            *((self.z_arm, self.scale_of_arm == k) for k in range(len(self.scales))),
        ]
        return np.array([z[:, some] @ z[:, some].T for z, some in groups])

    def covariance(self, joined: Reals, parts: Reals) -> Reals:
        """Give the covariance of all figures around the emulated ones."""
        return np.asarray(np.tensordot(joined**2, parts, 1) + np.diag(self.error**2))

    def discrepancies(
        self, residual: Reals, spreads: Spreads, normal: Reals
    ) -> tuple[Reals, Reals]:
        """Draw the discrepancies of kinds and of kinds under a treatment, given the residuals.

        Parameters
        ----------
        residual
            Observed minus emulated.
        spreads
            Spreads of the effects.
        normal
            Standard normal numbers, one for each discrepancy.
        """
        z = np.concatenate([self.z_kind, self.z_arm], axis=1)
        prior = np.concatenate(
            [spreads.delta[self.scale_of_kind], spreads.delta_arm[self.scale_of_arm]]
        )
        study = self.z_study * spreads.tau[self.kind_of_study]
        noise = cho_factor(study @ study.T + np.diag(self.error**2), lower=True)
        precision = z.T @ cho_solve(noise, z) + np.diag(1.0 / prior**2)
        factor = np.linalg.cholesky(precision)
        mean = np.linalg.solve(precision, z.T @ cho_solve(noise, residual))
        drawn = mean + np.linalg.solve(factor.T, normal)
        return drawn[: len(self.kinds)], drawn[len(self.kinds) :]


def log_density(residual: Reals, covariance: Reals) -> float:
    """Give the logarithm of the normal density of residuals, up to a constant."""
    factor = cho_factor(covariance, lower=True, check_finite=False)
    half = -float(np.log(np.diag(factor[0])).sum())
    return half - 0.5 * float(residual @ cho_solve(factor, residual, check_finite=False))


def _incidence(targets: Sequence[Target], names: Sequence[str], effects: Sequence[str]) -> Reals:
    place = {name: k for k, name in enumerate(effects)}
    found = np.zeros((len(targets), len(effects)))
    for row, (target, name) in enumerate(zip(targets, names, strict=True)):
        found[row, place[name]] = target.sign
    return found
