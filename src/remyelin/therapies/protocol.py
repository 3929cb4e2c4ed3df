"""A protocol: what is given on which days, and which input of the model each step moves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from remyelin.study.fields import ProtocolName
from remyelin.study.vocabulary import Mark, TreatmentClass
from remyelin.therapies.step import LAST_DAY, Day, Days, Frozen, Route, Step, StepKind

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""Name of a protocol."""


class Part(Frozen):
    """Another protocol as a part of a sequence.

    Attributes
    ----------
    protocol_id
        A protocol of the catalogue, or of the same study, or a drug with one standard protocol.
    day
        Day of the sequence on which it begins; two parts may run side by side.
    lasts_days
        Days after which it is stopped; absent: it goes on.
    """

    protocol_id: ProtocolName
    day: Day
    lasts_days: Days | None = None


class Protocol(Frozen):
    """A treatment as dated steps.

    Attributes
    ----------
    protocol_id, label, treatment_class
        Name in study files, for people, and kind.
    steps
        What is given.
    sequence
        Other protocols, one after another or side by side; their steps follow ``steps``.
    citation, mark
        Source of the steps and doses, and how well it is known.
    published_as
        Name of the protocol in the evidence base.
    day_zero
        Day of the protocol that the source calls day 0.
    acts, acts_not_because, acts_as
        Whether the model has an effect for it; if not, why, and which other protocol has.
    intensity, graft
        As the source calls them.
    gaps
        What the source leaves open.
    """

    protocol_id: Identifier
    label: str
    treatment_class: Annotated[TreatmentClass, Field(strict=False)]
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    sequence: Annotated[tuple[Part, ...], Field(strict=False)] = ()
    citation: str
    mark: Annotated[Mark, Field(strict=False)]
    published_as: str = ""
    day_zero: Day = 0
    acts: bool = True
    acts_not_because: str = ""
    acts_as: str = ""
    intensity: str = ""
    graft: str = ""
    gaps: Annotated[tuple[str, ...], Field(strict=False)] = ()

    @property
    def moves(self) -> bool:
        """Whether any step moves an input of the model."""
        return any(step.moves for step in self.steps)

    @model_validator(mode="after")
    def _consistent(self) -> Protocol:
        problems = []
        if not self.acts and not self.acts_not_because.strip():
            problems.append("acts_not_because: say why the protocol does not act")
        if self.acts and self.acts_not_because:
            problems.append("acts_not_because: not for a protocol that acts")
        if not self.acts and (self.moves or self.sequence):
            problems.append("acts: false given, but a step moves an input or a sequence is named")
        if problems:
            raise ValueError("\n".join(problems))
        return self


__all__ = ["LAST_DAY", "Day", "Part", "Protocol", "Route", "Step", "StepKind"]
