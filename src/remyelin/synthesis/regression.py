r"""Meta-regression: the random-effects mean as a linear function of covariates.

:math:`y = X \beta + u + e` with :math:`u_i` of variance :math:`\tau^2` and :math:`e_i` of known
variance :math:`v_i`. Given :math:`\tau^2`, with :math:`W = diag(1 / (v_i + \tau^2))`,
:math:`\hat\beta = (X'WX)^{-1} X'Wy` with covariance :math:`(X'WX)^{-1}`.

The moment estimate sets :math:`Q = \sum w_i (y_i - x_i \hat\beta)^2` at :math:`w_i = 1 / v_i` to
its mean, :math:`(k - p) + \tau^2 (tr W - tr((X'WX)^{-1} X'W^2X))`. REML maximises
:math:`-\frac12 [\sum \log(v_i + \tau^2) + \log|X'WX| + \sum w_i (y_i - x_i \hat\beta)^2]`.

Raudenbush SW. Analyzing effect sizes: random-effects models, in: The Handbook of Research Synthesis
and Meta-Analysis, 2nd ed. 2009 (recalled).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from remyelin.errors import InputError
from remyelin.synthesis.pooling import Forecast, RandomEffects, TauMethod, check, forecast

Reals = NDArray[np.float64]

_GRID = 60
"""Places at which the restricted likelihood is looked at before it is climbed."""

_SMALLEST = 1e-8
"""Least tau squared of the grid above 0, as a share of the largest."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Regression:
    """A fitted meta-regression.

    Attributes
    ----------
    coefficients
        Intercept first, then one for each covariate; shape (p,).
    covariance
        Of the coefficients; shape (p, p).
    tau
        Standard deviation between studies that the covariates leave.
    studies
        How many there were.
    """

    coefficients: Reals
    covariance: Reals
    tau: float
    studies: int

    @property
    def errors(self) -> Reals:
        """Standard errors of the coefficients; shape (p,)."""
        found: Reals = np.sqrt(np.diag(self.covariance))
        return found

    def at(
        self, covariates: Sequence[float] = (), *, variance: float = 0.0, probability: float = 0.9
    ) -> Forecast:
        """Foretell the figure of a new study with some covariates, as `pooling.forecast` does."""
        place = np.array([1.0, *covariates])
        pooled = RandomEffects(
            mean=float(place @ self.coefficients),
            error=math.sqrt(float(place @ self.covariance @ place)),
            tau=self.tau,
            q=math.nan,
            studies=self.studies,
        )
        return forecast(pooled, variance=variance, probability=probability)


def regress(
    values: Sequence[float],
    variances: Sequence[float],
    covariates: Sequence[Sequence[float]] = (),
    *,
    method: TauMethod = TauMethod.REML,
) -> Regression:
    """Regress figures on covariates of their studies.

    Parameters
    ----------
    values, variances
        As `pooling.pool` takes them.
    covariates
        One sequence for each covariate, with a number for each study.
    method
        How tau is estimated.

    Raises
    ------
    InputError
        The figures cannot be pooled, a covariate has another length, there are no more studies
        than coefficients, or a covariate is a combination of others.
    """
    check(values, variances)
    y, v = np.asarray(values, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    wrong = [f"{len(c)} numbers for {y.size} studies" for c in covariates if len(c) != y.size]
    if wrong:
        raise InputError("covariates", wrong, "Give one number for each study.")
    x = np.column_stack([np.ones(y.size), *(np.asarray(c, dtype=np.float64) for c in covariates)])
    if x.shape[1] >= y.size or np.linalg.matrix_rank(x) < x.shape[1]:
        told = (
            f"{x.shape[1]} coefficients from {y.size} studies, of rank {np.linalg.matrix_rank(x)}"
        )
        raise InputError("meta-regression", [told], "Use fewer covariates or more studies.")
    squared = _moments(y, v, x) if method is TauMethod.DERSIMONIAN_LAIRD else _restricted(y, v, x)
    beta, covariance = _fit(y, v + squared, x)
    return Regression(
        coefficients=beta, covariance=covariance, tau=math.sqrt(squared), studies=int(y.size)
    )


def _fit(y: Reals, variance: Reals, x: Reals) -> tuple[Reals, Reals]:
    weighted = x / variance[:, None]
    covariance: Reals = np.asarray(np.linalg.inv(x.T @ weighted), dtype=np.float64)
    return covariance @ (weighted.T @ y), covariance


def _moments(y: Reals, v: Reals, x: Reals) -> float:
    beta, covariance = _fit(y, v, x)
    w = 1.0 / v
    q = float(np.sum(w * (y - x @ beta) ** 2))
    spare = float(w.sum() - np.trace(covariance @ (x.T @ (x * (w**2)[:, None]))))
    return max(0.0, float((q - (y.size - x.shape[1])) / spare))


def _restricted(y: Reals, v: Reals, x: Reals) -> float:
    def loss(squared: float) -> float:
        variance = v + squared
        beta, covariance = _fit(y, variance, x)
        rest = float(np.sum((y - x @ beta) ** 2 / variance))
        return 0.5 * (
            float(np.log(variance).sum()) - float(np.linalg.slogdet(covariance)[1]) + rest
        )

    # No residual is larger than the range of the figures about their straight line.
    beta, _ = _fit(y, v, x)
    most = 4.0 * float(np.max((y - x @ beta) ** 2)) + float(v.min()) * _SMALLEST
    places: Reals = np.concatenate([[0.0], np.geomspace(_SMALLEST * most, most, _GRID)])
    losses = [loss(float(place)) for place in places]
    best = int(np.argmin(losses))
    low, high = places[max(best - 1, 0)], places[min(best + 1, _GRID)]
    found = minimize_scalar(
        loss, bounds=(float(low), float(high)), method="bounded", options={"xatol": 1e-9 * most}
    )
    return 0.0 if losses[0] <= float(found.fun) else float(found.x)
