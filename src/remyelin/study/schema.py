"""The study schema: what a study file may say.

A study file holds design, population and references to protocols. Published outcomes never
stand in it: they live in the evidence base.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from remyelin.study.arm import Arm, OwnProtocol, Switch, TreatmentOption
from remyelin.study.default_populations import default_populations
from remyelin.study.definitions import definitions
from remyelin.study.design import Design, FollowUp, FollowUpQuantile, Months, Visits
from remyelin.study.fields import (
    ArmIdentifier,
    BaselineRow,
    Figure,
    Frozen,
    Identifier,
    Range,
    Text,
)
from remyelin.study.measures import CONTRAST_MEASURES, measures_of
from remyelin.study.outcome_names import OUTCOME_NAMES
from remyelin.study.population import (
    DefaultPopulation,
    Era,
    Population,
    baseline_problems,
    raise_problems,
)
from remyelin.study.published_definitions import published_definitions
from remyelin.study.vocabulary import Allocation, Measure, PriorDrug

SCHEMA_VERSION = 1
CONTRAST_SEPARATOR = "_vs_"

Contrast = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9_]{1,64}_vs_[a-z0-9_]{1,64}$")]


class Endpoint(Frozen):
    """Figures to work out: one outcome, by time, and by arm or for a contrast.

    Attributes
    ----------
    outcome
        A name of `OUTCOME_NAMES`.
    definition_id
        What counts as the event, or which level is measured.
    measure
        Statistical kind of the figure.
    times_months
        Times from baseline; null stands for the whole follow-up.
    arms
        Arms by name; empty for all arms.
    contrast
        ``first_vs_second``; for measures that compare, and only for those.
    """

    outcome: Identifier
    definition_id: Identifier
    measure: Measure
    times_months: tuple[Annotated[float, Field(strict=True, ge=0.0, le=600.0)] | None, ...] = Field(
        min_length=1, max_length=200
    )
    arms: tuple[ArmIdentifier, ...] = Field(default=(), max_length=20)
    contrast: Contrast | None = None

    @field_validator("outcome")
    @classmethod
    def _known_outcome(cls, value: str) -> str:
        if value not in OUTCOME_NAMES:
            raise ValueError(f"unknown outcome; allowed: {', '.join(OUTCOME_NAMES)}")
        return value

    @field_validator("definition_id")
    @classmethod
    def _known_definition(cls, value: str) -> str:
        if value in published_definitions():
            raise ValueError(
                "this definition only describes published figures and cannot be worked out; "
                f"allowed: {', '.join(definitions())}"
            )
        if value not in definitions():
            raise ValueError(f"unknown definition; allowed: {', '.join(definitions())}")
        return value

    @model_validator(mode="after")
    def _arm_or_contrast(self) -> Endpoint:
        problems: list[str] = []
        allowed = measures_of(definitions()[self.definition_id].kind)
        if self.measure not in allowed:
            of = f"allowed for {self.definition_id}: {', '.join(allowed)}"
            problems.append(f"measure: {self.measure} given, {of}")
        compares = self.measure in CONTRAST_MEASURES
        if compares and self.contrast is None:
            problems.append(f"contrast: the measure {self.measure} needs one, as first_vs_second")
        if compares and self.arms:
            problems.append(f"arms: not with the measure {self.measure}; name a contrast only")
        if not compares and self.contrast is not None:
            problems.append(f"contrast: not with the measure {self.measure}; name arms instead")
        if len(set(self.times_months)) < len(self.times_months):
            problems.append("times_months: a time stands twice")
        raise_problems(problems)
        return self


class Study(Frozen):
    """A study, published or virtual.

    Attributes
    ----------
    schema_version
        Version of this schema.
    study_id, title, summary, citation
        Name in commands and results, and for people.
    evidence_id
        The study of the evidence base with which predictions are compared; absent where there is
        none.
    design, population, arms, endpoints
        How it is run, on whom, with what, and what is worked out.
    protocols
        Protocols of one's own that arms refer to, where there are any.
    notes
        Remarks, printed with the study.
    """

    schema_version: Literal[1]
    study_id: Identifier
    title: Text
    evidence_id: Identifier | None = None
    citation: Text = ""
    summary: Text = ""
    design: Design
    population: Population
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=20)
    endpoints: tuple[Endpoint, ...] = Field(min_length=1, max_length=500)
    notes: tuple[Text, ...] = Field(default=(), max_length=100)
    protocols: tuple[OwnProtocol, ...] | None = Field(default=None, max_length=50)

    @property
    def arm_ids(self) -> tuple[str, ...]:
        """Names of the arms, in order."""
        return tuple(arm.arm_id for arm in self.arms)

    @model_validator(mode="after")
    def _consistent(self) -> Study:
        raise_problems(
            [
                *self._arm_problems(),
                *self._population_problems(),
                *self._endpoint_problems(),
            ]
        )
        return self

    def _arm_problems(self) -> Iterator[str]:
        if len(set(self.arm_ids)) < len(self.arm_ids):
            yield f"arms: every arm_id must differ; given {', '.join(self.arm_ids)}"
        single = self.design.allocation is Allocation.SINGLE_ARM
        if single != (len(self.arms) == 1):
            allowed = "exactly 1 arm" if single else "2 arms or more"
            yield f"arms: {len(self.arms)} given, {self.design.allocation} allows {allowed}"
        if self.design.n < len(self.arms):
            yield f"design.n: {self.design.n} given, allowed at least one patient for each arm"
        for place, arm in enumerate(self.arms):
            if arm.prior_drug is PriorDrug.CONTINUED and self.population.prior_treatment is None:
                yield f"arms[{place}].prior_drug: continued, but population has no prior_treatment"
            if arm.switch is not None and arm.switch.after not in definitions():
                known = ", ".join(definitions())
                yield f"arms[{place}].switch.after: unknown {arm.switch.after!r}; allowed: {known}"

    def _population_problems(self) -> Iterator[str]:
        name, known = self.population.default_population, default_populations()
        if name not in known:
            allowed = ", ".join(known)
            yield f"population.default_population: unknown {name!r}; allowed: {allowed}"
            return
        own = self.population.baseline
        rows = {key: row for key, row in known[name].baseline.items() if key not in own}
        for problem in baseline_problems(rows, self.population.eligibility):
            yield f"population.default_population: {name}: {problem}; give a row in baseline"

    def _endpoint_problems(self) -> Iterator[str]:
        seen: set[tuple[object, ...]] = set()
        longest = self.design.follow_up.months
        for place, endpoint in enumerate(self.endpoints):
            where = f"endpoints[{place}]"
            for arm_id in _named_arms(endpoint):
                if arm_id not in self.arm_ids:
                    yield f"{where}: unknown arm {arm_id!r}; allowed: {', '.join(self.arm_ids)}"
            late = [t for t in endpoint.times_months if t is not None and t > longest]
            if late:
                yield f"{where}.times_months: {late[0]:g} given, follow-up ends at {longest:g}"
            keys = set(_keys(endpoint, self.arm_ids))
            if keys & seen:
                yield f"{where}: {endpoint.outcome} is asked for twice (same arm, time, measure)"
            seen |= keys


def _named_arms(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.contrast is None:
        return endpoint.arms
    return split_contrast(endpoint.contrast)


def _keys(endpoint: Endpoint, arm_ids: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    groups = (endpoint.contrast,) if endpoint.contrast else endpoint.arms or arm_ids
    for group in groups:
        for time in endpoint.times_months:
            yield endpoint.outcome, endpoint.definition_id, endpoint.measure, time, group


def split_contrast(contrast: str) -> tuple[str, str]:
    """Names of the first and the second arm of a contrast."""
    first, _, second = contrast.partition(CONTRAST_SEPARATOR)
    return first, second


__all__ = [
    "CONTRAST_MEASURES",
    "CONTRAST_SEPARATOR",
    "SCHEMA_VERSION",
    "Arm",
    "BaselineRow",
    "DefaultPopulation",
    "Design",
    "Endpoint",
    "Era",
    "Figure",
    "FollowUp",
    "FollowUpQuantile",
    "Months",
    "OwnProtocol",
    "Population",
    "Range",
    "Study",
    "Switch",
    "TreatmentOption",
    "Visits",
    "split_contrast",
]
