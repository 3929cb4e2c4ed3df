"""A protocol: what is given on which days, and which input of the model each step moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from remyelin.model.inputs import Levels, Pulse
from remyelin.study.vocabulary import Mark, TreatmentClass

LAST_DAY = 36_525
"""No step begins later than this (100 years)."""

Day = Annotated[int, Field(ge=0, le=LAST_DAY)]
"""Day from the start of the protocol."""


class Route(StrEnum):
    """How something is given."""

    INTRAVENOUS = "IV"
    SUBCUTANEOUS = "SC"
    INTRAMUSCULAR = "IM"
    ORAL = "PO"
    APHERESIS = "apheresis"
    EX_VIVO = "ex vivo"
    MARROW = "marrow puncture"
    BEAM = "external beam"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Step(_Frozen):
    """One thing that is given.

    Attributes
    ----------
    agent, dose, unit, route
        What, how much and how; the published figures.
    day
        Day from the start of the protocol.
    every_days
        Interval of repetition while the protocol goes on; absent: once.
    lasts_days
        Days that a level holds; absent: while the protocol goes on.
    moves
        Input of the model (a field of `Levels` or `Pulse`) and the amount: a parameter's key or a
        derived amount. Empty where the model has no effect for it yet.
    note
        What is simplified.
    """

    agent: str
    dose: Annotated[float, Field(gt=0.0)] | None = None
    unit: str = ""
    route: Annotated[Route, Field(strict=False)]
    day: Day
    every_days: Annotated[int, Field(ge=1, le=LAST_DAY)] | None = None
    lasts_days: Annotated[int, Field(ge=1, le=LAST_DAY)] | None = None
    moves: Mapping[str, str] = {}
    note: str = ""

    @model_validator(mode="after")
    def _known_inputs(self) -> Step:
        allowed = (*Levels._fields, *Pulse._fields)
        unknown = [name for name in self.moves if name not in allowed]
        if unknown:
            raise ValueError(f"moves: {', '.join(unknown)} given, allowed are {', '.join(allowed)}")
        if (self.dose is None) != (self.unit == ""):
            raise ValueError("dose and unit go together: give both or neither")
        return self


class Protocol(_Frozen):
    """A treatment as dated steps.

    Attributes
    ----------
    protocol_id, label, treatment_class
        Name in study files, for people, and kind.
    steps
        What is given.
    citation, mark
        Source of the steps and doses, and how well it is known.
    gaps
        What the source leaves open.
    """

    protocol_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: str
    treatment_class: Annotated[TreatmentClass, Field(strict=False)]
    steps: Annotated[tuple[Step, ...], Field(strict=False)]
    citation: str
    mark: Annotated[Mark, Field(strict=False)]
    gaps: Annotated[tuple[str, ...], Field(strict=False)] = ()
