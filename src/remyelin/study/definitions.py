"""The catalogue of endpoint definitions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.study.definition import Definition, EventKind, OnSwitch, Step
from remyelin.study.fields import Frozen, Identifier, Number, Text, Whole
from remyelin.study.problems import problems_of

DEFINITIONS_FILE = "definitions.yaml"


class _StepRow(Frozen):
    from_edss: Annotated[Number, Field(ge=0.0, le=10.0)]
    change: Annotated[Number, Field(gt=0.0, le=10.0)]


class _Row(Frozen):
    kind: EventKind
    label: Annotated[Text, Field(min_length=1)]
    steps: tuple[_StepRow, ...] = ()
    confirmation_months: Annotated[Number, Field(gt=0.0, le=120.0)] | None = None
    earliest_months: Annotated[Number, Field(ge=0.0, le=600.0)] = 0.0
    relapse_window_days: Annotated[Whole, Field(ge=0, le=365)] = 0
    on_switch: OnSwitch = OnSwitch.IGNORE
    components: tuple[Identifier, ...] = ()
    column: Text = ""
    serious: bool = False
    text: Annotated[Text, Field(min_length=1)]
    citation: Annotated[Text, Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> _Row:
        changes = self.kind in (EventKind.WORSENING, EventKind.IMPROVEMENT)
        if changes != bool(self.steps):
            raise ValueError(f"steps: needed for worsening and improvement only, not {self.kind}")
        starts = [step.from_edss for step in self.steps]
        if changes and (starts[0] != 0.0 or starts != sorted(set(starts))):
            raise ValueError("steps: from_edss must start at 0 and rise")
        if (self.kind is EventKind.NEDA3) != bool(self.components):
            raise ValueError("components: needed for neda3, and only there")
        measured = self.kind in (EventKind.LEVEL, EventKind.ADVERSE_EVENT)
        if measured != bool(self.column):
            raise ValueError("column: needed for level and adverse_event, and only there")
        return self


class _File(Frozen):
    definitions: dict[Identifier, _Row]

    @model_validator(mode="after")
    def _known_components(self) -> _File:
        for name, row in self.definitions.items():
            for component in row.components:
                if component not in self.definitions:
                    raise ValueError(f"definitions.{name}.components: unknown {component!r}")
        return self


def parse_definitions(text: str, *, where: str) -> Mapping[str, Definition]:
    """Definitions of a YAML text, by name.

    Parameters
    ----------
    text
        YAML with the key ``definitions``.
    where
        Name of the text in messages.

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
    return MappingProxyType({name: _definition(name, row) for name, row in rows.items()})


def _definition(name: str, row: _Row) -> Definition:
    fields = {key: getattr(row, key) for key in _Row.model_fields if key != "steps"}
    steps = tuple(Step(step.from_edss, step.change) for step in row.steps)
    return Definition(definition_id=name, steps=steps, **fields)


@cache
def definitions() -> Mapping[str, Definition]:
    """All definitions of the package, by name."""
    file = resources.files("remyelin.study") / DEFINITIONS_FILE
    return parse_definitions(file.read_text(encoding="utf-8"), where=DEFINITIONS_FILE)
