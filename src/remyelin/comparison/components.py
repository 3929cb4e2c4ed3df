"""Variance components of simulated figures: sampling within draws, parameters between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Components:
    """What figures of replicates under one or several draws of the parameters vary by.

    Attributes
    ----------
    sampling, parameters
        Variance within and between draws.
    mean_error
        Variance of the mean of all figures.
    freedom
        Degrees of freedom of the sum of the two variances (Satterthwaite).
    told_apart
        False where no draw has two replicates: then ``sampling`` holds both.
    """

    sampling: float
    parameters: float
    mean_error: float
    freedom: float
    told_apart: bool

    @property
    def total(self) -> float:
        """Variance of one figure."""
        return self.sampling + self.parameters

    @property
    def effective(self) -> float:
        """Independent figures that tell as much of the mean as these do."""
        return self.total / self.mean_error if self.mean_error > 0.0 else math.inf


def components(values: NDArray[np.float64], draws: NDArray[np.int64]) -> Components:
    """Estimate variance components from a one-way layout, balanced or not.

    Searle, Casella and McCulloch 1992, Variance Components, chapter 3 (recalled): the analysis
    of variance estimate, not below 0.

    Parameters
    ----------
    values
        At least two finite figures.
    draws
        Draw of the parameters behind each.
    """
    count = values.size
    _, group = np.unique(draws, return_inverse=True)
    sizes = np.bincount(group).astype(np.float64)
    drawn = sizes.size
    if drawn in (1, count):
        variance = float(values.var(ddof=1))
        return Components(
            sampling=variance,
            parameters=0.0,
            mean_error=variance / count,
            freedom=count - 1.0,
            told_apart=drawn == 1,
        )
    means = np.bincount(group, weights=values) / sizes
    inside = float(((values - means[group]) ** 2).sum()) / (count - drawn)
    outside = float((sizes * (means - values.mean()) ** 2).sum()) / (drawn - 1)
    typical = (count - float((sizes**2).sum()) / count) / (drawn - 1)
    parameters = max(0.0, (outside - inside) / typical)
    first, second = outside / typical, (1.0 - 1.0 / typical) * inside
    parts = first**2 / (drawn - 1) + second**2 / (count - drawn)
    if parameters == 0.0:
        pooled = float(values.var(ddof=1))
        return Components(
            sampling=pooled,
            parameters=0.0,
            mean_error=pooled / count,
            freedom=count - 1.0,
            told_apart=True,
        )
    return Components(
        sampling=inside,
        parameters=parameters,
        mean_error=inside / count + parameters * float((sizes**2).sum()) / count**2,
        freedom=(first + second) ** 2 / parts if parts > 0.0 else count - 1.0,
        told_apart=True,
    )
