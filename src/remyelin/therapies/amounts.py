"""Amounts of protocol steps: parameters, and figures derived from several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from remyelin.model.inputs import Levels
from remyelin.parameters import ParameterTable
from remyelin.therapies.drugs import share_of_reference
from remyelin.therapies.step import Step

_MICROLITRES_PER_LITRE = 1e6
_MILLION = 1e6


def graft_after_cyclophosphamide(table: ParameterTable) -> float:
    """Give the median CD34 dose (1e6/kg) after mobilisation with cyclophosphamide and G-CSF.

    Peak count times volume processed times yield, over body weight.
    """
    peak = (
        table["mobilised_cd34"].internal
        * table["mobilisation_cyclophosphamide_factor"].internal
        * _MICROLITRES_PER_LITRE
    )
    collected = peak * table["apheresis_volume"].internal * table["apheresis_yield"].internal
    return collected / table["body_weight"].internal / _MILLION


def full_level(_: ParameterTable) -> float:
    """Give the level of an input that is either on or off."""
    return 1.0


DERIVED: Mapping[str, Callable[[ParameterTable], float]] = MappingProxyType(
    {
        "graft_after_cyclophosphamide": graft_after_cyclophosphamide,
        "full_level": full_level,
    }
)
"""Derived amounts by the name that a protocol uses."""


def amount(name: str, table: ParameterTable) -> float:
    """Give the amount that a protocol step names, in internal units.

    Raises
    ------
    UnknownNameError
        The name is neither a derived amount nor a parameter.
    """
    if name in DERIVED:
        return DERIVED[name](table)
    return table[name].internal


def amounts_of(step: Step, table: ParameterTable) -> dict[str, float]:
    """Give the inputs that a step moves and by how much, at the dose of the step.

    A step whose agent has no reference dose, or without a dose, moves them by the full amount.
    """
    share = share_of_reference(step)
    found = {}
    for field, name in step.moves.items():
        full = amount(name, table)
        if share is None:
            found[field] = full
        elif field in Levels._fields:
            found[field] = share.of_level(full, table)
        else:
            found[field] = full * share.size
    return found
