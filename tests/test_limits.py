"""Limits on files from outside: told before reading, named, and raised on request."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin._limits import variable
from remyelin.endpoints import read_dataset
from remyelin.errors import MOST_LISTED, InputError, UsageError
from remyelin.files import ReadLimits, parse_csv, read_json, read_text

ROOT = Path(__file__).resolve().parents[1]
HEAD = "subject_id,day,edss\n"
SECONDS = 20.0
"""Time after which a small file counts as one that hangs the program."""


def table(folder: Path, text: str) -> Path:
    path = folder / "visits.csv"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path, **limits: int) -> InputError:
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_dataset(path, limits=ReadLimits(**limits))
    assert time.monotonic() - began < SECONDS
    return caught.value


def repeated(folder: Path, rows: int, groups: int, *, subject: str = "a") -> Path:
    """A few kB of Parquet that stand for ``rows * groups`` equal rows."""
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([subject]))
    made = pa.table(
        {"subject_id": words, "day": np.arange(rows) * 0.01, "edss": np.full(rows, 2.0)}
    )
    path = folder / "visits.parquet"
    with pq.ParquetWriter(path, made.schema, compression="zstd") as writer:
        for _ in range(groups):
            writer.write_table(made, row_group_size=rows)
    return path


@pytest.mark.parametrize(
    ("limits", "fragment"),
    [
        ({"rows": 2}, "rows given, allowed: 2"),
        ({"columns": 2}, "3 columns given, allowed: 2"),
        ({"cells": 5}, "cells given, allowed: 5"),
        ({"table_bytes": 10}, "bytes of a table given, allowed: 10"),
        ({"line_bytes": 10}, "bytes in one line given, allowed: 10"),
        ({"memory_bytes": 100}, "bytes of memory given, allowed: 100"),
        ({"arms": 1}, "2 arms given, allowed: 1"),
        ({"cell_characters": 2}, "characters in one cell given, allowed: 2"),
    ],
)
def test_a_table_over_a_limit_is_refused_with_the_variable_that_raises_it(
    tmp_path: Path, limits: dict[str, int], fragment: str
) -> None:
    text = HEAD + "".join(f"a,{day},2\n" for day in range(4))
    if "arms" in limits:
        text = "subject_id,arm_id,day,edss\na,x,0,2\nb,y,0,2\n"
    if "cell_characters" in limits:
        text = HEAD + "abc,0,2\n"
    found = refused(table(tmp_path, text), **limits)
    assert fragment in str(found)
    assert variable(next(iter(limits))) in found.advice


@pytest.mark.parametrize("limit", ["rows", "cells", "memory_bytes"])
def test_few_bytes_of_parquet_that_stand_for_many_rows_are_refused_by_the_footer(
    tmp_path: Path, limit: str
) -> None:
    path = repeated(tmp_path, 10_000, 3)
    assert f"given, allowed: {20_000:,}" in str(refused(path, **{limit: 20_000}))


def test_one_long_text_that_stands_for_all_rows_is_refused(tmp_path: Path) -> None:
    path = repeated(tmp_path, 100_000, 1, subject="x" * 90_000)
    assert "bytes of memory" in str(refused(path))
    path = repeated(tmp_path, 10, 1, subject="x" * 100_001)
    assert "100,001 characters in one cell" in str(refused(path))


def test_as_many_columns_as_are_allowed_take_no_time(tmp_path: Path) -> None:
    names = [f"c{k}" for k in range(ReadLimits().columns - 3)]
    path = table(tmp_path, f"subject_id,day,edss,{','.join(names)}\na,0,2{',1' * len(names)}\n")
    began = time.monotonic()
    data = read_dataset(path)
    assert time.monotonic() - began < SECONDS
    assert data.unread == tuple(names)
    again = f"subject_id,day,edss{',c' * 100_000}\n"
    assert "columns given" in str(refused(table(tmp_path, again)))
    problem = refused(table(tmp_path, again), columns=200_000).problems
    assert problem == ("column c stands twice",)


def test_a_million_short_rows_are_named_in_a_short_message(tmp_path: Path) -> None:
    found = refused(table(tmp_path, HEAD + "a\n" * 200_000))
    assert len(str(found)) < 200_000
    wrong = refused(table(tmp_path, HEAD + "".join(f"s{k},x,y\n" for k in range(50_000))))
    assert len(wrong.problems) == MOST_LISTED + 1
    assert f"and {100_000 - MOST_LISTED:,} more problems" in wrong.problems[-1]


def test_an_error_of_many_problems_lists_the_first_and_counts_the_rest() -> None:
    text = str(InputError("x", [f"p{k}" for k in range(MOST_LISTED + 7)]))
    assert f"{MOST_LISTED + 7} problems" in text
    assert text.endswith("and 7 more problems")


def test_many_arms_take_the_time_of_one_pass(tmp_path: Path) -> None:
    from remyelin.endpoints import evaluate
    from remyelin.study.definitions import definitions

    text = "subject_id,arm_id,day,edss\n" + "".join(f"s{k},a{k},0,2\n" for k in range(1000))
    began = time.monotonic()
    result = evaluate(read_dataset(table(tmp_path, text)), definitions()["cdw24"], definitions())
    assert time.monotonic() - began < SECONDS
    assert [line.patients for line in result.lines] == [1000, *[1] * 1000]


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (b"\x1f\x8b\x08\0rest\0", "gzip"),
        (b"PK\x03\x04\0\0", "zip"),
        (b"PAR1\0\0", "Parquet"),
        ("subject_id,day\n".encode("utf-16"), "UTF-16"),
        (b"subject_id,day\xff\n", "byte 15 is not UTF-8"),
        (b"a" * (1 << 20) + b"\xc3", "not UTF-8"),
        (b"\n" * ((1 << 20) - 1) + b"\xc3x", "byte 1,048,576 is not UTF-8"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_a_table_that_is_no_text_is_named_for_what_it_is(
    tmp_path: Path, data: bytes, fragment: str
) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(data)
    assert fragment in str(refused(path))


def test_quoted_lines_old_line_ends_and_a_mark_of_byte_order_are_read(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(b'\xef\xbb\xbfsubject_id,day,edss\r"a\nb",0,2\r"a\nb",9,3\r')
    data = read_dataset(path)
    assert data.labels.tolist() == ["a\nb"]
    assert data.n_visits == 2


def test_a_packed_table_is_measured_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv.gz"
    path.write_bytes(gzip.compress((HEAD + "a,0,2\n" * 100_000).encode()))
    assert path.stat().st_size < 10_000
    assert "bytes of a table given, allowed: 10,000" in str(refused(path, table_bytes=10_000))
    path.write_bytes(gzip.compress(b"a" * 1_000_000))
    assert "bytes in one line" in str(refused(path, line_bytes=10_000))
    path.write_bytes(gzip.compress(HEAD.encode())[:-9])
    assert "no packed file" in str(refused(path))


FRAME = pd.DataFrame({"subject_id": "abc", "day": [0.0, 9.0, 20.0], "edss": 2.0, "other": "x"})


def written(folder: Path, kind: str) -> Path:
    path = folder / f"visits.{kind}"
    if kind == "xlsx":
        pytest.importorskip("openpyxl")
        FRAME.to_excel(path, index=False)
        return path
    library = pytest.importorskip("pyreadstat")
    write = {"xpt": library.write_xport, "dta": library.write_dta, "sav": library.write_sav}
    write[kind](FRAME, str(path))
    return path


@pytest.mark.parametrize("kind", ["xlsx", "xpt", "dta", "sav"])
def test_limits_hold_for_tables_of_other_programs(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    for limit, most in (
        ("table_bytes", 10),
        ("columns", 3),
        ("rows", 2),
        ("cells", 8),
        ("cell_characters", 2),
        ("memory_bytes", 300),
    ):
        assert variable(limit) in refused(path, **{limit: most}).advice
    data = read_dataset(path, limits=ReadLimits(cells=9))
    assert (data.n_visits, data.unread) == (3, ("other",))


def test_row_names_are_left_out_without_reading_other_columns(tmp_path: Path) -> None:
    rows = "".join(f"{k},a,{k},2,{'y' * 50}\n" for k in range(3))
    path = table(tmp_path, f"subject_id,day,edss,other\n{rows}")
    data = read_dataset(path, limits=ReadLimits(cell_characters=10))
    assert data.unread == ("other",)
    assert data.labels.tolist() == ["a"]
    for wrong, problem in (
        ("3,a,3,2\n", "line 5: 4 cells given, 5 allowed, as the first row has 5"),
        ("x,a,3,2,y\n", "line 5: x given, allowed is a row number that rises"),
        ("1,a,3,2,y\n", "line 5: 1 given, allowed is a row number that rises"),
    ):
        path = table(tmp_path, f"subject_id,day,edss,other\n{rows}{wrong}")
        assert problem in str(refused(path))


def test_lists_and_bytes_in_parquet_are_told(tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    good = {"subject_id": ["a", "a"], "day": [0, 9]}
    pq.write_table(pa.table({**good, "edss": [[1.0], [2.0]]}), path)
    assert "column edss holds list" in str(refused(path))
    pq.write_table(pa.table({**good, "subject_id": [b"\xff", b"a"], "edss": [1.0, 2.0]}), path)
    assert "no UTF-8 text" in str(refused(path))
    pq.write_table(pa.table({**good, "subject_id": [b"a", b"a"], "edss": [1.0, 2.0]}), path)
    assert read_dataset(path).labels.tolist() == ["a"]
    pq.write_table(pa.table({**good, "edss": [1.0, 2.0], "other": [[1], [2]]}), path)
    assert read_dataset(path).unread == ("other",)


def test_a_damaged_footer_that_tells_of_other_rows_is_no_traceback(tmp_path: Path) -> None:
    path = repeated(tmp_path, 100, 1)
    good = path.read_bytes()
    for place in range(0, len(good), 7):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x20]) + good[place + 1 :])
        with contextlib.suppress(InputError):
            assert read_dataset(path).labels.size == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000, "1" * 5_000, "{", "\ufeff"])
def test_json_that_is_nested_or_long_gives_one_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_json(path)
    path.write_text(json.dumps({"a": [1]}), encoding="utf-8")
    assert read_json(path) == {"a": [1]}


def test_every_limit_has_a_variable_that_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    for limit in fields(ReadLimits):
        assert f"| `{variable(limit.name)}` | {limit.default:,} |" in page


def test_limits_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, HEAD + "a,0,2\n")
    monkeypatch.setenv(variable("text_bytes"), "5")
    with pytest.raises(InputError, match="allowed: 5"):
        read_text(path)
    monkeypatch.setenv(variable("rows"), "1")
    with pytest.raises(InputError, match="rows"):
        read_dataset(path)


@given(st.text(max_size=20))
def test_a_variable_is_a_number_of_1_or_more_or_one_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert ReadLimits.from_environment({variable("rows"): text}).rows >= 1


@pytest.mark.parametrize("text", ["0", "-1", "1e3", "many", "9" * 400, " "])
def test_a_variable_that_is_no_limit_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=variable("rows")):
        ReadLimits.from_environment({variable("rows"): text})


def test_a_table_with_a_million_names_is_answered_shortly() -> None:
    from remyelin.evidence.tables import read_outcomes

    names = ",".join(f"c{k}" for k in range(100_000))
    with pytest.raises(InputError) as caught:
        read_outcomes(parse_csv(f"{names}\n{names}\n", where="x"), where="x")
    assert len(str(caught.value)) < 5_000
