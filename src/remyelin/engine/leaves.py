"""Groups of arrays: copying, taking some patients, joining, and finding bad numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Group = TypeVar("Group")


def map_leaves(change: Callable[[Any], Any], group: Group) -> Group:
    """Apply a function to every array of a nested NamedTuple."""
    if isinstance(group, tuple):
        kind: Any = type(group)
        return kind(*(map_leaves(change, part) for part in group))  # type: ignore[no-any-return]
    return change(group)  # type: ignore[no-any-return]


def own(group: Group, count: int) -> Group:
    """Copy every leaf into an array of its own, one entry per patient."""
    return map_leaves(
        lambda leaf: np.array(np.broadcast_to(np.asarray(leaf, dtype=np.float64), (count,))), group
    )


def take(group: Group, index: NDArray[np.intp]) -> Group:
    """Give some of the patients."""
    return map_leaves(lambda leaf: leaf[index], group)


def join(groups: Sequence[Group]) -> Group:
    """Put groups of patients one after another."""
    first = groups[0]
    if isinstance(first, tuple):
        kind: Any = type(first)
        parts = zip(*(tuple(g) for g in groups), strict=True)  # type: ignore[arg-type]
        return kind(*(join(part) for part in parts))  # type: ignore[no-any-return]
    return np.concatenate(groups)  # type: ignore[arg-type, return-value]


def finite(group: Any) -> NDArray[np.bool_]:
    """Say for each patient whether every number is finite."""
    leaves: list[NDArray[np.float64]] = []
    map_leaves(leaves.append, group)
    good = np.isfinite(leaves[0])
    for leaf in leaves[1:]:
        good &= np.isfinite(leaf)
    return good
