"""An outcome: one figure of a study, published or predicted, in one vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from remyelin.study.vocabulary import IntervalKind, Mark, Measure

WHOLE = "all"
"""Name of the subgroup that is everybody."""


class OutcomeKey(NamedTuple):
    """What makes two outcomes comparable; the join of prediction and observation.

    ``arm`` is an arm's identifier or a contrast written ``first_vs_second``.
    ``time_months`` counts from baseline; None means over the whole follow-up.
    """

    study_id: str
    arm: str
    subgroup: str
    outcome: str
    definition_id: str
    time_months: float | None
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One figure with its interval and where it comes from.

    Attributes
    ----------
    value, low, high
        The figure and the ends of its interval; a proportion is 0 to 1.
    interval_kind, level
        Meaning of the interval, and its probability (0.95 for a 95 % interval).
    n, events
        Patients behind the figure and events among them.
    definition_text
        The published wording in own words, for people.
    source, page
        Citation (DOI or PMID) and the place where the figure was read; ``secondary source`` without
        an address means that it was seen on a mirror only.
    mark
        Whether the figure was seen at its source or is recalled.
    assay
        How it was measured, where that decides its size (CSF or serum, SIENA); empty otherwise.
    """

    key: OutcomeKey
    value: float
    low: float | None = None
    high: float | None = None
    interval_kind: IntervalKind | None = None
    level: float | None = None
    n: int | None = None
    events: int | None = None
    definition_text: str = ""
    source: str = ""
    page: str = ""
    mark: Mark = Mark.ASSUMED
    note: str = ""
    assay: str = ""
