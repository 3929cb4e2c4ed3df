"""The command that follows one virtual patient."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.helpers import call


def test_a_folder_with_picture_tables_and_record_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "p"
    options = ("--therapy", "none", "--therapy", "ahsct_cy200_ratg6")
    done = call(
        capsys, "patient", "--years", "1", *options, "--draws", "2", "--out", str(out), "--json"
    )
    assert done.code == 0
    values = json.loads(done.out)
    assert values["folder"] == str(out)
    assert "not a forecast" in values["notice"]
    assert (out / "patient.png").read_bytes().startswith(b"\x89PNG")
    svg = (out / "patient.svg").read_text(encoding="utf-8")
    assert "not a forecast for a person" in svg
    assert "<script" not in svg
    weekly = pd.read_parquet(out / "weekly.parquet")
    assert set(weekly["option"]) == {"none", "ahsct_cy200_ratg6"}
    assert len(pd.read_csv(out / "weekly.csv")) == len(weekly)
    columns = (out / "columns.md").read_text(encoding="utf-8")
    for name in ("weekly", "visits", "events", "years", "ended"):
        for column in pd.read_csv(out / f"{name}.csv", nrows=1).columns:
            assert f"| {column} |" in columns
    again = call(capsys, "patient", "--years", "1", "--out", str(out))
    assert again.code == 1
    assert "exists already" in again.err


def test_the_same_course_gives_the_same_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        made = call(capsys, "patient", "--years", "1", "--out", str(tmp_path / name), "--quiet")
        assert made.out.strip() == str(tmp_path / name)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_every_problem_is_listed_at_once_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("age_years: 12\nedss: 3.2\nrelapses_last_12_months: -1\n", encoding="utf-8")
    out = tmp_path / "out"
    done = call(capsys, "patient", str(file), "--years", "x", "--therapy", "foo", "--out", str(out))
    assert done.code == 2
    for words in ("12 given", "3.2", "-1 given", "sex: this key", "years: x", "therapy 'foo'"):
        assert words in done.err
    assert not out.exists()
    assert list(tmp_path.iterdir()) == [file]


def test_a_patient_whom_nobody_is_like_is_a_failure_with_a_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remyelin.patients.matching._MOST_CANDIDATES", 400)
    monkeypatch.setattr("remyelin.patients.matching._SMALL_POOL", 0)
    file = tmp_path / "p.yaml"
    file.write_text(
        "age_years: 20\nsex: male\nphenotype: rrms\ndisease_duration_years: 1\nedss: 9\n",
        encoding="utf-8",
    )
    done = call(capsys, "patient", str(file), "--years", "1", "--out", str(tmp_path / "o"))
    assert done.code == 1
    assert "no 1 virtual patients like this" in done.err
    assert not (tmp_path / "o").exists()


def test_the_template_can_be_used_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(call(capsys, "patient", "--template").out, encoding="utf-8")
    done = call(capsys, "patient", str(file), "--years", "1", "--out", str(tmp_path / "o"))
    assert done.code == 0
    assert "Research only" in done.out
