"""Scales on which published figures are pooled and compared."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z_90: Final = 1.6448536269514722
"""Standard normal quantile of the ends of a 5 to 95 % interval."""

Z_95: Final = 1.959963984540054
"""Standard normal quantile of the ends of a 95 % confidence interval."""

RATIO_LIMIT: Final = 2.0
"""Largest ratio of predicted and observed rates, counts, times and levels."""

ODDS_RATIO_LIMIT: Final = 3.0
"""Largest odds ratio of predicted and observed proportions."""

ERRORS_LIMIT: Final = 2.0
"""Largest distance of signed changes, in combined standard errors."""


class Scale(StrEnum):
    """How two figures of a kind are compared."""

    RATIO = "ratio"
    """Rates, counts, times, levels and ratios: on the log scale."""
    PROPORTION = "proportion"
    """Proportions: on the logit scale."""
    CHANGE = "change"
    """Signed changes and differences: as they are."""

    def forward(self, values: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Give values on the scale; what has no place there becomes infinite or nan."""
        natural = np.asarray(values, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self is Scale.RATIO:
                return np.log(natural)
            if self is Scale.PROPORTION:
                return np.log(natural) - np.log1p(-natural)
        return natural.copy()

    def back(self, value: float) -> float:
        """Give the natural value of a place on the scale."""
        if self is Scale.RATIO:
            return math.exp(value) if value < math.inf else math.inf
        if self is Scale.PROPORTION:
            return 1.0 / (1.0 + math.exp(-value)) if value > -math.inf else 0.0
        return value

    @property
    def limit(self) -> float:
        """Give the largest `distance` that the rule of the factor of 2 allows."""
        limits = {Scale.RATIO: RATIO_LIMIT, Scale.PROPORTION: ODDS_RATIO_LIMIT}
        return limits.get(self, ERRORS_LIMIT)
