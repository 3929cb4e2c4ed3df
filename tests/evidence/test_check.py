"""Checking a table of one's own: every bad row is named, nothing is imported."""

from __future__ import annotations

from importlib import resources
from math import exp
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.errors import InputError, UnknownNameError
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.check import check, own_rows
from remyelin.evidence.query import Question, find
from remyelin.evidence.tables import OUTCOME_COLUMNS

GOOD = {
    "study_id": "mine2026",
    "arm": "cells",
    "subgroup": "all",
    "outcome": "progression_cumulative",
    "definition_id": "cdw24",
    "time_months": "12",
    "measure": "proportion",
    "value": "0.2",
    "n": "10",
    "events": "2",
    "source": "own data",
    "page": "table 1",
    "mark": "seen",
}


def table(tmp_path: Path, *rows: dict[str, str], header: str = ",".join(OUTCOME_COLUMNS)) -> Path:
    lines = [header]
    lines += [",".join({**GOOD, **row}.get(name, "") for name in OUTCOME_COLUMNS) for row in rows]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(path: Path) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        check(path)
    return caught.value.problems


def test_a_good_table_is_read_beside_the_base(tmp_path: Path) -> None:
    path = table(tmp_path, {}, {"time_months": "24", "value": "0.3", "events": "3"})
    assert check(path) == 2
    assert [row.value for row in own_rows(path)] == [0.2, 0.3]


def test_every_bad_row_is_named_with_its_reason(tmp_path: Path) -> None:
    found = problems(
        table(
            tmp_path,
            {"value": "20", "n": "", "events": ""},
            {"time_months": "24", "low": "0.3", "high": "0.4", "interval_kind": "ci"},
            {"outcome": "progresion_free", "time_months": "36"},
            {},
            {"value": "0.5", "events": "5"},
        )
    )
    assert [text.split(":")[0] for text in found] == [
        "line 2",
        "line 3",
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    assert "allowed for a proportion: 0 to 1" in found[0]
    assert "does not hold the value 0.2" in found[1]
    assert "level is empty" in found[2]
    assert "did you mean progression_free" in found[3]
    assert "the same key as line 2 (they contradict each other: 20 and 0.2)" in found[4]
    assert "the same key as line 2" in found[5]


def test_columns_that_differ_are_named(tmp_path: Path) -> None:
    header = ",".join(OUTCOME_COLUMNS).replace("value", "wert")
    (text,) = problems(table(tmp_path, {}, header=header))
    assert "missing: value" in text
    assert "unknown: wert" in text


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes("study_id,Größe\na,1\n".encode("utf-16"))
    (text,) = problems(path)
    assert "UTF-8" in text


def test_a_spreadsheet_in_latin_1_names_the_byte(tmp_path: Path) -> None:
    path = table(tmp_path, {})
    path.write_bytes(path.read_bytes().replace(b"own data", "Köln".encode("latin-1")))
    (text,) = problems(path)
    assert "is not UTF-8" in text


def test_a_file_of_500_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with path.open("wb") as stream:
        stream.truncate(500_000_000)
    (text,) = problems(path)
    assert "500,000,000 bytes of text given, allowed: 10,000,000" in text


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    assert check(table(tmp_path)) == 0


def test_an_unknown_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="outcomes"):
        check(table(tmp_path, {}), table="outcome")


@pytest.mark.parametrize("name", ["studies", "arms", "outcomes", "milestones"])
def test_the_tables_of_the_base_pass_their_own_check(name: str) -> None:
    file = resources.files("remyelin.evidence") / "data" / f"{name}.csv"
    assert check(str(file), table=name) > 0


def test_semicolons_are_named_as_such(tmp_path: Path) -> None:
    path = table(tmp_path, {})
    path.write_text(path.read_text("utf-8").replace(",", ";"), encoding="utf-8")
    (text,) = problems(path)
    assert "separated by semicolons" in text


def own_folder(tmp_path: Path, study_id: str) -> Path:
    data = resources.files("remyelin.evidence") / "data"
    for name in ("studies", "arms", "outcomes"):
        header, *rows = (data / f"{name}.csv").read_text("utf-8").splitlines()
        own = [row.replace("chen2012", study_id) for row in rows if row.startswith("chen2012,")]
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *own]) + "\n", encoding="utf-8")
    return tmp_path


def test_own_studies_are_searched_beside_the_base(tmp_path: Path) -> None:
    base = EvidenceBase.load()
    own = EvidenceBase.load(own_folder(tmp_path, "mine2026"))
    both = base.beside(own)
    assert find(Question(study="mine2026"), both)
    assert len(both.all_outcomes) == len(base.all_outcomes) + len(own.all_outcomes)
    with pytest.raises(UnknownNameError):
        find(Question(study="mine2026"))


def test_a_study_of_the_base_is_not_replaced_by_an_own_one(tmp_path: Path) -> None:
    own = EvidenceBase.load(own_folder(tmp_path, "chen2012"))
    with pytest.raises(InputError, match="chen2012 stands in the base already"):
        EvidenceBase.load().beside(own)


RATIO = {
    "arm": "cells_vs_placebo",
    "measure": "hazard_ratio",
    "interval_kind": "ci",
    "level": "0.95",
    "events": "",
}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**RATIO, "value": "0.5", "low": "-0.3", "high": "0.83"}, "low: -0.3 given, allowed"),
        ({**RATIO, "value": "0.5", "low": "0", "high": "0.83"}, "low: 0 given, allowed"),
        ({**RATIO, "value": "0.5", "low": "0.45", "high": "3.0"}, "the geometric middle"),
        ({**RATIO, "value": "0.5", "low": "0.3", "high": "0.83", "n": "0"}, "n: 0 given"),
        ({"value": "0", "events": "0", "n": "0"}, "n: 0 given"),
        ({"value": "0.95", "events": "", "low": "0.85", "high": "1.05"}, "high: 1.05 given"),
        ({"value": "0.05", "events": "", "low": "-0.05", "high": "0.15"}, "low: -0.05 given"),
        (
            {"measure": "rate_per_year", "value": "0.1", "events": "", "low": "-0.1", "high": "1"},
            "allowed for a rate_per_year: 0 or more",
        ),
    ],
)
def test_ends_that_cannot_be_are_named(tmp_path: Path, row: dict[str, str], said: str) -> None:
    filled = {"interval_kind": "ci", "level": "0.95"} if "low" in row else {}
    found = problems(table(tmp_path, filled | row))
    assert any(said in text for text in found)


@pytest.mark.parametrize(
    "row",
    [
        {**RATIO, "value": "0.5", "low": "0.3", "high": "0.83"},
        {**RATIO, "value": "1.03", "low": "1.0", "high": "1.05"},
        {**RATIO, "value": "0.5", "low": "0.45", "high": "3.0", "note": "exact interval"},
        {"value": "0.95", "events": "", "low": "0.85", "high": "1.05", "note": "Wald ends"},
        {
            "measure": "rate_per_year",
            "value": "0.3",
            "events": "",
            "low": "-0.3",
            "high": "0.9",
            "interval_kind": "sd",
            "level": "",
        },
    ],
)
def test_ends_that_can_be_pass(tmp_path: Path, row: dict[str, str]) -> None:
    filled = {"interval_kind": "ci", "level": "0.95"} if "low" in row else {}
    assert check(table(tmp_path, filled | row)) == 1


@given(
    value=st.floats(0.01, 100.0),
    error=st.floats(0.05, 2.0),
    level=st.sampled_from([0.9, 0.95, 0.99]),
    digits=st.integers(2, 4),
)
def test_an_interval_on_the_log_scale_passes_however_it_is_rounded(
    tmp_path_factory: pytest.TempPathFactory,
    value: float,
    error: float,
    level: float,
    digits: int,
) -> None:
    width = NormalDist().inv_cdf(0.5 + level / 2) * error
    ends = [round(x, digits) for x in (value * exp(-width), value, value * exp(width))]
    if ends[0] <= 0:
        return
    low, middle, high = map(str, ends)
    row = {**RATIO, "value": middle, "low": low, "high": high, "level": str(level)}
    assert check(table(tmp_path_factory.mktemp("t"), row)) == 1


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("name", ["studies", "arms", "outcomes", "milestones", "quality"])
def test_another_separator_is_named_though_cells_hold_commas(
    tmp_path: Path, name: str, mark: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"a{mark}b{mark}c\n1{mark}EDSS up, 24 weeks{mark}3\n", encoding="utf-8")
    with pytest.raises(InputError, match="separated by semicolons or tabs"):
        check(path, table=name)
