"""Conflicts between treatments given together or one after another, by rules kept as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from remyelin.files import parse_csv
from remyelin.study.vocabulary import Mark, TreatmentClass
from remyelin.therapies.drugs import agents_of, find
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.placement import Placed, goes_on
from remyelin.therapies.protocol import LAST_DAY, StepKind


@dataclass(frozen=True)
class ConflictRule:
    """Two groups that do not go together.

    Attributes
    ----------
    rule
        Name.
    earlier, later
        Groups of drugs; the later one begins within some days of the last dose of the earlier.
    within_days
        Days after that dose; 1: only while it is given.
    grade, text, source, mark
        How grave, why, where read, how well known.
    """

    rule: str
    earlier: str
    later: str
    within_days: int
    grade: Grade
    text: str
    source: str
    mark: Mark


@dataclass(frozen=True)
class Exposure:
    """An agent given over some days.

    Attributes
    ----------
    agent, groups
        What, and the groups it belongs to.
    bundle
        Agents of one bundle belong together, as those of one transplantation; no rule parts them.
    first, last
        First and last day of giving; ``last`` None while it goes on.
    where
        As a person finds it.
    """

    agent: str
    groups: frozenset[str]
    bundle: tuple[str, ...]
    first: int
    last: int | None
    where: str


@cache
def conflict_rules() -> tuple[ConflictRule, ...]:
    """Give the rules."""
    text = files("remyelin.therapies").joinpath("conflicts.csv").read_text(encoding="utf-8")
    return tuple(
        ConflictRule(
            rule=row["rule"],
            earlier=row["earlier"],
            later=row["later"],
            within_days=int(row["within_days"]),
            grade=Grade(row["level"]),
            text=row["text"],
            source=row["source"],
            mark=Mark(row["mark"]),
        )
        for row in parse_csv(text, where="conflicts.csv")
    )


_TRANSPLANT = frozenset({StepKind.MOBILISATION, StepKind.CONDITIONING, StepKind.INFUSION})
_APART = frozenset({StepKind.DRUG, StepKind.VACCINATION})
_OWN = frozenset({"disease_modifying", "live_vaccine", "inactivated_vaccine"})
"""Kinds of steps and groups of drugs that are a treatment of their own in a transplantation."""


def exposures(steps: Iterable[Placed]) -> Iterator[Exposure]:
    """Give what steps expose a patient to, on the days of their calendar.

    Parameters
    ----------
    steps
        Steps of one or several protocols.
    """
    for one in steps:
        if one.step.day is not None and one.step.kind is not StepKind.REMARK:
            yield from _of_step(one)


def _of_step(one: Placed) -> Iterator[Exposure]:
    step, begin = one.step, one.first
    last = None if goes_on(step) else _last(one)
    if one.stop is not None:
        last = one.stop - 1 if last is None else min(last, one.stop - 1)
    graft = one.protocol.treatment_class is TreatmentClass.AHSCT
    for agent in agents_of(step.agent):
        drug = find(agent)
        groups = drug.groups if drug else frozenset()
        if graft and (step.kind in _TRANSPLANT or "lymphodepleting" in groups):
            groups |= {"transplant"}
        name = drug.agent if drug else agent
        if groups:
            own = not graft or (step.kind in _APART and bool(groups & _OWN))
            bundle = name if own else "transplantation"
            yield Exposure(
                agent=name,
                groups=groups,
                bundle=(one.where.rsplit("steps[", 1)[0], bundle),
                first=begin,
                last=last,
                where=one.where,
            )


def _last(one: Placed) -> int:
    """Give the last day of a step with an end of its own, what it holds included."""
    step = one.step
    if step.times is not None and step.every_days is not None:
        return one.first + step.every_days * (step.times - 1) + (step.lasts_days or 1) - 1
    return one.first + (step.lasts_days or 1) - 1 if step.ends_day is None else LAST_DAY


def conflicts(given: Iterable[Exposure]) -> list[Finding]:
    """Give the conflicts between exposures; of each pair the gravest, which asks to wait longest.

    Parameters
    ----------
    given
        Exposures on one calendar.
    """
    everything = [one for one in given if one.last is None or one.last >= one.first]
    found: dict[tuple[str, ...], Finding] = {}
    for rule in sorted(
        conflict_rules(), key=lambda one: (one.grade is not Grade.ERROR, -one.within_days)
    ):
        for earlier in everything:
            for later in everything:
                if _clash(rule, earlier, later):
                    key = (*earlier.bundle, *later.bundle, rule.later)
                    found.setdefault(key, _finding(rule, earlier, later))
    return list(found.values())


def _clash(rule: ConflictRule, earlier: Exposure, later: Exposure) -> bool:
    if earlier.bundle == later.bundle or later.first < earlier.first:
        return False
    if earlier.agent == later.agent and "transplant" not in earlier.groups:
        return False
    if rule.earlier not in earlier.groups or rule.later not in later.groups:
        return False
    return earlier.last is None or later.first < earlier.last + rule.within_days


def _finding(rule: ConflictRule, earlier: Exposure, later: Exposure) -> Finding:
    when = "which goes on" if earlier.last is None else f"last given on day {earlier.last}"
    wait = "1 day" if rule.within_days == 1 else f"{rule.within_days} days"
    text = (
        f"{when}, is followed too soon by {later.where} on day {later.first}; allowed: {wait} "
        f"after the last dose or later; {rule.text}"
    )
    source = f"{rule.source}, {rule.mark}" if rule.mark.value not in rule.source else rule.source
    return Finding(rule.grade, rule.rule, earlier.where, text, source)
