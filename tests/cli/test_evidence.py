"""The commands on evidence and definitions: what they print, write and refuse."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from remyelin.cli.main import main
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.export import tables
from remyelin.evidence.tables import OUTCOME_COLUMNS


def call(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def test_list_names_every_study(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "evidence", "list")
    for study in EvidenceBase.load().all_studies:
        assert study.study_id in out
    assert "252 studies, 399 arms, 940 figures" in out


def test_show_mist_tells_definition_subgroup_and_interval_of_every_figure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = call(capsys, "evidence", "show", "mist").splitlines()
    figures = [line for line in lines if ", definition " in line]
    assert len(figures) == len(EvidenceBase.load().outcomes("burt2019"))
    for line in figures:
        assert ", subgroup all, " in line
        assert "seen [" in line or "recalled [" in line
    assert any("0.07 (0.02 to 0.24, 95 % CI)" in line for line in figures)
    assert any("24 (18 to 48, quartiles)" in line for line in figures)
    assert "Risk of bias: not assessed; certainty (GRADE): not assessed" in "\n".join(lines)


@pytest.mark.parametrize("name", ["burt2019", "affirm", "oratorio"])
def test_show_takes_study_trial_and_file_names(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (first, *_) = json.loads(call(capsys, "evidence", "show", name, "--json"))
    assert name in (first["study_id"], first["trial_id"])
    assert first["outcomes"]


def test_every_printed_figure_shows_source_and_mark(capsys: pytest.CaptureFixture[str]) -> None:
    *figures, _, total = call(capsys, "evidence", "find", "--outcome", "neda3").splitlines()
    assert len(figures) > 10
    assert total == f"{len(figures)} figures"
    for line in figures:
        assert line.endswith("]")
        assert "seen [" in line or "recalled [" in line


@pytest.mark.parametrize(
    "words",
    [
        ["--class", "msc", "--route", "it"],
        ["--source", "adipose"],
        ["--dose", "1e6:2e6", "--dose-unit", "cells/kg"],
        ["--regimen", "beam", "--phenotype", "rrms"],
        ["--outcome", "edss*", "--months", "12:24", "--mark", "seen", "--role", "test"],
    ],
)
def test_find_filters(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(call(capsys, "evidence", "find", *words, "--json"))
    assert 0 < len(rows) < 940


def test_find_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "evidence", "find", "--study", "mist", "--class", "opc")
    assert out.strip() == "0 figures"


def test_csv_json_parquet_and_table_hold_the_same_figures(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("evidence", "find", "--study", "affirm")
    in_csv = list(csv.DictReader(io.StringIO(call(capsys, *words, "--format", "csv"))))
    in_json = json.loads(call(capsys, *words, "--format", "json"))
    path = tmp_path / "a.parquet"
    call(capsys, *words, "--format", "parquet", "--out", str(path))
    in_parquet = pq.read_table(path).to_pylist()
    values = [row["value"] for row in in_json]
    assert values == [row["value"] for row in in_parquet]
    assert values == [float(row["value"]) for row in in_csv]
    assert all(row["source"] and row["mark"] for row in in_csv)


def test_bibtex_cites_the_studies_found(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "evidence", "find", "--study", "mist", "--format", "bibtex")
    assert out.count("@") == 1
    assert "@article{burt2019," in out
    assert "doi = {10.1001/jama.2018.18743}" in out
    everything = call(capsys, "evidence", "export", "studies", "--format", "bibtex")
    assert everything.count("\n@") + 1 == 252


@pytest.mark.parametrize("name", [*tables()])
def test_every_table_can_be_exported_and_listed(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = list(csv.DictReader(io.StringIO(call(capsys, "evidence", "export", name))))
    path = tmp_path / f"{name}.parquet"
    call(capsys, "evidence", "export", name, "--format", "parquet", "--out", str(path))
    assert pq.read_table(path).num_rows == len(rows) > 0
    assert f"{len(rows)} rows" in call(capsys, "evidence", "list", name)


def test_a_file_is_never_overwritten_unasked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("keep me")
    words = ("evidence", "export", "overlaps", "--out", str(path))
    assert "never overwritten unasked" in refused(capsys, *words)
    assert path.read_text() == "keep me"
    call(capsys, *words, "--force")
    assert path.read_text().startswith("group,study_id")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.csv"]


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (["show", "mits"], "did you mean"),
        (["list", "outcome"], "did you mean outcomes"),
        (["find", "--class", "magic"], "--class is magic; allowed: ahsct"),
        (["find", "--outcome", "luck"], "--outcome: 'luck' given"),
        (["find", "--outcome", "zz*"], "--outcome: 'zz*' given"),
        (["find", "--definition", "cdw1"], "did you mean"),
        (["find", "--subgroup", "tall"], "--subgroup: 'tall' given"),
        (["find", "--months", "12:6"], "--months is 12:6; allowed is LOW:HIGH"),
        (["find", "--months", "nan"], "--months is nan"),
        (["find", "--dose", "much"], "--dose is much"),
        (["find", "--mark", "known"], "--mark is known; allowed: seen"),
        (["find", "--role", "both"], "--role is both; allowed: tune, test"),
        (["find", "--format", "xml"], "--format is xml; allowed: table, csv, json"),
        (["find", "--format", "parquet"], "name a file with --out"),
        (["export", "arms", "--format", "bibtex"], "bibtex is for the table studies"),
        (["export", "nothing"], "unknown table of the evidence base"),
        (["check", "nowhere.csv"], "there is no such file"),
        (["check", "x.csv", "--table", "luck"], "unknown table of the evidence base"),
    ],
)
def test_wrong_words_end_with_2_and_one_clear_line(
    words: list[str], fragment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fragment in refused(capsys, "evidence", *words)


def test_check_names_every_bad_row_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = ["mine,a,all,arr,relapse_protocol,12,rate_per_year,-1,,,,,,,,own,p1,seen,,"] * 2
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([",".join(OUTCOME_COLUMNS), *rows]), encoding="utf-8")
    err = refused(capsys, "evidence", "check", str(path))
    assert "line 2: value: -1 given" in err
    assert "line 3: value: -1 given" in err
    assert "line 3: the same key as line 2" in err


def test_check_of_a_good_table_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    call(capsys, "evidence", "export", "outcomes", "--out", str(path))
    assert "940 rows of the table outcomes, no problems" in call(
        capsys, "evidence", "check", str(path)
    )


def test_report_tells_what_runs_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "evidence", "report")
    assert "60 of 399 arms" in out
    assert "With an imputed baseline" in out
    assert "is not in the catalogue" in out
    assert "no EDSS" in out
    rows = json.loads(call(capsys, "evidence", "report", "--json"))
    assert len(rows) == 399


def test_words_list_outcomes_subgroups_and_definitions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kinds = {row["kind"] for row in json.loads(call(capsys, "evidence", "words", "--json"))}
    assert {"outcome", "subgroup", "predictor", "version", "definition"} <= kinds
    assert "neda3" in call(capsys, "evidence", "words")


def test_tables_are_listed_with_rows(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["table"]: row for row in json.loads(call(capsys, "evidence", "tables", "--json"))}
    assert rows["outcomes"]["rows"] == 940
    assert all(row["rows"] > 0 and row["meaning"] for row in rows.values())


def test_definitions_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, "definitions", "list")
    assert "mist_progression" in out
    assert "worsening_unstated" in out
    shown = call(capsys, "definitions", "show", "mist_progression")
    assert "doi:10.1001/jama.2018.18743" in shown
    assert "from_edss 0, change 1" in shown
    values = json.loads(call(capsys, "definitions", "show", "nepad", "--json"))
    assert values["kind"] == "published"


def test_an_unknown_definition_offers_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean cdw24" in refused(capsys, "definitions", "show", "cdw25")
