"""The search along a patient's course: reference, change, confirmation, and on to the next.

All patients go side by side. In each round every patient is compared with the current reference
visit; whoever shows the change that is looked for is done, and whoever shows a change that only
moves the reference goes on from there. A round costs one pass over the visits that remain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.endpoints.conventions import EPSILON, BoolArray, FloatArray, IntArray
from remyelin.endpoints.relapses import Onsets
from remyelin.endpoints.rows import Rows
from remyelin.endpoints.rules import Rule


@dataclass(frozen=True, eq=False)
class Hits:
    """What the search found; each of shape (patients,), positions of rows, -1 for none.

    Attributes
    ----------
    event, confirming, reference
        Visits that show the change, that confirm it, and with which it was compared.
    """

    event: IntArray
    confirming: IntArray
    reference: IntArray


@dataclass(eq=False)
class Search:
    """The search of one definition over the visits of all patients.

    Parameters
    ----------
    rows
        Visits at which the score was measured, baseline included, sorted.
    rule
        What has to hold at the visits.
    onsets
        Relapses.
    """

    rows: Rows
    rule: Rule
    onsets: Onsets

    def __post_init__(self) -> None:
        patient = self.rows.patient
        change = np.flatnonzero(patient[1:] != patient[:-1]) + 1
        ends = np.append(change, patient.size)
        self._end = np.repeat(ends, np.diff(ends, prepend=0))

    def run(self, baseline: IntArray) -> Hits:
        """Search from each patient's baseline visit on.

        Parameters
        ----------
        baseline
            Position of the visit, -1 where there is none; shape (patients,).
        """
        n = baseline.size
        self._reference = self._allowed(baseline)
        self._from = self._reference + 1
        known = self._reference >= 0
        self._score = np.full(n, np.nan)
        self._score[known] = self.rows.value[self._reference[known]]
        self._score = self.rule.compared(self._score)
        hits = Hits(*(np.full(n, -1, dtype=np.int64) for _ in range(3)))
        active = known
        while active.any():
            active = self._round(active, hits)
        return hits

    @property
    def compared_score(self) -> FloatArray:
        """Score with which each patient was compared last in `run`; nan where with none."""
        return self._score

    def _allowed(self, place: IntArray) -> IntArray:
        """First visit at or after each place that may serve as reference; -1 where none."""
        if self.rows.patient.size == 0:
            return place
        inside = place >= 0
        at = np.where(inside, place, 0)
        nearest = self.rule.next_reference[at]
        good = inside & (nearest >= 0) & (nearest < self._end[at])
        return np.where(good, nearest, -1)

    def _round(self, active: BoolArray, hits: Hits) -> BoolArray:
        rows, patient = self.rows, self.rows.patient
        place = np.flatnonzero(active[patient] & (np.arange(patient.size) >= self._from[patient]))
        who = patient[place]
        target, moves = self._events(place, who)
        relapse = np.full(active.size, np.inf)
        if self.rule.rebaseline_after_relapse:
            now = np.flatnonzero(active)
            relapse[now] = self.onsets.after(now, rows.day[self._reference[now]])
            inside = rows.day[place] <= relapse[who] + self.rule.associated_days
            target, moves = target & inside, moves & inside
        first = np.full(active.size, -1, dtype=np.int64)
        seen = np.flatnonzero(target | moves)[::-1]
        first[who[seen]] = seen
        have = np.flatnonzero(first >= 0)
        done = have[target[first[have]]]
        hits.event[done] = place[first[done]]
        hits.confirming[done] = self.rule.confirming[hits.event[done]]
        hits.reference[done] = self._reference[done]
        moved = have[~target[first[have]]]
        stay = np.zeros_like(active)
        self._move(stay, moved, self.rule.lands(place[first[moved]]), floor=False)
        waiting = active & (first < 0) & np.isfinite(relapse)
        self._move(stay, *self._behind(np.flatnonzero(waiting), relapse), floor=True)
        return stay

    def _behind(self, who: IntArray, relapse: FloatArray) -> tuple[IntArray, IntArray]:
        """Patients and their first visits on or after the relapse that ends a reference."""
        if who.size == 0:
            return who, who
        found = self.rows.place_of(who, relapse[who])
        return who[found >= 0], found[found >= 0]

    def _move(self, stay: BoolArray, who: IntArray, to: IntArray, *, floor: bool) -> None:
        new = self._allowed(to)
        there = new >= 0
        who, new = who[there], new[there]
        score = self.rows.value[new]
        if floor and self.rule.reference_never_falls:
            score = self.rule.worse_of(score, self._score[who])
        self._reference[who], self._score[who], self._from[who] = new, score, new + 1
        stay[who] = True

    def _events(self, place: IntArray, who: IntArray) -> tuple[BoolArray, BoolArray]:
        """Which visits show what is looked for, and which only move the reference."""
        rule, score = self.rule, self._score[who]
        change = rule.sign * (self.rows.value[place] - score)
        needed = rule.needed(score)
        toward = change >= needed - EPSILON
        target = rule.may_start[place] & self._holds(
            place, toward & rule.scored[place], rule.confirming, sustained=rule.sustained
        )
        target &= rule.fits(place, self._reference[who])
        moves = np.zeros(place.size, dtype=bool)
        if rule.moves_toward:
            moves |= rule.may_move[place] & self._holds(place, toward, rule.moving)
        if rule.moves_away:
            away = change <= -needed + EPSILON
            moves |= rule.may_move[place] & self._holds(place, away, rule.moving)
        return target, moves

    def _holds(
        self, place: IntArray, shows: BoolArray, confirming: IntArray, *, sustained: bool = False
    ) -> BoolArray:
        """Whether the change at each place holds up to the visit that confirms it."""
        if place.size == 0:
            return shows
        count = place.size
        stop = np.where(shows, count, np.arange(count))
        stop = np.minimum.accumulate(stop[::-1])[::-1]
        until = np.minimum(place + (stop - np.arange(count)), self._end[place])
        seal = confirming[place]
        held = shows & (seal >= 0)
        if self.rule.confirm_between:
            held &= seal < until
        else:
            ahead = np.where(held, np.arange(count) + (seal - place), 0)
            held &= shows[ahead]
        return held & (until == self._end[place]) if sustained else held
