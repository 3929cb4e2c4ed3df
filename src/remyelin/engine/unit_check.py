"""The model's units as a whole: what is declared, what does not fit, and why some of it stays."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from remyelin.engine.dimensions import Check, Finding
from remyelin.engine.fused.layout import LEAVES, PARTS
from remyelin.engine.tracer import trace_stage
from remyelin.model.day import STAGES
from remyelin.model.stage import Stage
from remyelin.parameters import ParameterTable

_STEP = "h"


@dataclass(frozen=True)
class UnitReport:
    """What the check of units finds.

    Attributes
    ----------
    problems
        Places where units do not fit, that no exception names.
    by_design
        Exceptions that are met, with their reasons.
    unused
        Exceptions that nothing meets.
    undeclared
        Leaves without a unit; they fit everywhere.
    unknown
        Declared leaves that no patient has.
    """

    problems: tuple[str, ...]
    by_design: tuple[tuple[Finding, str], ...]
    unused: tuple[str, ...]
    undeclared: tuple[str, ...]
    unknown: tuple[str, ...]


def declared_units() -> dict[str, str]:
    """Give the unit of each leaf of a patient for which one is declared, in days."""
    return {row["leaf"]: row["unit"] for row in _rows("units.csv")}


def exceptions() -> dict[tuple[str, str, str], str]:
    """Give the reasons of accepted misfits by stage, operation and units."""
    rows = _rows("unit_exceptions.csv")
    return {(row["stage"], row["operation"], row["units"]): row["reason"] for row in rows}


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("remyelin.model") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def check_units(table: ParameterTable, stages: Sequence[Stage] = STAGES) -> UnitReport:
    """Walk every stage and see whether its units fit.

    Parameters
    ----------
    table
        Units of the parameters.
    stages
        Stages to walk.
    """
    units = declared_units()
    values = {**units, _STEP: "d"}
    parameters = {parameter.key: parameter.unit for parameter in table}
    reasons = exceptions()
    problems: list[str] = []
    met: list[tuple[Finding, str]] = []
    used = set[tuple[str, str, str]]()
    for stage in stages:
        check = Check(trace_stage(stage, PARTS, step=_STEP), values, parameters)
        for finding, count in check.findings.items():
            key = (finding.stage, finding.op.value, " | ".join(finding.units))
            if key in reasons:
                used.add(key)
                met.append((finding, reasons[key]))
            else:
                problems.append(_sentence(finding, count))
    return UnitReport(
        tuple(problems),
        tuple(met),
        tuple(", ".join(key) for key in reasons if key not in used),
        tuple(leaf for leaf in LEAVES if leaf not in units),
        tuple(leaf for leaf in units if leaf not in LEAVES),
    )


def _sentence(finding: Finding, count: int) -> str:
    times = "" if count == 1 else f" ({count} times)"
    return (
        f"stage {finding.stage!r}: {finding.op.value} meets {' and '.join(finding.units)}{times}; "
        "mend the equation or a unit, or name it with its reason in model/unit_exceptions.csv"
    )
