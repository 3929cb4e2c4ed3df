"""What of a dose of cells reaches the patient, as inputs of the model.

Cells that act = dose x viability x retention by route x potency.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from types import MappingProxyType

from remyelin.parameters import ParameterTable
from remyelin.study.fields import Figure
from remyelin.therapies.dose_units import unit_of
from remyelin.therapies.product import Donor, Form, Product, ProductKind
from remyelin.therapies.step import Route, Step

RETENTION: Mapping[Route, str] = MappingProxyType(
    {
        Route.INTRAVENOUS: "retention_lung",
        Route.INTRATHECAL: "retention_fluid",
        Route.INTRACEREBROVENTRICULAR: "retention_ventricle",
        Route.INTRAPARENCHYMAL: "retention_tissue",
    }
)
"""Routes by which cells can be given, and the share that stays, as keys of the parameter table."""

COUNTED = ("msc_lung", "msc_fluid", "graft_precursors", "graft_supporters")
"""Inputs that are numbers of cells: they follow potency."""

_THIRD_PASSAGE = 3.0


def main_input(product: Product, route: Route) -> str:
    """Name the input that a product moves by a route; a step names it in ``moves``."""
    if product.kind is ProductKind.NEURAL:
        return "graft_precursors"
    return "msc_lung" if route is Route.INTRAVENOUS else "msc_fluid"


def viability(product: Product, table: ParameterTable) -> float:
    """Give the viable share when the cells are given, after their time in the bag."""
    fresh = product.form is Form.FRESH
    row = table["product_viability_fresh" if fresh else "product_viability_thawed"]
    figure = product.viability
    share = figure.value if isinstance(figure, Figure) else row.internal
    minutes = 0.0 if product.bag_minutes is None else product.bag_minutes.value
    return share * exp(-table["product_bag_loss"].internal * minutes)


def potency(product: Product, table: ParameterTable) -> float:
    """Give the potency of a product of the median donor; that of the reference product is 1.

    The age of the patient who gives autologous cells is not in it.
    """
    level = 1.0 if product.potency is None else product.potency.value
    passage = product.manufacture.passage
    late = 0.0 if passage is None else max(0.0, passage.value - _THIRD_PASSAGE)
    level *= exp(-table["passage_potency_loss"].internal * late)
    if product.donor is Donor.ALLOGENEIC and product.donor_age_years is not None:
        level *= exp(-ageing(product.donor_age_years.value, table))
    return level


def ageing(age: float, table: ParameterTable) -> float:
    """Give the loss of potency at the age of a donor, on the log scale."""
    above = max(0.0, age - table["donor_age_reference"].internal)
    return table["donor_age_potency_loss"].internal * above


def millions(step: Step, table: ParameterTable) -> float:
    """Give the dose of a step in millions of cells for a patient of reference weight."""
    unit = unit_of(step.unit) if step.unit else None
    if unit is None or step.dose is None:
        return 0.0
    weight = table["body_weight"].internal if unit.measures == "cells/kg" else 1.0
    return step.dose * unit.size * weight


def arriving(step: Step, product: Product, table: ParameterTable) -> dict[str, float]:
    """Give the inputs that one dose moves, for a donor of median potency; none at dose 0."""
    route, dose = step.route, millions(step, table)
    if route is None or dose <= 0.0:
        return {}
    alive = dose * viability(product, table)
    active = alive * potency(product, table)
    held = active * table[RETENTION[route]].internal
    if product.kind is ProductKind.MESENCHYMAL:
        return _mesenchymal(route, active, held, table)
    return _neural(route, product, held, table)


def _mesenchymal(
    route: Route, active: float, held: float, table: ParameterTable
) -> dict[str, float]:
    if route is not Route.INTRAVENOUS:
        return {"msc_fluid": held}
    homed = active * table["homing_share"].internal
    found = {"msc_lung": held / table["body_weight"].internal}
    return {**found, "msc_fluid": homed} if homed > 0.0 else found


def _neural(route: Route, product: Product, held: float, table: ParameterTable) -> dict[str, float]:
    key = "neural_precursor_share_nsc" if product.precursors is None else product.precursors.value
    share = table[key].internal
    tissue = route is Route.INTRAPARENCHYMAL
    found = {
        "graft_precursors": share * held,
        "graft_supporters": (1.0 - share) * held,
        "graft_reach": table["reach_tissue" if tissue else "reach_ventricle"].internal,
    }
    if product.foreign:
        found["graft_foreign"] = 1.0
    if product.pluripotent:
        found["graft_tumour_risk"] = table["graft_tumour_probability"].internal
    return found
