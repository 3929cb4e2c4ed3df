"""The rules in which MSoutcomes and remyelin differ, each one a choice that can be exchanged.

With no choice of the peer's taken these are the rules of the oracle; with all of them they are
those of MSoutcomes, written anew from what its documentation says and what it answers. A difference
is explained by the smallest set of choices that turns one answer into the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from validation.oracle.courses import SYSTEMS, Course, Visit
from validation.oracle.rules import CHANGES, EARLY, Answer, Change, common

Days = tuple[float, float | None] | None
"""Days of an event and of its reference, where that is told; None without event."""

RELAPSE_DAYS = 30
NINE_MONTHS = 9 * 30.25
SIX_MONTHS = 6 * 30.25


class Choice(StrEnum):
    """A rule of the peer's."""

    NOT_EARLY = "confirmed_to_the_day"
    DAY_30 = "day_30_is_within_30_days"
    WALKING = "walking_is_a_system"
    ASSUMED = "pyramidal_2_assumed_from_5_5"
    LAST_OUTSIDE = "last_visit_must_lie_outside_a_relapse"
    LEADING_THROUGHOUT = "leading_system_at_every_visit"
    LONE = "one_lower_visit_does_not_count"
    REFERENCE = "reference_moves_otherwise"
    FORGETS = "falls_back_to_the_first_reference"
    ONLY_AFTER_WORSENING = "looks_behind_a_relapse_after_a_worsening_only"
    FIRST_VISIT = "counts_relapses_before_the_reference"


@dataclass(frozen=True)
class Chosen(Change):
    """A change with some rules of the peer's."""

    taken: frozenset[Choice] = frozenset()

    def _spans(
        self, visits: list[Visit], at: int, reference: int, seal: int
    ) -> list[tuple[int, int]]:
        if self.relapse == "since_reference":
            return [(visits[reference].day, visits[at].day)]
        return super()._spans(visits, at, reference, seal)

    def _event(
        self, visits: list[Visit], at: int, reference: int, score: float, onsets: list[int]
    ) -> int | None:
        if self._spoilt_at_the_end(visits, onsets):
            return None
        return super()._event(visits, at, reference, score, onsets)

    def _spoilt_at_the_end(self, visits: list[Visit], onsets: list[int]) -> bool:
        asked = self.lasting and Choice.LAST_OUTSIDE in self.taken
        return asked and _near(visits[-1].day, onsets)


@dataclass(frozen=True)
class Independent(Chosen):
    """Progression independent of relapses."""

    def _search(self, visits: list[Visit], one: Course) -> Answer | None:
        if Choice.ONLY_AFTER_WORSENING not in self.taken:
            return super()._search(visits, one)
        onsets = one.onsets
        plain = replace(self, relapse="")
        start, place = 0, self._reference(visits, 0, onsets)
        while place is not None:
            score = self._score(visits[place])
            tried = (
                (at, plain._event(visits, at, place, score, onsets))
                for at in range(place + 1, len(visits))
            )
            at, seal = next(((at, seal) for at, seal in tried if seal is not None), (0, None))
            if seal is None:
                return None
            day = visits[at].day
            onset = max((o for o in onsets if o <= day), default=None)
            since = visits[start if Choice.FIRST_VISIT in self.taken else place].day
            if onset is None or onset < since:
                return Answer("event", day, visits[seal].day, visits[place].day)
            start_or_none = self._behind(visits, start, onset, onsets)
            if start_or_none is None:
                return None
            start = start_or_none
            place = self._reference(visits, start, onsets)
        return None

    def _behind(self, visits: list[Visit], start: int, onset: int, onsets: list[int]) -> int | None:
        """First visit behind the earliest relapse that matters; none where there is none before."""
        last = [max((o for o in onsets if o <= v.day), default=None) for v in visits]
        first = visits[self._reference(visits, 0, onsets) or 0].day
        mark = [first if o is None else o for o in last]
        lower = [m for m in mark[start:] if m < onset]
        if not lower:
            return None
        found = next((k for k in range(start, len(visits)) if mark[k] > min(lower)), None)
        while found is not None and found < len(visits):
            late = last[found]
            if late is None or visits[found].day - late >= RELAPSE_DAYS:
                return found
            found += 1
        return None


@dataclass(frozen=True)
class Secondary(Chosen):
    """Secondary progression."""

    def _need(self) -> int:
        return (self.wait or 0) - EARLY

    def _flags(self, visits: list[Visit], start: int, score: float) -> list[bool]:
        """Visits that show the worsening at 4.0 or more, by place; none before the start."""
        shown = [
            k >= start and self._shows(v, score) and self._score(v) >= 4.0
            for k, v in enumerate(visits)
        ]
        if Choice.LONE not in self.taken:
            return shown
        alone = [
            not shown[k] and (k == start or shown[k - 1]) and (k + 1 == len(visits) or shown[k + 1])
            for k in range(len(visits))
        ]
        return [k >= start and (shown[k] or alone[k]) for k in range(len(visits))]

    def _event(
        self, visits: list[Visit], at: int, reference: int, score: float, onsets: list[int]
    ) -> int | None:
        flags = self._flags(visits, reference + 1, score)
        return self._progressed(visits, at, reference, flags, onsets)

    def _progressed(
        self, visits: list[Visit], at: int, reference: int, flags: list[bool], onsets: list[int]
    ) -> int | None:
        visit, seal = visits[at], self._sealing(visits, at, onsets)
        if seal is None or not all(flags[at:]) or self._spoilt_at_the_end(visits, onsets):
            return None
        until = next(
            (k for k, v in enumerate(visits) if k > at and v.day >= visit.day + self._need()), seal
        )
        if any(self._score(v) < 4.0 for v in visits[at : until + 1]):
            return None
        pyramidal = visit.measured["fs_pyramidal"]
        if Choice.ASSUMED in self.taken and self._score(visit) >= 5.5:
            pyramidal = max(pyramidal, 2)
        if pyramidal < 2 or not self._leading(visits, at, reference, seal):
            return None
        before = visits[at - 1].day if at else visit.day
        return None if any(before <= onset <= visit.day for onset in onsets) else seal

    def _leading(self, visits: list[Visit], at: int, reference: int, seal: int) -> bool:
        names = [f"fs_{name}" for name in SYSTEMS]
        if Choice.WALKING in self.taken:
            names.append("fs_ambulation")
        base = visits[reference].measured
        rises = {name: visits[at].measured[name] - base[name] for name in names}
        most = max(rises.values())
        leaders = [name for name in names if rises[name] == most]
        if most <= 0:
            return False
        if Choice.LEADING_THROUGHOUT not in self.taken:
            return any(visits[seal].measured[name] > base[name] for name in leaders)
        for name in leaders:
            zero = next(
                (k for k in range(at, len(visits)) if visits[k].measured[name] == base[name]),
                len(visits),
            )
            if visits[zero - 1].day - visits[at].day >= self._need():
                return True
        return False

    def _search(self, visits: list[Visit], one: Course) -> Answer | None:
        onsets = one.onsets
        if Choice.REFERENCE not in self.taken:
            return super()._search(visits, one)
        first = self._reference(visits, 0, onsets)
        if first is None:
            return None
        reference, start = first, first
        while len(visits) - start > (1 if start > first else 0):
            score = self._score(visits[reference])
            flags = self._flags(visits, start, score)
            at = self._candidate(visits, start, score, flags, onsets)
            if at is None:
                return None
            moved = self._behind_relapse(visits, start, at, reference, onsets)
            if moved is not None:
                reference, start = moved, moved + 1
                continue
            seal = self._progressed(visits, at, reference, flags, onsets)
            if seal is not None:
                return Answer("event", visits[at].day, visits[seal].day, visits[reference].day)
            end = self._end(visits, at, flags, onsets)
            spoilt = self._spoilt_at_the_end(visits, onsets)
            if flags[at] and (spoilt or not all(flags[at:])):
                start = max(end, at) + 1
                reference = first if Choice.FORGETS in self.taken else reference
                continue
            start = at + 1
            if (flags[at] and self._relapsed(visits, at, onsets)) or self._lower(visits, at, score):
                reference = at
            elif Choice.FORGETS in self.taken:
                reference = first
        return None

    def _lower(self, visits: list[Visit], at: int, score: float) -> bool:
        return self._score(visits[at]) <= score - 0.5

    def _relapsed(self, visits: list[Visit], at: int, onsets: list[int]) -> bool:
        before = visits[at - 1].day if at else visits[at].day
        return any(before <= onset <= visits[at].day for onset in onsets)

    def _end(self, visits: list[Visit], at: int, flags: list[bool], onsets: list[int]) -> int:
        """Last visit of a run of worsening outside relapses."""
        stop = next((k for k in range(at, len(visits)) if not flags[k]), len(visits))
        return max((k for k in range(stop) if not _near(visits[k].day, onsets)), default=at)

    def _candidate(
        self, visits: list[Visit], start: int, score: float, flags: list[bool], onsets: list[int]
    ) -> int | None:
        """First visit of a worsening of 3 months or of any improvement of 9 months."""
        for at in range(start, len(visits)):
            day = visits[at].day
            if flags[at] and visits[self._end(visits, at, flags, onsets)].day - day >= self._need():
                return at
            last = at
            while last < len(visits) and self._lower(visits, last, score):
                last += 1
            if last > at and visits[last - 1].day - day > NINE_MONTHS:
                return at
        return None

    def _behind_relapse(
        self, visits: list[Visit], start: int, at: int, reference: int, onsets: list[int]
    ) -> int | None:
        """Where the reference moves because a relapse before the change left its mark."""
        score = self._score(visits[reference])
        rows = [k for k in range(start, at) if k != reference]
        marked = [
            k
            for k in rows
            if self._relapsed(visits, k, onsets)
            and self._score(visits[k]) > 3.0
            and self._score(visits[k]) - score >= 0.5
            and k > 0
            and self._score(visits[k]) - self._score(visits[k - 1]) >= 0.5
            and score < 6.0
        ]
        if not marked:
            return None
        for k in (row for row in rows if row > marked[-1]):
            level = self._score(visits[k])
            step = 1.5 if level == 0.0 else common(max(score, 1.0))
            last = k
            while last + 1 < at and abs(self._score(visits[last + 1]) - level) < step:
                last += 1
            if visits[last].day - visits[k].day > SIX_MONTHS:
                return k
        return at


def _near(day: int, onsets: list[int]) -> bool:
    return any(0 <= day - onset <= RELAPSE_DAYS for onset in onsets)


def _improving(score: float) -> float:
    return 1.5 if score < 2.0 else 1.0 if score < 6.5 else 0.5


_OF_SPMS = (
    Choice.NOT_EARLY,
    Choice.DAY_30,
    Choice.WALKING,
    Choice.ASSUMED,
    Choice.LAST_OUTSIDE,
    Choice.LEADING_THROUGHOUT,
    Choice.LONE,
    Choice.REFERENCE,
    Choice.FORGETS,
)


def choices_of(function: str) -> tuple[Choice, ...]:
    """Rules in which a function of the peer's differs."""
    return {
        "CDW": (Choice.LAST_OUTSIDE,),
        "CDI": (),
        "PIRA": (Choice.LAST_OUTSIDE, Choice.ONLY_AFTER_WORSENING, Choice.FIRST_VISIT),
        "spmsDx": _OF_SPMS,
    }[function]


def rule(function: str, theirs: dict[str, float], taken: frozenset[Choice]) -> Change:
    """Rule of a function under some settings, with some of the peer's choices."""
    if function == "spmsDx":
        base = CHANGES["spms_lorscheider2016"]
        early = EARLY if Choice.NOT_EARLY in taken else 0
        apart = RELAPSE_DAYS + (Choice.DAY_30 in taken)
        kept = {name: value for name, value in vars(base).items() if name != "wait"}
        kept["reference_apart"] = apart
        return Secondary(**kept, wait=(base.wait or 0) + early, taken=taken)
    relapse = int(theirs.get("tRelapse", RELAPSE_DAYS))
    made = Independent if function == "PIRA" else Chosen
    return made(
        step=_improving if function == "CDI" else common,
        up=function != "CDI",
        wait=int(theirs["mconf"]) + EARLY,
        lasting=bool(theirs["sustained"]),
        reference_apart=relapse + 1,
        confirm_apart=0 if function == "CDI" else relapse,
        reset=function == "PIRA",
        relapse="since_reference" if function == "PIRA" else "",
        taken=taken,
    )


def explained(
    function: str, theirs: dict[str, float], one: Course, wanted: Days
) -> tuple[Choice, ...] | None:
    """Smallest set of choices with which the answer is the wanted one; None where there is none."""
    every = choices_of(function)
    for size in range(len(every) + 1):
        for taken in combinations(every, size):
            if agrees(rule(function, theirs, frozenset(taken))(one), wanted):
                return taken
    return None


def agrees(answer: Answer, wanted: Days) -> bool:
    """Whether an answer has the event, and the reference where one is told."""
    if answer.status != "event":
        return wanted is None
    if wanted is None:
        return False
    day, reference = wanted
    return answer.day == day and reference in (None, answer.reference)
