"""Pooling of one figure over cohorts, each with one vote, by random effects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remyelin.synthesis.pooling import dersimonian_laird


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One cohort's figure on the scale of pooling.

    Attributes
    ----------
    value
        The figure.
    error
        Its standard error; None where nothing tells it.
    cohort
        Whose patients they are: entries of one cohort count once.
    """

    value: float
    error: float | None
    cohort: str


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A pooled figure.

    Attributes
    ----------
    value, error
        Mean over cohorts and its standard error; None where no cohort tells one.
    between_sd
        Standard deviation between cohorts beyond sampling error; 0 for a single cohort.
    cohorts
        How many cohorts there were.
    """

    value: float
    error: float | None
    between_sd: float
    cohorts: int


def pool(entries: Sequence[Entry]) -> Pooled:
    """Pool figures over cohorts.

    Overlapping entries are averaged within their cohort first, with the mean of their variances:
    they share patients, so that several papers are no more information than one. A cohort without
    a standard error gets the largest one known among the others; where none is known the cohorts
    have equal weight and the between-study SD is that of their figures.
    """
    cohorts = _by_cohort(entries)
    values = [value for value, _ in cohorts.values()]
    variances = [variance for _, variance in cohorts.values()]
    known = [variance for variance in variances if variance is not None]
    if len(values) == 1:
        error = math.sqrt(known[0]) if known else None
        return Pooled(value=values[0], error=error, between_sd=0.0, cohorts=1)
    if not known:
        return _unweighted(values)
    filled = [max(known) if variance is None else variance for variance in variances]
    found = dersimonian_laird(values, filled)
    return Pooled(value=found.mean, error=found.error, between_sd=found.tau, cohorts=found.studies)


def _by_cohort(entries: Sequence[Entry]) -> Mapping[str, tuple[float, float | None]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.cohort, []).append(entry)
    found: dict[str, tuple[float, float | None]] = {}
    for cohort, members in groups.items():
        value = math.fsum(m.value for m in members) / len(members)
        known = [m.error**2 for m in members if m.error is not None]
        found[cohort] = (value, math.fsum(known) / len(known) if known else None)
    return found


def _unweighted(values: Sequence[float]) -> Pooled:
    count = len(values)
    mean = math.fsum(values) / count
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (count - 1))
    error = spread / math.sqrt(count)
    return Pooled(value=mean, error=error, between_sd=spread, cohorts=count)
