"""Main risks of drugs: what the model has to draw while a protocol gives them.

A rate holds while a patient is exposed to the agent, whichever steps give it: their spans
are joined. A drug that belongs to a transplantation brings its infusion reaction and nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.model.inputs import Levels, Pulse
from remyelin.study.problems import problems_of
from remyelin.therapies.drugs import agents_of, canonical
from remyelin.therapies.protocol import Protocol, Step, StepKind
from remyelin.therapies.step import NOT_GIVEN

_WHERE = "data/risks.yaml"
_ALSO_ONCE = ("infusion_reaction",)
"""Risks of a drug that counts as part of conditioning; the others belong to lasting use."""

Span = tuple[int, int | None]
"""First day, and the day on which it is over; None: while the protocol goes on."""


@dataclass(frozen=True)
class Dated:
    """A risk on its days.

    Attributes
    ----------
    day
        First day of the protocol.
    keys
        Input of the model and the keys of the amounts that add up.
    every_days, times
        Repetition of a pulse.
    end
        Day of the protocol on which it is over.
    """

    day: int
    keys: Mapping[str, tuple[str, ...]]
    every_days: int | None = None
    times: int | None = None
    end: int | None = None


class Risk(BaseModel):
    """Risk that comes with some agents.

    Attributes
    ----------
    agents
        Names that a step gives its agent.
    every_days
        Interval of a pulse where the only step of the agent holds a level and does not tell one.
    acts_days
        Days that a dose acts at least; without them, until the next one.
    first_dose
        Whether a pulse comes only when giving begins, or begins again.
    moves
        Input of the model and the parameter that is its amount.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    agents: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    every_days: Annotated[int, Field(ge=1)] | None = None
    acts_days: Annotated[int, Field(ge=1)] | None = None
    first_dose: bool = False
    moves: Mapping[str, str]


@cache
def risks() -> tuple[Risk, ...]:
    """Give the known risks of drugs.

    Raises
    ------
    InputError
        The file is malformed.
    """
    text = files("remyelin.therapies").joinpath("data", "risks.yaml").read_text(encoding="utf-8")
    try:
        return TypeAdapter(tuple[Risk, ...]).validate_python(
            parse_yaml(text, where=_WHERE), strict=False
        )
    except ValidationError as error:
        raise InputError(_WHERE, problems_of(error, Risk)) from None


def dated_risks(protocol: Protocol) -> Iterator[Dated]:
    """Give the risks that come with the drugs of a protocol, a sequence written out."""
    given = [
        (canonical(agent), step)
        for step in protocol.steps
        if step.dose != 0.0 and step.kind not in NOT_GIVEN
        for agent in agents_of(step.agent)
    ]
    lasting = Counter(agent for agent, step in given if not _of_transplant(step))
    rates: dict[str, list[tuple[str, Span]]] = defaultdict(list)
    for risk in risks():
        for agent in dict.fromkeys(canonical(name) for name in risk.agents):
            mine = [step for name, step in given if name == agent]
            alone = lasting[agent] == 1
            for field, key in risk.moves.items():
                steps = [step for step in mine if field not in step.moves]
                own = [step for step in steps if not _of_transplant(step)]
                if field in Levels._fields:
                    rates[field] += [(key, span) for span in joined(_exposed(s, risk) for s in own)]
                elif risk.first_dose:
                    begins = (span[0] for span in joined(_exposed(s, risk) for s in own))
                    yield from (Dated(begin, {field: (key,)}) for begin in begins)
                else:
                    due = steps if field in _ALSO_ONCE else own
                    yield from (_pulse(step, risk, field, alone=alone) for step in due)
    for field, found in rates.items():
        yield from _sums(field, found)


def _of_transplant(step: Step) -> bool:
    """Say whether a step belongs to a transplantation and not to lasting use."""
    parts = {"conditioning", "mobilisation"}
    return step.kind is not StepKind.DRUG or bool(parts & set(step.moves))


def _pulse(step: Step, risk: Risk, field: str, *, alone: bool) -> Dated:
    every = step.every_days
    if every is None and alone and not _of_transplant(step) and _held(step):
        every = risk.every_days
    return Dated(step.day or 0, {field: (risk.moves[field],)}, every, step.times, step.end)


def _held(step: Step) -> bool:
    """Say whether a step without an interval goes on, as a level does, and is no single dose."""
    return not any(field in Pulse._fields for field in step.moves)


def _exposed(step: Step, risk: Risk) -> Span:
    """Give the days on which a patient is exposed to what a step gives."""
    begin, acts, ends = step.day or 0, risk.acts_days or 0, []
    if step.ends_day is not None:
        ends.append(step.ends_day)
    if step.every_days is not None and step.times is not None:
        last = begin + step.every_days * (step.times - 1)
        ends.append(last + max(step.every_days, step.lasts_days or 1, acts))
    elif step.every_days is None and step.lasts_days is not None:
        ends.append(begin + max(step.lasts_days, step.lasts_days - 1 + acts))
    elif step.every_days is None and not _held(step) and acts:
        ends.append(begin + acts)
    return begin, min(ends, default=None)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch or overlap, in order of their days."""
    found: list[Span] = []
    for begin, end in sorted(spans, key=lambda span: span[0]):
        if end is not None and end <= begin:
            continue
        if found and (found[-1][1] is None or begin <= found[-1][1]):
            first, last = found[-1]
            found[-1] = first, None if last is None or end is None else max(last, end)
        else:
            found.append((begin, end))
    return found


def _sums(field: str, found: list[tuple[str, Span]]) -> Iterator[Dated]:
    """Give the rates of all agents as spans side by side, as the model keeps one level."""
    edges = sorted({day for _, span in found for day in span if day is not None})
    for begin, end in zip(edges, [*edges[1:], None], strict=False):
        keys = tuple(
            key for key, (first, last) in found if first <= begin and (last is None or last > begin)
        )
        if keys:
            yield Dated(begin, {field: keys}, end=end)
