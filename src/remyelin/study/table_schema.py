"""Schemas of the special evidence tables: columns, keys and checks, one YAML file per table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml
from remyelin.study.fields import Frozen, Identifier, Number, Text
from remyelin.study.problems import problems_of

COMMON_FILE = "_common.yaml"
"""Columns that several tables share; a schema takes one with ``use: name``."""

_FOLDER = "schemas"


class ColumnKind(StrEnum):
    """What the cells of a column hold.

    A date is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; a flag is ``true`` or ``false``; a
    vocabulary is one of the words that the schema lists.
    """

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    PROPORTION = "proportion"
    DATE = "date"
    VOCABULARY = "vocabulary"
    FLAG = "flag"


class CheckRule(StrEnum):
    """Rules over several columns of one row.

    ``ordered``: the numbers do not fall from left to right; ``within``: the number of the one
    column lies in ``min`` to ``max``; ``needed``: none of the columns is empty; ``empty``: all
    are; ``one_of``: at least one is filled; ``together``: the last one is filled where one of the
    others is, and only there; ``share``: events / n is the value, as rounded.
    """

    ORDERED = "ordered"
    WITHIN = "within"
    NEEDED = "needed"
    EMPTY = "empty"
    ONE_OF = "one_of"
    TOGETHER = "together"
    SHARE = "share"


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column of a table.

    Attributes
    ----------
    name, kind, unit, meaning
        What it is called and what it holds; the unit is empty where there is none.
    nullable
        Whether a cell may be empty.
    words
        Allowed words of a vocabulary, with their meaning (may be empty).
    minimum, maximum
        Limits of a number, both allowed; None where there is none.
    """

    name: str
    kind: ColumnKind
    unit: str
    meaning: str
    nullable: bool
    words: Mapping[str, str]
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True, kw_only=True)
class RowCheck:
    """A rule over several columns; ``where`` names the words in which it holds (empty: always)."""

    rule: CheckRule
    columns: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """Schema of one special table.

    Attributes
    ----------
    name, title, meaning
        Its name in the base, a heading and a paragraph.
    columns
        In the order of the file.
    keys
        Sets of columns; no two rows agree on all columns of a set.
    checks
        Rules over several columns of a row.
    """

    name: str
    title: str
    meaning: str
    columns: tuple[TableColumn, ...]
    keys: tuple[tuple[str, ...], ...]
    checks: tuple[RowCheck, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


_Word = Annotated[Text, Field(min_length=1)]


class _ColumnEntry(Frozen):
    name: Identifier
    kind: ColumnKind
    unit: Text = ""
    meaning: Annotated[Text, Field(min_length=1)]
    nullable: bool = True
    words: dict[_Word, Text] | tuple[_Word, ...] = ()
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _complete(self) -> _ColumnEntry:
        if (self.kind is ColumnKind.VOCABULARY) != bool(self.words):
            raise ValueError("words: needed for a vocabulary, and only there")
        numeric = self.kind in (ColumnKind.NUMBER, ColumnKind.WHOLE)
        if not numeric and (self.min is not None or self.max is not None):
            raise ValueError("min and max are for numbers")
        return self

    def column(self) -> TableColumn:
        words = self.words if isinstance(self.words, dict) else dict.fromkeys(self.words, "")
        limits = (0.0, 1.0) if self.kind is ColumnKind.PROPORTION else (self.min, self.max)
        return TableColumn(
            name=self.name,
            kind=self.kind,
            unit=self.unit,
            meaning=self.meaning,
            nullable=self.nullable,
            words=words,
            minimum=limits[0],
            maximum=limits[1],
        )


class _Use(Frozen):
    use: Identifier


class _Check(Frozen):
    rule: CheckRule
    columns: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    min: Number | None = None
    max: Number | None = None
    where: dict[Identifier, tuple[Text, ...]] = Field(default_factory=dict)

    def check(self) -> RowCheck:
        return RowCheck(
            rule=self.rule,
            columns=self.columns,
            minimum=self.min,
            maximum=self.max,
            where=self.where,
        )


class _Common(Frozen):
    columns: tuple[_ColumnEntry, ...]


class _File(Frozen):
    table: Identifier
    title: Annotated[Text, Field(min_length=1)]
    meaning: Annotated[Text, Field(min_length=1)]
    keys: Annotated[tuple[tuple[Identifier, ...], ...], Field(min_length=1)]
    columns: Annotated[tuple[_ColumnEntry | _Use, ...], Field(min_length=1)]
    checks: tuple[_Check, ...] = ()


def table_names() -> tuple[str, ...]:
    """Names of the special tables, in alphabetical order."""
    folder = resources.files("remyelin.study") / _FOLDER
    stems = (item.name.removesuffix(".yaml") for item in folder.iterdir())
    return tuple(sorted(stem for stem in stems if not stem.startswith("_")))


@cache
def table_schema(name: str) -> TableSchema:
    """Schema of one special table.

    Parameters
    ----------
    name
        One of `table_names`.

    Raises
    ------
    UnknownNameError
        There is no such table.
    InputError
        The schema file is malformed; every problem is named.
    """
    if name not in table_names():
        raise UnknownNameError("special table", name, table_names())
    return parse_table_schema(_text(f"{name}.yaml"), where=f"{name}.yaml")


def parse_table_schema(text: str, *, where: str) -> TableSchema:
    """Schema of a YAML text.

    Parameters
    ----------
    text
        YAML with the keys ``table``, ``title``, ``meaning``, ``keys``, ``columns`` and ``checks``.
    where
        Name of the text in messages.

    Raises
    ------
    InputError
        The text is not YAML or the schema is malformed; every problem is named.
    """
    data = parse_yaml(text, where=where)
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, _File)) from None
    columns, problems = _columns(file)
    schema = TableSchema(
        name=file.table,
        title=file.title,
        meaning=file.meaning,
        columns=columns,
        keys=file.keys,
        checks=tuple(entry.check() for entry in file.checks),
    )
    problems += _dangling(schema)
    if problems:
        raise InputError(where, problems)
    return schema


def _columns(file: _File) -> tuple[tuple[TableColumn, ...], list[str]]:
    common = common_columns()
    columns: list[TableColumn] = []
    problems: list[str] = []
    for entry in file.columns:
        if isinstance(entry, _ColumnEntry):
            columns.append(entry.column())
        elif entry.use in common:
            columns.append(common[entry.use])
        else:
            problems.append(f"columns: {entry.use} is not in {COMMON_FILE}")
    names = [column.name for column in columns]
    problems += [f"columns: {name} stands twice" for name in set(names) if names.count(name) > 1]
    return tuple(columns), problems


def _dangling(schema: TableSchema) -> list[str]:
    known = {column.name: column for column in schema.columns}
    named = [(f"keys: {name}", name) for key in schema.keys for name in key]
    problems = []
    for check in schema.checks:
        named += [(f"checks.{check.rule}: {name}", name) for name in (*check.columns, *check.where)]
        for name, words in check.where.items():
            allowed = known[name].words if name in known else {}
            problems += [f"checks.where: {name} has no word {w}" for w in words if w not in allowed]
    return [f"{place} is no column" for place, name in named if name not in known] + problems


@cache
def common_columns() -> Mapping[str, TableColumn]:
    """Columns that several tables share, by name.

    Raises
    ------
    InputError
        Their file is malformed; every problem is named.
    """
    data = parse_yaml(_text(COMMON_FILE), where=COMMON_FILE)
    try:
        file = _Common.model_validate(data)
    except ValidationError as error:
        raise InputError(COMMON_FILE, problems_of(error, _Common)) from None
    return {entry.name: entry.column() for entry in file.columns}


def _text(name: str) -> str:
    file = resources.files("remyelin.study") / _FOLDER / name
    return file.read_text(encoding="utf-8")
