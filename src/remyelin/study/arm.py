"""What an arm of a study receives."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from remyelin.study.fields import (
    ArmIdentifier,
    Figure,
    Frozen,
    Identifier,
    Number,
    ProtocolName,
    Text,
    Whole,
)
from remyelin.study.population import raise_problems
from remyelin.study.vocabulary import PriorDrug, TreatmentClass

MAX_SWITCH_DELAY_DAYS = 3_650

TREATED = frozenset(
    {
        TreatmentClass.AHSCT,
        TreatmentClass.DMT,
        TreatmentClass.MSC,
        TreatmentClass.NSC,
        TreatmentClass.OPC,
    }
)
"""Classes of arms that are given something that acts."""


class OwnProtocol(Frozen):
    """A protocol of one's own beside those of the catalogue.

    Attributes
    ----------
    file
        Its file (.yaml), relative to the study file, in the same folder or below.
    content
        What the file says; filled in when the study is read, so that a study holds all it needs.
    """

    file: Text
    content: dict[str, Any] | None = None


class TreatmentOption(Frozen):
    """One of the protocols of an arm; a patient gets it with probability weight over sum."""

    protocol_id: ProtocolName
    weight: Annotated[Number, Field(gt=0.0, le=1e6)] = 1.0


class Switch(Frozen):
    """One-way change to another protocol after an event.

    Attributes
    ----------
    protocol_id
        The protocol that is given from then on.
    after
        Definition of the event that must have occurred.
    earliest_months
        No switch before this time from baseline.
    probability
        Share of the patients with the event who switch.
    delay_days
        Days from the visit that shows the event to the switch.
    """

    protocol_id: ProtocolName
    after: Identifier
    earliest_months: Annotated[Number, Field(ge=0.0, le=600.0)]
    probability: Figure
    delay_days: Annotated[Whole, Field(ge=0, le=MAX_SWITCH_DELAY_DAYS)]


class Arm(Frozen):
    """One arm.

    Attributes
    ----------
    arm_id, label
        Name in tables and results, and for people.
    treatment_class
        Kind of treatment.
    share
        Part of the allocation ratio.
    treatment
        Protocols; empty where nothing is given.
    switch
        Change of protocol after an event, where the study allows it.
    not_started
        Share of the patients who never start the protocol.
    prior_drug
        Whether the drug of the population's prior treatment is stopped at baseline or goes on.
    """

    arm_id: ArmIdentifier
    label: Text
    treatment_class: TreatmentClass
    share: Annotated[Whole, Field(ge=1, le=1_000)] = 1
    treatment: tuple[TreatmentOption, ...] = Field(default=(), max_length=50)
    switch: Switch | None = None
    not_started: Figure | None = None
    prior_drug: PriorDrug = PriorDrug.STOPPED

    @model_validator(mode="after")
    def _consistent(self) -> Arm:
        problems: list[str] = []
        treated = self.treatment_class in TREATED
        if treated and not self.treatment:
            problems.append(f"treatment: an arm of class {self.treatment_class} needs a protocol")
        if self.treatment_class is TreatmentClass.NONE and self.treatment:
            problems.append("treatment: an arm of class none must have no protocol")
        ids = [option.protocol_id for option in self.treatment]
        if len(set(ids)) < len(ids):
            problems.append("treatment: a protocol_id stands twice; add up the weights")
        shares = {"not_started": self.not_started}
        shares["switch.probability"] = self.switch.probability if self.switch else None
        problems += [
            f"{key}.value: {figure.value:g} given, allowed 0 to 1"
            for key, figure in shares.items()
            if figure is not None and not 0.0 <= figure.value <= 1.0
        ]
        raise_problems(problems)
        return self
