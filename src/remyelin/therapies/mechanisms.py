"""Rival mechanisms of cell products, as named values of the same parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter, ValidationError

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml, shown
from remyelin.parameters import ParameterTable
from remyelin.study.fields import Frozen, Number, Text
from remyelin.study.problems import problems_of

FIRST = "peripheral"
"""The mechanism of the parameter table."""

_WHERE = "data/mechanisms.yaml"


class Mechanism(Frozen):
    """One way in which cells may act.

    Attributes
    ----------
    label
        For people.
    values
        Parameters in their own units.
    """

    label: Text
    values: dict[str, Number]


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Give the mechanisms by name, the first one first.

    Raises
    ------
    InputError
        The file is malformed.
    """
    text = files("remyelin.therapies").joinpath("data", "mechanisms.yaml").read_text("utf-8")
    try:
        return TypeAdapter(dict[str, Mechanism]).validate_python(parse_yaml(text, where=_WHERE))
    except ValidationError as error:
        raise InputError(_WHERE, problems_of(error, Mechanism)) from None


def named(name: str) -> Mechanism:
    """Give a mechanism.

    Raises
    ------
    UnknownNameError
        There is no such mechanism.
    """
    if name not in tuple(mechanisms()):
        raise UnknownNameError("mechanism", shown(name), tuple(mechanisms()))
    return mechanisms()[name]


def held(name: str) -> Mapping[str, float]:
    """Give the parameters that a mechanism holds, which nothing else may move.

    The first mechanism is that of the parameter table: it holds what it switches off, and
    everything else is as the table, or a draw of its parameters, has it.

    Raises
    ------
    UnknownNameError
        There is no such mechanism.
    """
    values = named(name).values
    if name != FIRST:
        return values
    return {key: value for key, value in values.items() if value == 0.0}


def under(name: str, table: ParameterTable) -> ParameterTable:
    """Give the parameters under a mechanism.

    Raises
    ------
    UnknownNameError
        There is no such mechanism.
    """
    return table.with_values(held(name))
