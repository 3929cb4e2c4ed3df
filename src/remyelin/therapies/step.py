"""A step of a protocol: what is given or done, when, how much, and which inputs it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from remyelin.model.inputs import Levels, Pulse
from remyelin.study.vocabulary import Mark
from remyelin.therapies.dose_units import daily, known_units, rhythm_of, unit_of

LAST_DAY = 36_525
"""No step begins later than this (100 years)."""

Day = Annotated[int, Field(ge=0, le=LAST_DAY)]
"""Day from the start of the protocol."""

Days = Annotated[int, Field(ge=1, le=LAST_DAY)]
"""A number of days."""

Amount = Annotated[float, Field(ge=0.0)]
"""A dose; 0 is nothing."""


class Route(StrEnum):
    """How something is given."""

    INTRAVENOUS = "IV"
    SUBCUTANEOUS = "SC"
    INTRAMUSCULAR = "IM"
    ORAL = "PO"
    APHERESIS = "apheresis"
    MARROW = "marrow puncture"
    EX_VIVO = "ex vivo"
    INTRATHECAL = "IT"
    INTRACEREBROVENTRICULAR = "ICV"
    INTRAPARENCHYMAL = "intraparenchymal"
    INTRANASAL = "intranasal"
    RADIATION = "radiation"
    UNSTATED = "not stated"


Routes = Annotated[tuple[Annotated[Route, Field(strict=False)], ...], Field(strict=False)]
"""Several ways of giving."""


class StepKind(StrEnum):
    """What a step is for."""

    DRUG = "drug"
    MOBILISATION = "mobilisation"
    COLLECTION = "collection"
    PROCESSING = "processing"
    """Manipulation, storage or manufacture of cells."""
    CONDITIONING = "conditioning"
    SEROTHERAPY = "serotherapy"
    """Antibodies beside conditioning."""
    INFUSION = "infusion"
    """Cells come back, or are given."""
    SUPPORT = "support"
    RESCUE = "rescue"
    PREMEDICATION = "premedication"
    PROPHYLAXIS = "prophylaxis"
    IMMUNOSUPPRESSION = "immunosuppression"
    VACCINATION = "vaccination"
    MONITORING = "monitoring"
    REHABILITATION = "rehabilitation"
    REMARK = "remark"
    """Told by the source, nothing is done."""


class DoseIs(StrEnum):
    """What the dose of a step that lasts several days stands for."""

    PER_DAY = "per_day"
    """It is given on each of the days."""
    TOTAL = "total"
    """It is the sum of all days, given in equal parts."""


NOT_GIVEN = frozenset(
    {
        StepKind.COLLECTION,
        StepKind.PROCESSING,
        StepKind.MONITORING,
        StepKind.REHABILITATION,
        StepKind.REMARK,
    }
)
"""Kinds of steps that need no route."""


class Frozen(BaseModel):
    """Base of all parts of a protocol: cannot change, unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Step(Frozen):
    """One thing that is given or done.

    Attributes
    ----------
    kind
        What the step is for.
    agent, dose, dose_high, dose_text, unit
        What and how much; ``dose_high`` where the source gives a range or only an upper end,
        ``dose_text`` the printed words where numbers do not say it all.
    dose_is
        Whether the dose is given on each day (per_day) or is the sum of all days (total). Needed
        where a dose lasts several days and its unit does not say "per day".
    route, more_routes
        How it is given, and other ways that the source allows.
    day
        Day from the start of the protocol; absent where the source does not tell it.
    every_days, times
        Interval of repetition, and how often in all; without ``times`` while the protocol goes on.
    lasts_days
        Days that it is given each time, or that a level holds.
    ends_day
        Nothing of the step happens on or after this day of the protocol.
    condition
        When it is done, where that depends on the patient.
    product
        Cell product that is given, or made by a step of kind processing; its dose becomes inputs.
    moves
        Input of the model (a field of `Levels` or `Pulse`) and the amount at the reference dose: a
        parameter's key or a derived amount. Empty where the model has no effect for it.
    source, mark, evidence_row
        Where the step was read, how well it is known, and its row in the evidence base; absent: as
        the whole protocol.
    note
        What is simplified.
    """

    kind: Annotated[StepKind, Field(strict=False)] = StepKind.DRUG
    agent: str
    dose: Amount | None = None
    dose_high: Amount | None = None
    dose_text: str = ""
    unit: str = ""
    dose_is: Annotated[DoseIs, Field(strict=False)] | None = None
    route: Annotated[Route, Field(strict=False)] | None = None
    more_routes: Routes = ()
    day: Day | None = None
    every_days: Days | None = None
    times: Days | None = None
    lasts_days: Days | None = None
    ends_day: Day | None = None
    condition: str = ""
    product: str = ""
    moves: Mapping[str, str] = {}
    source: str = ""
    mark: Annotated[Mark, Field(strict=False)] | None = None
    evidence_row: int | None = None
    note: str = ""

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if unit and unit_of(unit) is None:
            raise ValueError(f"unknown unit; allowed: {', '.join(known_units())}")
        return unit

    @field_validator("moves")
    @classmethod
    def _known_inputs(cls, moves: Mapping[str, str]) -> Mapping[str, str]:
        allowed = (*Levels._fields, *Pulse._fields)
        unknown = [name for name in moves if name not in allowed]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} given, allowed are {', '.join(allowed)}")
        return moves

    @model_validator(mode="after")
    def _consistent(self) -> Step:
        problems = []
        has_dose = self.dose is not None or self.dose_high is not None or bool(self.dose_text)
        if has_dose != bool(self.unit):
            problems.append("dose and unit go together: give both or neither")
        if self.product and self.day is None and self.kind is not StepKind.PROCESSING:
            problems.append("day: a step that gives a product needs its day")
        if self.moves and self.day is None:
            problems.append("day: a step that moves an input needs its day")
        trained = self.kind is StepKind.REHABILITATION
        if self.route is None and not trained and (self.moves or self.kind not in NOT_GIVEN):
            problems.append(f"route: needed; allowed: {', '.join(Route)}")
        if self.times is not None and self.every_days is None:
            problems.append("times: needs every_days")
        low, high = self.dose, self.dose_high
        if low is not None and high is not None and low > high:
            problems.append(f"dose_high: {high:g} given, allowed: {low:g} or more")
        problems += self._two_readings()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _two_readings(self) -> Iterator[str]:
        """Ask what a dose over several days stands for, and refuse an answer that cannot be."""
        rhythm = rhythm_of(self.unit)
        dose = self.dose if self.dose is not None else self.dose_high
        days = self.lasts_days or rhythm.during or rhythm.over or 1
        told = rhythm.every is not None or rhythm.over is not None
        if self.dose_is is not None and dose is None:
            yield f"dose_is: {self.dose_is} given, but no dose"
        elif self.dose_is is DoseIs.TOTAL and rhythm.every is not None:
            yield f"dose_is: total given, but the unit {self.unit} tells a dose of each time"
        elif self.dose_is is DoseIs.PER_DAY and rhythm.over is not None:
            yield f"dose_is: per_day given, but the unit {self.unit} tells a total"
        elif self.dose_is is None and not told and days > 1 and dose and self._is_given():
            unit = self.unit.split(" ")[0]
            yield (
                f"dose_is: {dose:g} {unit} of {self.agent} over {days} days is ambiguous; say "
                f"dose_is: per_day for {dose:g} {unit} on each day ({dose * days:g} {unit} in all),"
                f" or dose_is: total for {dose:g} {unit} in all ({dose / days:.4g} {unit}/d)"
            )

    def _is_given(self) -> bool:
        unit = unit_of(self.unit)
        return unit is not None and unit.is_amount and (self.kind not in NOT_GIVEN or self.acts)

    @property
    def acts(self) -> bool:
        """Whether it moves an input of the model."""
        return bool(self.moves)

    @property
    def daily(self) -> bool:
        """Whether the dose is given on each of its days: by its unit, or as the file says."""
        return daily(self.unit) or self.dose_is is not None

    @property
    def dose_of_a_day(self) -> float | None:
        """The dose of one day, in the amount that the unit tells."""
        if self.dose is None or self.dose_is is not DoseIs.TOTAL:
            return self.dose
        return self.dose / (self.lasts_days or 1)

    @property
    def end(self) -> int | None:
        """Day of the protocol on which the step is over; None while the protocol goes on."""
        ends = [] if self.ends_day is None else [self.ends_day]
        begin = self.day or 0
        if self.every_days is None and self.lasts_days is not None:
            ends.append(begin + self.lasts_days)
        if self.every_days is not None and self.times is not None:
            last = begin + self.every_days * (self.times - 1)
            ends.append(last + (self.lasts_days or self.every_days))
        return min(ends, default=None)
