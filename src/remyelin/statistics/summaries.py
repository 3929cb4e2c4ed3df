"""Arithmetic of ratios."""

from __future__ import annotations

import numpy as np

from remyelin.statistics.arrays import FloatArray


def ratio(one: FloatArray, two: FloatArray) -> FloatArray:
    """Quotient that is inf over 0 and nan for 0 over 0, without a warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(one / two, dtype=np.float64)
