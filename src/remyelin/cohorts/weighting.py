"""Weights that turn eligible looks at the running population into a study's cohort.

A look's weight is the exponential of a linear function of its covariates (exponential tilting),
fitted so that the expected means of the cohort meet the baseline table. A patient enters at most
once, at a look chosen among its eligible ones in proportion to their weights, with probability
min(1, sum of weights / cap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from remyelin.cohorts.eligibility import eligible
from remyelin.cohorts.reference import Reference
from remyelin.cohorts.screening import Covariates
from remyelin.cohorts.targets import Target, features
from remyelin.errors import CohortError
from remyelin.study.population import Population

_PENALTY: Final = 2e-3
"""Pull of the coefficients towards 0, which keeps them finite where a target cannot be met."""

_CAP_QUANTILE: Final = 0.9
_EXPONENT_LIMIT: Final = 30.0
_TOLERANCE: Final = 0.05
"""Largest distance of an expected mean from the study's own row, in its SD (or unit)."""

_SPREAD_TOLERANCE: Final = 0.1
"""Largest relative distance of an expected spread from the study's own row."""

_FEWEST_CANDIDATES: Final = 30
"""Fewest reference patients with an eligible look on which weights are fitted."""


@dataclass(frozen=True)
class Weighting:
    """Fixed weights of one study.

    Attributes
    ----------
    targets
        What was to be met.
    coefficients
        Of the features of `remyelin.cohorts.targets.features`.
    cap
        Sum of weights at which a patient enters with certainty.
    expected_yield
        Share of candidates that enter, expected.
    reached, reached_sd
        Expected mean and spread of each target's covariate.
    """

    targets: tuple[Target, ...]
    coefficients: NDArray[np.float64]
    cap: float
    expected_yield: float
    reached: tuple[float, ...]
    reached_sd: tuple[float, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """Say which rows of the study's own baseline are not met, and what is reached."""
        return tuple(
            f"{target.covariate.value}: wanted {_wanted(target)}, reachable mean {mean:.3g}, "
            f"sd {sd:.3g}"
            for target, mean, sd in zip(self.targets, self.reached, self.reached_sd, strict=True)
            if not target.imputed and _far(target, mean, sd)
        )

    def weights(self, covariates: Covariates) -> NDArray[np.float64]:
        """Give the weight of each look."""
        return _tilt(features(covariates, self.targets), self.coefficients)


def _tilt(x: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    weight: NDArray[np.float64] = np.exp(
        np.clip(x @ coefficients, -_EXPONENT_LIMIT, _EXPONENT_LIMIT)
    )
    return weight


def fit(
    population: Population,
    targets: Sequence[Target],
    reference: Reference,
    *,
    exact: bool = True,
) -> Weighting:
    """Fit the weights of a study on the reference population.

    Parameters
    ----------
    population, targets, reference
        Whom the study enrols, its baseline, and the candidates' looks.
    exact
        Whether a baseline that cannot be reached is an error; else the nearest one is taken, and
        ``reached`` tells it.

    Raises
    ------
    CohortError
        Too few reference patients are ever eligible, or the study's own baseline means cannot be
        reached under its criteria.
    """
    near = reference.within(population.max_duration_years)
    pool = near.where(eligible(near.covariates, population.eligibility))
    people = len(np.unique(pool.candidate))
    if people < _FEWEST_CANDIDATES:
        raise CohortError(
            f"only {people} of {reference.candidates} reference patients ever meet the criteria; "
            f"{_FEWEST_CANDIDATES} are needed. Widen population.criteria or max_duration_years"
            f"{_implied(population)}."
        )
    x = features(pool.covariates, targets)
    start, cap = _uncapped(x, pool.candidate)
    solved = least_squares(
        lambda theta: np.append(_mean(x, theta, pool.candidate, cap), _PENALTY * theta),
        start,
        jac=lambda theta: _slopes(x, theta, pool.candidate, cap),
    ).x
    share = _entry_share(x, solved, pool.candidate, cap)
    reached = [_moments(pool.covariates[target.covariate], share) for target in targets]
    weighting = Weighting(
        tuple(targets),
        solved,
        cap,
        float(share.sum()) / reference.candidates,
        tuple(mean for mean, _ in reached),
        tuple(sd for _, sd in reached),
    )
    if exact:
        _check(weighting)
    return weighting


def _implied(population: Population) -> str:
    implied = [
        f"{covariate.value} {limits}"
        for covariate, limits in population.eligibility.items()
        if covariate not in population.criteria
    ]
    if not implied:
        return ""
    return f"; the phenotype {population.phenotype.value} asks for {', '.join(implied)} of itself"


def _uncapped(
    x: NDArray[np.float64], candidate: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """Give the solution without a cap, and the cap that it suggests."""

    def residual(theta: NDArray[np.float64]) -> NDArray[np.float64]:
        weight = _tilt(x, theta)
        return np.append(weight @ x / weight.sum(), _PENALTY * theta)

    def slopes(theta: NDArray[np.float64]) -> NDArray[np.float64]:
        return _slopes(x, theta, candidate, np.inf)

    start = np.zeros(x.shape[1])
    theta = least_squares(residual, start, jac=slopes).x if len(start) else start
    sums = np.bincount(candidate, weights=_tilt(x, theta))
    return theta, float(np.quantile(sums[sums > 0.0], _CAP_QUANTILE))


def _entry_share(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    candidate: NDArray[np.int64],
    cap: float,
) -> NDArray[np.float64]:
    """Give the probability that a patient enters at each of its looks."""
    weight = _tilt(x, theta)
    sums = np.bincount(candidate, weights=weight)[candidate]
    share: NDArray[np.float64] = weight / np.maximum(sums, cap)
    return share


def _mean(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    candidate: NDArray[np.int64],
    cap: float,
) -> NDArray[np.float64]:
    share = _entry_share(x, theta, candidate, cap)
    mean: NDArray[np.float64] = share @ x / share.sum()
    return mean


def _slopes(
    x: NDArray[np.float64],
    theta: NDArray[np.float64],
    candidate: NDArray[np.int64],
    cap: float,
) -> NDArray[np.float64]:
    """Give the slopes of the residuals in the coefficients; without a cap where it is infinite.

    A look's share grows with its own features, less the mean of its patient's where he enters
    with certainty: his looks then compete only with each other.
    """
    weight = _tilt(x, theta)
    sums = np.bincount(candidate, weights=weight)
    share = weight / (np.maximum(sums, cap)[candidate] if np.isfinite(cap) else 1.0)
    share /= share.sum()
    mean = share @ x
    slope = (x - mean).T @ (share[:, None] * x)
    certain = sums > cap
    rows = np.flatnonzero(certain[candidate])
    if len(rows):
        own = np.zeros((len(sums), x.shape[1]))
        for k, column in enumerate(x[rows].T):
            own[:, k] = np.bincount(candidate[rows], weight[rows] * column, minlength=len(sums))
        own[certain] /= sums[certain, None]
        slope -= (x[rows] - mean).T @ (share[rows, None] * own[candidate[rows]])
    return np.vstack([slope, _PENALTY * np.eye(len(theta))])


def _moments(values: NDArray[np.float64], share: NDArray[np.float64]) -> tuple[float, float]:
    mean = float(np.average(values, weights=share))
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=share)))


def _check(weighting: Weighting) -> None:
    if weighting.missed:
        raise CohortError(
            "the baseline table cannot be met by virtual patients who meet the criteria: "
            + "; ".join(weighting.missed)
            + ". Check means and spreads of population.baseline against population.criteria."
        )


def _wanted(target: Target) -> str:
    return f"mean {target.mean:g}" + ("" if target.sd is None else f", sd {target.sd:g}")


def _far(target: Target, mean: float, sd: float) -> bool:
    if abs(mean - target.mean) > _TOLERANCE * (target.sd or 1.0):
        return True
    return target.sd is not None and abs(sd - target.sd) > _SPREAD_TOLERANCE * target.sd
