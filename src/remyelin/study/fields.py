"""Building blocks of the study schema: strict numbers, safe text, figures with a source."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from remyelin.study.vocabulary import Mark

TEXT_LIMIT = 4_000
"""Most characters of one text in a study file."""

IDENTIFIER_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"
"""Lower case letters, digits and underscores, a letter first."""


def _printable(text: str) -> str:
    if not text.replace("\n", "").isprintable():
        raise ValueError("control characters are not allowed in a text")
    return text


def _no_contrast(text: str) -> str:
    if "_vs_" in text or text == "all":
        raise ValueError("'_vs_' and the name 'all' are kept for contrasts and subgroups")
    return text


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; text and true/false are refused."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number."""

Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
"""A proportion, 0 to 1."""

Text = Annotated[str, Field(strict=True, max_length=TEXT_LIMIT), AfterValidator(_printable)]
"""Free text without control characters."""

Identifier = Annotated[str, Field(strict=True, pattern=IDENTIFIER_PATTERN)]
"""A name of `IDENTIFIER_PATTERN`."""

ProtocolName = Annotated[
    str, Field(strict=True, min_length=1, max_length=64), AfterValidator(_printable)
]
"""Name of a protocol, or of a drug that has one standard protocol (a brand, for instance)."""

ArmIdentifier = Annotated[Identifier, AfterValidator(_no_contrast)]
"""Name of an arm; ``_vs_`` is kept for contrasts."""


class Frozen(BaseModel):
    """Base of all parts of a study: cannot change, unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Frozen):
    """A number with its source.

    Attributes
    ----------
    value
        The number, in the unit of the key that holds the figure.
    low, high
        Ends of an interval around it, where one is known.
    source
        Citation; may be empty only for an assumed figure.
    mark
        How well the figure is known.
    """

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: Text = ""
    mark: Mark = Mark.ASSUMED

    @model_validator(mode="after")
    def _sourced(self) -> Figure:
        _needs_source(self.source, self.mark)
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"low <= value <= high does not hold: {low}, {self.value}, {high}")
        return self


class Range(Frozen):
    """Allowed values, both ends included; an end that is absent is open."""

    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the range."""
        above = self.min is None or value >= self.min
        return above and (self.max is None or value <= self.max)

    def __str__(self) -> str:
        low = "-inf" if self.min is None else f"{self.min:g}"
        high = "inf" if self.max is None else f"{self.max:g}"
        return f"{low} to {high}"


class BaselineRow(Frozen):
    """One row of a baseline table.

    Attributes
    ----------
    mean
        Mean over all arms together; for a yes/no covariate the proportion.
    sd
        Standard deviation between patients, where it is known.
    source
        Citation; may be empty only for an assumed row.
    mark
        How well the row is known.
    """

    mean: Number
    sd: Annotated[Number, Field(gt=0.0)] | None = None
    source: Text = ""
    mark: Mark = Mark.ASSUMED

    @model_validator(mode="after")
    def _sourced(self) -> BaselineRow:
        _needs_source(self.source, self.mark)
        return self


def _needs_source(source: str, mark: Mark) -> None:
    if not source.strip() and mark is not Mark.ASSUMED:
        raise ValueError(f"marked {mark}, but no source is given; give one or mark it assumed")
