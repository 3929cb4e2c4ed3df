r"""Random-effects mean of published figures, and the interval for a new study.

The model: figure :math:`y_i` of study :math:`i` is normal with mean :math:`\theta_i` and known
variance :math:`v_i`; the :math:`\theta_i` are normal with mean :math:`\mu` and variance
:math:`\tau^2`. With weights :math:`w_i = 1 / (v_i + \tau^2)` the mean is
:math:`\hat\mu = \sum w_i y_i / \sum w_i` with variance :math:`1 / \sum w_i`.

DerSimonian R, Laird N. Control Clin Trials 1986;7:177-188, doi:10.1016/0197-2456(86)90046-2: with
:math:`w_i = 1 / v_i` and :math:`Q = \sum w_i (y_i - \bar y)^2`, whose mean is
:math:`(k - 1) + \tau^2 (\sum w - \sum w^2 / \sum w)`, solving for :math:`\tau^2` gives
:math:`\max(0, (Q - (k - 1)) / (\sum w - \sum w^2 / \sum w))`. REML maximises the restricted
likelihood of `remyelin.synthesis.regression` with no covariate.

A new study of the same kind with sampling variance :math:`v` is foretold as normal with mean
:math:`\hat\mu` and variance :math:`\tau^2 + 1 / \sum w + v`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from remyelin.errors import InputError


class TauMethod(StrEnum):
    """How the spread between studies is estimated."""

    DERSIMONIAN_LAIRD = "dersimonian_laird"
    REML = "reml"


@dataclass(frozen=True, kw_only=True)
class RandomEffects:
    """A random-effects mean.

    Attributes
    ----------
    mean, error
        Mean over studies and its standard error.
    tau
        Standard deviation between studies beyond sampling error.
    q
        Weighted squares about the fixed-effect mean.
    studies
        How many there were.
    """

    mean: float
    error: float
    tau: float
    q: float
    studies: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What is foretold of a new study: a normal law and the ends of its central interval."""

    mean: float
    sd: float
    low: float
    high: float


def pool(
    values: Sequence[float],
    variances: Sequence[float],
    *,
    method: TauMethod = TauMethod.REML,
    least_tau: float = 0.0,
) -> RandomEffects:
    """Pool independent figures with known sampling variances.

    Parameters
    ----------
    values, variances
        Figures on the scale of pooling, and their sampling variances, above 0.
    method
        How tau is estimated.
    least_tau
        Tau is at least this, for pools too small to tell it.

    Raises
    ------
    InputError
        There is no figure, or a variance is not a number above 0.
    """
    check(values, variances)
    found = dersimonian_laird(values, variances)
    tau = found.tau
    if method is TauMethod.REML and len(values) > 1:
        from remyelin.synthesis.regression import regress

        tau = regress(values, variances, method=TauMethod.REML).tau
    return _at(values, variances, max(tau, least_tau), found.q)


def check(values: Sequence[float], variances: Sequence[float]) -> None:
    """Refuse figures that cannot be pooled.

    Raises
    ------
    InputError
        There is no figure, or a variance is not a number above 0.
    """
    problems = []
    if not len(values) or len(values) != len(variances):
        problems.append(f"{len(values)} figures and {len(variances)} variances given; as many each")
    problems += [f"figure {y:g} given; a finite number" for y in values if not math.isfinite(y)]
    problems += [
        f"variance {v:g} given; a finite number above 0"
        for v in variances
        if not (math.isfinite(v) and v > 0.0)
    ]
    if problems:
        raise InputError("figures to pool", problems, "Leave out what has no standard error.")


def dersimonian_laird(values: Sequence[float], variances: Sequence[float]) -> RandomEffects:
    """Pool by the moments of DerSimonian and Laird; a single figure has no tau.

    Raises
    ------
    InputError
        As `pool`.
    """
    check(values, variances)
    weights = [1.0 / variance for variance in variances]
    total = math.fsum(weights)
    fixed = math.fsum(w * y for w, y in zip(weights, values, strict=True)) / total
    q = math.fsum(w * (y - fixed) ** 2 for w, y in zip(weights, values, strict=True))
    if len(values) == 1:
        return _at(values, variances, 0.0, q)
    spare = total - math.fsum(w * w for w in weights) / total
    between = max(0.0, (q - (len(values) - 1)) / spare)
    return _at(values, variances, math.sqrt(between), q, between=between)


def _at(
    values: Sequence[float],
    variances: Sequence[float],
    tau: float,
    q: float,
    *,
    between: float | None = None,
) -> RandomEffects:
    added = tau * tau if between is None else between
    shares = [1.0 / (variance + added) for variance in variances]
    total = math.fsum(shares)
    mean = math.fsum(w * y for w, y in zip(shares, values, strict=True)) / total
    return RandomEffects(mean=mean, error=math.sqrt(1.0 / total), tau=tau, q=q, studies=len(values))


def forecast(pooled: RandomEffects, *, variance: float = 0.0, probability: float = 0.9) -> Forecast:
    """Foretell the figure of a new study.

    Parameters
    ----------
    pooled
        The studies that are known.
    variance
        Sampling variance of the new study's own figure; 0 for its true value.
    probability
        Of the central interval, above 0 and below 1.
    """
    sd = math.sqrt(pooled.tau**2 + pooled.error**2 + variance)
    reach = NormalDist().inv_cdf(0.5 + probability / 2.0) * sd
    return Forecast(mean=pooled.mean, sd=sd, low=pooled.mean - reach, high=pooled.mean + reach)
