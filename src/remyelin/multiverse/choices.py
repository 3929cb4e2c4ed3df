"""Choices that go into a definition, with the levels that a grid tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, model_validator

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.study.definition import Definition, EventKind, OnSwitch, Reference, Relation
from remyelin.study.fields import Frozen, Identifier, Text
from remyelin.study.problems import problems_of
from remyelin.study.vocabulary import Mark

CHOICES_FILE: Final = "choices.yaml"
_FIELDS: Final = frozenset(field.name for field in fields(Definition))
_WORDS: Final[Mapping[str, Any]] = {"reference": Reference, "on_switch": OnSwitch}


@dataclass(frozen=True, kw_only=True)
class Level:
    """One way to settle a choice.

    Attributes
    ----------
    name
        What a person calls it.
    set
        Fields of the definition, and their values.
    like, fields
        Definition of the library from which fields are copied, and which.
    component
        Definition of the library that takes the place of the component of its kind.
    """

    name: str
    set: Mapping[str, Any]
    like: str = ""
    fields: tuple[str, ...] = ()
    component: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice that goes into a definition.

    Attributes
    ----------
    name, label
        Word for the command line, and words for people.
    levels
        Ways to settle it.
    kinds, columns, relations
        Definitions to which it applies; an empty one means any.
    needs_switch
        Whether it matters only where the treatment of somebody was switched.
    source, mark
        Where the levels come from.
    """

    name: str
    label: str
    levels: tuple[Level, ...]
    kinds: tuple[EventKind, ...] = ()
    columns: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    needs_switch: bool = False
    source: str = ""
    mark: Mark = Mark.ASSUMED

    def applies(self, definition: Definition) -> bool:
        """Whether the choice is one of a definition."""
        return (
            (not self.kinds or definition.kind in self.kinds)
            and (not self.columns or definition.measured_column in self.columns)
            and (not self.relations or definition.relation in self.relations)
        )


class _LevelRow(Frozen):
    set: dict[str, Any] = Field(default_factory=dict)
    like: Identifier | Literal[""] = ""
    fields: tuple[Identifier, ...] = ()
    component: Identifier | Literal[""] = ""

    @model_validator(mode="after")
    def _known(self) -> _LevelRow:
        unknown = sorted({*self.set, *self.fields} - _FIELDS)
        if unknown:
            raise ValueError(f"a definition has no field {', '.join(unknown)}")
        if bool(self.like) != bool(self.fields):
            raise ValueError("like and fields go together")
        if not (self.set or self.like or self.component):
            raise ValueError("one of set, like and component is needed")
        return self


class _ChoiceRow(Frozen):
    label: Annotated[Text, Field(min_length=1)]
    kinds: Annotated[tuple[EventKind, ...], Field(min_length=1)]
    columns: tuple[Identifier, ...] = ()
    relations: tuple[Relation, ...] = ()
    needs: Literal["", "switch"] = ""
    levels: Annotated[dict[Text, _LevelRow], Field(min_length=2)]
    source: Annotated[Text, Field(min_length=1)]
    mark: Mark


class _File(Frozen):
    choices: dict[Identifier, _ChoiceRow]


def parse_choices(text: str, *, where: str) -> Mapping[str, Choice]:
    """Read choices from YAML text.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong kind.
    """
    try:
        rows = _File.model_validate(parse_yaml(text, where=where)).choices
    except ValidationError as error:
        raise InputError(where, problems_of(error, _File)) from None
    return MappingProxyType({name: _choice(name, row) for name, row in rows.items()})


def _choice(name: str, row: _ChoiceRow) -> Choice:
    levels = tuple(
        Level(
            name=level,
            set={key: _WORDS.get(key, _same)(value) for key, value in given.set.items()},
            like=given.like,
            fields=given.fields,
            component=given.component,
        )
        for level, given in row.levels.items()
    )
    return Choice(
        name=name,
        label=row.label,
        levels=levels,
        kinds=row.kinds,
        columns=row.columns,
        relations=row.relations,
        needs_switch=row.needs == "switch",
        source=row.source,
        mark=row.mark,
    )


def _same(value: Any) -> Any:
    return value


@cache
def choices() -> Mapping[str, Choice]:
    """All choices of the package, by name."""
    file = resources.files("remyelin.multiverse") / CHOICES_FILE
    return parse_choices(file.read_text(encoding="utf-8"), where=CHOICES_FILE)
