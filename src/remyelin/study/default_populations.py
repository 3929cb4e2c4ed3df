"""Published populations that supply covariates which a study's own table lacks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from pydantic import ValidationError

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml
from remyelin.study.population import DefaultPopulation
from remyelin.study.problems import problems_of

POPULATIONS_FOLDER = "populations"


@cache
def default_populations() -> Mapping[str, DefaultPopulation]:
    """All default populations of the package, by name."""
    folder = resources.files("remyelin.study") / POPULATIONS_FOLDER
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    found = [parse_population(f.read_text(encoding="utf-8"), where=f.name) for f in files]
    return MappingProxyType({population.name: population for population in found})


def default_population(name: str) -> DefaultPopulation:
    """One default population.

    Raises
    ------
    UnknownNameError
        There is none of this name.
    """
    known = default_populations()
    if name not in known:
        raise UnknownNameError("default population", name, tuple(known))
    return known[name]


def parse_population(text: str, *, where: str) -> DefaultPopulation:
    """Default population of a YAML text.

    Parameters
    ----------
    text
        A YAML mapping with the keys of `DefaultPopulation`.
    where
        Name of the text in messages.

    Raises
    ------
    InputError
        The text is malformed; every problem is named.
    """
    data = parse_yaml(text, where=where)
    try:
        return DefaultPopulation.model_validate(data)
    except ValidationError as error:
        raise InputError(where, problems_of(error, DefaultPopulation)) from None
