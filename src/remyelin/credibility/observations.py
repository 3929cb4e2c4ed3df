"""What was published on a target, pooled over cohorts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from remyelin.comparison.scales import Z_95, Scale
from remyelin.credibility.pooling import Entry, pool
from remyelin.credibility.roles import cohort_of_source, role_of_source
from remyelin.credibility.schema import Derived, Distribution, Group, Source, Target
from remyelin.errors import InputError
from remyelin.evidence import special
from remyelin.evidence.special_rows import SpecialRow
from remyelin.study.vocabulary import Mark, Role

DISTRIBUTIONS = "edss_distribution"
"""Special table of EDSS distributions."""

_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A pooled published figure.

    Attributes
    ----------
    value
        The figure, in its natural unit.
    error, between_sd
        Standard error and between-study SD on the target's scale; no error where none is known.
    borrowed
        Whether the between-study SD is that of other quantities, for want of a second cohort.
    n
        Patients or events behind it, cohorts added up; None where no row says.
    cohorts
        Whose patients they are.
    low, high
        The 95 % interval of the figure; None without an error.
    mark
        The weakest mark of the figures.
    source
        Citations.
    """

    value: float
    error: float | None
    between_sd: float
    borrowed: bool
    n: int | None
    cohorts: tuple[str, ...]
    low: float | None
    high: float | None
    mark: Mark
    source: str

    @property
    def scorable(self) -> bool:
        """Whether anything tells how precise the figure is."""
        return self.n is not None or self.error is not None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One published figure behind a target, before any pooling; its entry is on the scale."""

    entry: Entry
    n: int | None
    mark: Mark
    citation: str
    role: Role


def observe(target: Target) -> Observation:
    """Pool the published figures of a target.

    Raises
    ------
    InputError
        A row does not exist, belongs to another source, or holds no figure.
    """
    parts = list(parts_of(target))
    pooled = pool([part.entry for part in parts])
    scale, error = target.scale, pooled.error
    ends: tuple[float | None, float | None] = (None, None)
    if error is not None:
        ends = (
            scale.back(pooled.value - Z_95 * error),
            scale.back(pooled.value + Z_95 * error),
        )
    return Observation(
        value=scale.back(pooled.value),
        error=error,
        between_sd=pooled.between_sd,
        borrowed=False,
        n=_total(parts),
        cohorts=tuple(sorted({part.entry.cohort for part in parts})),
        low=ends[0],
        high=ends[1],
        mark=max((part.mark for part in parts), key=list(Mark).index),
        source="; ".join(dict.fromkeys(part.citation for part in parts)),
    )


def role_of(target: Target) -> Role:
    """Give the role that the rule asks for."""
    roles = [part.role for part in parts_of(target)]
    return Role.TUNE if target.shaped or Role.TUNE in roles else Role.TEST


def _total(parts: Sequence[Part]) -> int | None:
    """Add up the cohorts, each with its largest number."""
    largest: dict[str, int] = {}
    for part in parts:
        if part.n is not None:
            cohort = part.entry.cohort
            largest[cohort] = max(part.n, largest.get(cohort, 0))
    return sum(largest.values()) or None


def parts_of(target: Target) -> Iterator[Part]:
    """Give the published figures behind a target, one for each row of its table.

    Raises
    ------
    InputError
        As `observe`.
    """
    if target.derived is not None:
        yield _derived(target, target.derived)
        return
    for source in target.sources:
        row = row_of(target.table, source)
        value = row.get("value")
        if not isinstance(value, float):
            raise InputError(target.target, [f"row {source.row} of {target.table} has no figure"])
        n = source.n if source.n is not None else row.get("n")
        count = int(n) if isinstance(n, (int, float)) else None
        trial = str(row.get("trial_id") or "")
        entry = Entry(
            value=float(target.scale.forward(value * source.factor)),
            error=_error(target, source, row, count),
            cohort=source.cohort or cohort_of_source(source.source_id, trial),
        )
        yield Part(
            entry=entry,
            n=count,
            mark=Mark(str(row["mark"])),
            citation=f"{source.source_id} ({row['source']})",
            role=role_of_source(source.source_id, trial),
        )


def _derived(target: Target, derived: Derived) -> Part:
    error = None
    if target.scale is Scale.PROPORTION:
        error = _of_proportion(derived.value, derived.n)
    return Part(
        entry=Entry(
            value=float(target.scale.forward(derived.value)),
            error=error,
            cohort=derived.cohort or cohort_of_source(derived.source_id),
        ),
        n=derived.n,
        mark=derived.mark,
        citation=f"{derived.source_id} ({derived.citation}); {derived.how}",
        role=role_of_source(derived.source_id),
    )


def row_of(table: str, source: Source) -> SpecialRow:
    """Find the row of a special table that a source names.

    Raises
    ------
    InputError
        There is no such row, or it belongs to another source.
    """
    for row in special.load(table):
        if row["row_id"] == str(source.row):
            if row["source_id"] != source.source_id:
                told = f"row {source.row} of {table} is of {row['source_id']}"
                raise InputError("group file", [f"{told}, not of {source.source_id}"])
            return row
    raise InputError("group file", [f"{table} has no row {source.row}"])


def _of_proportion(share: float, n: int) -> float | None:
    return 1.0 / math.sqrt(n * share * (1.0 - share)) if 0.0 < share < 1.0 else None


def _error(target: Target, source: Source, row: SpecialRow, n: int | None) -> float | None:
    """Give the standard error of a figure on the scale: from its interval, its SD or its number."""
    scale = target.scale
    low, high, value = row.get("low"), row.get("high"), row.get("value")
    if row.get("interval_kind") == "ci" and isinstance(low, float) and isinstance(high, float):
        ends = scale.forward(high * source.factor) - scale.forward(low * source.factor)
        error = float(ends) / (2.0 * Z_95)
        return error if math.isfinite(error) and error > 0.0 else None
    if n is None or not isinstance(value, float):
        return None
    if scale is Scale.PROPORTION:
        return _of_proportion(value, n)
    if target.kind_of_error == "median_time":
        return math.sqrt(2.0 / n)
    sd = row.get("sd")
    if isinstance(sd, float):
        own = sd / math.sqrt(n)
        return own * source.factor if scale is Scale.CHANGE else own / abs(value)
    return None


def expanded(group: Group) -> tuple[tuple[Target, Observation], ...]:
    """Give all special targets of a group with what was published on each.

    A single cohort cannot tell how far another one would lie from it. It borrows the median
    between-study SD of those targets of its scale that pool two cohorts or more. Signed changes
    borrow nothing, for their units differ, nor do targets that say so.
    """
    pairs = tuple(_observed(group))
    typical = typical_spread(pairs)
    return tuple(
        (target, replace(seen, between_sd=typical[target.scale], borrowed=True))
        if target.borrows and len(seen.cohorts) == 1 and target.scale in typical
        else (target, seen)
        for target, seen in pairs
    )


def typical_spread(pairs: Sequence[tuple[Target, Observation]]) -> dict[Scale, float]:
    """Give the median between-study SD of targets that pool two cohorts or more, by scale.

    Signed changes have none, for their units differ.
    """
    several = [(t.scale, seen.between_sd) for t, seen in pairs if len(seen.cohorts) > 1]
    return {
        scale: median([sd for kind, sd in several if kind is scale])
        for scale in {kind for kind, _ in several} - {Scale.CHANGE}
    }


def targets_of(group: Group) -> tuple[Target, ...]:
    """Give all special targets of a group, those of distributions included."""
    return tuple(target for target, _ in _observed(group))


def _observed(group: Group) -> Iterator[tuple[Target, Observation]]:
    for target in group.targets:
        yield target, observe(target)
    for distribution in group.distributions:
        yield from _cells(distribution)


def _cells(spec: Distribution) -> Iterator[tuple[Target, Observation]]:
    rows = [
        row
        for row in special.load(DISTRIBUTIONS)
        if (row["source_id"], row["scale"], row["stratum"])
        == (spec.source_id, spec.scale, spec.stratum)
    ]
    word = "years from onset" if spec.stratum == "duration" else "years of age"
    for years in spec.years:
        for below in spec.below:
            share = _cumulative(rows, years, below, spec)
            citation = f"{spec.source_id} ({rows[0]['source']})"
            derived = Derived(
                value=share,
                n=spec.n,
                source_id=spec.source_id,
                citation=str(rows[0]["source"]),
                mark=Mark(str(rows[0]["mark"])),
                how=f"cumulative share of {DISTRIBUTIONS}; {spec.n_note}",
            )
            target = Target(
                target=f"{spec.name}_{years:g}_{f'{below:g}'.replace('.', 'p')}",
                title=f"Share below EDSS {below:g} at {years:g} {word}",
                quantity=spec.quantity,
                era=spec.era,
                run=spec.run,
                measure=spec.measure(years, below),
                scale=Scale.PROPORTION,
                role=spec.role,
                shaped=spec.shaped,
                derived=derived,
                note=f"{spec.note} Number: {spec.n_note}.",
            )
            yield target, replace(observe(target), source=citation)


def _cumulative(
    rows: Sequence[SpecialRow], years: float, below: float, spec: Distribution
) -> float:
    """Give the published share below an EDSS in the stratum of some years."""
    here = [row for row in rows if abs(_real(row["years"]) - years) < _TOLERANCE]
    if not here:
        told = f"{DISTRIBUTIONS} has no {spec.stratum} {years:g} of {spec.source_id}"
        raise InputError(spec.name, [told])
    return sum(_real(row["share"]) for row in here if _real(row["edss"]) < below - _TOLERANCE)


def _real(cell: object) -> float:
    return float(cell) if isinstance(cell, (int, float)) else math.nan
