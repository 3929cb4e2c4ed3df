"""Amounts of protocol steps: parameters, and figures derived from several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from remyelin.model.inputs import Levels
from remyelin.parameters import ParameterTable
from remyelin.therapies.drugs import find, share_of_reference
from remyelin.therapies.step import Step

_MICROLITRES_PER_LITRE = 1e6
_MILLION = 1e6
_MILLIGRAMS = 1000.0
"""In a gram."""


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


def apheresis_per_session(table: ParameterTable) -> float:
    """Give the CD34 cells (1e6/kg) that a leukapheresis collects at a count of 1 per microlitre."""
    litres = table["apheresis_volume"].internal * table["apheresis_yield"].internal
    return litres * _MICROLITRES_PER_LITRE / table["body_weight"].internal / _MILLION


def mobilised_after_cyclophosphamide(table: ParameterTable) -> float:
    """Give the median peak of CD34 cells after cyclophosphamide and G-CSF."""
    factor = table["mobilisation_cyclophosphamide_factor"].internal
    return table["mobilised_cd34"].internal * factor


BY_DOSE = "by_dose"
"""Amount that follows from agent, dose and unit of the step."""


BY_PRODUCT = "by_product"
"""Amount that follows from product, dose, unit and route of the step."""


def full_level(_: ParameterTable) -> float:
    """Give the level of an input that is either on or off."""
    return 1.0


def alemtuzumab_of_course(table: ParameterTable) -> float:
    """Give the alemtuzumab of a course at the reference dose, in doses of conditioning."""
    return _reference("alemtuzumab") / table["alemtuzumab_reference"].internal


def alkylator_of_pulse(_: ParameterTable) -> float:
    """Give the alkylating dose (g/m2) of a pulse of cyclophosphamide at the reference dose."""
    return _reference("cyclophosphamide pulses") / _MILLIGRAMS


def _reference(agent: str) -> float:
    drug = find(agent)
    if drug is None:
        raise LookupError(f"{agent} is missing in the table of drugs")
    return drug.reference


DERIVED: Mapping[str, Callable[[ParameterTable], float]] = MappingProxyType(
    {
        "graft_after_cyclophosphamide": graft_after_cyclophosphamide,
        "apheresis_per_session": apheresis_per_session,
        "mobilised_after_cyclophosphamide": mobilised_after_cyclophosphamide,
        BY_DOSE: full_level,
        BY_PRODUCT: full_level,
        "full_level": full_level,
        "alemtuzumab_of_course": alemtuzumab_of_course,
        "alkylator_of_pulse": alkylator_of_pulse,
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
    What a step moves `BY_DOSE` is left to its regimen, `BY_PRODUCT` to its product.
    """
    share = share_of_reference(step)
    found = {}
    for field, name in step.moves.items():
        if name in (BY_DOSE, BY_PRODUCT):
            continue
        full = amount(name, table)
        if share is None:
            found[field] = full
        elif field in Levels._fields:
            found[field] = share.of_level(full, table)
        else:
            found[field] = full * share.size
    return found
