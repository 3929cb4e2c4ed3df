"""Draws of parameters: addressed, within every rule, and readable back to the bit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remyelin.errors import InputError, RemyelinError, UsageError
from remyelin.parameters import Origin, Parameter, ParameterDraws, ParameterTable, Prior
from remyelin.parameters.law import quantile

TABLE = ParameterTable.load()
DOUBTFUL = [parameter for parameter in TABLE if parameter.prior is not Prior.FIXED]


def test_a_point_is_one_draw_with_the_table_itself() -> None:
    point = ParameterDraws.point(TABLE)
    assert (len(point), point.origin) == (1, Origin.POINT)
    assert point.table(0) is TABLE


def test_every_draw_of_the_priors_keeps_limits_and_rules_between_parameters() -> None:
    draws = ParameterDraws.prior(TABLE, 40, seed=5)
    assert set(draws.keys) == {parameter.key for parameter in DOUBTFUL}
    for draw in range(len(draws)):
        table = draws.table(draw)  # raises where a limit or a rule is broken
        assert table.digest() != TABLE.digest()


def test_a_value_depends_on_seed_draw_and_key_alone() -> None:
    keys = ["lesion_rate", "smouldering_rate", "relapse_concavity"]
    few = ParameterDraws.prior(TABLE, 3, seed=7, keys=keys)
    many = ParameterDraws.prior(TABLE, 9, seed=7, keys=[*keys[::-1], "reserve"])
    for key in keys:
        mine, theirs = few.keys.index(key), many.keys.index(key)
        assert np.array_equal(few.values[:, mine], many.values[:3, theirs])
    other = ParameterDraws.prior(TABLE, 3, seed=8, keys=keys)
    assert not np.any(other.values == few.values)


@pytest.mark.parametrize("parameter", DOUBTFUL, ids=lambda parameter: parameter.key)
def test_quantiles_rise_and_stay_within_the_hard_limits(parameter: Parameter) -> None:
    shares = [1e-9, 0.05, 0.3, 0.5, 0.8, 0.95, 1.0 - 1e-9]
    found = [quantile(parameter, share) for share in shares]
    assert all(math.isfinite(value) for value in found)
    assert found == sorted(found)
    assert parameter.minimum <= found[0] < found[-1] <= parameter.maximum


def test_ninety_percent_of_the_draws_lie_in_the_stated_interval() -> None:
    # Only parameters whose law the hard limits hardly cut; the rest is narrower by design.
    keys = ["lesion_rate", "smouldering_rate"]
    draws = ParameterDraws.prior(TABLE, 2_000, seed=3, keys=keys)
    for column, key in enumerate(draws.keys):
        inside = (draws.values[:, column] >= TABLE[key].low) & (
            draws.values[:, column] <= TABLE[key].high
        )
        error = math.sqrt(0.9 * 0.1 / len(draws))
        assert abs(inside.mean() - 0.9) < 4.0 * error


def test_another_median_moves_the_middle_and_keeps_the_width() -> None:
    parameter = TABLE["lesion_rate"]
    assert parameter.prior is Prior.LOGNORMAL
    middle = math.sqrt(parameter.low * parameter.high)
    moved = quantile(parameter, 0.5, median=2.0 * middle)
    assert moved == pytest.approx(2.0 * middle)
    wide = quantile(parameter, 0.95, median=2.0 * middle) / moved
    assert wide == pytest.approx(parameter.high / middle)


@pytest.mark.parametrize("origin", [Origin.PRIOR, Origin.POSTERIOR])
def test_draws_are_read_back_to_the_bit_with_their_origin(origin: Origin) -> None:
    made = ParameterDraws.prior(TABLE, 5, seed=2, keys=["lesion_rate", "relapse_concavity"])
    draws = replace(made, origin=origin)
    back = ParameterDraws.parse(draws.text(), TABLE)
    assert back.origin is origin
    assert back.keys == draws.keys
    assert np.array_equal(back.values, draws.values)
    assert back.digest() == draws.digest()
    assert (back.digest() == made.digest()) is (origin is Origin.PRIOR)


def test_draws_of_no_origin_are_a_posterior_and_of_an_unknown_one_are_refused() -> None:
    text = ParameterDraws.prior(TABLE, 2, seed=2, keys=["lesion_rate"]).text()
    none = ParameterDraws.parse(text.replace('"origin": "prior", ', ""), TABLE)
    assert none.origin is Origin.POSTERIOR
    for origin in ('"point"', '"guess"', "[]", "{}", "null"):
        with pytest.raises(InputError, match=r"its origin is .*allowed: prior, posterior"):
            ParameterDraws.parse(text.replace('"prior"', origin), TABLE)


def test_the_digest_moves_with_any_value_and_with_the_base_table() -> None:
    draws = ParameterDraws.prior(TABLE, 2, seed=2, keys=["lesion_rate"])
    values = draws.values.copy()
    values[1, 0] = np.nextafter(values[1, 0], np.inf)
    other = ParameterDraws(TABLE, draws.keys, values, draws.origin)
    changed = TABLE.with_values({"reserve": TABLE["reserve"].value * 1.01})
    base = ParameterDraws(changed, draws.keys, draws.values, draws.origin)
    assert len({draws.digest(), other.digest(), base.digest()}) == 3


def test_draws_of_another_table_are_refused() -> None:
    text = ParameterDraws.prior(TABLE, 2, seed=2, keys=["lesion_rate"]).text()
    other = TABLE.with_values({"reserve": TABLE["reserve"].value * 1.01})
    with pytest.raises(InputError, match="made for parameter table"):
        ParameterDraws.parse(text, other)


def test_values_outside_their_limits_are_refused_by_draw() -> None:
    draws = ParameterDraws.prior(TABLE, 2, seed=2, keys=["relapse_concavity"])
    bad = ParameterDraws(TABLE, draws.keys, draws.values + 1.0, draws.origin)
    with pytest.raises(InputError, match="draw 0: parameter relapse_concavity"):
        ParameterDraws.parse(bad.text(), TABLE)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_file_is_an_error_of_ours_or_reads_as_draws(data: st.DataObject) -> None:
    text = ParameterDraws.prior(TABLE, 2, seed=2, keys=["lesion_rate"]).text()
    place = data.draw(st.integers(0, len(text) - 1))
    more = data.draw(st.text(max_size=3))
    drop = data.draw(st.integers(0, 4))
    try:
        found = ParameterDraws.parse(text[:place] + more + text[place + drop :], TABLE)
    except RemyelinError:
        return
    assert all(isinstance(found.table(draw), ParameterTable) for draw in range(len(found)))


@pytest.mark.parametrize("draws", [0, -1, 100_001])
def test_a_number_of_draws_that_is_not_allowed_is_refused(draws: int) -> None:
    with pytest.raises(UsageError, match="allowed are 1 to 100000"):
        ParameterDraws.prior(TABLE, draws, seed=1)


@pytest.mark.parametrize("draw", [-1, 2])
def test_a_draw_that_is_not_there_is_refused(draw: int) -> None:
    with pytest.raises(UsageError, match="draws 0 to 1"):
        ParameterDraws.prior(TABLE, 2, seed=1, keys=["lesion_rate"]).table(draw)
