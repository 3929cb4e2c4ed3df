"""Half a day's step changes no outcome by more than is stated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remyelin.engine import leaves
from remyelin.engine.advance import Engine
from remyelin.engine.population import Population, at_onset
from remyelin.engine.steps import in_steps
from remyelin.engine.streams import Streams
from remyelin.errors import UsageError
from remyelin.model.day import STAGES
from remyelin.parameters import ParameterTable

ROOT = Path(__file__).resolve().parents[2]
TABLE = ParameterTable.load()
BOUND = 0.02
"""Change of a mean, as a share of the standard deviation between patients (docs/engine.md)."""


def newcomers(count: int) -> Population:
    streams = Streams.of(3, np.zeros(count, dtype=np.int64), np.arange(count))
    return at_onset(TABLE, streams, era_factor=1.0)


def stored() -> list[dict[str, Any]]:
    text = (ROOT / "benchmarks" / "half_day.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return rows


@pytest.mark.parametrize("row", stored(), ids=lambda row: f"{row['cohort']} {row['outcome']}")
def test_the_stored_table_keeps_to_the_stated_bound(row: dict[str, Any]) -> None:
    most = abs(row["difference"]) + 2.0 * row["error"]
    assert most < BOUND * row["between_patient_sd"]


def test_the_page_says_the_stored_table() -> None:
    text = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    for row in stored():
        cells = f"| {row['cohort']} | {row['outcome']} | {row['day']:.4g} | {row['half_day']:.4g} |"
        assert cells in text


def test_today_half_a_day_still_changes_means_by_less_than_the_bound_and_chance() -> None:
    start = newcomers(1_500)
    day = Engine(TABLE).advance(start, 0, 200)[0].state
    half = Engine(TABLE, in_steps(2)).advance(start, 0, 400)[0].state
    for part in ("tissue", "clones", "t_cells", "lesions", "activation", "clock"):
        for name, a, b in zip(
            getattr(day, part)._fields, getattr(day, part), getattr(half, part), strict=True
        ):
            if name in {"today", "rate"}:  # what one step brings
                continue
            gap = b - a
            error = float(np.std(gap)) / np.sqrt(len(gap))
            most = 4.5 * error + 2.0 * BOUND * float(np.std(a)) + 1e-3 * abs(float(np.mean(a)))
            assert abs(float(np.mean(gap))) <= most, f"{part}.{name}"


def test_one_step_to_a_day_is_the_model_itself_to_the_bit() -> None:
    start = newcomers(40)
    plain, same = (Engine(TABLE, stages).advance(start, 0, 90) for stages in (STAGES, in_steps(1)))
    pairs: list[Any] = []
    for group in (plain[0].state, same[0].state):
        pairs.append([])
        leaves.map_leaves(pairs[-1].append, group)
    for a, b in zip(*pairs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_fewer_than_one_step_to_a_day_is_refused() -> None:
    with pytest.raises(UsageError, match="from 1"):
        in_steps(0)
