"""The sampler: coordinates by Hamiltonian Monte Carlo, spreads by slices, in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from remyelin.calibration.coordinates import LIMIT
from remyelin.calibration.emulator import Emulators
from remyelin.calibration.likelihood import FLOOR, Model, log_density

Reals = NDArray[np.float64]

LEAPS: Final = 12
"""Steps of one Hamiltonian move."""

_FIRST_STEP: Final = 0.25
_ACCEPT: Final = 0.8
_WALL: Final = 50.0
"""Curvature of the wall at the limit of the coordinates."""

_FAR: Final = 50.0
"""Coordinates beyond which a move is given up."""

_SLICE_WIDTH: Final = 1.5
_SLICE_TRIES: Final = 30


@dataclass(frozen=True)
class Chain:
    """Draws of one chain, those of the first half thrown away.

    Attributes
    ----------
    x, spreads
        Shapes (draws, coordinates) and (draws, spreads).
    accepted
        Share of Hamiltonian moves that were accepted.
    """

    x: Reals
    spreads: Reals
    accepted: float


def sample(
    model: Model,
    emulators: Emulators,
    *,
    moves: int,
    seed: int,
    tell: Callable[[int], None] | None = None,
) -> Chain:
    """Run one chain.

    Parameters
    ----------
    model, emulators
        Likelihood, and figures as functions of the coordinates.
    moves
        Moves of the chain; the first half adapts the step and is thrown away.
    seed
        Seed of the chain.
    tell
        Told the number of moves made.
    """
    rng = np.random.default_rng(seed)
    count, parts = emulators.coordinates, model.parts()
    x = 0.3 * rng.standard_normal(count)
    spreads = model.prior * rng.uniform(0.3, 1.0, len(model.prior))
    step, accepted = _FIRST_STEP, 0
    kept_x, kept_spreads = [], []
    for move in range(moves):
        target = _Given(model, emulators, model.covariance(spreads, parts))
        x, probability = _hamiltonian(target, x, step * rng.uniform(0.8, 1.2), rng)
        if move < moves // 2:
            step *= math.exp((probability - _ACCEPT) / math.sqrt(move + 1.0))
            step = min(max(step, 1e-3), 1.0)
        residual = model.observed - emulators.at(x)
        spreads = _slices(model, residual, spreads, parts, rng)
        if move >= moves // 2:
            accepted += probability > rng.random()
            kept_x.append(x)
            kept_spreads.append(spreads)
        if tell:
            tell(move + 1)
    return Chain(np.array(kept_x), np.array(kept_spreads), accepted / max(len(kept_x), 1))


class _Given:
    """The posterior of the coordinates, given the spreads."""

    def __init__(self, model: Model, emulators: Emulators, covariance: Reals) -> None:
        self.model, self.emulators = model, emulators
        self.factor = cho_factor(covariance, lower=True)
        slopes = emulators.slopes(np.zeros(emulators.coordinates))
        mass = slopes.T @ cho_solve(self.factor, slopes) + np.eye(slopes.shape[1])
        self.root = np.linalg.cholesky(mass)

    def density(self, x: Reals) -> tuple[float, Reals]:
        """Give the log density at a place, and its slope."""
        residual = self.model.observed - self.emulators.at(x)
        solved = cho_solve(self.factor, residual)
        beyond = np.sign(x) * np.maximum(np.abs(x) - LIMIT, 0.0)
        value = -0.5 * float(residual @ solved) - 0.5 * float(x @ x)
        value -= 0.5 * _WALL * float(beyond @ beyond)
        slope = self.emulators.slopes(x).T @ solved - x - _WALL * beyond
        return value, np.asarray(slope)


def _hamiltonian(
    target: _Given, x: Reals, step: float, rng: np.random.Generator
) -> tuple[Reals, float]:
    root = target.root
    momentum = root @ rng.standard_normal(len(x))
    value, slope = target.density(x)
    start = value - 0.5 * _energy(root, momentum)
    place, push = x, momentum + 0.5 * step * slope
    for leap in range(LEAPS):
        place = place + step * _solved(root, push)
        if not np.abs(place).max() < _FAR:  # the move has left the space: it is refused
            return x, 0.0
        value, slope = target.density(place)
        push = push + (0.5 if leap == LEAPS - 1 else 1.0) * step * slope
    end = value - 0.5 * _energy(root, push)
    probability = math.exp(min(0.0, end - start)) if math.isfinite(end) else 0.0
    return (place, probability) if rng.random() < probability else (x, probability)


def _solved(root: Reals, vector: Reals) -> Reals:
    return np.asarray(cho_solve((root, True), vector))


def _energy(root: Reals, momentum: Reals) -> float:
    return float(momentum @ _solved(root, momentum))


def _slices(
    model: Model, residual: Reals, spreads: Reals, parts: Reals, rng: np.random.Generator
) -> Reals:
    """Move every spread once, on the log scale."""
    found, covariance = spreads.copy(), model.covariance(spreads, parts)
    for k in range(len(found)):
        now = float(found[k])
        others = covariance - now**2 * parts[k]
        one = _Spread(residual, others, parts[k], float(model.prior[k]))
        found[k] = math.exp(_slice(one, math.log(now), rng))
        covariance = others + found[k] ** 2 * parts[k]
    return found


@dataclass(frozen=True)
class _Spread:
    """The posterior of one spread on the log scale, given the others."""

    residual: Reals
    others: Reals
    part: Reals
    prior: float

    def __call__(self, place: float) -> float:
        value = math.exp(place)
        if value < FLOOR * self.prior:
            return -math.inf
        prior = -0.5 * (value / self.prior) ** 2 + place
        return prior + log_density(self.residual, self.others + value**2 * self.part)


def _slice(density: Callable[[float], float], place: float, rng: np.random.Generator) -> float:
    """Move one number by slice sampling with stepping out."""
    height = density(place) + math.log(max(rng.random(), 1e-300))
    low = place - _SLICE_WIDTH * rng.random()
    high = low + _SLICE_WIDTH
    for _ in range(_SLICE_TRIES):
        if density(low) <= height:
            break
        low -= _SLICE_WIDTH
    for _ in range(_SLICE_TRIES):
        if density(high) <= height:
            break
        high += _SLICE_WIDTH
    for _ in range(_SLICE_TRIES):
        there = rng.uniform(low, high)
        if density(there) > height:
            return float(there)
        low, high = (there, high) if there < place else (low, there)
    return place


def r_hat(chains: Reals) -> Reals:
    """Give the split R-hat of each quantity; chains have the shape (chains, draws, quantities)."""
    half = chains.shape[1] // 2
    parts = np.concatenate([chains[:, :half], chains[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=1).var(axis=0, ddof=1)
    return np.asarray(np.sqrt((within * (half - 1) / half + between / half) / within))


def effective_size(chains: Reals) -> Reals:
    """Give the effective number of draws of each quantity (Geyer's initial positive sequence)."""
    count, draws, quantities = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * draws, axis=1)
    lagged = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :draws].mean(axis=0) / draws
    between = chains.mean(axis=1).var(axis=0, ddof=1) if count > 1 else np.zeros(quantities)
    total = lagged[0] * draws / max(draws - 1, 1) * (draws - 1) / draws + between
    rho = 1.0 - (lagged[0] - lagged) / total
    found = np.empty(quantities)
    for k in range(quantities):
        pairs = rho[: draws - draws % 2, k].reshape(-1, 2).sum(axis=1)
        last = int(np.argmax(pairs < 0.0)) if (pairs < 0.0).any() else len(pairs)
        found[k] = count * draws / max(2.0 * pairs[:last].sum() - 1.0, 1.0)
    return found
