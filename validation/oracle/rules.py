"""Every definition once more, one patient at a time, written from its text.

Nothing of the package is used: numbers stand here as the texts of the definitions and
docs/endpoints.md give them. A week is 7 days; 3, 6 and 12 months are 91, 183 and 365 days; a visit
may come 15 days early; "within 30 days" includes day 30.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from validation.oracle.courses import SYSTEMS, Course, Visit

EARLY = 15
HAIR = 1e-9
YEAR = 365.25


class Answer(NamedTuple):
    """What becomes of a patient; days are None without event, or where there is no such visit."""

    status: str
    day: float | None = None
    confirmed: float | None = None
    reference: float | None = None


Rule = Callable[[Course], Answer]


def common(score: float) -> float:
    """1.5 from below 1.0, 1.0 up to 5.5, 0.5 from 6.0 on."""
    return 1.5 if score < 1.0 else 1.0 if score < 6.0 else 0.5


def affirm(score: float) -> float:
    """1.5 from below 1.0, else 1.0."""
    return 1.5 if score < 1.0 else 1.0


def one_point(_: float) -> float:
    """1.0 from everywhere."""
    return 1.0


def half_from_55(score: float) -> float:
    """1.0 up to 5.0, 0.5 from 5.5 on."""
    return 1.0 if score < 5.5 else 0.5


def half_from_6(score: float) -> float:
    """1.0 up to 5.5, 0.5 from 6.0 on."""
    return 1.0 if score < 6.0 else 0.5


def muller(score: float) -> float:
    """1.5 from below 1.0, 1.0 up to 5.0, 0.5 from 5.5 on."""
    return 1.5 if score < 1.0 else 1.0 if score < 5.5 else 0.5


def better_by_step(score: float) -> float | None:
    """1.0 from 2.0 on, 0.5 from 6.0 on, nothing below."""
    return None if score < 2.0 else 1.0 if score < 6.0 else 0.5


def fifth(score: float) -> float:
    """20 %."""
    return 0.2 * score


def four_points(_: float) -> float:
    """4 points."""
    return 4.0


@dataclass(frozen=True)
class Change:
    """A change of a score, in the words of its text."""

    step: Callable[[float], float | None] = common
    column: str = "edss"
    up: bool = True
    wait: int | None = None
    from_day: int = 0
    from_month_6: bool = False
    lasting: bool = False
    roving: str = ""
    reset: bool = False
    reference_apart: int = 0
    never_lower: bool = False
    start_apart: int = 0
    confirm_apart: int = 0
    relapse: str = ""
    reach: float | None = None
    secondary: bool = False
    quiet: bool = False
    until_switch: bool = False

    def __call__(self, one: Course) -> Answer:
        """Look along the course."""
        if self.until_switch and one.switch is not None:
            one = replace(one, end=min(one.end, one.switch), switch=None)
        rated = [v for v in one.visits if v.planned and self.column in v.measured]
        first = next((v for v in rated if self._is_baseline(v)), None)
        if first is None:
            return Answer("no_baseline")
        visits = [v for v in rated if first.day <= v.day <= one.end]
        if not visits or not self._applies(self._score(first)):
            return Answer("no_baseline")
        found = self._search(visits, one)
        if found is not None:
            return found
        can = any(
            self._may_start(v, one.onsets)
            and (not self.secondary or "fs_pyramidal" in v.measured)
            and (seal := self._sealing(visits, place, one.onsets, plain=True)) is not None
            and (not self.quiet or bool(self._scans(one, visits[0].day, visits[seal].day)))
            for place, v in enumerate(visits)
            if place > 0
        )
        return Answer("censored" if can else "not_confirmable")

    def _is_baseline(self, visit: Visit) -> bool:
        return visit.day >= 183 - EARLY if self.from_month_6 else visit.number == 0

    def _score(self, visit: Visit) -> float:
        return visit.measured[self.column]

    def _applies(self, score: float) -> bool:
        if self.reach is not None:
            return score < self.reach
        return self.step(score) is not None

    @staticmethod
    def _scans(one: Course, after: int, until: int) -> list[Visit]:
        """Scans after one day and up to another."""
        lesions = ("gd_lesions", "new_t2_lesions")
        return [
            v
            for v in one.visits
            if v.planned
            and after < v.day <= min(until, one.end)
            and any(name in v.measured for name in lesions)
        ]

    def _is_quiet(self, one: Course, after: int, until: int) -> bool:
        scans = self._scans(one, after, until)
        lesions = ("gd_lesions", "new_t2_lesions")
        return bool(scans) and not any(v.measured.get(name, 0) for v in scans for name in lesions)

    def _search(self, visits: list[Visit], one: Course) -> Answer | None:
        onsets = one.onsets
        place = self._reference(visits, 0, onsets)
        score = None if place is None else self._score(visits[place])
        while place is not None and score is not None:
            onset = min((o for o in onsets if self.reset and o > visits[place].day), default=None)
            found = self._along(visits, place, score, onset, one)
            if isinstance(found, Answer):
                return found
            if found is not None:
                place = self._reference(visits, found, onsets)
                score = None if place is None else self._score(visits[place])
                continue
            if onset is None:
                return None
            behind = next((k for k, v in enumerate(visits) if v.day >= onset), len(visits))
            place = self._reference(visits, behind, onsets)
            if place is not None:
                new = self._score(visits[place])
                worse = max if self.up else min
                score = worse(new, score) if self.never_lower else new
        return None

    def _along(
        self,
        visits: list[Visit],
        place: int,
        score: float,
        onset: int | None,
        one: Course,
    ) -> Answer | int | None:
        """The event, or the visit to which the reference moves; a relapse ends the reference."""
        onsets = one.onsets
        for at in range(place + 1, len(visits)):
            if onset is not None and visits[at].day > onset:
                return None
            seal = self._event(visits, at, place, score, onsets)
            if seal is not None and self.quiet:
                span = visits[place].day, visits[seal].day
                seal = seal if self._is_quiet(one, *span) else None
            if seal is not None:
                day = visits[at].day
                confirmed = day if self.wait is None else visits[seal].day
                return Answer("event", day, confirmed, visits[place].day)
            moved = self._moved(visits, at, score, onsets)
            if moved is not None:
                return moved
        return None

    def _reference(self, visits: list[Visit], start: int, onsets: list[int]) -> int | None:
        for place in range(start, len(visits)):
            day = visits[place].day
            if not any(0 <= day - onset < self.reference_apart for onset in onsets):
                return place
        return None

    def _shows(self, visit: Visit, score: float, *, other_way: bool = False) -> bool:
        if self.reach is not None:
            return self._score(visit) >= self.reach
        step = self.step(score)
        if step is None:
            return False
        rise = self._score(visit) - score
        toward = rise if self.up != other_way else -rise
        return toward >= step - HAIR and (other_way or toward > 0)

    def _may_start(self, visit: Visit, onsets: list[int]) -> bool:
        if visit.day < self.from_day - EARLY * bool(self.from_day):
            return False
        apart = self.start_apart
        return not (apart and any(0 <= visit.day - onset <= apart for onset in onsets))

    def _sealing(
        self, visits: list[Visit], at: int, onsets: list[int], *, plain: bool = False
    ) -> int | None:
        """First visit that confirms what starts at a visit."""
        if self.wait is None:
            return at
        for place in range(at + 1, len(visits)):
            day = visits[place].day
            if day < visits[at].day + self.wait - EARLY:
                continue
            apart = self.confirm_apart
            if apart and any(0 <= day - onset <= apart for onset in onsets):
                continue
            if not plain and any(self._spoils(day, onset) for onset in onsets):
                continue
            return place
        return None

    def _spoils(self, day: int, onset: int) -> bool:
        """Whether a relapse lies too near to a confirming visit."""
        if self.relapse == "kappos":
            return -30 <= onset - day <= 30
        if self.relapse == "muller":
            return -90 <= onset - day <= 30
        return False

    def _event(
        self, visits: list[Visit], at: int, reference: int, score: float, onsets: list[int]
    ) -> int | None:
        visit = visits[at]
        seal = self._sealing(visits, at, onsets)
        if seal is None or not self._may_start(visit, onsets):
            return None
        held = visits[at:] if self.lasting else visits[at : seal + 1]
        if not all(self._shows(v, score) for v in held):
            return None
        if self.secondary:
            if any(self._score(v) < 4.0 for v in held):
                return None
            if visit.measured.get("fs_pyramidal", -1) < 2:
                return None
            if not _leads(visits[reference], visits[at : seal + 1]):
                return None
        spans = self._spans(visits, at, reference, seal)
        if any(low <= onset <= high for low, high in spans for onset in onsets):
            return None
        if self.relapse == "associated":
            return seal if any(0 <= visit.day - onset <= 90 for onset in onsets) else None
        return seal

    def _spans(
        self, visits: list[Visit], at: int, reference: int, seal: int
    ) -> list[tuple[int, int]]:
        """Days in which no relapse may begin."""
        day, confirmed = visits[at].day, visits[seal].day
        match self.relapse:
            case "kappos":
                return [(visits[reference].day, day + 30), (confirmed - 30, confirmed + 30)]
            case "muller":
                return [(day - 90, day + 30), (confirmed - 90, confirmed + 30)]
            case "strict":
                return [(visits[reference].day, confirmed)]
            case "lublin":
                return [(day - 90, day)]
            case "last_visit":
                return [(visits[at - 1].day, day)]
        return []

    def _moved(self, visits: list[Visit], at: int, score: float, onsets: list[int]) -> int | None:
        """Visit to which a confirmed change moves the reference."""
        if not self.roving or not self._may_start(visits[at], onsets):
            return None
        seal = self._sealing(visits, at, onsets, plain=True)
        if seal is None:
            return None
        ways = {"improvement": (True,), "both": (True, False)}[self.roving]
        for other_way in ways:
            if all(self._shows(v, score, other_way=other_way) for v in visits[at : seal + 1]):
                return seal
        return None


def _leads(reference: Visit, held: list[Visit]) -> bool:
    """Whether a system that rose most is risen up to the confirming visit, the last of those held.

    A visit in between at which it was not rated says nothing.
    """
    first, *between, seal = held
    before = reference.measured
    rises = {
        name: first.measured[name] - before[name]
        for name in (f"fs_{system}" for system in SYSTEMS)
        if name in first.measured and name in before
    }
    most = max(rises.values(), default=0)
    return most > 0 and any(
        rise == most
        and seal.measured.get(name, -1) > before[name]
        and all(visit.measured.get(name, math.inf) > before[name] for visit in between)
        for name, rise in rises.items()
    )


def _seen(one: Course) -> list[Visit]:
    return [v for v in one.visits if v.planned and v.day <= one.end]


def relapse(from_day: int = 0) -> Rule:
    """First relapse under observation."""

    def rule(one: Course) -> Answer:
        days = [day for day in one.onsets if from_day <= day <= one.end]
        if days:
            return Answer("event", min(days))
        return Answer("censored" if one.end > 0 and one.end >= from_day else "not_confirmable")

    return rule


def harm(name: str, *, serious: bool = False) -> Rule:
    """First adverse event of a name."""

    def rule(one: Course) -> Answer:
        days = [
            day
            for day, what, grade in one.harm
            if what == name and day <= one.end and (grade >= 3 or not serious)
        ]
        if days:
            return Answer("event", min(days))
        return Answer("censored" if one.end > 0 else "not_confirmable")

    return rule


def death(*, by_treatment: bool = False) -> Rule:
    """Death; where asked, only one that no other cause explains."""

    def rule(one: Course) -> Answer:
        other = (one.end, "death_of_other_cause") in [row[:2] for row in one.harm]
        if one.died and not (by_treatment and other):
            return Answer("event", one.end)
        return Answer("censored" if one.end > 0 else "not_confirmable")

    return rule


def scan(*columns: str, from_day: int | None = None) -> Rule:
    """First scan after baseline with a lesion."""

    def rule(one: Course) -> Answer:
        scans = [v for v in _seen(one) if any(name in v.measured for name in columns)]
        if from_day is not None:
            start = next((v.day for v in scans if v.day >= from_day - EARLY), None)
            later = [] if start is None else [v for v in scans if v.day > start]
        else:
            later = [v for v in scans if v.number > 0]
        active = [v.day for v in later if any(v.measured.get(name, 0) > 0 for name in columns)]
        if active:
            return Answer("event", min(active))
        return Answer("censored" if later else "not_confirmable")

    return rule


def brain_loss(one: Course) -> Answer:
    """First scan from one year on with more than 0.4 % lost per year."""
    scans = [v for v in _seen(one) if "brain_volume_pct" in v.measured]
    first = next((v for v in scans if v.number == 0), None)
    if first is None:
        return Answer("no_baseline")
    later = [v for v in scans if v.day > first.day and v.day >= 365 - EARLY]
    for visit in later:
        lost = 100 * (1 - visit.measured["brain_volume_pct"] / first.measured["brain_volume_pct"])
        if lost / ((visit.day - first.day) / YEAR) > 0.4 + HAIR:
            return Answer("event", visit.day, None, first.day)
    return Answer("censored" if later else "not_confirmable")


def first_of(*rules: Rule) -> Rule:
    """Composite: the first of several events."""

    def rule(one: Course) -> Answer:
        found = [part(one) for part in rules]
        if any(answer.status == "no_baseline" for answer in found):
            return Answer("no_baseline")
        happened = [a for a in found if a.status == "event"]
        if happened:
            return min(happened, key=lambda answer: answer.day or 0)
        known = all(answer.status == "censored" for answer in found)
        return Answer("censored" if known else "not_confirmable")

    return rule


def every(rule: Change, one: Course) -> list[Answer]:
    """All events of one patient: after each he begins anew at the visit that confirmed it."""
    found: list[Answer] = []
    left = one
    while (answer := rule(left)).status == "event":
        found.append(answer)
        if rule.reach is not None:
            break
        later = [v for v in left.visits if v.day >= (answer.confirmed or 0)]
        begin = next(v for v in later if v.planned and rule.column in v.measured)
        left = replace(left, visits=[replace(begin, number=0), *_others(later, begin)])
    return found


def _others(visits: list[Visit], begin: Visit) -> list[Visit]:
    return [replace(v, number=v.number + 1) for v in visits if v is not begin]


def _opera(**more: object) -> Change:
    base = Change(step=half_from_6, wait=168, relapse="kappos", reset=True, never_lower=True)
    return replace(base, reference_apart=30, **more)  # type: ignore[arg-type]


CDW24 = Change(wait=168)
MRI = scan("gd_lesions", "new_t2_lesions")
WALK = Change(column="t25fw_seconds", step=fifth, wait=168)
PEG = Change(column="nhpt_seconds", step=fifth, wait=168)
BETTER = Change(step=one_point, up=False, wait=168)
MULLER = Change(step=muller, wait=168, relapse="muller", reset=True, reference_apart=30)
MIST = Change(step=one_point, wait=183, from_day=365)

CHANGES: Mapping[str, Change] = {
    "mist_progression": MIST,
    "cdw12_affirm": Change(step=affirm, wait=84),
    "cdw24_affirm": Change(step=affirm, wait=168),
    "cdw24": CDW24,
    "cdw_3_months_cut55": Change(step=half_from_55, wait=91),
    "cdw_6_months_cut55": Change(step=half_from_55, wait=183),
    "cdw_12_months_cut55": Change(step=half_from_55, wait=365),
    "cdi_6_months": replace(BETTER, wait=183),
    "edss_worse_1": Change(step=one_point),
    "cdi24": BETTER,
    "cdw12": Change(wait=84),
    "cdw48": Change(wait=336),
    "cdw_3_months": Change(wait=91),
    "cdw_6_months": Change(wait=183),
    "cdw_12_months": Change(wait=365),
    "cdw_sustained": Change(wait=168, lasting=True),
    "cdw24_roving": Change(wait=168, roving="improvement"),
    "cdw24_rebaselined": Change(wait=168, reset=True, reference_apart=30),
    "cdw24_outside_relapse": Change(wait=168, start_apart=30, confirm_apart=30),
    "cdi12": replace(BETTER, wait=84),
    "cdi48": replace(BETTER, wait=336),
    "cdi24_steps": replace(BETTER, step=better_by_step),
    "cdi_sustained": replace(BETTER, lasting=True),
    "t25fw24": WALK,
    "nhpt24": PEG,
    "sdmt24": Change(column="sdmt", step=four_points, up=False, wait=168),
    "pira12_kappos2020_edss": _opera(wait=84),
    "pira24_kappos2020_edss": _opera(),
    "pira24_kappos2020_t25fw": _opera(column="t25fw_seconds", step=fifth),
    "pira24_kappos2020_nhpt": _opera(column="nhpt_seconds", step=fifth),
    "raw12_kappos2020": Change(step=half_from_6, wait=84, relapse="associated"),
    "raw24_kappos2020": Change(step=half_from_6, wait=168, relapse="associated"),
    "pira24_lublin2022": Change(wait=168, relapse="lublin"),
    "raw24_lublin2022": Change(wait=168, relapse="associated"),
    "pira24_muller2023": MULLER,
    "pira24_muller2023_strict": replace(MULLER, relapse="strict"),
    **{
        f"edss{score}_{kind}": Change(reach=score, wait=168, lasting=kind == "sustained")
        for score in (4, 6, 7)
        for kind in ("sustained", "confirmed")
    },
    "spms_lorscheider2016": Change(
        wait=91,
        lasting=True,
        roving="both",
        reference_apart=30,
        confirm_apart=30,
        relapse="last_visit",
        secondary=True,
    ),
    "t25fw12": replace(WALK, wait=84),
    "nhpt12": replace(PEG, wait=84),
    "cdw24_half_from_6": Change(step=half_from_6, wait=168),
    "pirma24_edss": _opera(quiet=True),
    "pirma24_muller2023": replace(MULLER, quiet=True),
    "edss10": Change(reach=10),
    "cdw24_on_treatment": Change(wait=168, until_switch=True),
    "edss_worse_steps": Change(step=half_from_55),
    "edss_better_steps": Change(step=half_from_55, up=False),
}
"""Changes of a score, by the name of their definition."""

RULES: Mapping[str, Rule] = {
    **CHANGES,
    "relapse_protocol": relapse(),
    "mri_activity": MRI,
    "mri_activity_year2": scan("gd_lesions", "new_t2_lesions", from_day=365),
    "mri_gd": scan("gd_lesions"),
    "mri_new_t2": scan("new_t2_lesions"),
    "neda3": first_of(CDW24, relapse(), MRI),
    "neda3_mist": first_of(MIST, relapse(), MRI),
    "neda3_rebaselined": first_of(
        replace(CDW24, from_month_6=True),
        relapse(from_day=183),
        scan("gd_lesions", "new_t2_lesions", from_day=183),
    ),
    "neda4": first_of(CDW24, relapse(), MRI, brain_loss),
    "brain_loss": brain_loss,
    "ccdw12": first_of(Change(wait=84), CHANGES["t25fw12"], CHANGES["nhpt12"]),
    "edss_plus24": first_of(CHANGES["cdw24_half_from_6"], WALK, PEG),
    "death_or_edss10": first_of(death(), CHANGES["edss10"]),
    "composite24": first_of(CDW24, WALK, PEG),
    "pira24_kappos2020": first_of(
        *(CHANGES[f"pira24_kappos2020_{name}"] for name in ("edss", "t25fw", "nhpt"))
    ),
    "death_treatment_related": death(by_treatment=True),
    "death_any": death(),
    "infection_serious": harm("infection", serious=True),
    "infection_documented": harm("infection"),
    "toxicity_grade4": harm("toxicity", serious=True),
    "malignancy_late": harm("malignancy"),
    **{
        name: harm(name)
        for name in (
            "autoimmune_itp",
            "autoimmune_hypothyroidism",
            "autoimmune_hyperthyroidism",
            "febrile_neutropenia",
            "ebv_reactivation",
            "cmv_reactivation",
            "lasting_amenorrhoea",
            "pml",
            "neutrophil_engraftment",
        )
    },
}
"""Every definition of events, by name."""
