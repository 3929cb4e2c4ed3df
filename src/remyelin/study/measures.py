"""Which measures can be formed from which kind of definition."""

from __future__ import annotations

from remyelin.study.definition import EventKind
from remyelin.study.vocabulary import Measure

CONTRAST_MEASURES = frozenset(
    {
        Measure.HAZARD_RATIO,
        Measure.RATE_RATIO,
        Measure.MEAN_DIFFERENCE,
        Measure.ODDS_RATIO,
        Measure.RISK_RATIO,
        Measure.STANDARDISED_MEAN_DIFFERENCE,
    }
)
"""Measures that compare two arms; all others belong to one arm."""

RATE_MEASURES = frozenset({Measure.RATE_PER_YEAR, Measure.RATE_RATIO})
"""Measures of events that may come again, per unit of time."""

_OF_LEVELS = frozenset(
    {
        Measure.MEAN,
        Measure.MEDIAN,
        Measure.MEAN_CHANGE,
        Measure.MEAN_DIFFERENCE,
        Measure.RATE_RATIO,
    }
)
_OF_EVENTS = frozenset(
    {Measure.PROPORTION, Measure.COUNT, Measure.MEDIAN, Measure.MEAN, Measure.HAZARD_RATIO}
)
_REPEATED = frozenset({EventKind.RELAPSE, EventKind.ADVERSE_EVENT})


def measures_of(kind: EventKind) -> tuple[Measure, ...]:
    """Measures that can be formed from a kind of definition, in the order of `Measure`."""
    if kind.is_measured:
        allowed = _OF_LEVELS
    else:
        allowed = _OF_EVENTS | RATE_MEASURES if kind in _REPEATED else _OF_EVENTS
    return tuple(measure for measure in Measure if measure in allowed)
