"""The study files that cannot be run yet: made from the base, without results, refused by run."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

import remyelin
from remyelin.cli.main import main
from remyelin.errors import UsageError
from remyelin.evidence.base import EvidenceBase
from remyelin.evidence.planning import asked, fates
from remyelin.evidence.readiness import readiness
from remyelin.study import catalogue
from remyelin.therapies import catalogue as therapies
from remyelin.trials.planned import reasons, refuse_planned
from tools import study_files

ROOT = Path(__file__).resolve().parents[2]
NAMES = catalogue.planned_names()
EACH = pytest.mark.parametrize("name", NAMES)


def test_the_generator_recreates_every_file_to_the_byte() -> None:
    folder = ROOT / study_files.FOLDER
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept == {name: text.encode("utf-8") for name, text in study_files.made().items()}


def test_files_that_are_no_longer_made_are_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / study_files.FOLDER
    folder.mkdir(parents=True)
    (folder / "old.yaml").write_text("gone: true\n", encoding="utf-8")
    study_files.main(tmp_path)
    assert {path.stem for path in folder.iterdir()} == set(NAMES)


def test_no_name_stands_among_the_studies_that_run() -> None:
    assert len(NAMES) == 6
    assert not set(NAMES) & set(catalogue.names())


@EACH
def test_a_file_reads_and_says_what_the_base_says_of_its_arm(name: str) -> None:
    study = catalogue.load(name)
    assert study.study_id == name
    assert study.evidence_id is not None
    (arm,) = [a for a in EvidenceBase.load().arms(study.evidence_id) if a.arm_id in study.arm_ids]
    baseline = {key.value: row.mean for key, row in study.population.baseline.items()}
    assert study.design.n == arm.n
    assert (baseline["age_years"], baseline["edss"]) == (arm.age_mean, arm.edss_mean)
    assert study.design.dropout_per_year.mark == study.design.follow_up.mark == "assumed"
    for word in ("visits", "criteria", "dropout", "follow-up", "era"):
        assert any(note.startswith(f"Convention {word} (assumed)") for note in study.notes)


@EACH
def test_a_file_asks_for_published_outcomes_and_holds_none(name: str) -> None:
    study, base = catalogue.load(name), EvidenceBase.load()
    (arm,) = [a for a in base.arms(study.evidence_id or "") if a.arm_id in study.arm_ids]
    assert {
        (e.outcome, e.definition_id, e.measure): e.times_months for e in study.endpoints
    } == asked(arm, base)
    file = resources.files("remyelin.study") / "planned" / f"{name}.yaml"
    data = catalogue.from_mapping(catalogue.load(name).model_dump(mode="json"))
    for endpoint in data.endpoints:
        assert set(endpoint.model_dump(exclude_none=True)) <= {
            "outcome",
            "definition_id",
            "measure",
            "times_months",
            "arms",
        }
    assert "observed" not in file.read_text(encoding="utf-8")


@EACH
def test_every_reason_holds(name: str) -> None:
    study, found = catalogue.load(name), reasons(catalogue.load(name))
    assert found
    protocol = study.arms[0].treatment[0].protocol_id
    assert (f"protocol missing: {protocol}" in found) == (protocol not in therapies.names())


def test_reasons_are_those_of_the_arm() -> None:
    assert reasons(catalogue.load("camms223_ifn")) == ("baseline imputed: age_years, edss",)
    assert reasons(catalogue.load("burt2009_ahsct")) == ("protocol missing: ahsct_as_in_burt2009",)


@EACH
def test_run_refuses_with_the_reason(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("run", name)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("cannot be run yet") == 1
    assert all(reason in told.err for reason in reasons(catalogue.load(name)))


def test_python_refuses_a_planned_study_and_leaves_a_changed_one_to_the_checks() -> None:
    with pytest.raises(UsageError, match="baseline imputed"):
        remyelin.run("camms223_alem", replicates=1)
    study = catalogue.load("camms223_alem")
    refuse_planned(study.model_copy(update={"title": "My own"}))
    refuse_planned(catalogue.load("mist"))


def test_the_lists_show_planned_studies_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("studies", "list")) == 0
    first, second = capsys.readouterr().out.split("Cannot be run yet:")
    assert all(name in second and name not in first for name in NAMES)
    assert "protocol missing: ahsct_as_in_burt2009" in second
    assert main(("studies", "list", "--json")) == 0
    rows = {row["study_id"]: row for row in json.loads(capsys.readouterr().out)}
    assert {name for name, row in rows.items() if not row["runnable"]} == set(NAMES)
    assert all(tuple(rows[n]["reasons"]) == reasons(catalogue.load(n)) for n in NAMES)
    assert main(("studies", "show", NAMES[0])) == 0
    assert catalogue.load(NAMES[0]).title in capsys.readouterr().out


def test_every_arm_that_says_enough_has_a_file_or_a_reason() -> None:
    found = fates(readiness(therapies.names()))
    assert len(found) == 60
    assert all(bool(fate.study_file) != bool(fate.left_out) for fate in found)
    assert {fate.study_file for fate in found if fate.planned} == set(NAMES)
