"""Dataset-JSON 1.1, and SAS transport files before they are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remyelin.endpoints import read_dataset
from remyelin.endpoints.sheet import read_sheet
from remyelin.errors import InputError
from remyelin.files import ReadLimits

Write = Callable[..., Path]
NAMES = ("subject_id", "date", "edss")
ROWS = [["A", "2021-01-05", 2], ["A", "2021-04-05", 3.0], ["A", "2021-10-05", None]]


def table(rows: list[Any] | None = None, **changes: object) -> dict[str, Any]:
    rows = ROWS if rows is None else rows
    columns = [{"itemOID": f"IT.{n}", "name": n, "label": n, "dataType": "string"} for n in NAMES]
    made = {"datasetJSONVersion": "1.1.0", "name": "V", "records": len(rows), "columns": columns}
    return {**made, "rows": rows, **changes}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(content: object, name: str = "visits.json") -> Path:
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return file


def problem(path: Path, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        read_sheet(path, name="visits", wanted=None, limits=ReadLimits(**limits))
    return str(caught.value)


def lines(content: dict[str, Any]) -> str:
    about = {key: value for key, value in content.items() if key != "rows"}
    return "\n".join(json.dumps(line) for line in (about, *content["rows"])) + "\n"


def test_both_forms_are_read_alike(write: Write) -> None:
    for path in (write(table()), write(lines(table()), "visits.ndjson")):
        data = read_dataset(path)
        assert data.history.measured("edss").value.tolist() == [2.0, 3.0]
        assert data.history.measured("edss").day.tolist() == [0, 90]


REFUSED = [
    (table(records=4), "it tells of 4 rows, there are 3: it is incomplete"),
    (table([["A", "2021-01-05"]]), "row 1: 2 cells given, 3 allowed"),
    (table([["A", "2021-01-05", [2]]]), "row 1, column edss: a list or mapping is no cell"),
    (table([{"subject_id": "A"}]), "row 1: no list of cells given"),
    (table(datasetJSONVersion="1.0.0"), "version 1.0.0 given; allowed: Dataset-JSON 1.1"),
    ({"clinicalData": {}}, "the form of version 1.0 (clinicalData) given"),
    ({"rows": []}, "no datasetJSONVersion given"),
    ([1, 2], "this is no Dataset-JSON"),
    (table(columns=[]), "columns is missing"),
    (table(columns=[{"label": "x"}]), "column 1 has no name"),
    (table(rows=None, records=0) | {"rows": "none"}, "rows is none; allowed: a list of rows"),
    ("{", "this is not JSON"),
    ("", "this is not JSON"),
    ('{"datasetJSONVersion": "1.1", "a": NaN}', "NaN is no number of JSON"),
    ('{"a": 1, "a": 2}', "a key stands twice"),
    ("[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED)
def test_what_is_no_whole_dataset_is_refused(write: Write, content: object, expected: str) -> None:
    assert expected in problem(write(content))


def test_a_broken_line_is_named(write: Write) -> None:
    assert "line 3: this is not JSON" in problem(
        write(lines(table()).replace('"2021-04-05"', "oops"), "visits.ndjson")
    )


def test_numbers_that_are_displayed_as_dates_are_days_from_1960(write: Write) -> None:
    content = table([["A", 22285, 2], ["A", 22375, 3]])
    content["columns"][1] |= {"dataType": "integer", "displayFormat": "DATE9."}
    data = read_dataset(write(content))
    assert data.date(data.history.end_day * 0).tolist() == ["2021-01-05"]
    assert "read as days from 1960-01-01" in [note.settled for note in data.notes]
    content = table([["A", 22285 * 86400, 2], ["A", 22375 * 86400, 3]])
    content["columns"][1] |= {"dataType": "integer", "displayFormat": "DATETIME20."}
    assert read_dataset(write(content)).history.end_day.tolist() == [90]


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ({"table_bytes": 100}, "bytes of a table"),
        ({"rows": 2}, "3 rows given, allowed: 2"),
        ({"columns": 2}, "3 columns given"),
        ({"cells": 5}, "cells given"),
        ({"memory_bytes": 500}, "bytes of memory"),
        ({"cell_characters": 5}, "characters in one cell"),
    ],
)
def test_limits_hold_for_datasets_too(write: Write, limits: dict[str, int], what: str) -> None:
    assert what in problem(write(table()), **limits)


def test_a_line_without_end_is_refused(write: Write) -> None:
    path = write(lines(table()), "visits.ndjson")
    assert "bytes in one line" in problem(path, line_bytes=50)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_answered_with_a_clear_error(tmp_path: Path, content: bytes) -> None:
    for name in ("a.json", "a.ndjson", "a.xpt"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_sheet(path, name="visits", wanted=None)


@pytest.fixture(params=[5, 8])
def transport(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    library = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(ROWS, columns=["ID", "DATE", "EDSS"])
    paths = tmp_path / "one.xpt", tmp_path / "two.xpt"
    for path, name in zip(paths, ("ONE", "TWO"), strict=True):
        library.write_xport(frame, str(path), table_name=name, file_format_version=request.param)
    return paths


def test_a_transport_file_of_several_data_sets_is_refused_with_their_names(
    transport: tuple[Path, Path],
) -> None:
    one, two = transport
    assert read_sheet(one, name="visits", wanted=None).n == 3
    one.write_bytes(one.read_bytes() + two.read_bytes()[240:])
    assert "it holds 2 data sets (ONE, TWO); allowed: one in a file" in problem(one)


def test_rows_of_a_transport_file_are_limited_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip("pyreadstat")
    path = tmp_path / "long.xpt"
    library.write_xport(pd.DataFrame(ROWS * 100, columns=["ID", "DATE", "EDSS"]), str(path))
    read = library.read_xport
    asked: list[bool] = []

    def watched(*given: Any, **options: Any) -> Any:
        asked.append(bool(options.get("metadataonly")))
        return read(*given, **options)

    monkeypatch.setattr(library, "read_xport", watched)
    assert "rows given, allowed: 200" in problem(path, rows=200)
    assert asked == [True]
    assert read_sheet(path, name="visits", wanted=None, limits=ReadLimits(rows=300)).n == 300


def test_a_transport_file_in_another_encoding_is_named(transport: tuple[Path, Path]) -> None:
    path = transport[0]
    path.write_bytes(path.read_bytes().replace(b"A2021", b"\xc42021", 1))
    assert "text in another encoding than UTF-8" in problem(path)


@pytest.mark.parametrize("mark", ["|", ";", "\t", ","])
def test_cells_are_told_apart_by_the_first_line_outside_of_quotes(
    tmp_path: Path, mark: str
) -> None:
    path = tmp_path / "visits.csv"
    name = '"a, b; c | d, e; f | g, h; i | j"'
    rows = [mark.join(["subject_id", "day", "edss", name]), mark.join(["A", "0", "2", "x"])]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert read_dataset(path).n_visits == 1
