"""Draws of all that is not known of cell products, from the priors of the parameter table."""

from __future__ import annotations

import numpy as np

from remyelin.parameters import Parameter, ParameterTable
from remyelin.parameters.law import Z90, from_scale, to_scale
from remyelin.parameters.parameter import Prior
from remyelin.therapies.mechanisms import named, under

SUBSYSTEMS = ("cell products", "neural grafts")
"""Subsystems of the parameter table whose rows are drawn."""


def doubtful(table: ParameterTable) -> tuple[Parameter, ...]:
    """List the parameters of cell products that have a prior, in the order of the table."""
    return tuple(
        one for one in table if one.subsystem in SUBSYSTEMS and one.prior is not Prior.FIXED
    )


def drawn(table: ParameterTable, mechanism: str, draw: int, *, seed: int) -> ParameterTable:
    """Give the parameters of one draw under a mechanism.

    What the mechanism sets to 0 is 0. What it sets to another value than the table has that value
    as median, with the width of the prior; everything else follows its prior, and so does what has
    a uniform prior. The same draw has the same random numbers under every mechanism.

    Raises
    ------
    UnknownNameError
        There is no such mechanism.
    """
    values = named(mechanism).values
    random = np.random.default_rng([seed, draw])
    found: dict[str, float] = {}
    for one in doubtful(table):
        word = float(random.uniform())
        centre = values.get(one.key)
        if centre == 0.0:
            continue
        moved = centre if centre is not None and centre != one.value else None
        found[one.key] = _value(one, word, moved)
    return under(mechanism, table).with_values(found)


def _value(one: Parameter, word: float, centre: float | None) -> float:
    if one.prior is Prior.UNIFORM:
        return one.low + word * (one.high - one.low)
    low, high = to_scale(one.prior, one.low), to_scale(one.prior, one.high)
    middle = 0.5 * (low + high) if centre is None else to_scale(one.prior, centre)
    value = from_scale(one.prior, middle + (high - low) / (2.0 * Z90) * _normal(word))
    return min(max(value, one.minimum), one.maximum)


def _normal(word: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(word)
