"""Main risks of drugs: what the model has to draw while a protocol gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.study.problems import problems_of
from remyelin.study.vocabulary import TreatmentClass
from remyelin.therapies.protocol import Protocol, Step

_WHERE = "data/risks.yaml"
_ALSO_ONCE = ("infusion_reaction",)
"""Risks of a drug that counts as part of conditioning; the others belong to lasting use."""


class Risk(BaseModel):
    """Risk that comes with some agents.

    Attributes
    ----------
    agents
        Names that a step gives its agent.
    every_days
        Interval of a pulse where the step does not tell one.
    moves
        Input of the model and the parameter that is its amount.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    agents: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    every_days: Annotated[int, Field(ge=1)] | None = None
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


def risks_of(protocol: Protocol) -> Iterator[tuple[Step, Risk, Mapping[str, str]]]:
    """Give the risks that come with the steps of a protocol: step, risk, and inputs to move.

    A drug that a protocol names more than once brings its rates once.
    """
    seen: set[tuple[str, str]] = set()
    short = protocol.treatment_class is TreatmentClass.AHSCT
    for step in protocol.steps:
        for risk in risks():
            if step.agent in risk.agents and step.dose != 0.0:
                moves = {
                    field: key
                    for field, key in risk.moves.items()
                    if field not in step.moves
                    and (step.agent, field) not in seen
                    and (not short or field in _ALSO_ONCE)
                }
                seen |= {(step.agent, field) for field in moves if field.endswith("_rate")}
                if moves:
                    yield step, risk, moves
