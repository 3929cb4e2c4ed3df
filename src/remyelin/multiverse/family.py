"""Families of definitions: those that look for the same kind of event."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from remyelin.study.definition import Definition, EventKind, Relation


class Family(StrEnum):
    """What definitions have in common."""

    WORSENING = "worsening"
    """Worsening of the EDSS, whatever relapses did."""
    PIRA = "pira"
    """Worsening independent of relapses."""
    RAW = "raw"
    """Worsening associated with relapses."""
    CONVERSION = "conversion"
    """Onset of secondary progression."""
    PERFORMANCE = "performance"
    """Worsening of another score than the EDSS: walk, hand, cognition."""
    IMPROVEMENT = "improvement"
    MILESTONE = "milestone"
    RELAPSE = "relapse"
    MRI = "mri"
    """Lesion activity and loss of brain volume."""
    NEDA = "neda"
    COMPOSITE = "composite"
    DEATH = "death"
    ADVERSE_EVENT = "adverse_event"
    MEASURED = "measured"
    """A level or a slope: a number and no event."""


_BY_KIND: Final = {
    EventKind.IMPROVEMENT: Family.IMPROVEMENT,
    EventKind.MILESTONE: Family.MILESTONE,
    EventKind.RELAPSE: Family.RELAPSE,
    EventKind.MRI_ACTIVITY: Family.MRI,
    EventKind.ATROPHY: Family.MRI,
    EventKind.NEDA3: Family.NEDA,
    EventKind.NEDA4: Family.NEDA,
    EventKind.COMPOSITE: Family.COMPOSITE,
    EventKind.DEATH: Family.DEATH,
    EventKind.ADVERSE_EVENT: Family.ADVERSE_EVENT,
    EventKind.LEVEL: Family.MEASURED,
    EventKind.SLOPE: Family.MEASURED,
}


ANCHORS: Final = {
    Family.WORSENING: "cdw24",
    Family.PIRA: "pira24_kappos2020_edss",
    Family.RAW: "raw24_kappos2020",
    Family.IMPROVEMENT: "cdi24",
    Family.NEDA: "neda3",
    Family.COMPOSITE: "composite24",
    Family.MRI: "mri_activity",
}
"""With which definition the others of a family are compared where nothing else is asked for: the
form that trials use most, by our choice (assumed). Other families take their first one."""


def family_of(definition: Definition) -> Family:
    """Family of a definition."""
    if definition.kind is not EventKind.WORSENING:
        return _BY_KIND[definition.kind]
    if definition.leading_system or definition.minimum_pyramidal is not None:
        return Family.CONVERSION
    if definition.relation is Relation.INDEPENDENT:
        return Family.PIRA
    if definition.relation is Relation.ASSOCIATED:
        return Family.RAW
    return Family.WORSENING if definition.measured_column == "edss" else Family.PERFORMANCE
