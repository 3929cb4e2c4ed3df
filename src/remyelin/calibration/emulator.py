"""The emulator: every figure of the simulator as a smooth function of the coordinates."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.errors import SimulationError

Reals = NDArray[np.float64]

STRONGEST: Final = 10
"""Coordinates of a figure whose squares and products are offered to its emulator."""

RIDGE: Final = 1e-3
FEWEST_RUNS: Final = 40
"""Fewest runs on which an emulator is trained."""


@dataclass(frozen=True)
class Emulator:
    """One figure as a polynomial of the second degree.

    Attributes
    ----------
    first, second
        Positions of the coordinates whose product each term is; -1 stands for 1.
    weights
        Of the terms.
    error
        Root mean square of the leave-one-out residuals: Monte Carlo error of one run included.
    r2
        Share of the variance between runs that it explains, left one out.
    leverage
        Mean share of a run in its own fitted value: how uncertain the mean is.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    weights: Reals
    error: float
    r2: float
    leverage: float

    def terms(self, x: Reals) -> Reals:
        """Give the terms at places, shape (places, terms)."""
        wide = np.concatenate([x, np.ones((len(x), 1))], axis=1)
        return np.asarray(wide[:, self.first] * wide[:, self.second])


@dataclass(frozen=True)
class Emulators:
    """Emulators of several figures, evaluated together as one list of terms.

    Attributes
    ----------
    each
        One for each figure.
    coordinates
        Number of coordinates.
    row, first, second, weight
        Figure of each term, its coordinates (the last one stands for 1), and its weight.
    """

    each: tuple[Emulator, ...]
    coordinates: int
    row: NDArray[np.intp]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    weight: Reals

    @classmethod
    def of(cls, each: Sequence[Emulator], coordinates: int) -> Emulators:
        """Put emulators together."""
        row = np.repeat(np.arange(len(each)), [len(one.weights) for one in each])
        first = np.concatenate([one.first for one in each]) % (coordinates + 1)
        second = np.concatenate([one.second for one in each]) % (coordinates + 1)
        weight = np.concatenate([one.weights for one in each])
        return cls(tuple(each), coordinates, row, first, second, weight)

    def at(self, x: Reals) -> Reals:
        """Give all figures at one place, shape (figures,)."""
        wide = np.append(x, 1.0)
        terms = self.weight * wide[self.first] * wide[self.second]
        return np.bincount(self.row, terms, len(self.each)).astype(np.float64)

    @property
    def errors(self) -> Reals:
        """Leave-one-out errors of the figures."""
        return np.array([one.error for one in self.each])

    def slopes(self, x: Reals) -> Reals:
        """Give the slopes of all figures at one place, shape (figures, coordinates)."""
        wide, columns = np.append(x, 1.0), self.coordinates + 1
        size = len(self.each) * columns
        found = np.bincount(
            self.row * columns + self.first, self.weight * wide[self.second], size
        ) + np.bincount(self.row * columns + self.second, self.weight * wide[self.first], size)
        return np.asarray(found.reshape(len(self.each), columns)[:, : self.coordinates])


def train(x: Reals, y: Reals) -> Emulator:
    """Fit one figure.

    A lasso with Schwarz's criterion chooses linear terms, then, with squares and products of the
    strongest of them, terms of the second degree; ridge regression on what was chosen gives the
    weights.

    Parameters
    ----------
    x
        Places, shape (runs, coordinates).
    y
        The figure on its scale; runs where it is nan are left out.

    Raises
    ------
    SimulationError
        Too few runs gave the figure.
    """
    known = np.isfinite(y)
    if known.sum() < FEWEST_RUNS:
        raise SimulationError(
            f"a figure was estimated in {int(known.sum())} runs; {FEWEST_RUNS} are needed. "
            "Make more runs, or leave the figure out."
        )
    x, y = x[known], y[known]
    count = x.shape[1]
    one = np.full(count, -1, dtype=np.intp)
    every = np.arange(count, dtype=np.intp)
    strongest = _strongest(x, y)
    pairs = [(i, j) for a, i in enumerate(strongest) for j in strongest[a:]]
    first = np.concatenate([every, np.array([i for i, _ in pairs], dtype=np.intp)])
    second = np.concatenate([one, np.array([j for _, j in pairs], dtype=np.intp)])
    wide = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    chosen = _lasso(wide[:, first] * wide[:, second], y)
    first = np.concatenate([[-1], first[chosen]]).astype(np.intp)
    second = np.concatenate([[-1], second[chosen]]).astype(np.intp)
    terms = wide[:, first] * wide[:, second]
    return _ridge(terms, y, first, second)


def _strongest(x: Reals, y: Reals) -> list[int]:
    chosen = _lasso(x, y)
    if not len(chosen):
        return []
    centred = x[:, chosen] - x[:, chosen].mean(axis=0)
    weights, *_ = np.linalg.lstsq(centred, y - y.mean(), rcond=None)
    size = np.abs(weights) * centred.std(axis=0)
    return [int(chosen[k]) for k in np.argsort(-size)[:STRONGEST]]


def _lasso(terms: Reals, y: Reals) -> NDArray[np.intp]:
    """Give the positions of the terms that Schwarz's criterion keeps, few beside the runs."""
    from sklearn.linear_model import lars_path

    centred = terms - terms.mean(axis=0)
    scale = centred.std(axis=0)
    scale[scale == 0.0] = 1.0
    target = y - y.mean()
    most = min(len(y) // 3, terms.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, _, path = lars_path(centred / scale, target, method="lasso", max_iter=most)
    rest = ((target[:, None] - (centred / scale) @ path) ** 2).sum(axis=0)
    used = (np.abs(path) > 0.0).sum(axis=0)
    floor = 1e-12 * max(float((target**2).sum()), 1e-300)
    criterion = len(y) * np.log(np.maximum(rest, floor) / len(y)) + np.log(len(y)) * used
    best = path[:, int(np.argmin(criterion))]
    return np.flatnonzero(np.abs(best) > 0.0)


def _ridge(terms: Reals, y: Reals, first: NDArray[np.intp], second: NDArray[np.intp]) -> Emulator:
    penalty = RIDGE * len(y) * np.eye(terms.shape[1])
    penalty[0, 0] = 0.0
    inverse = np.linalg.inv(terms.T @ terms + penalty)
    weights = inverse @ (terms.T @ y)
    hat = np.einsum("ij,jk,ik->i", terms, inverse, terms)
    left_out = (y - terms @ weights) / np.maximum(1.0 - hat, 1e-3)
    error = float(np.sqrt(np.mean(left_out**2)))
    spread = float(y.var())
    return Emulator(
        first,
        second,
        weights,
        error,
        1.0 - error**2 / spread if spread > 0.0 else 0.0,
        float(hat.mean()),
    )
