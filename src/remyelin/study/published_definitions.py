"""Endpoints as publications report them, which cannot be worked out from visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationError

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.study.definitions import definitions
from remyelin.study.fields import Frozen, Identifier, Text
from remyelin.study.problems import problems_of

PUBLISHED_FILE = "published_definitions.yaml"


@dataclass(frozen=True, kw_only=True)
class PublishedDefinition:
    """A rule of a publication, in words only.

    Attributes
    ----------
    definition_id, label
        Key used in the evidence, and name for people.
    text, citation
        Own words for people; DOI, PMID or ``convention``.
    """

    definition_id: str
    label: str
    text: str
    citation: str


class _Row(Frozen):
    label: Annotated[Text, Field(min_length=1)]
    text: Annotated[Text, Field(min_length=1)]
    citation: Annotated[Text, Field(min_length=1)]


class _File(Frozen):
    definitions: dict[Identifier, _Row]


def parse_published_definitions(text: str, *, where: str) -> Mapping[str, PublishedDefinition]:
    """Published definitions of a YAML text, by name.

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
    return MappingProxyType(
        {
            name: PublishedDefinition(
                definition_id=name, label=row.label, text=row.text, citation=row.citation
            )
            for name, row in rows.items()
        }
    )


@cache
def published_definitions() -> Mapping[str, PublishedDefinition]:
    """Published definitions of the package, less those that can be worked out."""
    file = resources.files("remyelin.study") / PUBLISHED_FILE
    found = parse_published_definitions(file.read_text(encoding="utf-8"), where=PUBLISHED_FILE)
    known = definitions()
    return MappingProxyType({name: row for name, row in found.items() if name not in known})


@cache
def all_definition_ids() -> tuple[str, ...]:
    """Every name that may stand in the column ``definition_id`` of the evidence."""
    return (*definitions(), *published_definitions())
