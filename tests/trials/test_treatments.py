"""Treatments of a study: protocols of its own, refusal of what does not act, warned switches."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import remyelin
from remyelin.errors import InputError, UnknownNameError
from remyelin.inputs import Inputs
from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.trials.treatments import treatment_warnings, treatments

INPUTS = Inputs.packaged()
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(folder: Path, *, regimen: tuple[str, str] = ("", ""), study: tuple[str, str]) -> Study:
    for name, (old, new) in (("my_regimen.yaml", regimen), ("my_study.yaml", study)):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return catalogue.read(folder / "my_study.yaml")


def test_a_study_with_a_protocol_of_its_own_runs(tmp_path: Path) -> None:
    for name in ("my_regimen.yaml", "my_study.yaml"):
        shutil.copy(EXAMPLES / name, tmp_path)
    result = remyelin.run(tmp_path / "my_study.yaml", patients=20, replicates=1)
    given = set(result.tables["exposures"]["protocol_id"])
    assert given == {"natalizumab", "natalizumab_every_6_weeks"}


def test_a_study_keeps_its_protocols_when_it_is_written_and_read_again() -> None:
    study = catalogue.read(EXAMPLES / "my_study.yaml")
    again = catalogue.from_mapping(study.model_dump(mode="json"))
    assert set(treatments(again, INPUTS)) == {"natalizumab", "natalizumab_every_6_weeks"}


@pytest.mark.parametrize(
    "name", ["/etc/passwd.yaml", "../my_regimen.yaml", "my_regimen.txt", "no.yaml"]
)
def test_a_protocol_file_lies_beside_the_study(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="protocols"):
        example(tmp_path, study=("my_regimen.yaml", name))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("agent: natalizumab,", "agent: natalizumap,", "unknown_drug"),
        ("unit: mg,", "", "dose and unit go together"),
        ("dose: 300.0", "dose: 30000.0", "dose_range"),
        ("natalizumab_every_6_weeks", "natalizumab", "is taken"),
    ],
)
def test_a_bad_protocol_stops_the_study_with_step_and_rule(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    study = example(tmp_path, regimen=(old, new), study=("", ""))
    with pytest.raises(InputError, match=told):
        treatments(study, INPUTS)


def test_a_graft_that_was_never_collected_is_the_reason_told(tmp_path: Path) -> None:
    for name in ("my_regimen.yaml", "my_study.yaml"):
        shutil.copy(EXAMPLES / name, tmp_path)
    regimen = (tmp_path / "my_regimen.yaml").read_text(encoding="utf-8")
    graft = (
        "steps:\n  - {agent: graft, kind: infusion, route: IV, day: 5, "
        "moves: {graft_stored: cryopreserved_viability}}\n"
    )
    assert "steps:\n" in regimen
    changed = regimen.replace("steps:\n", graft, 1)
    (tmp_path / "my_regimen.yaml").write_text(changed, encoding="utf-8")
    with pytest.raises(InputError, match="before any is collected"):
        treatments(catalogue.read(tmp_path / "my_study.yaml"), INPUTS)


def test_an_unknown_protocol_offers_the_nearest_of_both(tmp_path: Path) -> None:
    study = example(
        tmp_path, study=("protocol_id: natalizumab_every_6_weeks", "protocol_id: natalizumab_6")
    )
    with pytest.raises(UnknownNameError, match="natalizumab_every_6_weeks"):
        treatments(study, INPUTS)


def test_a_protocol_that_does_not_act_is_refused_with_the_reason(tmp_path: Path) -> None:
    study = example(tmp_path, study=("protocol_id: natalizumab,", "protocol_id: cyatg,"))
    with pytest.raises(InputError, match=r"does not act.*ahsct_cy200_ratg6 acts"):
        treatments(study, INPUTS)


def test_a_prior_drug_that_does_not_act_is_refused_with_the_reason() -> None:
    data = catalogue.read(EXAMPLES / "my_study.yaml").model_dump(mode="json")
    data["population"]["prior_treatment"] = {
        "protocols": [{"protocol_id": "halt_ms"}],
        "share": {"value": 0.5, "mark": "assumed"},
        "start_years": {"value": 1.0, "mark": "assumed"},
    }
    with pytest.raises(InputError, match=r"prior_treatment: halt_ms does not act"):
        treatments(catalogue.from_mapping(data), INPUTS)


def test_every_study_of_the_package_that_runs_keeps_the_rules() -> None:
    for name in catalogue.names():
        assert treatments(catalogue.load(name), INPUTS)


def test_a_switch_is_judged_as_a_sequence() -> None:
    warned = treatment_warnings(catalogue.load("mist"), INPUTS)
    assert any("switch from natalizumab" in text for text in warned)


def test_a_brand_in_a_study_gives_what_its_protocol_gives(tmp_path: Path) -> None:
    tables = []
    for name in ("fingolimod", "Gilenya"):
        folder = tmp_path / name
        folder.mkdir()
        example(folder, study=("protocol_id: natalizumab,", f"protocol_id: {name},"))
        result = remyelin.run(folder / "my_study.yaml", patients=12, replicates=1)
        tables.append(result.tables)
    assert set(tables[1]["exposures"]["protocol_id"]) == set(tables[0]["exposures"]["protocol_id"])
    assert tables[0]["visits"].equals(tables[1]["visits"])


def test_a_brand_is_asked_for_where_the_study_has_a_protocol_of_that_drug_too(
    tmp_path: Path,
) -> None:
    study = example(tmp_path, study=("protocol_id: natalizumab,", "protocol_id: Tysabri,"))
    with pytest.raises(InputError, match="natalizumab_every_6_weeks"):
        treatments(study, INPUTS)
