"""Figures that are asked for before a visit or a scan could show what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from remyelin.statistics.figures import reading_days
from remyelin.study.definition import Definition, EventKind
from remyelin.study.schema import Study
from remyelin.trials.plan import Visit, planned_visits
from remyelin.units import DAYS_PER_MONTH

_ON_SCANS: Final = frozenset({EventKind.MRI_ACTIVITY, EventKind.ATROPHY})
_ON_VISITS: Final = frozenset({EventKind.WORSENING, EventKind.IMPROVEMENT, EventKind.MILESTONE})


def seen_too_late(study: Study, definitions: Mapping[str, Definition]) -> tuple[str, ...]:
    """Name the figures at whose month a part of the event could not have been seen yet.

    Parameters
    ----------
    study
        What is asked for, and when patients are seen.
    definitions
        The catalogue, for the components of composites.

    Returns
    -------
    tuple of str
        One sentence for each outcome, definition and month; none where the study plans no such
        visit at all, as the figure then cannot be estimated and says so.
    """
    visits = planned_visits(study)
    told = [
        f"{endpoint.outcome} ({endpoint.definition_id}) at month {months:g}: {text}"
        for endpoint in study.endpoints
        for months in endpoint.times_months
        if months is not None
        for text in _late(definitions[endpoint.definition_id], definitions, months, visits)
    ]
    return tuple(dict.fromkeys(told))


def _late(
    definition: Definition,
    definitions: Mapping[str, Definition],
    months: float,
    visits: Sequence[Visit],
) -> Iterator[str]:
    parts = {part.kind for part in _parts(definition, definitions)}
    limit = reading_days(definition.kind, months)[0]
    for kinds, what, days in (
        (_ON_SCANS, "scan", [visit.day for visit in visits if visit.mri]),
        (_ON_VISITS, "rating of the EDSS", [visit.day for visit in visits]),
    ):
        later = [day for day in days if day > 0]
        if parts & kinds and later and min(later) > limit:
            first = min(later) / DAYS_PER_MONTH
            yield (
                f"the first {what} after baseline is planned for month {first:.1f}, so what it "
                "would show does not count yet"
            )


def _parts(definition: Definition, definitions: Mapping[str, Definition]) -> Iterator[Definition]:
    if not definition.kind.is_composite:
        yield definition
    for name in definition.components:
        yield from _parts(definitions[name], definitions)
