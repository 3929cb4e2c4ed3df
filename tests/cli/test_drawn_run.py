"""Draws of the parameters from the command line: run folder, resume, wrong use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import remyelin
from remyelin.parameters import ParameterDraws, ParameterTable
from tests.cli.helpers import call
from tests.cli.test_commands import asked as asked  # noqa: PLC0414
from tests.trials.small import mapping

TABLE = ParameterTable.load()
DRAWS = ParameterDraws.prior(TABLE, 2, seed=6, keys=["lesion_rate", "smouldering_rate"])
"""The draws of tests/trials, so that their reference populations are made once."""

SIZE = ("--patients", "6", "--replicates", "3", "--workers", "1")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    (tmp_path / "two.csv").write_text(DRAWS.text(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_folder_holds_draws_and_samples(folder: Path, capsys: Capture) -> None:
    done = call(capsys, "run", "small.yaml", *SIZE, "--parameters", "two.csv", "--out", "out")
    assert done.code == 0, done.err
    assert "2 draws from the priors" in done.out
    draws = json.loads((folder / "out" / "record.json").read_text())["draws"]
    assert (draws["number"], draws["of_replicates"]) == (2, [0, 1, 0])
    assert draws["digest"] == DRAWS.digest()
    assert (folder / "out" / "draws.csv").read_text() == DRAWS.text()
    samples = pd.read_parquet(folder / "out" / "samples.parquet")
    assert (samples["draw"] == samples["replicate"] % 2).all()
    assert set(samples["replicate"]) == {0, 1, 2}
    outcomes = pd.read_csv(folder / "out" / "outcomes.csv")
    assert len(samples) == 3 * len(outcomes)
    words = (folder / "out" / "data_dictionary.md").read_text()
    assert "## samples" in words
    report = (folder / "out" / "report.html").read_text()
    assert "2 draws from the priors" in report
    low, middle, high = np.quantile(DRAWS.values[:, 0], [0.05, 0.5, 0.95])
    assert f"{middle:g}<div" in report
    assert f"{low:g} to {high:g}<div" in report


def test_a_point_says_so_and_writes_neither(folder: Path, capsys: Capture) -> None:
    assert call(capsys, "run", "small.yaml", *SIZE, "--out", "out").code == 0
    assert not (folder / "out" / "draws.csv").exists()
    assert not (folder / "out" / "samples.parquet").exists()
    assert "Parameters: a point" in (folder / "out" / "report.html").read_text()
    record = json.loads((folder / "out" / "record.json").read_text())
    assert (record["draws"]["origin"], record["draws"]["number"]) == ("point", 1)


def test_resume_takes_the_draws_of_the_run_that_was_begun(folder: Path, capsys: Capture) -> None:
    words = ("--tables", "none", "--parameters", "two.csv", "--out", "out")
    assert call(capsys, "run", "small.yaml", *SIZE, *words).code == 0
    before = (folder / "out" / "outcomes.csv").read_bytes()
    (folder / "two.csv").unlink()
    (folder / "out" / "shards" / "00000001.json").unlink()
    done = call(capsys, "run", "small.yaml", "--out", "out", "--resume")
    assert done.code == 0, done.err
    assert (folder / "out" / "outcomes.csv").read_bytes() == before
    for other, said in (
        (("--draws", "1"), "number of the draws is 2 there and 1 here"),
        (("--parameters", "point"), "origin of the draws is prior there and point here"),
    ):
        refused = call(capsys, "run", "small.yaml", "--out", "out", "--resume", *other)
        assert refused.code == 1
        assert said in refused.err
    kept = folder / "out" / "draws.csv"
    value = float(DRAWS.values[1, 0])
    near = repr(float(np.nextafter(value, 0.0)))
    kept.write_text(kept.read_text().replace(repr(value), near))
    changed = call(capsys, "run", "small.yaml", "--out", "out", "--resume")
    assert (changed.code, "digest of the draws is" in changed.err) == (1, True)
    kept.unlink()
    lost = call(capsys, "run", "small.yaml", "--out", "out", "--resume")
    assert (lost.code, "draws.csv: there is no such file" in lost.err) == (2, True)


def test_what_was_asked_for_reaches_the_run(
    capsys: Capture, asked: dict[str, Any], tmp_path: Path
) -> None:
    assert call(capsys, "run", "mist", "--quiet").code == 0
    assert (asked["parameters"], asked["draws"]) == ("point", None)
    words = ("--parameters", "prior", "--draws", "4")
    assert call(capsys, "run", "mist", *words, "--quiet").code == 0
    assert (asked["parameters"], asked["draws"]) == ("prior", 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--draws", "3"), "--draws 3 does not go with a point"),
        (("--parameters", "point", "--draws", "1"), "does not go with a point"),
        (("--parameters", "prior", "--draws", "0"), "--draws is 0; allowed is a whole number"),
        (("--parameters", "prior", "--draws", "4"), "4 draws of the parameters were asked for"),
        (("--parameters", "none.csv"), "none.csv: there is no such file"),
        (("--parameters", "pior"), "did you mean prior?"),
        (("--parameters", "small.yaml"), "it is no file of parameter draws"),
        (("--parameters", "two.csv", "--draws", "3"), "3 draws were asked for; allowed are 1 to 2"),
        (("--parameters", "other.csv"), "was made for parameter table 0123"),
    ],
)
def test_wrong_use_is_one_clear_error_and_writes_nothing(
    folder: Path, capsys: Capture, words: tuple[str, ...], said: str
) -> None:
    text = DRAWS.text().replace(TABLE.digest(), "0123")
    (folder / "other.csv").write_text(text, encoding="utf-8")
    before = sorted(folder.rglob("*"))
    done = call(capsys, "run", "small.yaml", *SIZE, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert said in done.err
    assert sorted(folder.rglob("*")) == before


def test_a_folder_that_holds_the_file_of_draws_is_not_replaced(
    folder: Path, capsys: Capture
) -> None:
    words = ("--parameters", "two.csv", "--out", "out")
    assert call(capsys, "run", "small.yaml", *SIZE, *words).code == 0
    again = ("--parameters", "out/draws.csv", "--out", "out", "--force")
    refused = call(capsys, "run", "small.yaml", *SIZE, *again)
    assert refused.code == 1
    assert "holds the input out/draws.csv" in refused.err


def test_python_takes_draws_themselves(folder: Path) -> None:
    size = {"patients": 6, "replicates": 3}
    made = remyelin.run("small.yaml", **size, parameters=DRAWS)  # type: ignore[arg-type]
    read = remyelin.run("small.yaml", **size, parameters=folder / "two.csv")  # type: ignore[arg-type]
    assert made.outcomes.equals(read.outcomes)
    assert made.predictions[0].draws == (0, 1, 0)
    one = remyelin.run("small.yaml", **size, parameters=DRAWS, draws=1)  # type: ignore[arg-type]
    assert one.predictions[0].draws == (0, 0, 0)
