"""The catalogue of endpoint definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from remyelin.errors import InputError
from remyelin.files import parse_yaml, read_text, shown
from remyelin.study.definition import (
    TREATMENT,
    Definition,
    EventKind,
    MovesTo,
    OnSwitch,
    Reference,
    RelapseFree,
    Relation,
    Step,
)
from remyelin.study.fields import Frozen, Identifier, Number, Text, Whole
from remyelin.study.population import raise_problems
from remyelin.study.problems import problems_of

if TYPE_CHECKING:
    import os

DEFINITIONS_FILE = "definitions.yaml"


class _StepRow(Frozen):
    from_edss: Annotated[Number, Field(ge=0.0, le=10.0)]
    change: Annotated[Number, Field(gt=0.0, le=10.0)]


Days = Annotated[Number, Field(ge=0.0, le=3650.0)]


class _RelapseFreeRow(Frozen):
    event_before: Days = 0.0
    event_after: Days = 0.0
    confirmation_before: Days = 0.0
    confirmation_after: Days = 0.0
    since: Literal["", "reference", "last_visit"] = ""
    until_confirmation: bool = False


class _Row(Frozen):
    kind: EventKind
    label: Annotated[Text, Field(min_length=1)]
    steps: tuple[_StepRow, ...] = ()
    relative_change: Annotated[Number, Field(gt=0.0, le=1.0)] | None = None
    confirmation_months: Annotated[Number, Field(gt=0.0, le=120.0)] | None = None
    confirmation_weeks: Annotated[Number, Field(gt=0.0, le=520.0)] | None = None
    tolerance_days: Days | None = None
    latest_days: Days | None = None
    confirm_between: bool = True
    sustained: bool = False
    baseline_months: Annotated[Number, Field(ge=0.0, le=120.0)] = 0.0
    earliest_months: Annotated[Number, Field(ge=0.0, le=600.0)] = 0.0
    reference: Reference = Reference.FIXED
    moves_to: MovesTo = MovesTo.CONFIRMATION
    rebaseline_after_relapse: bool = False
    reference_never_falls: bool = False
    reference_relapse_days: Days = 0.0
    confirmation_relapse_days: Days = 0.0
    relapse_window_days: Annotated[Whole, Field(ge=0, le=365)] = 0
    relation: Relation = Relation.ANY
    associated_days: Days = 0.0
    relapse_free: _RelapseFreeRow = _RelapseFreeRow()
    mri_free: bool = False
    threshold: Annotated[Number, Field(gt=0.0, le=1000.0)] | None = None
    minimum_score: Annotated[Number, Field(gt=0.0, le=10.0)] | None = None
    minimum_pyramidal: Annotated[Whole, Field(ge=1, le=6)] | None = None
    leading_system: bool = False
    on_switch: OnSwitch = OnSwitch.IGNORE
    components: tuple[Identifier, ...] = ()
    column: Text = ""
    summed: bool = False
    serious: bool = False
    text: Annotated[Text, Field(min_length=1)]
    citation: Annotated[Text, Field(min_length=1)]
    mark: Literal["", "seen", "recalled", "assumed"] = ""

    @model_validator(mode="after")
    def _complete(self) -> _Row:
        raise_problems(list(self._problems()))
        return self

    def _problems(self) -> Iterator[str]:
        kind = self.kind
        if kind.is_change != (bool(self.steps) or self.relative_change is not None):
            yield "steps: needed for worsening and improvement only (or relative_change)"
        if self.steps and self.relative_change is not None:
            yield "steps: not with relative_change"
        starts = [step.from_edss for step in self.steps]
        from_zero = not starts or starts[0] == 0.0 or kind is EventKind.IMPROVEMENT
        if not from_zero or starts != sorted(set(starts)):
            yield "steps: from_edss must start at 0 and rise"
        if self.confirmation_months is not None and self.confirmation_weeks is not None:
            yield "confirmation_weeks: not with confirmation_months"
        if kind.is_composite != bool(self.components):
            yield "components: needed for neda3, neda4 and composite, and only there"
        has_threshold = kind in (EventKind.MILESTONE, EventKind.ATROPHY)
        if has_threshold != (self.threshold is not None):
            yield "threshold: needed for milestone and atrophy, and only there"
        yield from self._column_problems()
        yield from self._relapse_problems()

    def _column_problems(self) -> Iterator[str]:
        needed = (EventKind.LEVEL, EventKind.SLOPE, EventKind.ADVERSE_EVENT)
        may_have = self.kind.is_change or self.kind in (
            *needed,
            EventKind.MILESTONE,
            EventKind.MRI_ACTIVITY,
            EventKind.DEATH,
        )
        if self.kind in needed and not self.column:
            yield f"column: needed for {self.kind}"
        if self.summed and self.kind is not EventKind.LEVEL:
            yield "summed: for level only"
        if self.column and not may_have:
            yield f"column: not with {self.kind}"
        if self.kind is EventKind.DEATH and self.column not in ("", TREATMENT):
            yield f"column: with death only {TREATMENT}, or empty for any cause"

    def _relapse_problems(self) -> Iterator[str]:
        if self.relation is not Relation.ANY and self.kind is not EventKind.WORSENING:
            yield "relation: for worsening only"
        if self.relation is Relation.ASSOCIATED and self.associated_days == 0.0:
            yield "associated_days: needed where relation is associated"
        if self.relapse_free != _RelapseFreeRow() and self.relation is not Relation.INDEPENDENT:
            yield "relapse_free: only where relation is independent"
        if self.mri_free and self.kind is not EventKind.WORSENING:
            yield "mri_free: for worsening only"
        if self.reference_never_falls and not self.rebaseline_after_relapse:
            yield "reference_never_falls: only with rebaseline_after_relapse"


class _File(Frozen):
    definitions: dict[Identifier, _Row]


def _clashes(rows: Mapping[str, _Row], known: Mapping[str, Definition]) -> Iterator[str]:
    for name, row in rows.items():
        if name in known:
            yield f"definitions.{name}: this name stands in the library; choose another one"
        for component in row.components:
            if component not in rows and component not in known:
                yield f"definitions.{name}.components: unknown {component!r}"


def parse_definitions(
    text: str, *, where: str, known: Mapping[str, Definition] = MappingProxyType({})
) -> Mapping[str, Definition]:
    """Definitions of a YAML text, by name.

    Parameters
    ----------
    text
        YAML with the key ``definitions``.
    where
        Name of the text in messages.
    known
        Definitions of which components may be made, and whose names are taken.

    Raises
    ------
    InputError
        The text is not YAML or a definition is malformed; every problem is named.
    """
    data = parse_yaml(text, where=where)
    try:
        rows = _File.model_validate(data).definitions
    except ValidationError as error:
        raise InputError(where, problems_of(error, _File)) from None
    clashes = list(_clashes(rows, known))
    if clashes:
        raise InputError(where, clashes)
    return MappingProxyType({name: _definition(name, row) for name, row in rows.items()})


def _definition(name: str, row: _Row) -> Definition:
    nested = ("steps", "relapse_free")
    fields = {key: getattr(row, key) for key in _Row.model_fields if key not in nested}
    steps = tuple(Step(step.from_edss, step.change) for step in row.steps)
    free = RelapseFree(**row.relapse_free.model_dump())
    return Definition(definition_id=name, steps=steps, relapse_free=free, **fields)


def definition_problems(definition: Definition) -> list[str]:
    """Say what is wrong with a definition that was made from another one; empty where nothing is.

    The rules are those of the library's file.
    """
    values = asdict(definition)
    del values["definition_id"]
    try:
        _Row.model_validate(values)
    except ValidationError as error:
        return list(problems_of(error, _Row))
    return []


def read_definitions(
    path: str | os.PathLike[str], *, known: Mapping[str, Definition]
) -> Mapping[str, Definition]:
    """Definitions of one's own, checked as those of the library are.

    Parameters
    ----------
    path
        A YAML file with the key ``definitions``.
    known
        The library: its definitions may be components, its names may not be taken.

    Raises
    ------
    InputError
        As `parse_definitions`, or the file cannot be read.
    """
    return parse_definitions(read_text(path), where=shown(str(path)), known=known)


@cache
def definitions() -> Mapping[str, Definition]:
    """All definitions of the package, by name."""
    file = resources.files("remyelin.study") / DEFINITIONS_FILE
    return parse_definitions(file.read_text(encoding="utf-8"), where=DEFINITIONS_FILE)
