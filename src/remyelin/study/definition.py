"""Endpoint definitions: what counts as an event, with citation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remyelin.units import months_to_whole_days

DAYS_PER_WEEK: Final = 7.0
"""Days in a week."""

TREATMENT: Final = "treatment"
"""Column of a death that counts only where no other cause is on record."""


class EventKind(StrEnum):
    """What an endpoint looks for in the longitudinal tables."""

    WORSENING = "worsening"
    IMPROVEMENT = "improvement"
    MILESTONE = "milestone"
    """A score is reached and kept, whatever it was at baseline."""
    RELAPSE = "relapse"
    MRI_ACTIVITY = "mri_activity"
    ATROPHY = "atrophy"
    """Loss of brain volume faster than a yearly rate."""
    NEDA3 = "neda3"
    NEDA4 = "neda4"
    COMPOSITE = "composite"
    """The first event of any component."""
    DEATH = "death"
    ADVERSE_EVENT = "adverse_event"
    LEVEL = "level"
    """A measured level (EDSS, new T2 lesions), not an event."""
    SLOPE = "slope"
    """Yearly change of a measured level, by a straight line through a patient's visits."""

    @property
    def is_change(self) -> bool:
        """Whether a score is compared with a reference."""
        return self in (EventKind.WORSENING, EventKind.IMPROVEMENT)

    @property
    def is_composite(self) -> bool:
        """Whether other definitions make up the event."""
        return self in (EventKind.NEDA3, EventKind.NEDA4, EventKind.COMPOSITE)

    @property
    def is_measured(self) -> bool:
        """Whether it gives a number for each patient and no event."""
        return self in (EventKind.LEVEL, EventKind.SLOPE)


class OnSwitch(StrEnum):
    """What a switch to another treatment does to the endpoint."""

    IGNORE = "ignore"
    """Treatment policy: observation goes on."""
    CENSOR = "censor"
    """Observation ends at the switch."""


class Reference(StrEnum):
    """With which visit a score is compared."""

    FIXED = "fixed"
    """The baseline visit throughout."""
    ROVING_IMPROVEMENT = "roving_improvement"
    """Moved after every confirmed improvement."""
    ROVING_WORSENING = "roving_worsening"
    """Moved after every confirmed worsening."""
    ROVING = "roving"
    """Moved after every confirmed change."""


class MovesTo(StrEnum):
    """Where a roving reference moves after a confirmed change."""

    CONFIRMATION = "confirmation"
    EVENT = "event"


class Relation(StrEnum):
    """How a worsening has to lie to relapses."""

    ANY = "any"
    INDEPENDENT = "independent"
    """PIRA: outside the window of association and free of relapses as `RelapseFree` says."""
    ASSOCIATED = "associated"
    """RAW: within the window of association."""


@dataclass(frozen=True)
class Step:
    """Change of the score that counts, by reference.

    Attributes
    ----------
    from_edss
        Lowest reference score to which this step applies.
    change
        Points that count as a change.
    """

    from_edss: float
    change: float


@dataclass(frozen=True, kw_only=True)
class RelapseFree:
    """Spans in which a relapse-independent worsening allows no onset of a relapse.

    Both ends of a span belong to it.

    Attributes
    ----------
    event_before, event_after, confirmation_before, confirmation_after
        Days before and after the visits that show and that confirm the worsening; 0 switches the
        side off.
    since
        ``reference``: also none from the reference visit to the event; ``last_visit``: none from
        the visit before the event; empty: no such span.
    until_confirmation
        Also none between event and confirmation.
    """

    event_before: float = 0.0
    event_after: float = 0.0
    confirmation_before: float = 0.0
    confirmation_after: float = 0.0
    since: str = ""
    until_confirmation: bool = False


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
        Worsening or improvement: change by reference score, ascending in ``from_edss``.
    relative_change
        In place of steps: share of the reference score that counts as a change.
    confirmation_months, confirmation_weeks
        The change must hold at every visit up to the first one at least this long after the first;
        both None where no confirmation is asked for. Weeks and months are whole days: a week 7, a
        month 30.4375, the sum to the nearest day.
    tolerance_days
        Days by which a visit may come too early for its time and still stand for it; None takes
        the convention of the endpoints room.
    latest_days
        Days by which the confirming visit may come too late; None sets no limit.
    confirm_between
        Whether visits between event and confirmation must show the change too.
    sustained
        The change must hold at every later visit under observation.
    baseline_months
        Time of the visit that serves as baseline; events and relapses before it do not count.
    earliest_months
        First time from baseline at which a change may start to count.
    reference, moves_to
        Where the reference visit lies, and where it moves to.
    rebaseline_after_relapse, reference_never_falls
        Whether a relapse moves the reference behind it, and whether its score may then only rise.
    reference_relapse_days
        A visit less than this many days after a relapse's onset is no reference visit; one exactly
        so long after it is.
    confirmation_relapse_days
        A visit within so many days after a relapse's onset, the last of them included, confirms
        nothing.
    relapse_window_days
        A change first seen this soon after a relapse's onset does not count; 0 switches it off.
    relation, associated_days, relapse_free
        How a worsening has to lie to relapses; it is associated with a relapse whose onset lies at
        most ``associated_days`` before the visit that shows it.
    mri_free
        Worsening: no scan after the reference visit and up to the confirming visit shows an
        enhancing or a new or enlarging T2 lesion, and there is a scan in between that could.
    threshold
        Milestone: score that is reached. Atrophy: yearly loss in per cent.
    minimum_score, minimum_pyramidal, leading_system
        Worsening: lowest score from the visit that shows it on, lowest pyramidal system at that
        visit, and whether the functional system that rose most must stay risen up to confirmation.
    on_switch
        Handling of a treatment switch.
    components
        NEDA and composites: definitions whose events end the state, or make up the event.
    column
        Level, slope, worsening, improvement and milestone: column of the visits that is read
        (EDSS where a change names none). Adverse event: value of ``event``. Death: empty for any
        cause, `TREATMENT` for all but those of another cause.
    summed
        Level: the values of all visits after baseline are added up (counts of lesions), in place
        of the value of one visit.
    serious
        Adverse event: only grade 3 and above.
    text, citation
        Own words for people; DOI, PMID or ``convention``.
    mark
        How the rule is known: ``seen`` in its source, ``recalled``, ``assumed``, or empty where
        docs/endpoints.md tells.
    """

    definition_id: str
    kind: EventKind
    label: str
    steps: tuple[Step, ...] = ()
    relative_change: float | None = None
    confirmation_months: float | None = None
    confirmation_weeks: float | None = None
    tolerance_days: float | None = None
    latest_days: float | None = None
    confirm_between: bool = True
    sustained: bool = False
    baseline_months: float = 0.0
    earliest_months: float = 0.0
    reference: Reference = Reference.FIXED
    moves_to: MovesTo = MovesTo.CONFIRMATION
    rebaseline_after_relapse: bool = False
    reference_never_falls: bool = False
    reference_relapse_days: float = 0.0
    confirmation_relapse_days: float = 0.0
    relapse_window_days: int = 0
    relation: Relation = Relation.ANY
    associated_days: float = 0.0
    relapse_free: RelapseFree = RelapseFree()
    mri_free: bool = False
    threshold: float | None = None
    minimum_score: float | None = None
    minimum_pyramidal: int | None = None
    leading_system: bool = False
    on_switch: OnSwitch = OnSwitch.IGNORE
    components: tuple[str, ...] = ()
    column: str = ""
    summed: bool = False
    serious: bool = False
    text: str = ""
    citation: str = ""
    mark: str = ""

    @property
    def confirmation_days(self) -> float | None:
        """Whole days between a change and its confirmation; None where none is asked for."""
        if self.confirmation_weeks is not None:
            return self.confirmation_weeks * DAYS_PER_WEEK
        if self.confirmation_months is not None:
            return months_to_whole_days(self.confirmation_months)
        return None

    @property
    def measured_column(self) -> str:
        """Column of the visits that is read for a change, a milestone, a level or a slope."""
        return self.column or "edss"
