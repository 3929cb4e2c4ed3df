"""Risks of a dose of cells: by its route, its size, and by whose cells they are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter, ValidationError

from remyelin.errors import InputError
from remyelin.files import parse_yaml
from remyelin.parameters import ParameterTable
from remyelin.study.fields import Frozen, Identifier
from remyelin.study.problems import problems_of
from remyelin.therapies.arrival import millions
from remyelin.therapies.product import Product
from remyelin.therapies.step import Route, Step

_WHERE = "data/cell_risks.yaml"


class Chance(Frozen):
    """The parameter that is a chance, and the dose to which it refers; without one, any dose."""

    chance: Identifier
    dose: Identifier | None = None


class CellRisk(Frozen):
    """Risks that come with some routes.

    Attributes
    ----------
    routes
        Routes by which cells are given.
    foreign
        Only cells of a donor who does not match.
    first_only
        With the first dose of a step only.
    moves
        Inputs of the model.
    """

    routes: tuple[Route, ...]
    foreign: bool = False
    first_only: bool = False
    moves: dict[Identifier, Chance]


@cache
def cell_risks() -> tuple[CellRisk, ...]:
    """Give the known risks.

    Raises
    ------
    InputError
        The file is malformed.
    """
    text = files("remyelin.therapies").joinpath("data", "cell_risks.yaml").read_text("utf-8")
    try:
        return TypeAdapter(tuple[CellRisk, ...]).validate_python(parse_yaml(text, where=_WHERE))
    except ValidationError as error:
        raise InputError(_WHERE, problems_of(error, CellRisk)) from None


def chances(
    step: Step, product: Product, table: ParameterTable, *, first: bool
) -> dict[str, float]:
    """Give the chances of harm that a step brings; none at dose 0.

    Parameters
    ----------
    step, product
        What is given.
    table
        Parameters.
    first
        Whether to give those that come once, or those that come with every dose.
    """
    dose = millions(step, table)
    found: dict[str, float] = {}
    for risk in cell_risks():
        fits = step.route in risk.routes and (product.foreign or not risk.foreign)
        if dose <= 0.0 or not fits or risk.first_only != first:
            continue
        for field, one in risk.moves.items():
            share = 1.0 if one.dose is None else dose / table[one.dose].internal
            found[field] = min(1.0, share * table[one.chance].internal)
    return found
