"""Longitudinal tables from Python: what cannot be used is named, whatever it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from remyelin.endpoints.history import History
from remyelin.errors import InputError

KEY = {"replicate": [0, 0], "arm_id": ["a", "a"], "subject_id": [0, 1]}


def tables() -> dict[str, pd.DataFrame]:
    dated = pd.DataFrame({**KEY, "day": [1.0, 2.0]})
    return {
        "subjects": pd.DataFrame({**KEY, "end_day": [90.0, 90.0], "end_reason": ["completed"] * 2}),
        "visits": dated.assign(visit=[0, 0], edss=[2.0, 2.5]),
        "relapses": dated,
        "adverse_events": dated.assign(event="sepsis", grade=[3.0, np.nan]),
    }


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("subjects", "subject_id", ["a", "b"]),
        ("subjects", "subject_id", [0.5, 1.0]),
        ("subjects", "replicate", [1e300, 1e300]),
        ("subjects", "end_day", ["soon", "late"]),
        ("subjects", "arm_id", [["a"], ["a"]]),
        ("subjects", "arm_id", np.array([1, 2], dtype=np.float16)),
        ("subjects", "switch_day", ["x", None]),
        ("visits", "visit", [None, 1]),
        ("visits", "day", pd.to_datetime(["2024-01-01", "2024-02-01"])),
        ("visits", "day", [{"a": 1}, {}]),
        ("relapses", "day", ["NA", "1"]),
        ("adverse_events", "grade", ["bad", "worse"]),
        ("adverse_events", "event", [["x"], ["y"]]),
    ],
)
def test_a_column_of_the_wrong_kind_is_named(table: str, column: str, values: object) -> None:
    frames = tables()
    assert History.of(frames).n == 2
    frames[table] = frames[table].assign(**{column: values})
    with pytest.raises(InputError, match=f"table {table}, column {column}"):
        History.of(frames)


def test_a_measurement_of_the_wrong_kind_and_a_column_given_twice_are_named() -> None:
    frames = tables()
    frames["visits"]["edss"] = ["low", "high"]
    with pytest.raises(InputError, match="column edss: numbers are needed"):
        History.of(frames).measured("edss")
    frames["visits"].columns = pd.Index([*frames["visits"].columns[:-1], "day"])
    with pytest.raises(InputError, match="columns stand twice: day"):
        History.of(frames)
