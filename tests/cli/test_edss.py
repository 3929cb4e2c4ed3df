"""The EDSS of functional systems from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]
HEAD = (
    "subject_id,fs_visual,fs_brainstem,fs_pyramidal,fs_cerebellar,fs_sensory,fs_bowel_bladder,"
    "fs_mental,ambulation\n"
)
ROWS = "A,0,0,4,3,0,0,0,0\nB,0,0,2,,0,0,0,0\n"


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "ratings.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return str(path)


def test_the_template_is_read_as_it_is_printed(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(call(capsys, "edss", "--template").out, encoding="utf-8")
    done = call(capsys, "edss", str(path))
    assert (done.code, done.err) == (0, "")
    assert "EDSS by the rule neurostatus from raw grades: 1 of 1 rows" in done.out


def test_the_rule_is_named_and_can_be_chosen(capsys: Capture, table: str) -> None:
    steps = {
        rule: [row["edss"] for row in json.loads(done.out)["rows"]]
        for rule in ("neurostatus", "kurtzke1983")
        for done in [call(capsys, "edss", table, "--rule", rule, "--json")]
    }
    assert steps == {"neurostatus": [4.5, None], "kurtzke1983": [4.0, None]}
    assert "1 rows lack a grade" in call(capsys, "edss", table).out


def test_the_table_is_written_and_can_be_read_by_endpoints(
    capsys: Capture, table: str, tmp_path: Path
) -> None:
    target = tmp_path / "rated.csv"
    assert call(capsys, "edss", table, "--out", str(target)).code == 0
    assert pd.read_csv(target)["edss"].tolist()[0] == 4.5
    assert "exists already" in call(capsys, "edss", table, "--out", str(target)).err


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ((), "give a FILE"),
        (("none.csv",), "no such file"),
        (("{}", "--rule", "kurtzke"), "allowed: neurostatus, kurtzke1983"),
        (("{}", "--systems", "half"), "allowed: raw, converted"),
        (("{}", "--rename", "fs_visual=x"), "column fs_visual: this column is missing"),
    ],
)
def test_wrong_use_is_named(
    capsys: Capture, table: str, options: tuple[str, ...], what: str
) -> None:
    done = call(capsys, "edss", *(option.format(table) for option in options))
    assert (done.code, done.out) == (2, "")
    assert what in done.err


def test_the_ratings_that_are_read_are_not_written_to(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    text = call(capsys, "edss", "--template").out
    path.write_text(text, encoding="utf-8")
    done = call(capsys, "edss", str(path), "--out", str(path), "--force")
    assert done.code == 2
    assert path.read_text(encoding="utf-8") == text
