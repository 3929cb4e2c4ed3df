"""A large run that is killed or interrupted goes on where it stood, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import remyelin
from remyelin.cli.main import main
from tests.cli.helpers import call
from tests.cli.test_commands import asked as asked  # noqa: PLC0414
from tests.processes import members, start, wait_until
from tests.trials.small import mapping

PATIENCE_SECONDS = 90.0
WORDS = ("--patients", "2100", "--replicates", "3", "--seed", "2", "--tables", "none")
"""Three shards of one replicate."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return file


def wait_for_shard(child: subprocess.Popen[str], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not list(folder.glob("shards/*.json")):
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def shards(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shards/*"))}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that nobody stopped."""
    place = tmp_path_factory.mktemp("once")
    file = place / "small.yaml"
    file.write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    assert main(("run", str(file), *WORDS, "--quiet", "--out", str(place / "out"))) == 0
    return place / "out"


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
@pytest.mark.parametrize(
    ("sign", "workers"), [(signal.SIGKILL, "1"), (signal.SIGINT, "2")], ids=["killed", "ctrl_c"]
)
def test_a_run_that_ended_early_goes_on_with_resume(
    study: Path, capsys: Capture, once: Path, sign: signal.Signals, workers: str
) -> None:
    twice = study.parent / "twice"
    child = start(study.parent, "run", study.name, *WORDS, "--workers", workers, "--out", "twice")
    wait_for_shard(child, twice)
    os.killpg(child.pid, sign)
    out, err = child.communicate(timeout=PATIENCE_SECONDS)
    if sign is signal.SIGINT:
        assert (child.returncode, out, err) == (130, "", "interrupted\n")
    wait_until(lambda: not members(child.pid), PATIENCE_SECONDS, "a process is left behind")
    there = {name for name in shards(twice) if name.endswith(".json")}
    assert 0 < len(there) < 3
    assert not (twice / "record.json").exists()

    done = call(capsys, "run", "small.yaml", "--out", "twice", "--resume", "--workers", "1")
    assert done.code == 0, done.err
    assert shards(twice) == shards(once)
    assert (twice / "outcomes.csv").read_bytes() == (once / "outcomes.csv").read_bytes()
    record = json.loads((twice / "record.json").read_text())
    assert record["shards"] == {"number": 3, "patients": 4096, "there_before": len(there)}
    assert not [path.name for path in twice.iterdir() if path.name.startswith(".")]


def test_resume_takes_what_is_not_said_from_the_run_that_was_begun(
    study: Path, capsys: Capture
) -> None:
    words = ("--patients", "6", "--replicates", "2", "--seed", "4", "--tables", "split")
    assert call(capsys, "run", "small.yaml", *words, "--twins", "--out", "out").code == 0
    (study.parent / "out" / "shards" / "00000000.json").unlink()
    assert call(capsys, "run", "small.yaml", "--out", "out", "--resume").code == 0
    settings = json.loads((study.parent / "out" / "record.json").read_text())["settings"]
    wanted = {"patients": 6, "replicates": 2, "seed": 4, "twins": True, "tables": "split"}
    assert {name: settings[name] for name in wanted} == wanted
    other = call(capsys, "run", "small.yaml", "--out", "out", "--resume", "--seed", "5")
    assert other.code == 1
    assert "holds another run: seed is 4 there and 5 here" in other.err
    again = call(capsys, "run", "small.yaml", "--out", "out", "--tables", "none")
    assert again.code == 1
    assert "go on with a run in shards with --resume" in again.err


def test_the_folder_of_a_run_in_shards_has_what_was_asked_for(study: Path, capsys: Capture) -> None:
    size = ("--patients", "6", "--replicates", "2")
    for tables in ("split", "none"):
        assert (
            call(capsys, "run", "small.yaml", *size, "--tables", tables, "--out", tables).code == 0
        )
    common = {
        "files.sha256",
        "manifest.json",
        "shards",
        "report.html",
        "record.json",
        "data_dictionary.md",
    }
    common |= {"outcomes.csv", "outcomes.parquet"}
    assert {path.name for path in (study.parent / "none").iterdir()} == common
    assert {path.name for path in (study.parent / "split").iterdir()} == common | {"tables"}
    assert "## visits" in (study.parent / "split" / "data_dictionary.md").read_text()
    assert "## visits" not in (study.parent / "none" / "data_dictionary.md").read_text()
    report = (study.parent / "none" / "report.html").read_text()
    assert "Baseline: targets and patients achieved" in report


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--resume",), 2, "--resume needs the run folder"),
        (("--resume", "--out", "old"), 1, "no readable manifest.json"),
        (("--cluster", "local:2"), 2, "--cluster does not go with whole tables"),
        (("--tables", "some"), 2, "unknown way to keep tables 'some'"),
        (("--tables", "none", "--cluster", "local:0"), 2, ""),
    ],
)
def test_wrong_use_is_one_clear_error_and_writes_nothing(
    study: Path, capsys: Capture, words: tuple[str, ...], code: int, said: str
) -> None:
    (study.parent / "old").mkdir()
    (study.parent / "old" / "mine.txt").write_text("mine")
    done = call(capsys, "run", "small.yaml", *words)
    assert done.code == code
    assert said in done.err
    assert sorted(path.name for path in study.parent.rglob("*")) == [
        *("mine.txt", "old", "small.yaml")
    ]


def test_what_was_asked_for_reaches_the_run(
    capsys: Capture, asked: dict[str, Any], tmp_path: Path
) -> None:
    words = ("--tables", "none", "--cluster", "tcp://host:8786", "--out", "here")
    assert call(capsys, "run", "mist", *words, "--quiet").code == 0
    wanted = {"tables": "none", "cluster": "tcp://host:8786", "resume": False}
    assert asked["folder"] == tmp_path / "here"
    assert {name: asked[name] for name in wanted} == wanted
    assert call(capsys, "run", "mist", "--out", "there", "--quiet").code == 0
    assert asked["tables"] == "whole"


def test_python_has_the_same_settings(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "python"
    made = remyelin.run(study, patients=6, replicates=2, tables="split", folder=folder)
    assert made.tables == {}
    again = remyelin.run(
        study, patients=6, replicates=2, tables="split", folder=folder, resume=True
    )
    assert again.outcomes.equals(made.outcomes)
    assert remyelin.save(again, folder) == folder
    assert (folder / "report.html").is_file()
