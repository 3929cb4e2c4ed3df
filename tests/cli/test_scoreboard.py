"""The command of the scoreboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remyelin.credibility import groups
from remyelin.credibility.results import stored
from remyelin.credibility.store import Store
from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]


def test_without_a_group_the_stored_scores_print(capsys: Capture) -> None:
    done = call(capsys, "scoreboard")
    assert done.code == 0
    assert all(f"{result.group}: test rows in" in done.out for result in stored())
    assert "no medical advice" in done.out


def test_json_gives_every_row(capsys: Capture) -> None:
    values = json.loads(call(capsys, "scoreboard", "--json").out)
    assert [g["group"] for g in values["groups"]] == [r.group for r in stored()]
    for shown, result in zip(values["groups"], stored(), strict=True):
        assert len(shown["rows"]) == len(result.rows)
        assert shown["stale"] in (True, False)


def test_help_names_the_options(capsys: Capture) -> None:
    text = call(capsys, "scoreboard", "--help").out
    for option in ("--group", "--replicates", "--seed", "--workers", "--out", "--resume", "--json"):
        assert option in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--group", "drogs"), "did you mean drugs"),
        (("--group", "drugs", "--replicates", "1"), "--replicates is 1; allowed is a whole number"),
        (("--group", "drugs", "--seed", "x"), "--seed is x"),
        (("--seed", "3"), "--seed goes with --group NAME"),
        (("--publish", "/nowhere"), "no checkout"),
    ],
)
def test_wrong_use_is_one_clear_line(capsys: Capture, words: tuple[str, ...], told: str) -> None:
    done = call(capsys, "scoreboard", *words)
    assert done.code == 2
    assert told in done.err
    assert done.out == ""


def test_a_group_runs_writes_and_is_used_again(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {
        "schema_version": 1,
        "group": "small",
        "title": "Small",
        "summary": "For tests.",
        "cohorts": [{"cohort": "placebo_modern", "patients": 25, "replicates": 2}],
        "targets": [
            t.model_dump(mode="json", exclude_none=True)
            for t in groups.load("natural-history").targets
            if t.target == "arr_placebo_modern"
        ],
    }
    monkeypatch.setattr(groups, "load", lambda _: groups.from_mapping(small))
    monkeypatch.setattr(Store, "default", lambda: Store(tmp_path / "store"))
    words = ("scoreboard", "--group", "small", "--workers", "1", "--json")
    first = call(capsys, *words, "--out", str(tmp_path / "out"))
    assert first.code == 0
    (row,) = json.loads(first.out)["groups"][0]["rows"]
    assert row["name"] == "arr_placebo_modern"
    assert (tmp_path / "out" / "scoreboard.md").is_file()
    assert len(list((tmp_path / "store" / "scoreboard").glob("*.json"))) == 1
    again = call(capsys, *words)
    assert json.loads(again.out) == json.loads(first.out)
