"""The commands: what they print, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import remyelin
from remyelin.comparison.compared import ComparedRun
from remyelin.parameters import ParameterTable
from remyelin.reports.wording import DISCLAIMER
from remyelin.study import catalogue
from remyelin.trials.prediction import Progress
from tests import synthetic_run
from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What `remyelin.run` was asked for by the command; the run itself is made by hand."""
    seen: dict[str, Any] = {}

    def run(study: object, **settings: Any) -> ComparedRun:
        seen.update(settings, study=study)
        if settings["progress"] is not None:
            settings["progress"](Progress(1, 2, "running"))
        return synthetic_run.result()

    monkeypatch.setattr(remyelin, "run", run)
    monkeypatch.chdir(tmp_path)
    return seen


def test_run_prints_the_table_and_where_the_report_is(
    capsys: Capture, asked: dict[str, Any], tmp_path: Path
) -> None:
    done = call(capsys, "run", "mist", "--out", "here")
    assert done.code == 0
    assert "[0.053" in done.out
    assert f"Report: {tmp_path / 'here' / 'report.html'}" in done.out
    assert done.err == ""
    assert (tmp_path / "here" / "report.html").is_file()


def test_run_passes_on_what_was_asked(capsys: Capture, asked: dict[str, Any]) -> None:
    options = ("--patients", "30", "--replicates", "4", "--seed", "0", "--workers", "2", "--twins")
    assert call(capsys, "run", "mist", *options, "--quiet").code == 0
    wanted = {"patients": 30, "replicates": 4, "seed": 0, "workers": 2, "twins": True}
    assert {name: asked[name] for name in wanted} == wanted
    assert asked["study"] == catalogue.load("mist")


def test_run_leaves_the_number_of_patients_to_the_study(
    capsys: Capture, asked: dict[str, Any]
) -> None:
    call(capsys, "run", "mist", "--quiet")
    assert asked["patients"] is None
    assert asked["replicates"] == remyelin.DEFAULT_REPLICATES
    assert asked["seed"] == remyelin.DEFAULT_SEED


def test_run_without_out_makes_a_new_folder_each_time(
    capsys: Capture, asked: dict[str, Any], tmp_path: Path
) -> None:
    folders = [call(capsys, "run", "mist", "--quiet").out.strip() for _ in range(3)]
    assert len(set(folders)) == 3
    assert {Path(folder).parent for folder in folders} == {tmp_path / "runs"}
    assert all(Path(folder, "record.json").is_file() for folder in folders)


def test_run_prints_json_alone(capsys: Capture, asked: dict[str, Any]) -> None:
    done = call(capsys, "run", "mist", "--json", "--out", "here")
    values = json.loads(done.out)
    assert values["outcomes"][0]["median"] == pytest.approx(0.08)
    assert Path(values["folder"], "report.html").is_file()


def test_run_takes_a_study_file(capsys: Capture, asked: dict[str, Any]) -> None:
    Path("mine.yaml").write_text(catalogue.template("mine"), encoding="utf-8")
    assert call(capsys, "run", "mine.yaml", "--quiet").code == 0
    assert asked["study"].study_id == "mine"


def test_run_replaces_with_force_only(capsys: Capture, asked: dict[str, Any]) -> None:
    assert call(capsys, "run", "mist", "--out", "here", "--quiet").code == 0
    asked.clear()
    refused = call(capsys, "run", "mist", "--out", "here", "--quiet")
    assert refused.code == 1
    assert "--force" in refused.err
    assert asked == {}, "the folder must be checked before the run starts"
    assert call(capsys, "run", "mist", "--out", "here", "--quiet", "--force").code == 0


def test_studies_are_listed(capsys: Capture) -> None:
    text = call(capsys, "studies", "list").out
    assert all(name in text for name in catalogue.names())
    rows = json.loads(call(capsys, "studies", "list", "--json").out)
    runnable = [row["study_id"] for row in rows if row["runnable"]]
    assert runnable == list(catalogue.names())


@pytest.mark.parametrize("name", catalogue.names())
def test_a_study_is_shown(capsys: Capture, name: str) -> None:
    study = catalogue.load(name)
    text = call(capsys, "studies", "show", name).out
    assert study.title in text
    assert all(arm.arm_id in text for arm in study.arms)
    assert DISCLAIMER in text
    shown = json.loads(call(capsys, "studies", "show", name, "--json").out)
    assert catalogue.from_mapping(shown) == study


@pytest.mark.parametrize("name", ["my_own.yaml", "2020-Trial.yml"])
def test_a_new_study_file_can_be_run_at_once(
    capsys: Capture, asked: dict[str, Any], name: str
) -> None:
    assert call(capsys, "study", "new", name).code == 0
    assert call(capsys, "run", name, "--quiet").code == 0
    assert [path.name for path in Path.cwd().iterdir() if path.is_file()] == [name]


def test_a_new_study_is_printed_without_a_file_name(capsys: Capture, asked: dict[str, Any]) -> None:
    text = call(capsys, "study", "new").out
    assert text == catalogue.template("my_study")
    assert json.loads(call(capsys, "study", "new", "--json").out) == {"text": text}
    assert list(Path.cwd().iterdir()) == []


def test_a_new_study_file_overwrites_with_force_only(
    capsys: Capture, asked: dict[str, Any]
) -> None:
    Path("mine.yaml").write_text("mine", encoding="utf-8")
    refused = call(capsys, "study", "new", "mine.yaml")
    assert refused.code == 2
    assert Path("mine.yaml").read_text(encoding="utf-8") == "mine"
    written = call(capsys, "study", "new", "mine.yaml", "--force", "--json")
    assert json.loads(written.out) == {"written": "mine.yaml"}
    assert catalogue.read("mine.yaml").study_id == "mine"


def test_parameters_are_listed(capsys: Capture) -> None:
    table = ParameterTable.load()
    text = call(capsys, "parameters", "list").out
    assert all(parameter.key in text for parameter in table)
    assert f"{len(table)} parameters:" in text
    rows = json.loads(call(capsys, "parameters", "list", "--json").out)
    assert [row["key"] for row in rows] == [parameter.key for parameter in table]


def test_a_parameter_is_shown_with_everything(capsys: Capture) -> None:
    parameter = next(iter(ParameterTable.load()))
    text = call(capsys, "parameters", "show", parameter.key).out
    for part in (parameter.meaning, parameter.unit, parameter.source, parameter.mark.value):
        assert part in text
    values = json.loads(call(capsys, "parameters", "show", parameter.key, "--json").out)
    assert values["value"] == parameter.value
    assert values["minimum"] == parameter.minimum


def test_the_version_is_printed(capsys: Capture) -> None:
    assert call(capsys, "--version").out == f"remyelin {remyelin.__version__}\n"


@pytest.mark.parametrize("words", [(), ("studies",), ("study",), ("parameters",)])
def test_a_group_without_command_shows_its_help(capsys: Capture, words: tuple[str, ...]) -> None:
    done = call(capsys, *words)
    assert done.code == 0
    assert "Commands:" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("studies", "list"),
        ("studies", "show"),
        ("study", "new"),
        ("parameters", "list"),
        ("parameters", "show"),
    ],
)
def test_every_command_has_help_and_json(capsys: Capture, words: tuple[str, ...]) -> None:
    done = call(capsys, *words, "--help")
    assert done.code == 0
    assert "--json" in done.out
