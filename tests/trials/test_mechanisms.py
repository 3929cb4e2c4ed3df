"""Rival mechanisms: what each lets cells do, and what an unblinded rater sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import remyelin
from remyelin.engine import leaves
from remyelin.engine.backends import Backend, carrier, rater
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.errors import UnknownNameError
from remyelin.model.schedule import Schedule
from remyelin.parameters import ParameterTable
from remyelin.therapies import catalogue
from remyelin.therapies.mechanisms import FIRST, mechanisms, under
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.trials.unblinding import Lean

TABLE = ParameterTable.load()
COUNT = 64
ROWS = np.arange(COUNT)
CELLS = ("msc_iv_mesems", "msc_it_petrou", "mscnp_it_harris")


def people(table: ParameterTable) -> Population:
    streams = Streams.of(7, np.zeros(COUNT, dtype=np.int64), ROWS)
    start = at_onset(table, streams, era_factor=1.0)
    return carrier(table, Backend.FUSED).advance(start, 0, 1500)[0]


def course(name: str, start: int = 0) -> Course:
    days = np.full(COUNT, start, dtype=np.int64)
    return Course(catalogue.load(name), ROWS, days, np.full(COUNT, FOREVER))


def disease(name: str | None, mechanism: str) -> list[bytes]:
    table = under(mechanism, TABLE)
    plan = None
    if name:
        plan = Schedule(entries(course(name), table, Window(0, 400)))
    found, _ = carrier(table, Backend.FUSED).advance(people(table), 0, 400, plan)
    kept: list[bytes] = []
    for part in (found.state.tissue, found.state.deficit, found.state.lesions):
        leaves.map_leaves(lambda leaf: kept.append(leaf.tobytes()), part)
    return kept


def test_the_first_mechanism_is_the_table() -> None:
    assert tuple(mechanisms()) == ("peripheral", "trophic", "null")
    assert under(FIRST, TABLE).digest() == TABLE.digest()


def test_an_unknown_mechanism_is_refused_with_an_offer() -> None:
    with pytest.raises(UnknownNameError, match="did you mean trophic"):
        under("tropic", TABLE)


@pytest.mark.parametrize("name", CELLS)
def test_under_the_null_no_cell_changes_the_disease(name: str) -> None:
    assert disease(name, "null") == disease(None, "null")


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("mechanism", ["peripheral", "trophic"])
def test_under_the_others_cells_do(name: str, mechanism: str) -> None:
    assert disease(name, mechanism) != disease(None, mechanism)


def test_a_lean_lowers_the_rating_of_those_given_cells_and_of_nobody_else() -> None:
    rows = np.arange(0, COUNT, 2)
    half = replace(course("msc_iv_mesems"), rows=rows, start=np.zeros(len(rows), dtype=np.int64))
    half = replace(half, stop=np.full(len(rows), FOREVER))
    population = people(TABLE)
    seen = Lean(1.0).seen(population, ROWS, [half], 90)
    rate = rater(TABLE, Backend.NUMPY, noise=False).rate
    honest, leaning = rate(population).edss, rate(seen).edss
    others = np.setdiff1d(ROWS, rows)
    assert (honest[others] == leaning[others]).all()
    assert (leaning[rows] <= honest[rows]).all()
    assert (leaning[rows] < honest[rows]).mean() > 0.5


def test_nobody_leans_before_the_cells_or_without_a_lean() -> None:
    population = people(TABLE)
    late = course("sham_msc_it_petrou")
    before = Lean(1.0).seen(population, ROWS, [late], 182).state.fluctuation
    after = Lean(1.0).seen(population, ROWS, [late], 183).state.fluctuation
    assert (before.trained_spinal == population.state.fluctuation.trained_spinal).all()
    assert (after.trained_spinal == population.state.fluctuation.trained_spinal + 1.0).all()
    assert Lean.of(TABLE).seen(population, ROWS, [late], 500) is population
    assert Lean.of(under("null", TABLE)).size == pytest.approx(0.15)


def test_a_run_tells_its_mechanism_and_is_moved_by_it() -> None:
    found = {
        name: remyelin.run("mesems", patients=20, replicates=1, mechanism=name)
        for name in ("peripheral", "null")
    }
    assert {name: one.record["mechanism"] for name, one in found.items()} == {
        "peripheral": "peripheral",
        "null": "null",
    }
    digests = {one.record["parameters"] for one in found.values()}
    assert len(digests) == 2
    visits = [one.tables["visits"] for one in found.values()]
    assert (visits[0]["brain_volume_pct"] != visits[1]["brain_volume_pct"]).any()
