"""Sums without rounding: the same whatever the order, and however the summands are divided."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np

from remyelin.statistics.arrays import FloatArray, IntArray

_MANTISSA: Final = 53
_LOW_BITS: Final = 26
"""A mantissa is cut in two, so that sums of 2**26 halves are exact in double precision."""


def exact_parts(values: FloatArray, group: IntArray, n: int) -> tuple[IntArray, FloatArray]:
    """Sum the values of each group and give the sums as few numbers that add up to them exactly.

    Parameters
    ----------
    values
        Summands; at most 2**26 at a time.
    group
        Group of each, from 0.
    n
        Number of groups.

    Returns
    -------
    tuple of arrays
        Groups, each as often as it has parts (once for a sum of 0), and the parts, the largest
        first.
    """
    finite = np.isfinite(values)
    owner, parts = _finite_parts(values[finite], group[finite], n)
    owner.extend(int(g) for g in group[~finite])
    parts.extend(float(value) for value in values[~finite])
    order = np.argsort(np.asarray(owner, dtype=np.int64), kind="stable")
    return np.asarray(owner, dtype=np.int64)[order], np.asarray(parts, dtype=np.float64)[order]


def _finite_parts(values: FloatArray, group: IntArray, n: int) -> tuple[list[int], list[float]]:
    fraction, exponent = np.frexp(values)
    mantissa = np.ldexp(fraction, _MANTISSA).astype(np.int64)
    high = mantissa >> _LOW_BITS
    low = mantissa - (high << _LOW_BITS)
    scales, place = np.unique(exponent, return_inverse=True)
    cell, cells = group * max(1, scales.size) + place, n * max(1, scales.size)
    shape = (n, max(1, scales.size))
    highs = np.bincount(cell, weights=high, minlength=cells).reshape(shape)
    lows = np.bincount(cell, weights=low, minlength=cells).reshape(shape)
    owner: list[int] = []
    parts: list[float] = []
    for position in np.unique(group):
        mine = _parts_of(highs[position], lows[position], scales)
        owner += [int(position)] * len(mine)
        parts += mine
    return owner, parts


def _parts_of(high: FloatArray, low: FloatArray, scales: IntArray) -> list[float]:
    first = int(scales[0])
    total = sum(
        ((int(h) << _LOW_BITS) + int(w)) << (int(scale) - first)
        for h, w, scale in zip(high, low, scales, strict=True)
    )
    rest = Fraction(total) * Fraction(2) ** (first - _MANTISSA)
    parts = [float(rest)]
    rest -= Fraction(parts[0])
    while rest and (part := float(rest)):
        parts.append(part)
        rest -= Fraction(part)
    return parts


def totals(parts: FloatArray, group: IntArray, n: int) -> FloatArray:
    """Sum the parts of each group, rounded once; shape (n,)."""
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n + 1))
    ordered = parts[order].tolist()
    return np.array([_total(ordered[bounds[k] : bounds[k + 1]]) for k in range(n)])


def _total(parts: list[float]) -> float:
    try:
        return math.fsum(parts)
    except (OverflowError, ValueError):  # infinite summands of either sign
        return math.nan
