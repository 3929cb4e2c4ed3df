"""Targets of a cohort: the study's baseline table, and what is imputed where it is silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.screening import Covariates
from remyelin.study.population import DefaultPopulation, Population
from remyelin.study.vocabulary import Covariate, Mark


@dataclass(frozen=True)
class Target:
    """A covariate's mean and spread that the cohort shall have.

    Attributes
    ----------
    covariate, mean, sd
        What shall be met; ``sd`` is None where only the mean is known.
    source, mark
        Where the figures come from.
    imputed
        True when they come from the default population instead of the study.
    """

    covariate: Covariate
    mean: float
    sd: float | None
    source: str
    mark: Mark
    imputed: bool


def targets_of(
    population: Population, defaults: Mapping[str, DefaultPopulation]
) -> tuple[Target, ...]:
    """Give the targets of a study's population, its own rows first.

    Parameters
    ----------
    population
        What the study says.
    defaults
        Populations that supply what it does not say, by name.
    """
    own = population.baseline
    default = defaults[population.default_population]
    rows = [(name, row, False) for name, row in own.items()]
    rows += [(name, row, True) for name, row in default.baseline.items() if name not in own]
    return tuple(
        Target(name, row.mean, row.sd, row.source or default.citation, row.mark, imputed)
        for name, row, imputed in rows
    )


def features(covariates: Covariates, targets: Sequence[Target]) -> NDArray[np.float64]:
    """Give the quantities whose means are matched, shape (n, k), in units of their spread.

    Each target gives the covariate, and its squared distance from the mean where a spread is known.
    """
    columns: list[NDArray[np.float64]] = []
    for target in targets:
        distance = (covariates[target.covariate] - target.mean) / (target.sd or 1.0)
        columns.append(distance)
        if target.sd is not None:
            columns.append(distance * distance - 1.0)
    return np.stack(columns, axis=1) if columns else np.zeros((len(covariates[Covariate.AGE]), 0))
