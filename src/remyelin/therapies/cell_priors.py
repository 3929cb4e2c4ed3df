"""Draws of all that is not known of cell products, from the priors of the parameter table."""

from __future__ import annotations

import math

import numpy as np

from remyelin.parameters import Parameter, ParameterTable
from remyelin.parameters.parameter import Prior
from remyelin.therapies.mechanisms import named, under

SUBSYSTEMS = ("cell products", "neural grafts")
"""Subsystems of the parameter table whose rows are drawn."""

_Z90 = 1.6448536269514722
"""Standard normal quantile of 95 %: the ends of a 90 % interval lie so far out."""


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
    low, high = _scaled(one.prior, one.low), _scaled(one.prior, one.high)
    middle = 0.5 * (low + high) if centre is None else _scaled(one.prior, centre)
    value = _back(one.prior, middle + (high - low) / (2.0 * _Z90) * _normal(word))
    return min(max(value, one.minimum), one.maximum)


def _normal(word: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(word)


def _scaled(prior: Prior, value: float) -> float:
    if prior is Prior.LOGNORMAL:
        return math.log(value)
    return math.log(value / (1.0 - value)) if prior is Prior.LOGIT_NORMAL else value


def _back(prior: Prior, value: float) -> float:
    if prior is Prior.LOGNORMAL:
        return math.exp(value)
    return 1.0 / (1.0 + math.exp(-value)) if prior is Prior.LOGIT_NORMAL else value
