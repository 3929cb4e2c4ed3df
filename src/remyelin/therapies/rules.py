"""Rules on one protocol: drugs and doses that exist, a possible order, steps that agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from remyelin.errors import InputError, UnknownNameError
from remyelin.model.inputs import Levels
from remyelin.parameters import ParameterTable
from remyelin.study.vocabulary import TreatmentClass
from remyelin.therapies import transplant
from remyelin.therapies.amounts import amount
from remyelin.therapies.drug_rules import on_drug
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.judgement import judged
from remyelin.therapies.placement import Planned
from remyelin.therapies.product_rules import on_product
from remyelin.therapies.protocol import Protocol, Step, StepKind
from remyelin.therapies.sequences import Lookup, written_out

Numbered = tuple[int, Step]
"""A step and its place in the file."""


def check(protocol: Protocol, table: ParameterTable, lookup: Lookup) -> list[Finding]:
    """Give everything that the rules find in a protocol, in the order of its steps.

    Parameters
    ----------
    protocol
        The protocol; its form was checked when it was read.
    table
        Parameters that its amounts name.
    lookup
        Where the parts of a sequence are found.
    """
    found = check_steps(list(enumerate(protocol.steps)), table, acts=protocol.acts)
    found += _graft(protocol)
    if not protocol.sequence:
        wrong = transplant.problems(protocol)
        found += [Finding(Grade.ERROR, "transplantation", "steps", problem) for problem in wrong]
    whole, problems = _whole(protocol, lookup)
    found += problems
    if whole is not None:
        found += [*_same_input(whole), *_nothing(whole)]
        found += judged([Planned(protocol)], lookup, table)
    return found


def check_steps(
    steps: Sequence[Numbered], table: ParameterTable, *, acts: bool = True
) -> list[Finding]:
    """Give what the rules find in steps and their order.

    Parameters
    ----------
    steps
        Steps with their places in the file; some may be left out.
    table
        Parameters that amounts name.
    acts
        Whether they are given; steps that are only told may leave out a route.
    """
    found: list[Finding] = []
    for place, step in steps:
        where = f"steps[{place}] ({step.agent})"
        found += [
            *on_drug(step, where, acts=acts),
            *_repetition(step, where),
            *_amounts(step, where, table),
        ]
        found += on_product(step, where, table)
    return [*found, *_order(steps)]


def _whole(protocol: Protocol, lookup: Lookup) -> tuple[Protocol | None, list[Finding]]:
    """Write a sequence out, or say why it cannot be."""
    try:
        return written_out(protocol, lookup), []
    except InputError as error:
        return None, [Finding(Grade.ERROR, "sequence", "sequence", p) for p in error.problems]
    except UnknownNameError as error:
        return None, [Finding(Grade.ERROR, "unknown_protocol", "sequence", str(error))]


def _repetition(step: Step, where: str) -> Iterator[Finding]:
    if step.every_days is not None and (step.lasts_days or 0) > step.every_days:
        text = f"lasts {step.lasts_days} days, but comes again every {step.every_days} days"
        yield Finding(Grade.ERROR, "overlapping_repeats", where, text)
    if step.ends_day is not None and step.day is not None and step.ends_day <= step.day:
        text = f"ends on day {step.ends_day}, before it begins on day {step.day}"
        yield Finding(Grade.ERROR, "ends_before_it_begins", where, text)
    levels = [name for name in step.moves if name in Levels._fields]
    timed = step.every_days or step.lasts_days or step.ends_day or step.unit.endswith("/d")
    if levels and step.unit and not timed and " " not in step.unit:
        text = (
            f"{levels[0]} holds while the protocol goes on after one dose; give every_days, "
            "lasts_days or a dose per day (mg/d)"
        )
        yield Finding(Grade.WARNING, "level_after_one_dose", where, text)


def _amounts(step: Step, where: str, table: ParameterTable) -> Iterator[Finding]:
    for field, name in step.moves.items():
        try:
            size = amount(name, table)
        except UnknownNameError as error:
            text = f"moves.{field}: {str(error).splitlines()[0]}"
            yield Finding(Grade.ERROR, "unknown_amount", where, text)
            continue
        if field.endswith("_target") and not 0.0 <= size <= 1.0:
            text = f"moves.{field}: {name} is {size:g}, allowed 0 to 1"
            yield Finding(Grade.ERROR, "level_is_a_share", where, text)


def _dated(steps: Sequence[Numbered], *kinds: StepKind) -> list[tuple[int, Step, int]]:
    """Give place, step and day of the dated steps of some kinds."""
    return [
        (place, step, step.day)
        for place, step in steps
        if step.kind in kinds and step.day is not None
    ]


_ORDER = (
    (StepKind.MOBILISATION, StepKind.COLLECTION, "cells are mobilised before they are collected"),
    (StepKind.COLLECTION, StepKind.INFUSION, "cells are collected before they are given back"),
    (StepKind.COLLECTION, StepKind.CONDITIONING, "cells are collected before conditioning"),
    (StepKind.MOBILISATION, StepKind.CONDITIONING, "cells are mobilised before conditioning"),
    (StepKind.CONDITIONING, StepKind.INFUSION, "conditioning begins before cells are given back"),
)


def _order(steps: Sequence[Numbered]) -> Iterator[Finding]:
    for first, second, reason in _ORDER:
        before, after = _dated(steps, first), _dated(steps, second)
        if not before or not after:
            continue
        opening = min(day for _, _, day in before)
        for place, step, day in after:
            if day < opening:
                text = (
                    f"{second} on day {day}, but {first} begins on day {opening}; allowed: "
                    f"day {opening} or later, as {reason}"
                )
                where = f"steps[{place}] ({step.agent})"
                yield Finding(Grade.ERROR, f"{second}_before_{first}", where, text)
    late = max((day for _, _, day in _dated(steps, StepKind.INFUSION)), default=None)
    for place, step, day in _dated(steps, StepKind.CONDITIONING):
        if late is not None and day > late:
            text = f"conditioning on day {day} would kill the graft given back by day {late}"
            where = f"steps[{place}] ({step.agent})"
            yield Finding(Grade.ERROR, "conditioning_after_infusion", where, text)


def _graft(protocol: Protocol) -> Iterator[Finding]:
    kinds = {step.kind for step in protocol.steps}
    whole = protocol.treatment_class is TreatmentClass.AHSCT and protocol.acts
    if whole and StepKind.CONDITIONING in kinds and StepKind.INFUSION not in kinds:
        text = "conditioning without a graft given back; add a step of kind infusion"
        yield Finding(Grade.ERROR, "no_graft", "steps", text)


def _same_input(whole: Protocol) -> Iterator[Finding]:
    held = [
        (place, step, field)
        for place, step in enumerate(whole.steps)
        for field in step.moves
        if field in Levels._fields
    ]
    for (one, first, field), (two, second, other) in combinations(held, 2):
        if field == other and _overlap(first, second):
            text = (
                f"holds {field} at the same time as steps[{one}] ({first.agent}); the model "
                "keeps one level: let one end before the other begins"
            )
            yield Finding(
                Grade.ERROR, "two_steps_one_level", f"steps[{two}] ({second.agent})", text
            )


def _overlap(one: Step, two: Step) -> bool:
    first, second = sorted((one, two), key=lambda step: step.day or 0)
    return first.end is None or first.end > (second.day or 0)


def _nothing(whole: Protocol) -> Iterator[Finding]:
    placebo = whole.treatment_class in (TreatmentClass.PLACEBO, TreatmentClass.SHAM)
    if whole.acts and not whole.moves and not placebo:
        text = "no step moves an input of the model; give moves, or acts: false with the reason"
        yield Finding(Grade.ERROR, "nothing_acts", "steps", text)
