"""A group in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from remyelin.comparison.scales import Scale
from remyelin.credibility.rows import Row
from remyelin.statistics.scoring import Verdict
from remyelin.study.vocabulary import Role

WORST = 8
"""How many misses are named."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Scored rows and those that are in, as a count and by votes.

    Attributes
    ----------
    scored, inside, strict
        Rows with a verdict, those in their interval, and in the one without between-study SD.
    votes
        Share of the votes that is in: each cohort has one vote on a quantity; None without rows.
    """

    scored: int
    inside: int
    strict: int
    votes: float | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the summary line of a group says.

    Attributes
    ----------
    test, tune
        Rows of either role; those of tune are in-sample.
    unclean
        Test rows that share patients with a tuned study.
    beyond
        Rows off by more than a factor of 2, and rows of which this can be said.
    not_scorable, not_estimable
        Rows without verdict.
    widths
        Median width of the intervals by scale, as printed by `width_of`.
    worst
        Rows that are out, the farthest off first, of either role.
    """

    test: Share
    tune: Share
    unclean: int
    beyond: tuple[int, int]
    not_scorable: int
    not_estimable: int
    widths: dict[str, float]
    worst: tuple[Row, ...]


def summarise_rows(rows: Sequence[Row]) -> Summary:
    """Count a group."""
    judged = [row for row in rows if row.within_factor_2 is not None]
    out = [row for row in rows if row.verdict is Verdict.OUT]
    return Summary(
        test=share_of([row for row in rows if row.role is Role.TEST]),
        tune=share_of([row for row in rows if row.role is Role.TUNE]),
        unclean=sum(row.overlaps_tune for row in rows),
        beyond=(sum(not row.within_factor_2 for row in judged), len(judged)),
        not_scorable=_count(rows, Verdict.NOT_SCORABLE),
        not_estimable=_count(rows, Verdict.NOT_ESTIMABLE),
        widths=_widths(rows),
        worst=tuple(sorted(_one_each(out), key=badness, reverse=True)[:WORST]),
    )


def _count(rows: Sequence[Row], verdict: Verdict) -> int:
    return sum(row.verdict is verdict for row in rows)


def share_of(rows: Sequence[Row]) -> Share:
    """Count the rows that are in."""
    scored = [row for row in rows if row.verdict in (Verdict.IN, Verdict.OUT)]
    total = math.fsum(row.weight for row in scored)
    inside = [row for row in scored if row.verdict is Verdict.IN]
    return Share(
        scored=len(scored),
        inside=len(inside),
        strict=sum(row.strict_verdict is Verdict.IN for row in scored),
        votes=math.fsum(row.weight for row in inside) / total if total else None,
    )


def badness(row: Row) -> float:
    """Give how far a row is off in limits of the factor-of-2 rule, so that kinds compare."""
    if row.off is None:
        return 0.0
    if row.scale is Scale.CHANGE:
        return row.off / row.scale.limit
    return math.log(row.off) / math.log(row.scale.limit) if row.off < math.inf else math.inf


def _one_each(rows: Sequence[Row]) -> list[Row]:
    """Keep the worst row of each quantity and run."""
    worst: dict[tuple[str, str], Row] = {}
    for row in rows:
        place = (row.quantity, row.run)
        if place not in worst or badness(row) > badness(worst[place]):
            worst[place] = row
    return list(worst.values())


def width_of(row: Row) -> float:
    """Give the width of a row's interval: high over low for ratios, the difference for others."""
    if row.scale is Scale.RATIO:
        return row.high / row.low if row.low > 0.0 else math.inf
    return row.high - row.low


def _widths(rows: Sequence[Row]) -> dict[str, float]:
    chosen: Callable[[Row], bool] = lambda row: row.verdict in (Verdict.IN, Verdict.OUT)  # noqa: E731
    found: dict[str, list[float]] = {}
    for row in filter(chosen, rows):
        found.setdefault(row.scale.value, []).append(width_of(row))
    return {scale: median(found[scale]) for scale in sorted(found)}
