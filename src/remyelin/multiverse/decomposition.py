"""Which choice moves the answer: the variance of an estimate over a grid of definitions.

In a complete grid the shares are those of an analysis of variance with one value per cell: the
main effect of a choice is the variance of the means of its levels (first-order Sobol index), its
total effect what is left when all other choices are held (total Sobol index; Sobol 2001,
doi:10.1016/S0378-4754(00)00270-6, recalled). Where cells are missing, the main effect is what the
fit of main effects loses without the choice (type II sums of squares), which is the same in a
complete grid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remyelin.statistics.arrays import FloatArray, IntArray

_ROUNDING: Final = 1e-12
"""Share of the size of the values below which their variance is rounding."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one choice does to an estimate.

    Attributes
    ----------
    choice
        Its name.
    levels
        Its levels among the cells that have an estimate, with the mean of each as the fit of main
        effects gives it; in a complete grid that is the plain mean.
    main
        Share of the variance by the choice alone, 0 to 1.
    total
        Share of the variance that is left when all other choices are held: with interactions.
    range
        Largest less smallest mean of a level.
    flip
        Mean absolute change when this choice alone is changed.
    separable
        False where missing cells leave it tied to another choice; then ``main`` says nothing.
    """

    choice: str
    levels: Mapping[str, float]
    main: float
    total: float
    range: float
    flip: float
    separable: bool = True


@dataclass(frozen=True, kw_only=True)
class Decomposition:
    """Variance of an estimate over a grid.

    Attributes
    ----------
    measure
        What was estimated.
    cells, missing
        Cells with an estimate, and those without.
    low, median, high
        Of the estimate over the cells; nan where there is none.
    variance
        Of the estimate over the cells.
    effects
        One for each choice with two levels or more, the largest main effect first.
    interactions
        Share of the variance that no choice explains alone.
    single
        Choices of which one level only has an estimate.
    """

    measure: str
    cells: int
    missing: int
    low: float
    median: float
    high: float
    variance: float
    effects: tuple[Effect, ...]
    interactions: float
    single: tuple[str, ...] = ()

    @property
    def largest(self) -> Effect | None:
        """Choice that moves the estimate most; None where nothing moves it."""
        if not self.effects or self.variance == 0:
            return None
        first = max(self.effects, key=lambda effect: (effect.main, effect.total))
        return first if max(first.main, first.total) > 0 else None


def decompose(
    measure: str, values: Sequence[float], cells: Sequence[Mapping[str, str]]
) -> Decomposition:
    """Share the variance of an estimate among choices.

    Parameters
    ----------
    measure
        What was estimated.
    values
        Estimate of each cell; what is not finite counts as missing.
    cells
        Level of every choice in each cell; all have the same choices.
    """
    given = np.asarray(values, dtype=np.float64)
    there = np.isfinite(given)
    y = given[there]
    kept = [cell for cell, known in zip(cells, there, strict=True) if known]
    names = tuple(cells[0]) if cells else ()
    codes, levels = {}, {}
    for name in names:
        known = dict.fromkeys(cell[name] for cell in kept)
        levels[name] = tuple(known)
        place = {level: number for number, level in enumerate(known)}
        codes[name] = np.array([place[cell[name]] for cell in kept], dtype=np.int64)
    varied = [name for name in names if len(levels[name]) > 1]
    single = tuple(name for name in names if len(levels[name]) == 1)
    centred = y - y.mean() if y.size else y
    total = float(centred @ centred)
    if total <= _ROUNDING * max(1.0, float(y @ y)):
        total = 0.0
    fits = {
        name: _fit(centred, {other: codes[other] for other in varied if other != name})
        for name in varied
    }
    fits[""] = _fit(centred, {name: codes[name] for name in varied})
    effects = [
        _effect(name, y, codes, levels=levels[name], total=total, fits=fits) for name in varied
    ]
    effects.sort(key=lambda effect: (-effect.main, -effect.total))
    return Decomposition(
        measure=measure,
        cells=y.size,
        missing=given.size - y.size,
        low=float(y.min()) if y.size else np.nan,
        median=float(np.median(y)) if y.size else np.nan,
        high=float(y.max()) if y.size else np.nan,
        variance=total / y.size if y.size else np.nan,
        effects=tuple(effects),
        interactions=_clipped(1.0 - fits[""].explained / total) if total else 0.0,
        single=single,
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    """Main effects fitted to centred values: what they explain, and the effect of each level."""

    explained: float
    rank: int
    effects: Mapping[str, FloatArray]


def _fit(y: FloatArray, codes: Mapping[str, IntArray]) -> _Fit:
    if not y.size:
        return _Fit(0.0, 0, {})
    columns, owners = [np.ones(y.size)], [""]
    for name, code in codes.items():
        for level in range(1, int(code.max()) + 1):
            columns.append((code == level).astype(np.float64))
            owners.append(name)
    design = np.stack(columns, axis=1)
    solution, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    fitted = design @ solution
    effects = {}
    for name, code in codes.items():
        own = [value for value, owner in zip(solution, owners, strict=True) if owner == name]
        steps = np.array([0.0, *own])
        effects[name] = steps - steps[code].mean()
    return _Fit(float(fitted @ fitted), int(rank), effects)


def _effect(
    name: str,
    y: FloatArray,
    codes: Mapping[str, IntArray],
    *,
    levels: tuple[str, ...],
    total: float,
    fits: Mapping[str, _Fit],
) -> Effect:
    whole, without = fits[""], fits[name]
    means = [float(y.mean() + effect) for effect in whole.effects[name]]
    within, flip = _held(name, y, codes)
    return Effect(
        choice=name,
        levels=dict(zip(levels, means, strict=True)),
        main=_clipped((whole.explained - without.explained) / total) if total else 0.0,
        total=_clipped(within / total) if total else 0.0,
        range=max(means) - min(means),
        flip=flip,
        separable=whole.rank - without.rank == len(levels) - 1,
    )


def _held(name: str, y: FloatArray, codes: Mapping[str, IntArray]) -> tuple[float, float]:
    """Sum of squares, and mean absolute difference, among cells that differ in one choice."""
    others = [code for other, code in codes.items() if other != name]
    key = np.stack([*others, np.zeros(y.size, dtype=np.int64)], axis=1)
    where = np.unique(key, axis=0, return_inverse=True)[1].reshape(-1)
    count = np.bincount(where)
    mean = np.bincount(where, weights=y) / count
    left = y - mean[where]
    order = np.lexsort((codes[name], where))
    gaps = []
    for members in np.split(order, np.cumsum(count)[:-1]):
        one, two = np.triu_indices(members.size, k=1)
        gaps.append(np.abs(y[members[one]] - y[members[two]]))
    every = np.concatenate(gaps)
    return float(left @ left), float(every.mean()) if every.size else np.nan


def _clipped(share: float) -> float:
    """A share, without what rounding put outside 0 and 1."""
    return min(max(share, 0.0), 1.0) if abs(share) > _ROUNDING else 0.0
