"""Draws from the priors of cells, and the page that tells what came of them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from remyelin.parameters import ParameterTable
from remyelin.parameters.parameter import Prior
from remyelin.therapies.cell_priors import SUBSYSTEMS, doubtful, drawn
from remyelin.therapies.mechanisms import mechanisms
from tools import cell_priors as tool
from tools import cell_sweep as sweep

TABLE = ParameterTable.load()
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cells.md").read_text(encoding="utf-8")
DRAWS = 400


@pytest.mark.parametrize("name", tuple(mechanisms()))
def test_draws_keep_to_the_limits_and_touch_cells_alone(name: str) -> None:
    for draw in range(20):
        for one in drawn(TABLE, name, draw, seed=1):
            assert one.minimum <= one.value <= one.maximum
            if one.subsystem not in SUBSYSTEMS:
                assert one.value == TABLE[one.key].value


def test_nine_draws_in_ten_lie_between_low_and_high() -> None:
    keys = [one for one in doubtful(TABLE) if one.prior is not Prior.UNIFORM]
    named = {key for one in mechanisms().values() for key in one.values}
    free = [one for one in keys if one.key not in named]
    tables = [drawn(TABLE, "peripheral", draw, seed=1) for draw in range(DRAWS)]
    inside = [
        np.mean([one.low <= table[one.key].value <= one.high for table in tables]) for one in free
    ]
    assert len(free) > 15
    error = math.sqrt(0.9 * 0.1 / DRAWS)
    assert max(abs(share - 0.9) for share in map(float, inside)) < 5.0 * error


def test_what_a_mechanism_holds_at_nothing_stays_nothing() -> None:
    for name, mechanism in mechanisms().items():
        table = drawn(TABLE, name, 3, seed=1)
        for key, value in mechanism.values.items():
            assert (table[key].value == 0.0) == (value == 0.0)


def test_a_mechanism_moves_the_median_of_what_it_names() -> None:
    key = "msc_csf_smouldering_effect"
    values = [drawn(TABLE, "trophic", draw, seed=1)[key].value for draw in range(DRAWS)]
    assert float(np.median(values)) == pytest.approx(0.4, abs=0.06)


def test_the_same_draw_has_the_same_words_under_every_mechanism() -> None:
    one, two = (drawn(TABLE, name, 5, seed=1) for name in ("peripheral", "null"))
    assert one["msc_lung_clearance"].value == two["msc_lung_clearance"].value
    assert one.digest() != drawn(TABLE, "peripheral", 6, seed=1).digest()


def test_ties_count_half_on_either_side() -> None:
    figure = tool.Figure("x", 0.5, "", lambda *_: np.zeros(1), "x")
    found = tool.judged(figure, np.array([0.0, 0.5, 0.5, 1.0]))
    assert found["p_below"] == found["p_above"] == found["tail"] == 0.5
    far = tool.judged(figure, np.array([0.0, 0.1, 0.2, 0.3]))
    assert (far["p_above"], far["p_below"], far["tail"]) == (0.0, 1.0, 0.0)


def test_the_tables_of_the_page_are_the_stored_figures() -> None:
    assert tool.page(PAGE) == PAGE
    assert sweep.page(PAGE) == PAGE


def test_the_frozen_values_of_the_rivals_are_those_of_the_page() -> None:
    assert mechanisms()["trophic"].values["msc_systemic_smouldering_effect"] == 0.3
    assert mechanisms()["trophic"].values["msc_systemic_repair_effect"] == 1.0
    assert mechanisms()["trophic"].values["msc_csf_smouldering_effect"] == 0.4
    assert mechanisms()["null"].values["unblinding_lean"] == 0.15
    assert "silenced by at most 30 %, repair raised by at most 1; in the fluid 40 %" in PAGE
    assert "0.15 latent units (0–0.4)" in PAGE
