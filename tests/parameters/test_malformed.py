"""Malformed tables: one clear error that names each bad row and the rule it breaks."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pytest

from remyelin.errors import InputError
from remyelin.parameters.table import COLUMNS, ParameterTable

GOOD: Mapping[str, str] = {
    "key": "some_rate",
    "symbol": "x",
    "value": "2",
    "unit": "1/y",
    "prior": "lognormal",
    "low": "1",
    "high": "3",
    "min": "0",
    "max": "10",
    "spread": "none",
    "spread_by": "",
    "subsystem": "somewhere",
    "meaning": "what it is",
    "source": "doi:10.1000/1",
    "page": "",
    "mark": "seen",
    "note": "",
}


def text(*rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def problems(content: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        ParameterTable.parse(content, name="mine.csv")
    assert str(caught.value).startswith("mine.csv")
    return caught.value.problems


def test_a_good_row_is_read() -> None:
    table = ParameterTable.parse(text(GOOD))
    assert len(table) == 1
    assert table["some_rate"].internal == pytest.approx(2.0 / 365.25)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"value": "11", "high": "12"}, "min <= low <= value <= high <= max does not hold"),
        ({"value": "0.5"}, "min <= low <= value <= high <= max does not hold"),
        ({"max": "2.5"}, "min <= low <= value <= high <= max does not hold"),
        ({"value": "nan"}, "must be finite numbers"),
        ({"max": "inf"}, "must be finite numbers"),
        ({"low": "2", "high": "2"}, "needs low < high"),
        ({"unit": "furlong"}, "unit 'furlong' is unknown; allowed: 1, d, y"),
        ({"key": "Some Rate"}, "is not snake_case"),
        ({"key": "2fast"}, "is not snake_case"),
        ({"meaning": ""}, "meaning and source must not be empty"),
        ({"source": ""}, "meaning and source must not be empty"),
        ({"source": "assumption"}, "marked seen needs a citation"),
        ({"value": "two"}, "two"),
        ({"value": ""}, "could not convert"),
        ({"prior": "guess"}, "guess"),
        ({"mark": "certain"}, "certain"),
        ({"spread": "wide"}, "wide"),
        ({"spread_by": "nobody"}, "spread_by names 'nobody', which is not in the table"),
    ],
)
def test_a_bad_row_is_named_with_the_rule_it_breaks(change: dict[str, str], rule: str) -> None:
    row = {**GOOD, **change}
    found = problems(text(row))
    assert len(found) == 1
    assert row["key"] in found[0]
    assert rule in found[0]


def test_a_key_that_stands_twice_is_refused() -> None:
    (found,) = problems(text(GOOD, GOOD))
    assert "row 3" in found
    assert "'some_rate' is there twice" in found


def test_all_bad_rows_are_listed_at_once() -> None:
    found = problems(
        text(
            GOOD,
            {**GOOD, "key": "one", "value": "99"},
            {**GOOD, "key": "two", "unit": "?"},
            {**GOOD, "key": "three", "low": "?"},
        )
    )
    assert [place.split(":")[0].split(" (")[0] for place in found] == ["row 3", "row 4", "row 5"]


@pytest.mark.parametrize(
    "columns",
    [COLUMNS[:-1], (*COLUMNS, "extra"), (COLUMNS[1], COLUMNS[0], *COLUMNS[2:])],
    ids=["missing", "extra", "order"],
)
def test_wrong_columns_are_refused(columns: tuple[str, ...]) -> None:
    (found,) = problems(text(GOOD, columns=columns))
    assert "columns must be key, symbol" in found


@pytest.mark.parametrize("content", ["", "\n", "nothing like a table"])
def test_a_file_that_is_no_table_is_refused(content: str) -> None:
    (found,) = problems(content)
    assert "columns must be" in found


def test_a_row_that_is_too_short_is_refused() -> None:
    (found,) = problems(text() + "some_rate,x,2\n")
    assert "row 2 (some_rate)" in found
    assert f"{len(COLUMNS)} cells" in found


def test_a_row_that_is_too_long_is_refused() -> None:
    (found,) = problems(text(GOOD).rstrip("\n") + ",one more\n")
    assert "row 2 (some_rate)" in found
    assert f"{len(COLUMNS)} cells" in found


def test_broken_quotes_are_refused_without_a_traceback() -> None:
    (found,) = problems(text() + 'some_rate,"x"y,2\n')
    assert "row 2" in found
