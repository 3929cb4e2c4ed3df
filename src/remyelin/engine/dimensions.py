"""Units by the graph: sums, choices and comparisons must be of one unit, exponents of none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from remyelin.engine.graph import Graph, Node, Op
from remyelin.engine.tracer import TracedStage
from remyelin.units import DAYS_PER_YEAR

Dimension = tuple[tuple[str, Fraction], ...]
"""Base units with their exponents, in order; empty: a plain number."""

NONE: Dimension = ()

_WHOLE = {
    "pg/mL": "pg_per_mL",
    "cells/uL": "cells_per_uL",
    "1e9/L": "e9_per_L",
    "1e6/kg": "e6_per_kg",
    "1e6 cells": "e6_cells",
    "g/m2": "g_per_m2",
    "mg/m2": "mg_per_m2",
    "mg/kg": "mg_per_kg",
}
"""Units that are never taken apart."""

_SAME = {
    "y": ("d", Fraction(1)),
    "age_y2": ("age_y", Fraction(2)),
    "K": ("latent", Fraction(1)),
    "sqrt(y)": ("d", Fraction(1, 2)),
}
"""Units that are others under another name; damage is measured on the scale of what it does."""

_COUNTS = frozenset({"1", "lesion", "lesions", "lesion units", "unit", "courses", "log10"})
"""Counts and shares are plain numbers."""


def dimension(unit: str) -> Dimension:
    """Give the dimension of a unit as the parameter table writes them, such as ``K/y/S``."""
    for whole, name in _WHOLE.items():
        unit = unit.replace(whole, name)
    powers: dict[str, Fraction] = {}
    for sign, text in _factors(unit):
        if text in _COUNTS:
            continue
        name, power = _SAME.get(text, (text, Fraction(1)))
        powers[name] = powers.get(name, Fraction(0)) + sign * power
    return _ordered(powers)


def _factors(unit: str) -> Iterator[tuple[int, str]]:
    """Take a unit apart; what stands in brackets after a slash is turned over."""
    inner = re.search(r"/\(([^()]*)\)", unit)
    if inner:
        yield from ((-sign, text) for sign, text in _factors(inner.group(1)))
        unit = unit.replace(inner.group(0), "")
    first, *below = unit.split("/")
    yield 1, first
    yield from ((-1, text) for text in below)


def written(unit: Dimension | None) -> str:
    """Write a dimension for people."""
    if unit is None:
        return "any"
    return "·".join(n if p == 1 else f"{n}^{p}" for n, p in unit) or "1"


@dataclass(frozen=True)
class Finding:
    """A place where units do not fit.

    Attributes
    ----------
    stage
        Stage in which it stands.
    op
        Operation.
    units
        Units that meet there.
    """

    stage: str
    op: Op
    units: tuple[str, ...]


class Check:
    """Units of every node of a stage.

    Parameters
    ----------
    traced
        The stage, traced with a step of its own name.
    values, parameters
        Unit by name of each value of a patient, of the step, and of each parameter. What has no
        unit here, or is a draw, fits everywhere if it is a value, and is a number if it is a draw.
    """

    def __init__(
        self, traced: TracedStage, values: Mapping[str, str], parameters: Mapping[str, str]
    ) -> None:
        self._graph: Graph = traced.graph
        self._stage = traced.stage.name
        self._values = values
        self._parameters = parameters
        self.units: dict[int, Dimension | None] = {}
        self.findings: dict[Finding, int] = {}
        self.undeclared = set[str]()
        for node in self._graph.needed(traced.results):
            self.units[node] = self._unit(self._graph.nodes[node])
        for leaf, node in traced.changes.items():
            if leaf in values:
                self._agree(Op.VALUE, (dimension(values[leaf]), self.units[node]))

    def _unit(self, node: Node) -> Dimension | None:
        if node.op is Op.CONSTANT:
            return _constant(float.fromhex(node.label))
        if node.op is Op.PARAMETER:
            return dimension(self._parameters[node.label.split(".")[-1]])
        if node.op is Op.VALUE:
            return self._value(node.label)
        given = tuple(self.units[k] for k in node.inputs)
        if node.op in {Op.MUL, Op.DIV}:
            return _product(*given, sign=1 if node.op is Op.MUL else -1)
        if node.op is Op.NEG:
            return given[0]
        if node.op is Op.SQRT:
            return None if given[0] is None else tuple((n, p / 2) for n, p in given[0])
        if node.op in {Op.EXP, Op.LOG, Op.COS}:
            self._agree(node.op, (NONE, given[0]))
            return NONE
        if node.op in {Op.AND, Op.OR}:
            return NONE
        agreed = self._agree(node.op, given[1:] if node.op is Op.WHERE else given)
        is_comparison = node.op in {Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST}
        return NONE if is_comparison else agreed

    def _value(self, label: str) -> Dimension | None:
        if "#" in label:
            return NONE
        if label not in self._values:
            self.undeclared.add(label)
            return None
        return dimension(self._values[label])

    def _agree(self, op: Op, units: tuple[Dimension | None, ...]) -> Dimension | None:
        known = [unit for unit in units if unit is not None]
        if len(set(known)) > 1:
            found = Finding(self._stage, op, tuple(written(unit) for unit in known))
            self.findings[found] = self.findings.get(found, 0) + 1
        return known[0] if known else None


def _constant(value: float) -> Dimension | None:
    if value == 0.0:
        return None
    if value == DAYS_PER_YEAR:
        return dimension("d/age_y")
    return NONE


def _product(a: Dimension | None, b: Dimension | None, *, sign: int) -> Dimension | None:
    if a is None or b is None:
        return None
    powers = dict(a)
    for name, power in b:
        powers[name] = powers.get(name, Fraction(0)) + sign * power
    return _ordered(powers)


def _ordered(powers: Mapping[str, Fraction]) -> Dimension:
    return tuple(sorted((name, power) for name, power in powers.items() if power))
