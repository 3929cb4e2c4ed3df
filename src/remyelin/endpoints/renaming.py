"""Names of columns given by whoever reads: for every table, or for one of them."""

from __future__ import annotations

from collections.abc import Mapping

from remyelin.endpoints.heading import ADVICE
from remyelin.endpoints.sheet import Sheet
from remyelin.errors import InputError
from remyelin.files import listed, shown

TABLES = ("visits", "relapses", "patients")
"""Tables that a name can be given for."""


def of_table(old: str) -> tuple[str, str]:
    """Table and name of a column to be renamed; without a table it is empty."""
    table, colon, name = old.partition(":")
    if colon and table.strip() in TABLES and name.strip():
        return table.strip(), name.strip()
    return "", old


def for_table(renamed: Mapping[str, str], table: str) -> dict[str, str]:
    """Names of columns of one table; what was given for it alone goes before what is for all."""
    given = {of_table(old): new for old, new in renamed.items()}
    every = {name: new for (of, name), new in given.items() if not of}
    return every | {name: new for (of, name), new in given.items() if of == table}


def check_renamed(sheets: Mapping[str, Sheet], renamed: Mapping[str, str]) -> None:
    """Make sure that every column to be renamed stands in one of the tables.

    Parameters
    ----------
    sheets
        Tables that were read, by name; the first gives its name to the error.
    renamed
        Names of columns, with or without their table, and the names under which they are read.

    Raises
    ------
    InputError
        A column stands in none, or its table was not given.
    """
    first = next(iter(sheets.values()))
    problems = []
    for old in renamed:
        table, name = of_table(old)
        asked = {key: one for key, one in sheets.items() if not table or key == table}
        if not asked:
            problems.append(f"no table of {table} was given, so nothing to rename in it")
        elif not any(name in one.names for one in asked.values()):
            there = next(iter(asked.values())).names
            problems.append(f"no column {shown(name)} to rename; there are: {listed(there)}")
    if problems:
        raise InputError(first.where, problems, ADVICE)
