"""Patients answer a drug differently, and the mean patient as the row of the drug says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from remyelin.engine.advance import Engine
from remyelin.engine.fused.runner import listed
from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.model.patient import State
from remyelin.model.response import respond
from remyelin.model.schedule import Entry, Schedule
from remyelin.parameters import ParameterTable

TABLE = ParameterTable.load()
ALIKE = TABLE.with_values({"drug_response_spread": 0.0})
LEVELS = ("traffic_target", "activation_target", "egress_target", "microglia_target")
BLOCKS = {
    "traffic_target": ("blocks", "traffic"),
    "activation_target": ("blocks", "activation"),
    "egress_target": ("targets", "egress"),
    "microglia_target": ("targets", "microglia"),
}


def newcomers(count: int, table: ParameterTable = TABLE) -> Population:
    streams = Streams.of(8, np.zeros(count, dtype=np.int64), np.arange(count))
    return at_onset(table, streams, era_factor=1.0)


def treated(
    level: str, size: float, *, count: int, days: int, table: ParameterTable = TABLE
) -> State:
    plan = Schedule([Entry(level, np.arange(count), np.zeros(count, dtype=np.int64), size)])
    return Engine(table).advance(newcomers(count, table), 0, days, plan)[0].state


def block(level: str, state: State) -> NDArray[np.float64]:
    part, field = BLOCKS[level]
    return np.asarray(getattr(getattr(state, part), field), dtype=np.float64)


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.8, 1.5])
def test_the_mean_block_over_all_responses_is_the_target(spread: float) -> None:
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    for target in np.linspace(0.02, 0.98, 49):
        blocks = respond(NUMPY, spread, np.full(60, target), points)
        assert weights @ blocks == pytest.approx(target, abs=0.003)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [0.48, 0.85])
def test_the_mean_block_of_a_population_is_the_row_to_monte_carlo_error(
    level: str, size: float
) -> None:
    count, days = 3_000, 1
    found = block(level, treated(level, size, count=count, days=days))
    reached = block(level, treated(level, size, count=1, days=days, table=ALIKE))[0] / size
    final = found / reached
    error = final.std() / np.sqrt(count)
    assert abs(final.mean() - size) < 4.0 * error
    assert final.std() > 0.05


def test_without_a_spread_everybody_answers_alike() -> None:
    found = block("traffic_target", treated("traffic_target", 0.7, count=50, days=60, table=ALIKE))
    assert np.ptp(found) < 1e-12


def test_at_a_target_of_nothing_nobody_is_blocked_and_at_one_everybody_is() -> None:
    z = np.linspace(-4.0, 4.0, 9)
    assert (respond(NUMPY, 0.8, np.zeros(9), z) == 0.0).all()
    assert respond(NUMPY, 0.8, np.ones(9), z) == pytest.approx(np.ones(9), abs=0.0)


@pytest.mark.parametrize("level", LEVELS)
def test_a_drug_at_dose_zero_leaves_everybody_as_untreated_to_the_bit(level: str) -> None:
    given = treated(level, 0.0, count=40, days=200)
    free = Engine(TABLE).advance(newcomers(40), 0, 200, Schedule([]))[0].state
    for mine, theirs in zip(listed(given), listed(free), strict=True):
        assert (mine == theirs).all()


def test_untreated_patients_do_not_depend_on_the_spread() -> None:
    wide = Engine(TABLE).advance(newcomers(40), 0, 200, Schedule([]))[0].state
    none = Engine(ALIKE).advance(newcomers(40, ALIKE), 0, 200, Schedule([]))[0].state
    for mine, theirs in zip(listed(wide), listed(none), strict=True):
        assert (mine == theirs).all()


def test_responses_are_standard_normal_and_correlated_as_the_row_says() -> None:
    count = 6_000
    response = newcomers(count).traits.response
    for z in response:
        assert abs(z.mean()) < 4.0 / np.sqrt(count)
        assert z.std() == pytest.approx(1.0, abs=4.0 / np.sqrt(2.0 * count))
    expected = TABLE["drug_response_correlation"].value
    found = np.corrcoef(response.activation, response.traffic)[0, 1]
    assert found == pytest.approx(expected, abs=4.0 * (1.0 - expected**2) / np.sqrt(count))


def test_the_response_is_independent_of_how_active_the_disease_is() -> None:
    traits = newcomers(6_000).traits
    rate = np.log(traits.disease.lesion_rate)
    for z in traits.response:
        assert abs(np.corrcoef(z, rate)[0, 1]) < 4.0 / np.sqrt(6_000)
