"""The rival of a model: what other studies alone foretell of a published figure.

A prediction of the model has to be nearer to the truth than the mean of what other cohorts of the
same kind had, with an interval for a new study.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from remyelin.synthesis.figure import Figure
from remyelin.synthesis.pooling import Forecast, RandomEffects, TauMethod, forecast, pool
from remyelin.synthesis.scale import Scale

FACTOR = 1.7
"""Two times from baseline are one when neither is more than this factor of the other (a choice)."""

FEW = 3
"""Studies below which a pool cannot tell its own spread (a choice)."""


@dataclass(frozen=True, kw_only=True)
class Rival:
    """What other studies foretell of one figure.

    Attributes
    ----------
    key
        The figure.
    pooled
        The other cohorts on its scale.
    tau_borrowed
        Whether tau is that of other pools, for want of studies.
    forecast
        Law of the figure on its scale, its own sampling error included.
    value, low, high
        Median and central 90 % interval in natural units.
    of
        Keys of the figures it rests on.
    """

    key: str
    pooled: RandomEffects
    tau_borrowed: bool
    forecast: Forecast
    value: float
    low: float
    high: float
    of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rivals:
    """Rivals by key, and the figures that have none."""

    found: Mapping[str, Rival]
    without: tuple[str, ...]


def comparable(one: Figure, other: Figure) -> bool:
    """Say whether another figure speaks of the same thing in other patients.

    Outcome, definition, kind of figure, treatment class, course of disease and scale are the same,
    the times are within `FACTOR`, and the cohorts share no patients.
    """
    same = all(
        getattr(one, name) == getattr(other, name)
        for name in (
            *("outcome", "definition", "measure", "scale"),
            *("treatment", "phenotype", "is_contrast"),
        )
    )
    return same and one.overlap != other.overlap and _near(one.months, other.months)


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None or min(one, other) <= 0.0:
        return one == other
    return max(one, other) <= FACTOR * min(one, other)


def rivals(
    figures: Iterable[Figure],
    tune: Sequence[Figure],
    *,
    method: TauMethod = TauMethod.REML,
    probability: float = 0.9,
) -> Rivals:
    """Give every figure its rival, from figures of the tune role.

    Parameters
    ----------
    figures
        What is to be foretold, of either role.
    tune
        What may be used.
    method, probability
        As in `pooling.pool` and `pooling.forecast`.
    """
    asked = {figure.key: figure for figure in figures}
    pools = {key: _entries(figure, tune) for key, figure in asked.items()}
    typical = _typical({key: pools[key] for key in asked}, asked, method)
    found, without = dict[str, Rival](), list[str]()
    for key, figure in asked.items():
        if not pools[key].values:
            without.append(key)
            continue
        found[key] = _rival(figure, pools[key], typical, method, probability)
    return Rivals(found=found, without=tuple(without))


@dataclass(frozen=True, kw_only=True)
class _Entries:
    values: tuple[float, ...]
    variances: tuple[float, ...]
    keys: tuple[str, ...]


def _entries(figure: Figure, tune: Sequence[Figure]) -> _Entries:
    """One entry for each overlap group; who has no error gets the largest of the others."""
    others = [one for one in tune if comparable(figure, one) and math.isfinite(one.place)]
    known = [one.error for one in others if one.error is not None]
    if not known:
        return _Entries(values=(), variances=(), keys=())
    groups: dict[str, list[Figure]] = {}
    for one in others:
        groups.setdefault(one.overlap, []).append(one)
    values, variances = list[float](), list[float]()
    for members in groups.values():
        values.append(math.fsum(m.place for m in members) / len(members))
        errors = [m.error if m.error is not None else max(known) for m in members]
        variances.append(math.fsum(e**2 for e in errors) / len(errors))
    return _Entries(
        values=tuple(values), variances=tuple(variances), keys=tuple(one.key for one in others)
    )


def _typical(
    pools: Mapping[str, _Entries], figures: Mapping[str, Figure], method: TauMethod
) -> dict[Scale, Mapping[tuple[str, ...], float]]:
    """Tau of all pools that can tell it, by scale; a pool that stands twice counts once."""
    found: dict[Scale, dict[tuple[str, ...], float]] = {}
    for key, entries in pools.items():
        if len(entries.values) >= FEW:
            tau = pool(entries.values, entries.variances, method=method).tau
            found.setdefault(figures[key].scale, {})[entries.keys] = tau
    return {scale: taus for scale, taus in found.items()}


def _rival(
    figure: Figure,
    entries: _Entries,
    typical: Mapping[Scale, Mapping[tuple[str, ...], float]],
    method: TauMethod,
    probability: float,
) -> Rival:
    least, few = 0.0, len(entries.values) < FEW
    others = [tau for keys, tau in typical.get(figure.scale, {}).items() if keys != entries.keys]
    if few and others:
        least = median(others)
    pooled = pool(entries.values, entries.variances, method=method, least_tau=least)
    # A figure without an error of its own is as uncertain as the least certain of the others.
    own = figure.error**2 if figure.error is not None else max(entries.variances)
    told = forecast(pooled, variance=own, probability=probability)
    back = figure.scale.back
    return Rival(
        key=figure.key,
        pooled=pooled,
        tau_borrowed=few and bool(others) and pooled.tau <= least,
        forecast=told,
        value=back(told.mean),
        low=back(told.low),
        high=back(told.high),
        of=entries.keys,
    )
