"""Eligibility: which looks at the running population meet a study's criteria."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.screening import Covariates
from remyelin.study.fields import Range
from remyelin.study.vocabulary import Covariate


def eligible(covariates: Covariates, criteria: Mapping[Covariate, Range]) -> NDArray[np.bool_]:
    """Say for each patient whether every criterion is met; ends of a range are inside."""
    count = len(next(iter(covariates.values())))
    everybody: NDArray[np.bool_] = np.ones(count, dtype=bool)
    tests = (_inside(covariates[name], limits) for name, limits in criteria.items())
    return reduce(np.logical_and, tests, everybody)


def _inside(values: NDArray[np.float64], limits: Range) -> NDArray[np.bool_]:
    low = -np.inf if limits.min is None else limits.min
    high = np.inf if limits.max is None else limits.max
    return (values >= low) & (values <= high)
