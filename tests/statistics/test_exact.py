"""Sums that do not depend on order or division, and figures from counts of equal patients."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.statistics.arms import Replicates
from remyelin.statistics.cox import hazard_ratios
from remyelin.statistics.exact import exact_parts, totals
from remyelin.statistics.survival import kaplan_meier
from remyelin.statistics.tally import Item, Reading, Tally

REALS = st.lists(
    st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False), min_size=1, max_size=40
)


@given(REALS, st.integers(0, 40))
def test_parts_add_up_to_the_exact_sum_however_the_summands_are_divided(
    values: list[float], cut: int
) -> None:
    exact = sum(map(Fraction, values))
    pieces = [values[:cut], values[cut:]]
    parts = [
        exact_parts(np.array(piece), np.zeros(len(piece), dtype=np.int64), 1)[1].tolist()
        for piece in pieces
        if piece
    ]
    assert sum(map(Fraction, [part for piece in parts for part in piece])) == exact
    together = np.array([part for piece in parts for part in piece])
    assert totals(together, np.zeros(together.size, dtype=np.int64), 1)[0] == math.fsum(values)


def test_an_infinite_summand_stays_infinite_and_others_have_their_sum() -> None:
    group, parts = exact_parts(np.array([1.0, math.inf, 2.0]), np.array([0, 0, 1]), 2)
    assert totals(parts, group, 2).tolist() == [math.inf, 2.0]
    group, parts = exact_parts(np.array([-math.inf, math.inf]), np.array([0, 0]), 1)
    assert math.isnan(totals(parts, group, 1)[0])


ITEMS = (Item(Reading.EVENTS, "a"), Item(Reading.SUM, "b", 12.0))


def made(seed: int, rows: int) -> Tally:
    draw = np.random.default_rng(seed)
    parts = [
        Tally.rows(
            item,
            draw.integers(0, 3, rows),
            draw.integers(0, 2, rows),
            code=draw.integers(0, 4, rows),
            x=draw.integers(0, 9, rows) / 7.0,
        )
        for item in range(len(ITEMS))
    ]
    return Tally.joined(parts)


def same(one: Tally, two: Tally) -> bool:
    names = Tally.__dataclass_fields__
    return all(np.array_equal(getattr(one, n), getattr(two, n)) for n in names)


def test_tallies_of_parts_add_up_to_the_tally_of_the_whole() -> None:
    whole = made(1, 500)
    draw = np.random.default_rng(2).permutation(len(whole))
    pieces = [whole.where(part).compact(ITEMS) for part in np.array_split(draw, 7)]
    merged = Tally.empty()
    for piece in pieces:
        merged = Tally.joined([piece, merged]).compact(ITEMS)
    assert same(merged, whole.compact(ITEMS))
    assert int(merged.n.sum()) == len(whole)
    assert len(merged) < len(whole)


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_equal_patients_give_the_figures_of_the_patients(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = 400
    time, event = draw.integers(1, 30, count), draw.random(count) < 0.4
    first, replicate = draw.random(count) < 0.5, draw.integers(0, 3, count)
    rows, weight = np.unique(np.stack([time, event, first, replicate]), axis=1, return_counts=True)
    less = rows[0].astype(float), rows[1].astype(bool), rows[2].astype(bool), rows[3]
    assert rows.shape[1] < count

    all_curves = kaplan_meier(time, event, replicate)
    curves = kaplan_meier(less[0], less[1], less[3], weight=weight)
    for name in ("times", "survival", "at_risk", "events", "size"):
        assert np.array_equal(getattr(curves, name), getattr(all_curves, name)), name

    assert np.array_equal(
        hazard_ratios(*less, weight=weight).ratio,
        hazard_ratios(time, event, first, replicate).ratio,
    )

    numbers = np.arange(3)
    everybody, lines = np.ones(count, dtype=bool), np.ones(rows.shape[1], dtype=bool)
    single, counted = Replicates(numbers, replicate), Replicates(numbers, less[3], weight)
    assert np.array_equal(
        counted.median(less[0], lines), single.median(time.astype(float), everybody)
    )
    assert np.array_equal(counted.count(lines), single.count(everybody))
    assert np.array_equal(
        counted.total(less[0], lines), single.total(time.astype(float), everybody)
    )
