"""True commands: no flag removes or replaces what remyelin did not write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from remyelin.cli.main import main
from tests.cli.helpers import call
from tests.core.folders import picture
from tests.trials.small import mapping

Capture = pytest.CaptureFixture[str]
SIZE = ("--patients", "6", "--replicates", "2", "--quiet")
NONE = ("--tables", "none")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("run")
    (place / "small.yaml").write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    words = ("run", str(place / "small.yaml"), *SIZE, *NONE, "--out", str(place / "run"))
    assert main(words) == 0
    return place / "run"


def copied(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target)


@pytest.mark.parametrize("name", ["manifest.json", "record.json"])
@pytest.mark.parametrize(
    "words",
    [
        ("run", "small.yaml", *SIZE, *NONE, "--out", "web", "--force"),
        ("run", "small.yaml", *SIZE, "--out", "web", "--force"),
        ("run", "small.yaml", *SIZE, *NONE, "--out", "web", "--resume"),
        ("patient", "--years", "1", "--out", "web", "--force"),
    ],
    ids=["none", "whole", "resume", "patient"],
)
def test_a_folder_that_is_no_run_survives(
    place: Path, capsys: Capture, words: tuple[str, ...], name: str
) -> None:
    (place / "web").mkdir()
    (place / "web" / name).write_text('{"name": "my app"}')
    (place / "web" / "thesis.txt").write_text("years of work")
    before = picture(place)
    done = call(capsys, *words)
    assert done.code == 1
    assert "internal" not in done.err
    assert picture(place) == before


@pytest.mark.parametrize("words", [(), NONE], ids=["whole", "none"])
@pytest.mark.parametrize("out", [".", "..", os.sep])
def test_the_current_folder_is_refused_before_any_work(
    place: Path,
    run_folder: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    out: str,
) -> None:
    copied(run_folder, place / "run")
    monkeypatch.chdir(place / "run" / "shards" if out == ".." else place / "run")
    before = picture(place)
    study = str(place / "small.yaml")
    done = call(capsys, "run", study, *SIZE, *words, "--out", out, "--force")
    assert done.code == 1
    assert "Give a new folder" in done.err
    assert picture(place) == before


def test_a_link_to_a_run_is_followed(place: Path, run_folder: Path, capsys: Capture) -> None:
    copied(run_folder, place / "run")
    (place / "link").symlink_to("run")
    words = ("run", "small.yaml", *SIZE, *NONE, "--out", "link")
    assert call(capsys, *words, "--resume").code == 0
    assert call(capsys, *words, "--seed", "5", "--force").code == 0
    assert (place / "link").is_symlink()
    assert '"seed": 5' in (place / "run" / "manifest.json").read_text()
    assert sorted(path.name for path in place.iterdir()) == ["link", "run", "small.yaml"]


@pytest.mark.parametrize("flag", ["--resume", "--force"])
def test_a_folder_that_was_made_and_not_begun_is_taken(
    place: Path, capsys: Capture, flag: str
) -> None:
    (place / "half" / "shards").mkdir(parents=True)
    done = call(capsys, "run", "small.yaml", *SIZE, *NONE, "--out", "half", flag)
    assert done.code == 0, done.err
    assert (place / "half" / "record.json").is_file()


def test_a_note_in_a_run_folder_stops_force_and_lets_resume_go_on(
    place: Path, run_folder: Path, capsys: Capture
) -> None:
    copied(run_folder, place / "run")
    (place / "run" / "notes.txt").write_text("mine")
    words = ("run", "small.yaml", *SIZE, *NONE, "--out", "run")
    stopped = call(capsys, *words, "--force")
    assert stopped.code == 1
    assert "notes.txt" in stopped.err
    assert call(capsys, *words, "--resume").code == 0
    assert (place / "run" / "notes.txt").read_text() == "mine"


def test_a_run_folder_of_an_earlier_version_is_replaced(
    place: Path, run_folder: Path, capsys: Capture
) -> None:
    copied(run_folder, place / "run")
    (place / "run" / "files.sha256").unlink()
    words = ("run", "small.yaml", *SIZE, "--out", "run", "--force")
    (place / "run" / "notes.txt").write_text("mine")
    assert "notes.txt" in call(capsys, *words).err
    (place / "run" / "notes.txt").unlink()
    assert call(capsys, *words).code == 0
    assert not (place / "run" / "manifest.json").exists()


VISITS = "subject_id,date,edss\n=1+1,2020-01-01,2\n=1+1,2021-01-01,3\nB,2020-01-01,2\n"


def test_an_input_of_endpoints_is_never_its_output(place: Path, capsys: Capture) -> None:
    (place / "in.csv").write_text(VISITS)
    (place / "link.csv").symlink_to("in.csv")
    for out in ("in.csv", "./in.csv", "link.csv"):
        words = ("endpoints", "in.csv", "--definition", "cdw24", "--out", out, "--force")
        done = call(capsys, *words)
        assert done.code == 2
        assert "is the input in.csv" in done.err
    assert (place / "in.csv").read_text() == VISITS


def test_a_name_that_is_a_formula_is_guarded_in_csv(place: Path, capsys: Capture) -> None:
    (place / "in.csv").write_text(VISITS)
    done = call(capsys, "endpoints", "in.csv", "--definition", "cdw24", "--out", "o.csv")
    assert done.code == 0, done.err
    cells = [line.split(",")[0] for line in (place / "o.csv").read_text().splitlines()]
    assert cells == ["subject_id", "'=1+1", "B"]


def test_a_protocol_file_that_leads_out_of_the_folder_is_refused(
    place: Path, capsys: Capture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("else") / "secret.yaml"
    secret.write_text("root:x:0:0:SECRET\nnext:line\n")
    (place / "link.yaml").symlink_to(secret)
    (place / "far").symlink_to(secret.parent)
    for name in ("link.yaml", "far/secret.yaml"):
        study = {**mapping(), "protocols": [{"file": name}]}
        (place / "own.yaml").write_text(yaml.safe_dump(study))
        done = call(capsys, "studies", "show", "own.yaml")
        assert done.code == 2
        assert "leads out of the folder" in done.err
        assert "SECRET" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("studies", "show"),
        ("run",),
        ("patient",),
        ("therapies", "show"),
        ("therapies", "check"),
        ("product", "show"),
        ("product", "check"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "text", ["root:x:0:SECRET\nnext:SECRET\n", "a: SECRET b: x\n", "- " + "SECRET " * 20]
)
def test_a_message_never_prints_the_text_of_a_file_that_is_another(
    place: Path, capsys: Capture, words: tuple[str, ...], text: str
) -> None:
    (place / "other.yaml").write_text(text)
    done = call(capsys, *words, "other.yaml")
    assert done.code == 2
    assert "SECRET" not in done.err + done.out
