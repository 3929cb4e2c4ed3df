"""What patients of a population are given before they are enrolled."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from remyelin.study.fields import Figure, Frozen, Number, ProtocolName

LONGEST_WAIT_YEARS = 80.0


class PriorProtocol(Frozen):
    """One of the drugs; a treated patient gets it with probability weight over sum."""

    protocol_id: ProtocolName
    weight: Annotated[Number, Field(gt=0.0, le=1e6)] = 1.0


class PriorTreatment(Frozen):
    """A drug on which patients live part of their past.

    Attributes
    ----------
    protocols
        Protocols of the catalogue; a patient is given one of them, and keeps it.
    share
        Share of the candidates who are given any, before anybody is selected.
    start_years
        Mean of the time from disease onset to its start, by an exponential law.
    """

    protocols: tuple[PriorProtocol, ...] = Field(min_length=1, max_length=50)
    share: Figure
    start_years: Figure

    @model_validator(mode="after")
    def _consistent(self) -> PriorTreatment:
        problems: list[str] = []
        ids = [option.protocol_id for option in self.protocols]
        if len(set(ids)) < len(ids):
            problems.append("protocols: a protocol_id stands twice; add up the weights")
        if not 0.0 < self.share.value <= 1.0:
            problems.append(f"share.value: {self.share.value:g} given, allowed above 0, up to 1")
        if not 0.0 < self.start_years.value <= LONGEST_WAIT_YEARS:
            problems.append(
                f"start_years.value: {self.start_years.value:g} given, allowed above 0, up to "
                f"{LONGEST_WAIT_YEARS:g}"
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self
