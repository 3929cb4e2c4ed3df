"""What a definition asks of single visits, worked out once before the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from remyelin.endpoints.conventions import (
    EPSILON,
    LOWER_IS_WORSE,
    VISIT_TOLERANCE_DAYS,
    BoolArray,
    FloatArray,
    IntArray,
)
from remyelin.endpoints.relapses import Onsets
from remyelin.endpoints.rows import Rows
from remyelin.study.definition import (
    Definition,
    EventKind,
    MovesTo,
    Reference,
    Relation,
)
from remyelin.units import months_to_whole_days

SYSTEMS = (
    "fs_visual",
    "fs_brainstem",
    "fs_pyramidal",
    "fs_cerebellar",
    "fs_sensory",
    "fs_bowel_bladder",
    "fs_mental",
)
"""Columns of the functional systems."""


def tolerance_of(definition: Definition) -> float:
    """Days by which a visit may come early under a definition."""
    return VISIT_TOLERANCE_DAYS if definition.tolerance_days is None else definition.tolerance_days


def systems_needed(definition: Definition) -> tuple[str, ...]:
    """Columns of functional systems that a definition reads."""
    if definition.leading_system:
        return SYSTEMS
    return ("fs_pyramidal",) if definition.minimum_pyramidal is not None else ()


@dataclass(eq=False)
class Rule:
    """A definition laid over visits.

    Parameters
    ----------
    definition
        Worsening, improvement or milestone.
    rows
        Visits from baseline on at which the score was measured.
    onsets
        Relapses.
    systems
        Functional systems at the same visits, by column; only those that are needed.
    scans
        MRI scans with their lesions; only where the definition asks for scans without any.

    Attributes
    ----------
    sign
        1 where the change that is looked for raises the score, else -1.
    may_start, may_move
        Visits that may start the event, and that may start a change which moves the reference.
    countable
        Visits that may start the event, whatever is rated there.
    confirming, moving
        Position of the visit that would confirm the event, or that change; -1 for none.
    next_reference
        First visit at or after each one that may serve as reference; -1 for none.
    """

    definition: Definition
    rows: Rows
    onsets: Onsets
    systems: Mapping[str, FloatArray] = field(default_factory=dict)
    scans: Rows | None = None

    def __post_init__(self) -> None:
        definition, rows = self.definition, self.rows
        lower = definition.measured_column in LOWER_IS_WORSE
        self.sign = -1.0 if lower != (definition.kind is EventKind.IMPROVEMENT) else 1.0
        self.sustained = definition.sustained
        self.confirm_between = definition.confirm_between
        self.rebaseline_after_relapse = definition.rebaseline_after_relapse
        self.reference_never_falls = definition.reference_never_falls
        independent = definition.relation is Relation.INDEPENDENT
        self.associated_days = 0.0 if independent else definition.associated_days
        worsens = definition.kind is not EventKind.IMPROVEMENT
        by_worsening = definition.reference in (Reference.ROVING, Reference.ROVING_WORSENING)
        by_improving = definition.reference in (Reference.ROVING, Reference.ROVING_IMPROVEMENT)
        self.moves_toward = by_worsening if worsens else by_improving
        self.moves_away = by_improving if worsens else by_worsening
        apart = definition.reference_relapse_days
        everywhere = np.ones(rows.day.size, dtype=bool)
        self.next_reference = _next(self._since >= apart if apart > 0 else everywhere)
        self._set_confirming()
        self._set_starts()

    @cached_property
    def _since(self) -> FloatArray:
        """Days from the latest onset to each visit; only definitions that look back ask for it."""
        return self.onsets.since(self.rows.patient, self.rows.day)

    @cached_property
    def _until(self) -> FloatArray:
        """Days from each visit to the next onset."""
        return self.onsets.until(self.rows.patient, self.rows.day)

    def _set_confirming(self) -> None:
        definition = self.definition
        apart = definition.confirmation_relapse_days
        seals = self._since > apart if apart > 0 else np.ones(self.rows.day.size, dtype=bool)
        self.moving = self._sealed(seals)
        free = definition.relapse_free
        if definition.relation is Relation.INDEPENDENT:
            if free.confirmation_before > 0:
                seals = seals & (self._since > free.confirmation_before)
            if free.confirmation_after > 0:
                seals = seals & (self._until > free.confirmation_after)
            self.confirming = self._sealed(seals)
        else:
            self.confirming = self.moving

    def _sealed(self, seals: BoolArray) -> IntArray:
        """Position of the visit that would confirm a change starting at each visit."""
        definition, rows = self.definition, self.rows
        days = definition.confirmation_days
        place = np.arange(rows.day.size)
        if days is None:
            return place
        early = rows.day + max(days - tolerance_of(definition), 0.0)
        found = rows.at_or_after(early)
        found = np.where((found >= 0) & (found <= place), place + 1, found)
        inside = (found >= 0) & (found < place.size)
        usable = np.append(_next(seals), -1)
        found = usable[np.where(inside, found, -1)]
        good = found >= 0
        at = np.where(good, found, 0)
        good &= rows.patient[at] == rows.patient
        if definition.latest_days is not None:
            good &= rows.day[at] <= rows.day + days + definition.latest_days
        return np.where(good, found, -1)

    def _set_starts(self) -> None:
        definition, rows = self.definition, self.rows
        start = months_to_whole_days(definition.earliest_months) - tolerance_of(definition)
        may = rows.day >= start
        if definition.relapse_window_days > 0:
            may &= self._since > definition.relapse_window_days
        self.may_move = may
        self.countable = may
        self.scored = np.ones(rows.day.size, dtype=bool)
        if definition.minimum_score is not None:
            self.scored = rows.value >= definition.minimum_score - EPSILON
            may = may & self.scored
        if definition.minimum_pyramidal is not None:
            pyramidal = self.systems["fs_pyramidal"]
            self.countable = self.countable & ~np.isnan(pyramidal)
            may = may & (pyramidal >= definition.minimum_pyramidal)
        if self.scans is not None:
            first = np.searchsorted(rows.patient, rows.patient, side="left")
            self.countable = self.countable & self._scanned(first, self.moving)
        self.may_start = may & self._related()

    def _related(self) -> BoolArray:
        """Visits that lie to relapses as the definition asks, the reference visit aside."""
        definition, rows, free = self.definition, self.rows, self.definition.relapse_free
        if definition.relation is Relation.ASSOCIATED:
            return self._since <= definition.associated_days
        fits = np.ones(rows.day.size, dtype=bool)
        if definition.relation is Relation.ANY:
            return fits
        if definition.associated_days > 0:
            fits &= self._since > definition.associated_days
        if free.event_before > 0:
            fits &= self._since > free.event_before
        if free.event_after > 0:
            fits &= self._until > free.event_after
        if free.since == "last_visit":
            before = np.append(-np.inf, rows.day[:-1])
            before[np.append(True, rows.patient[1:] != rows.patient[:-1])] = -np.inf
            fits &= self._since > rows.day - before
        if free.until_confirmation:
            seal = self.confirming
            fits &= (seal < 0) | (self._until > rows.day[seal] - rows.day)
        return fits

    def fits(self, place: IntArray, reference: IntArray) -> BoolArray:
        """Whether visits fit to their reference visits."""
        day, free = self.rows.day, self.definition.relapse_free
        good = np.ones(place.size, dtype=bool)
        if free.since == "reference":
            good &= self._since[place] > day[place] - day[reference]
        if self.definition.leading_system:
            seal = self.confirming[place]
            rises = {
                name: np.nan_to_num(score[place] - score[reference])
                for name, score in self.systems.items()
            }
            most = np.max(list(rises.values()), axis=0)
            kept = np.zeros(place.size, dtype=bool)
            for name, score in self.systems.items():
                leads = (most > 0) & (rises[name] == most)
                kept |= leads & self._stays_risen(score, place, seal, score[reference])
            good &= kept
        if self.scans is not None:
            good &= self._quiet(reference, self.confirming[place])
        return good

    def _stays_risen(
        self, score: FloatArray, place: IntArray, seal: IntArray, above: FloatArray
    ) -> BoolArray:
        """Whether a system is above its reference at the confirming visit and all in between."""
        risen = (seal >= 0) & (score[seal] > above)
        if not self.confirm_between:
            return risen
        for ahead in range(1, int(np.max(seal - place, initial=0))):
            between = place + ahead < seal
            at = np.where(between, place + ahead, 0)
            risen &= ~(between & (score[at] <= above))
        return risen

    def _scanned(self, begin: IntArray, until: IntArray) -> BoolArray:
        """Whether there is a scan after one visit and up to another; not where that is -1."""
        assert self.scans is not None
        return _between(Onsets(self.scans), self.rows, begin, until)

    def _quiet(self, begin: IntArray, until: IntArray) -> BoolArray:
        """Whether there are scans after one visit and up to another, none of them active."""
        assert self.scans is not None
        active = Onsets(self.scans.keep(self.scans.value > 0))
        return self._scanned(begin, until) & ~_between(active, self.rows, begin, until)

    def compared(self, score: FloatArray) -> FloatArray:
        """Score with which visits are compared: of the reference, or the milestone itself."""
        threshold = self.definition.threshold
        return score if threshold is None else np.where(np.isnan(score), np.nan, threshold)

    def applies(self, score: FloatArray) -> BoolArray:
        """Whether the definition applies to patients with these baseline scores."""
        threshold = self.definition.threshold
        if threshold is not None:
            return self.sign * score < self.sign * threshold
        return np.isfinite(self.needed(score))

    def needed(self, score: FloatArray) -> FloatArray:
        """Change that counts, by reference score; inf where the definition does not apply."""
        definition = self.definition
        if definition.threshold is not None:
            return np.zeros(score.shape)
        if definition.relative_change is not None:
            return np.maximum(definition.relative_change * np.abs(score), EPSILON * 2)
        return step_of(definition, score)

    def lands(self, place: IntArray) -> IntArray:
        """Where the reference moves after a change that starts at each place."""
        return place if self.definition.moves_to is MovesTo.EVENT else self.moving[place]

    def worse_of(self, one: FloatArray, two: FloatArray) -> FloatArray:
        """The worse of two scores."""
        if self.definition.measured_column in LOWER_IS_WORSE:
            return np.minimum(one, two)
        return np.maximum(one, two)


def step_of(definition: Definition, score: FloatArray) -> FloatArray:
    """Change needed by reference score; inf below the lowest step or without a score."""
    ordered = sorted(definition.steps, key=lambda step: step.from_edss)
    bounds = np.array([step.from_edss for step in ordered])
    changes = np.array([np.inf, *(step.change for step in ordered)])
    known = np.nan_to_num(score, nan=-np.inf)
    return changes[np.searchsorted(bounds, known + EPSILON, side="right")]


def _between(dated: Onsets, rows: Rows, begin: IntArray, until: IntArray) -> BoolArray:
    """Whether something dated lies after one visit and up to another one of the same patient."""
    if not begin.size:
        return np.zeros(0, dtype=np.bool_)
    next_day = dated.after(rows.patient[begin], rows.day[begin])
    return (until >= 0) & (next_day <= rows.day[until])


def _next(holds: BoolArray) -> IntArray:
    """Position of the first true entry at or after each one, -1 where there is none."""
    count = holds.size
    if holds.all():
        return np.arange(count)
    place = np.where(holds, np.arange(count), count)
    place = np.minimum.accumulate(place[::-1])[::-1] if count else place
    return np.where(place < count, place, -1)
