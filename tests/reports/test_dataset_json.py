"""Tables as Dataset-JSON 1.1: the structure that CDISC publishes, and what a reader gets back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from remyelin.reports.dataset_json import Column, dataset_json
from tests.reports.dataset_json_structure import offences

FRAME = pd.DataFrame(
    {
        "USUBJID": ["=1", "Ä\u2028", ""],
        "ADT": ["2020-02-29", "", "1969-12-31"],
        "AVAL": [0.5, float("nan"), 3.0],
        "CNSR": [0, 1, 1],
    }
)
COLUMNS = (
    Column(name="USUBJID", label="Unique Subject Identifier", kind="string", key=1),
    Column(name="ADT", label="Analysis Date", kind="date"),
    Column(name="AVAL", label="Analysis Value", kind="double"),
    Column(name="CNSR", label="Censor", kind="integer"),
)


def made(frame: pd.DataFrame = FRAME) -> dict[str, Any]:
    text = dataset_json(
        frame,
        COLUMNS,
        name="ADTTE",
        label="Time to event",
        study_id="S1",
        made_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        version="0.1.0",
    )
    data = json.loads(text)
    assert isinstance(data, dict)
    return data


def test_the_structure_is_that_of_the_published_model() -> None:
    assert offences(made()) == []
    assert offences(made(FRAME.head(0))) == []


def test_rows_come_back_with_missing_cells_as_null() -> None:
    data = made()
    assert data["datasetJSONVersion"] == "1.1.0"
    assert data["datasetJSONCreationDateTime"] == "2026-01-02T03:04:05Z"
    assert data["records"] == 3
    assert data["rows"] == [
        ["=1", "2020-02-29", 0.5, 0],
        ["Ä\u2028", None, None, 1],
        ["", "1969-12-31", 3.0, 1],
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("datasetJSONVersion",), "1.0.0"),
        (("datasetJSONCreationDateTime",), "2026-01-02"),
        (("records",), 2),
        (("studyid",), "S1"),
        (("columns", 0, "dataType"), "text"),
        (("columns", 0, "OID"), "x"),
        (("rows", 0, 3), "0"),
        (("rows", 0), []),
    ],
)
def test_the_check_of_the_structure_can_fail(path: tuple[Any, ...], value: object) -> None:
    data: Any = made()
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert offences(data)


@pytest.mark.parametrize("name", ["itemGroupOID", "name", "label", "columns", "records"])
def test_what_is_required_is_missed(name: str) -> None:
    data = made()
    del data[name]
    assert offences(data)
