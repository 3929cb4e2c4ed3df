"""Endpoint definitions: what counts as an event, with citation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What an endpoint looks for in the longitudinal tables."""

    WORSENING = "worsening"
    IMPROVEMENT = "improvement"
    RELAPSE = "relapse"
    MRI_ACTIVITY = "mri_activity"
    NEDA3 = "neda3"
    DEATH = "death"
    ADVERSE_EVENT = "adverse_event"
    LEVEL = "level"
    """A measured level (EDSS, new T2 lesions), not an event."""


class OnSwitch(StrEnum):
    """What a switch to another treatment does to the endpoint."""

    IGNORE = "ignore"
    """Treatment policy: observation goes on."""
    CENSOR = "censor"
    """Observation ends at the switch."""


@dataclass(frozen=True)
class Step:
    """Change of EDSS that counts, by baseline.

    Attributes
    ----------
    from_edss
        Lowest baseline EDSS to which this step applies.
    change
        EDSS points that count as a change.
    """

    from_edss: float
    change: float


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What counts as the event.

    Attributes
    ----------
    definition_id
        Key used in evidence, study files and results.
    kind
        What is looked for.
    steps
        Worsening or improvement: change by baseline EDSS, ascending in ``from_edss``.
    confirmation_months
        The change must hold at every visit up to the first one at least this long after the first;
        None where no confirmation is asked for.
    earliest_months
        First time from baseline at which a change may start to count.
    relapse_window_days
        A change first seen this soon after a relapse's onset does not count; 0 switches it off.
    on_switch
        Handling of a treatment switch.
    components
        NEDA: definitions whose events end the state of no evidence of disease activity.
    column
        Level: column of the visits that is summarised. Adverse event: value of ``event``.
    serious
        Adverse event: only grade 3 and above.
    text, citation
        Own words for people; DOI, PMID or ``convention``.
    """

    definition_id: str
    kind: EventKind
    label: str
    steps: tuple[Step, ...] = ()
    confirmation_months: float | None = None
    earliest_months: float = 0.0
    relapse_window_days: int = 0
    on_switch: OnSwitch = OnSwitch.IGNORE
    components: tuple[str, ...] = ()
    column: str = ""
    serious: bool = False
    text: str = ""
    citation: str = ""
