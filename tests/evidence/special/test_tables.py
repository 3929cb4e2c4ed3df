"""The special tables: every one loads clean and is pinned; bad rows are refused by name."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path

import pytest

from remyelin.errors import InputError, UnknownNameError
from remyelin.evidence import special
from remyelin.study.table_schema import ColumnKind

COUNTS = {
    "biomarkers": {"seen": 44, "recalled": 3},
    "centres": {"seen": 139},
    "cost": {"seen": 40, "recalled": 3},
    "dmt_effects": {"seen": 208},
    "edss_distribution": {"seen": 2380},
    "edss_transitions": {"seen": 10, "recalled": 188},
    "eligibility": {"seen": 253, "recalled": 16},
    "function_and_qol": {"seen": 114, "recalled": 21},
    "milestones": {"seen": 90, "recalled": 1},
    "mri": {"seen": 113, "recalled": 4},
    "pdds_distribution": {"seen": 414},
    "progression": {"seen": 129},
    "protocols": {"seen": 74, "recalled": 9},
    "quality": {"seen": 98, "recalled": 5},
    "regulation": {"seen": 80, "recalled": 6},
    "rehabilitation": {"seen": 16},
    "relapse_rate": {"seen": 136, "recalled": 2},
    "relapse_recovery": {"seen": 48},
    "risk": {"seen": 38, "recalled": 3},
    "symptoms": {"seen": 32},
    "trials": {"seen": 129},
}
ALL = sorted(COUNTS)
FORBIDDEN = re.compile(r"proxy|webvpn|:///|\bmirror\.|\d+\.\d+\.\d+\.\d+:\d|distantreader|weglot")


def packaged(name: str) -> str:
    file = resources.files("remyelin.evidence") / "data" / f"{name}.csv"
    return file.read_text(encoding="utf-8")


def changed(name: str, line: int, **cells: str) -> str:
    rows = list(csv.DictReader(io.StringIO(packaged(name))))
    rows[line - 2].update(cells)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def problems_of(name: str, text: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        special.parse_rows(text, special.schema(name), where=f"{name}.csv")
    return caught.value.problems


def test_the_tables_are_these() -> None:
    assert list(special.tables()) == ALL


@pytest.mark.parametrize("name", ALL)
def test_counts_are_pinned_by_table_and_mark(name: str) -> None:
    assert Counter(row["mark"] for row in special.load(name)) == COUNTS[name]


@pytest.mark.parametrize("name", ALL)
def test_every_row_is_sourced_and_no_page_is_a_proxy(name: str) -> None:
    for row in special.load(name):
        assert row["source"]
        assert (row["page"] is not None) == (row["mark"] == "seen")
        assert not [v for v in row.values() if isinstance(v, str) and FORBIDDEN.search(v)]


@pytest.mark.parametrize("name", ALL)
def test_rows_cannot_be_changed(name: str) -> None:
    row = special.load(name)[0]
    with pytest.raises(TypeError):
        row["mark"] = "seen"  # type: ignore[index]


@pytest.mark.parametrize("name", ALL)
def test_a_frame_has_the_rows_and_kinds_of_the_table(name: str) -> None:
    frame = special.frame(name)
    schema = special.schema(name)
    assert tuple(frame.columns) == schema.names
    assert len(frame) == len(special.load(name))
    whole = {column.name for column in schema.columns if column.kind is ColumnKind.WHOLE}
    assert {n for n, kind in frame.dtypes.items() if str(kind) == "Int64"} == whole


def test_a_table_is_read_without_pandas_and_alone() -> None:
    code = (
        "import sys; from remyelin.evidence import special; special.load('mri'); "
        "print('pandas' in sys.modules, special.load.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]


def test_an_unknown_table_is_named_with_the_near_one() -> None:
    for ask in (special.load, special.schema, special.frame):
        with pytest.raises(UnknownNameError, match=r"did you mean .*milestones"):
            ask("milestone")


@pytest.mark.parametrize(
    ("name", "score"), [("edss_distribution", "edss"), ("pdds_distribution", "pdds")]
)
def test_distributions_add_up(name: str, score: str) -> None:
    strata = defaultdict(list)
    for row in special.load(f"{score}_distribution"):
        strata[row["scale"], row["stratum"], row["years"]].append(row)
    assert len(strata) > 40
    for rows in strata.values():
        total = 0.0
        for row in sorted(rows, key=lambda row: row[score]):
            total += row["share"]
            assert row["cumulative"] == pytest.approx(total, abs=0.0015)
            assert row["midrank"] == pytest.approx(row["score"] / 10)
        assert total == pytest.approx(1.0, abs=0.0015)


def test_rows_of_the_full_matrices_sum_to_one() -> None:
    sums: dict[tuple[object, object], float] = defaultdict(float)
    for row in special.load("edss_transitions"):
        if row["matrix"] in ("relapsing_onset", "spms"):
            sums[row["matrix"], row["from_low"]] += row["probability"]
    assert len(sums) == 19
    assert list(sums.values()) == pytest.approx([1.0] * 19, abs=0.0011)


def test_readings_of_one_figure_are_counted_and_pointed_at() -> None:
    for name in ALL:
        for row in special.load(name):
            if row.get("reading", 1) > 1:
                assert "row" in row["issue"]


def test_only_recalled_figures_are_remembered() -> None:
    for name in ALL:
        for row in special.load(name):
            if "basis" in row:
                assert (row["basis"] == "remembered") == (row["mark"] == "recalled")


@pytest.mark.parametrize(
    ("name", "line", "cells", "fragment"),
    [
        (
            "relapse_rate",
            3,
            {"value": "much"},
            "line 3: value: much given, allowed: a finite",
        ),
        ("relapse_rate", 3, {"value": "nan"}, "line 3: value: nan given"),
        (
            "relapse_rate",
            3,
            {"value": "-0.2"},
            "line 3: value: -0.2 given, allowed for measure",
        ),
        ("relapse_rate", 4, {"value": "1.2"}, "line 4: value: 1.2 given, allowed for measure prop"),
        ("relapse_rate", 3, {"value": ""}, "line 3: one of value, low, high is needed"),
        ("relapse_rate", 10, {"low": "0.9"}, "line 10: low <= value <= high does not hold"),
        (
            "relapse_rate",
            10,
            {"interval_kind": ""},
            "line 10: interval_kind is empty; it goes",
        ),
        (
            "relapse_rate",
            3,
            {"interval_kind": "ci"},
            "line 3: interval_kind must be empty;",
        ),
        (
            "relapse_rate",
            3,
            {"measure": "mode"},
            "line 3: measure: mode given, allowed: prop",
        ),
        ("relapse_rate", 3, {"cohort": ""}, "line 3: cohort is empty; a text"),
        ("relapse_rate", 3, {"n": "2.5"}, "line 3: n: 2.5 given, allowed: a whole number of 0"),
        ("relapse_rate", 3, {"page": ""}, "line 3: page is empty; needed for mark seen"),
        ("relapse_rate", 3, {"mark": "recalled"}, "line 3: page must be empty for mark recalled"),
        ("relapse_rate", 3, {"note": "a\tb"}, "allowed: a text without control characters"),
        ("relapse_rate", 3, {"row_id": "2"}, "line 3: the same row_id as line 2"),
        ("risk", 4, {"events": "600"}, "line 4: events: 600 given with n 507"),
        ("risk", 4, {"value": "0.5"}, "line 4: value: 0.5 given, but 1 of 507 is 0.002"),
        ("edss_transitions", 2, {"probability": "1.1"}, "allowed: a finite number from 0 to 1"),
        (
            "edss_transitions",
            2,
            {"to_any": "yes"},
            "line 2: to_any: yes given, allowed: true",
        ),
        (
            "trials",
            5,
            {"start": "May 2005"},
            "line 5: start: May 2005 given, allowed: a date",
        ),
        ("trials", 5, {"start": "2005-13"}, "line 5: start: 2005-13 given"),
        ("mri", 19, {"value": "1"}, "line 19: value must be empty for measure statement"),
        ("quality", 3, {"threshold": ""}, "line 3: one of threshold, threshold_text is needed"),
    ],
)
def test_a_bad_row_is_refused_by_line(
    name: str, line: int, cells: dict[str, str], fragment: str
) -> None:
    assert fragment in "\n".join(problems_of(name, changed(name, line, **cells)))


def test_a_table_of_ones_own_is_checked_alike(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(packaged("risk"), encoding="utf-8")
    assert special.read(path, "risk") == special.load("risk")
    path.write_text(changed("risk", 4, value="2"), encoding="utf-8")
    with pytest.raises(InputError, match="line 4: value: 2 given"):
        special.read(path, "risk")
    path.write_bytes("row_id,Übersicht\n".encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8"):
        special.read(path, "risk")
    with pytest.raises(InputError, match="there is no such file"):
        special.read(tmp_path / "none.csv", "risk")


def test_all_bad_rows_are_named_at_once() -> None:
    text = packaged("symptoms").replace(",proportion,1,0.", ",proportion,1,7.")
    lines = {problem.split(":")[0] for problem in problems_of("symptoms", text)}
    assert len(lines) == COUNTS["symptoms"]["seen"] - 1


def test_other_columns_are_refused() -> None:
    text = packaged("symptoms").replace("row_id", "row", 1)
    assert problems_of("symptoms", text)[0].startswith("line 1: the columns must be row_id, ")


def test_a_row_that_is_cut_off_is_named() -> None:
    lines = packaged("symptoms").splitlines()
    assert "line 3: 2 cells given" in problems_of("symptoms", "\n".join([*lines[:2], "a,b"]))[0]
