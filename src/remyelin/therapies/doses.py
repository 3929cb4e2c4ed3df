"""Doses of conditioning drugs: units that each may have, and their share of a reference dose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from remyelin.parameters import ParameterTable
from remyelin.therapies.drugs import canonical
from remyelin.therapies.protocol import Route, Step

_PER_DAY = "/d"
_REFERENCE: Mapping[str, str] = MappingProxyType(
    {
        "cyclophosphamide": "cyclophosphamide_reference",
        "rituximab": "rituximab_reference",
        "busulfan": "busulfan_reference",
        "carmustine": "carmustine_reference",
        "etoposide": "etoposide_reference",
        "cytarabine": "cytarabine_reference",
        "melphalan": "melphalan_reference",
        "total body irradiation": "tbi_reference",
        "rabbit anti-thymocyte globulin": "ratg_reference",
        "horse anti-thymocyte globulin": "ratg_reference",
        "alemtuzumab": "ratg_reference",
    }
)
_UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rituximab": ("mg", "mg/m2"),
        "total body irradiation": ("Gy",),
        "alemtuzumab": ("mg",),
    }
)
_USUAL = ("mg/kg", "mg/m2", "g/m2")


class DoseError(ValueError):
    """A dose that the model cannot read."""


def known() -> tuple[str, ...]:
    """List the drugs whose effect goes by dose."""
    return tuple(_REFERENCE)


def base_unit(step: Step) -> str:
    """Give the unit without "per day".

    Raises
    ------
    DoseError
        The drug is not dosed in this unit.
    """
    unit = step.unit.removesuffix(_PER_DAY)
    allowed = _UNITS.get(canonical(step.agent), _USUAL)
    if unit not in allowed:
        both = ", ".join(f"{name}, {name}{_PER_DAY}" for name in allowed)
        raise DoseError(f"unit {step.unit!r} given, allowed are {both}")
    return unit


def in_reference_units(step: Step, table: ParameterTable) -> float:
    """Give one day's dose of a step as a share of the reference dose of its drug."""
    agent = canonical(step.agent)
    unit, dose = base_unit(step), float(step.dose_of_a_day or 0.0)
    reference = table[_REFERENCE[agent]]
    if agent == "alemtuzumab":
        dose, unit = dose * table["alemtuzumab_equivalence"].internal, "mg/kg"
    if agent == "horse anti-thymocyte globulin":
        dose *= table["horse_atg_equivalence"].internal
    if agent == "busulfan" and step.route is Route.ORAL:
        dose *= table["busulfan_oral_share"].internal
    return _converted(dose, unit, reference.unit, table) / reference.internal


def _converted(dose: float, unit: str, wanted: str, table: ParameterTable) -> float:
    surface, weight = table["body_surface"].internal, table["body_weight"].internal
    milligrams = {
        "mg": 1.0,
        "mg/kg": weight,
        "mg/m2": surface,
        "g/m2": 1000.0 * surface,
        "Gy": 1.0,
    }
    return dose * milligrams[unit] / milligrams[wanted]
