"""Drugs of conditioning: what each does per reference dose, solved from the reference regimens.

Publications know regimens, not drugs. So the parameter table holds what four regimens do, and a
drug's own effect is the difference that is left: exactly those figures come back when the regimens
are put together again. Kills add up in log10, shares that are lost add up as -log(1 - share).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log, log10
from types import MappingProxyType

from remyelin.parameters import ParameterTable

Effects = Mapping[str, float]
"""Additive effect by input of the model."""

SHARES = ("thymic_loss", "smouldering_removed")
"""Effects that are shares; they add up as -log(1 - share)."""

TARGETS = (
    "clone_kill",
    "naive_kill",
    "memory_kill",
    "b_kill",
    "memory_b_kill",
    "effector_kill",
    "progenitor_kill",
    "thymic_loss",
    "smouldering_removed",
    "neurotoxicity",
    "toxicity",
)
"""Inputs that conditioning moves; the clone kill is that of drugs without the graft."""

BY_ATG = ("clone_kill", "naive_kill", "memory_kill", "b_kill", "memory_b_kill", "effector_kill")
"""Effects of ATG that the model brings about itself, by exposure."""

_MARROW = ("progenitor_kill", "toxicity")
_BRAIN = ("neurotoxicity", "smouldering_removed")
_BEAM = ("carmustine", "etoposide", "cytarabine")
_SMALLEST_SURVIVAL = 1e-4
"""Largest kill that a figure of a regimen may ask of its drugs."""


def additive(target: str, value: float) -> float:
    """Bring an effect on the scale on which effects add up."""
    return -log(1.0 - value) if target in SHARES else value


def regimen(table: ParameterTable, name: str) -> dict[str, float]:
    """Give the published effects of a regimen, additive; the clone kill includes the graft."""
    return {key: additive(key, table[f"{name}_{key}"].internal) for key in TARGETS}


def direct_clone_kill(
    table: ParameterTable, kill: float, *, courses: float, removed: float
) -> float:
    """Give the kill by the drugs alone, from that of a regimen with its graft.

    Parameters
    ----------
    table
        Parameters.
    kill
        Kill by the regimen, what the graft brings back included (log10).
    courses
        ATG that meets the graft.
    removed
        T cells removed from the graft (log10).
    """
    brought = table["graft_t_share"].internal * 10.0 ** -(
        courses * table["ratg_clone_kill"].internal + removed
    )
    return -log10(max(10.0**-kill - brought, _SMALLEST_SURVIVAL))


def course_of_atg(table: ParameterTable) -> dict[str, float]:
    """Give the effects of one course of ATG.

    What the table does not hold is the difference between the regimens with and without ATG.
    """
    with_atg, without = regimen(table, "cy200_atg"), regimen(table, "cy_rituximab")
    return {
        key: table[f"ratg_{key}"].internal
        if key in BY_ATG
        else max(with_atg[key] - without[key], 0.0)
        for key in TARGETS
    }


def cyclophosphamide(table: ParameterTable) -> dict[str, float]:
    """Give the effects of the reference dose of cyclophosphamide."""
    found = _without(regimen(table, "cy200_atg"), course_of_atg(table), 1.0)
    kill = table["cy200_atg_clone_kill"].internal
    found["clone_kill"] = (
        direct_clone_kill(table, kill, courses=1.0, removed=0.0) - table["ratg_clone_kill"].internal
    )
    return {key: max(value, 0.0) for key, value in found.items()}


def rituximab(table: ParameterTable) -> dict[str, float]:
    """Give the effects of the reference dose of rituximab beside cyclophosphamide."""
    found = _without(regimen(table, "cy_rituximab"), cyclophosphamide(table), 1.0)
    kill = table["cy_rituximab_clone_kill"].internal
    found["clone_kill"] = (
        direct_clone_kill(table, kill, courses=0.0, removed=0.0)
        - cyclophosphamide(table)["clone_kill"]
    )
    return {key: max(value, 0.0) for key, value in found.items()}


def busulfan(table: ParameterTable) -> dict[str, float]:
    """Give the effects of the reference dose of intravenous busulfan."""
    courses = table["bucy_atg_reference"].internal / table["ratg_reference"].internal
    found = _without(regimen(table, "bucy_atg"), course_of_atg(table), courses)
    found["clone_kill"] = (
        direct_clone_kill(
            table,
            table["bucy_atg_clone_kill"].internal,
            courses=courses,
            removed=table["cd34_selection"].internal,
        )
        - courses * table["ratg_clone_kill"].internal
    )
    return {
        key: max(value, 0.0) for key, value in _without(found, cyclophosphamide(table), 1.0).items()
    }


def beam(table: ParameterTable) -> dict[str, float]:
    """Give the effects of BEAM without ATG."""
    courses = table["beam_atg_reference"].internal / table["ratg_reference"].internal
    found = _without(regimen(table, "beam_atg"), course_of_atg(table), courses)
    found["clone_kill"] = (
        direct_clone_kill(
            table, table["beam_atg_clone_kill"].internal, courses=courses, removed=0.0
        )
        - courses * table["ratg_clone_kill"].internal
    )
    return {key: max(value, 0.0) for key, value in found.items()}


def _of_beam(drug: str) -> Callable[[ParameterTable], dict[str, float]]:
    def effects(table: ParameterTable) -> dict[str, float]:
        whole = beam(table)
        return {key: value * _share(table, drug, key) for key, value in whole.items()}

    return effects


def _share(table: ParameterTable, drug: str, target: str) -> float:
    what = "marrow" if target in _MARROW else "brain" if target in _BRAIN else "lymphoid"
    shares = {name: table[f"{name}_{what}_share"].internal for name in _BEAM}
    return shares[drug] if drug in shares else max(1.0 - sum(shares.values()), 0.0)


def irradiation(table: ParameterTable) -> dict[str, float]:
    """Give the effects of the reference dose of total body irradiation."""
    alike = table["tbi_lymphoid_equivalence"].internal
    per = alike / table["cyclophosphamide_reference"].internal
    found = {key: per * value for key, value in cyclophosphamide(table).items()}
    own = ("progenitor_kill", "neurotoxicity", "smouldering_removed", "toxicity")
    return found | {key: additive(key, table[f"tbi_{key}"].internal) for key in own}


def _without(whole: Effects, part: Effects, times: float) -> dict[str, float]:
    return {key: whole[key] - times * part[key] for key in TARGETS}


EFFECTS: Mapping[str, Callable[[ParameterTable], dict[str, float]]] = MappingProxyType(
    {
        "cyclophosphamide": cyclophosphamide,
        "rituximab": rituximab,
        "busulfan": busulfan,
        "carmustine": _of_beam("carmustine"),
        "etoposide": _of_beam("etoposide"),
        "cytarabine": _of_beam("cytarabine"),
        "melphalan": _of_beam("melphalan"),
        "total body irradiation": irradiation,
    }
)
"""Effects of the reference dose, by drug."""

EQUIVALENTS: Mapping[str, str] = MappingProxyType(
    {
        "carmustine": "carmustine_equivalence",
        "melphalan": "melphalan_equivalence",
        "busulfan": "busulfan_equivalence",
    }
)
"""Cyclophosphamide equivalents for gonads and late cancer, by drug."""
