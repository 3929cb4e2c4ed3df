"""Rules on steps that give a cell product: known, by a route it can take, at a human dose."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.errors import InputError, UnknownNameError
from remyelin.parameters import ParameterTable
from remyelin.therapies import product_catalogue
from remyelin.therapies.amounts import BY_PRODUCT
from remyelin.therapies.arrival import RETENTION, main_input, millions
from remyelin.therapies.dose_units import unit_of
from remyelin.therapies.findings import Finding, Grade
from remyelin.therapies.product import HumanDose, Product, ProductKind
from remyelin.therapies.step import Route, Step, StepKind

_UNITS = ("cells", "cells/kg")
_SLACK = 1e-9


def on_product(step: Step, where: str, table: ParameterTable) -> Iterator[Finding]:
    """Give what the rules find in a step that names a product, or should."""
    by_product = [field for field, name in step.moves.items() if name == BY_PRODUCT]
    if not step.product:
        if by_product:
            text = f"moves.{by_product[0]}: {BY_PRODUCT} given, but the step names no product"
            yield Finding(Grade.ERROR, "product_is_named", where, text)
        return
    try:
        product = product_catalogue.load(step.product)
    except (UnknownNameError, InputError) as error:
        text = str(error).replace("\n", " ")
        yield Finding(Grade.ERROR, "product_is_known", where, text)
        return
    if step.kind is StepKind.PROCESSING:
        return
    if step.route not in product.routes:
        allowed = ", ".join(product.routes)
        text = f"route {step.route} given; {product.product_id} can be given by {allowed}"
        yield Finding(Grade.ERROR, "route_of_product", where, text, product.citation)
        return
    yield from _moves(step, product, by_product, where)
    yield from _dose(step, product, where, table)


def _moves(step: Step, product: Product, given: list[str], where: str) -> Iterator[Finding]:
    wanted = [main_input(product, step.route or Route.UNSTATED)]
    if given != wanted:
        text = (
            f"moves {', '.join(given) or 'nothing'} {BY_PRODUCT}; {product.product_id} by this "
            f"route needs moves: {{{wanted[0]}: {BY_PRODUCT}}}"
        )
        yield Finding(Grade.ERROR, "input_of_product", where, text)


def _dose(step: Step, product: Product, where: str, table: ParameterTable) -> Iterator[Finding]:
    unit = unit_of(step.unit) if step.unit else None
    if step.dose is None or unit is None or unit.measures not in _UNITS:
        text = f"dose {step.dose} {step.unit} given; allowed: a number of 1e6 cells or 1e6 cells/kg"
        yield Finding(Grade.ERROR, "dose_of_product", where, text)
        return
    highest = highest_dose(product.kind, step.route or Route.UNSTATED, table)
    if highest is None:
        text = f"nobody was ever given such cells by this route ({step.route}): a scenario"
        yield Finding(Grade.WARNING, "no_human_dose", where, text)
        return
    most, dose, maker = highest
    given = millions(step, table)
    if given > most * (1.0 + _SLACK):
        text = (
            f"{given:g} million cells given (70 kg), beyond any human dose by this route; "
            f"allowed: up to {most:g} million ({maker})"
        )
        yield Finding(Grade.ERROR, "human_dose", where, text, f"{dose.source}, {dose.mark}")
    elif not product.human_data:
        text = f"{product.product_id}: no human data in multiple sclerosis; a scenario"
        yield Finding(Grade.WARNING, "no_human_data", where, text)


def highest_dose(
    kind: ProductKind, route: Route, table: ParameterTable
) -> tuple[float, HumanDose, str] | None:
    """Give the largest single dose of such cells by a route: millions, where read, product."""
    weight = table["body_weight"].internal
    found = [
        (dose.high * (weight if dose.unit.endswith("/kg") else 1.0), dose, name)
        for name in product_catalogue.names()
        for product in (product_catalogue.load(name),)
        if product.kind is kind
        for dose in product.human_doses
        if dose.route is route
    ]
    return max(found, key=lambda one: one[0], default=None)


def unknown_of(step: Step) -> str:
    """Say which properties of a step's product have no data; empty where there is no product."""
    if not step.product or step.kind is StepKind.PROCESSING:
        return ""
    product = product_catalogue.load(step.product)
    human = "" if product.human_data else "; no human data in multiple sclerosis"
    gaps = f"no data: {', '.join(product.unknown)}" if product.unknown else ""
    return f"{gaps}{human}".removeprefix("; ")


ROUTES = tuple(RETENTION)
"""Routes by which cells can be given."""
