"""Limits on files from outside, told before a file is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from remyelin.errors import InputError, UsageError

PREFIX = "REMYELIN_MAX_"
"""Beginning of the environment variables that set limits; the name of the limit follows."""

_MOST = 10**15
_WORDS: Mapping[str, str] = {
    "text_bytes": "bytes of text",
    "yaml_bytes": "bytes of YAML",
    "yaml_values": "values, keys, lists and mappings",
    "json_bytes": "bytes of JSON",
    "table_bytes": "bytes of a table",
    "line_bytes": "bytes in one line",
    "rows": "rows",
    "columns": "columns",
    "cells": "cells",
    "arms": "arms",
    "cell_characters": "characters in one cell",
    "memory_bytes": "bytes of memory",
}


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """What a file from outside may need; anything larger is refused before it is read.

    Every limit is one of this program's choices and may be raised: by handing in another object,
    or by an environment variable, `PREFIX` and the name in capitals, such as
    ``REMYELIN_MAX_ROWS``.

    Attributes
    ----------
    text_bytes, yaml_bytes, json_bytes, table_bytes
        Largest file: CSV tables of the evidence base, YAML, JSON, longitudinal tables.
    yaml_values
        Most values, keys, lists and mappings of a YAML file.
    line_bytes
        Longest line of a longitudinal table.
    rows, columns, cells
        Size of a longitudinal table; only cells of columns that are read count.
    arms
        Most arms of a longitudinal table.
    cell_characters
        Longest text in one cell.
    memory_bytes
        Memory that a longitudinal table is expected to take.
    """

    text_bytes: int = 10_000_000
    yaml_bytes: int = 1_000_000
    yaml_values: int = 50_000
    json_bytes: int = 10_000_000
    table_bytes: int = 1_000_000_000
    line_bytes: int = 5_000_000
    rows: int = 5_000_000
    columns: int = 10_000
    cells: int = 20_000_000
    arms: int = 1_000
    cell_characters: int = 100_000
    memory_bytes: int = 4_000_000_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ReadLimits:
        """Limits with those that the environment sets.

        Parameters
        ----------
        environment
            Variables by name; by default those of the process.

        Raises
        ------
        UsageError
            A variable is no whole number of 1 or more.
        """
        found = os.environ if environment is None else environment
        given = {f.name: found.get(variable(f.name), "") for f in fields(cls)}
        return cls(**{name: _limit(name, text) for name, text in given.items() if text})

    def check(self, where: str, **given: int) -> None:
        """Refuse what is larger than allowed.

        Parameters
        ----------
        where
            The file, for the message.
        **given
            What the file needs, by name of the limit.

        Raises
        ------
        InputError
            Something is too large; all of it is named, with the variable that raises the limit.
        """
        over = {name: value for name, value in given.items() if value > getattr(self, name)}
        if over:
            problems = [
                f"{value:,} {_WORDS[name]} given, allowed: {getattr(self, name):,}"
                for name, value in over.items()
            ]
            raise InputError(where, problems, raising(*over))


def variable(name: str) -> str:
    """Environment variable of a limit."""
    return f"{PREFIX}{name.upper()}"


def raising(*names: str) -> str:
    """Advice on how limits are raised."""
    variables = ", ".join(f"{variable(name)}=NUMBER" for name in names)
    return f"Make the file smaller, or raise what is allowed with {variables}."


def _limit(name: str, text: str) -> int:
    plain = text.strip().replace("_", "")
    if plain.isascii() and plain.isdigit() and len(plain) <= len(str(_MOST)):
        value = int(plain)
        if 1 <= value <= _MOST:
            return value
    raise UsageError(
        f"{variable(name)} is {text[:60]!a}; allowed is a whole number from 1 to {_MOST:,}\n"
        f"Unset it for the default of {getattr(ReadLimits, name):,}."
    )
