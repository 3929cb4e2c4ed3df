"""The place of checks that other rooms bring along: the cross-check of the exported model."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from remyelin.verification.bench import Bench
from remyelin.verification.check import Check, Finding, Group, NotRun

CROSS_CHECK: Final = "remyelin.standards.cross_check"
"""Module whose function ``deviations(table)`` gives, by quantity, the largest relative deviation of
the exported mean field from the model's own, and the bound of it: a pair of numbers."""

_BOUND: Final = "same fixed step in both; deviation by rounding only"


def sbml_mean_field(bench: Bench) -> list[Finding]:
    """Run the exported mean field in another simulator, where that is installed."""
    if find_spec("remyelin.standards") is None or find_spec(CROSS_CHECK) is None:
        raise NotRun("this version has no export to SBML")
    if find_spec("roadrunner") is None:
        raise NotRun("libRoadRunner is not installed")
    found = import_module(CROSS_CHECK).deviations(bench.table)
    return [
        Finding(f"{quantity}: largest relative deviation", deviation, 0.0, bound, _BOUND)
        for quantity, (deviation, bound) in found.items()
    ]


CHECKS = (
    Check(
        "sbml_mean_field",
        Group.EXCHANGE,
        "The exported mean field, run by libRoadRunner with the same step, is the model's own.",
        sbml_mean_field,
    ),
)
