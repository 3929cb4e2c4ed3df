"""Array types and checks shared by the statistics."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remyelin.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def group_sums(group: IntArray, values: ArrayLike | None, n: int) -> FloatArray:
    """Sum the values (or count the members) of each group; shape (n,)."""
    weights = None if values is None else np.asarray(values, dtype=np.float64)
    return np.bincount(group, weights=weights, minlength=n).astype(np.float64)


TIE_TOLERANCE: Final = float(np.sqrt(np.finfo(np.float64).eps))
"""Times closer than this, or than this share of the mean time, are one time (R ``timefix``)."""


def one_time(times: FloatArray) -> FloatArray:
    """Give times that differ by rounding alone the smallest of them, as R ``survival`` does.

    Whole numbers are handed back as they are.
    """
    if np.array_equal(times, np.rint(times)):
        return times
    known = np.unique(times)
    gap = np.diff(known)
    tied = gap <= TIE_TOLERANCE * max(1.0, float(np.mean(np.abs(known))))
    if not tied.any():
        return times
    kept = known[np.concatenate([[True], ~tied])]
    return np.asarray(kept[np.searchsorted(kept, times, side="right") - 1], dtype=np.float64)


def survival_data(
    time: ArrayLike, event: ArrayLike, group: ArrayLike | None
) -> tuple[FloatArray, BoolArray, IntArray]:
    """Check times, events and groups, and give them back as arrays of one length.

    Times that differ by rounding alone are made one, see `one_time`.

    Raises
    ------
    InputError
        Lengths differ, a time is negative or not finite, or a group is negative.
    """
    times = np.asarray(time, dtype=np.float64)
    events = np.asarray(event, dtype=np.bool_)
    groups = np.zeros(times.shape, dtype=np.int64)
    if group is not None:
        groups = np.asarray(group, dtype=np.int64)
    problems = []
    if times.ndim != 1 or times.shape != events.shape or times.shape != groups.shape:
        shapes = f"{times.shape}, {events.shape}, {groups.shape}"
        problems.append(f"time, event and group have shapes {shapes}; one length is needed")
    if not np.all(np.isfinite(times)) or np.any(times < 0):
        problems.append("time holds a negative or missing value; times are finite and at least 0")
    if np.any(groups < 0):
        problems.append("group holds a negative number; groups count from 0")
    if problems:
        raise InputError("survival data", problems, "Remove or correct these rows.")
    return one_time(times), events, groups
