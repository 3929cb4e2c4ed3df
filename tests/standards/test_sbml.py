"""The SBML export: valid, the same course in another simulator, honest about what it leaves out."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from remyelin.engine.fused.layout import STATE_LEAVES
from remyelin.engine.mean_field import MeanField, mean_field
from remyelin.model.day import STAGES
from remyelin.model.mean import DISCRETE_RULES, HELD, LEFT_OUT
from remyelin.parameters import ParameterTable
from remyelin.standards.sbml import identifier, sbml
from remyelin.standards.typical import typical_patient
from remyelin.verification.exchange import libroadrunner
from tests.cli.helpers import call

TABLE = ParameterTable.load()
STEP = 1.0 / 64.0
YEAR = 365


@cache
def text() -> str:
    return sbml(TABLE)


@cache
def field() -> MeanField:
    return mean_field(TABLE)


@cache
def simulator() -> Any:
    pytest.importorskip("roadrunner")
    return libroadrunner(text())


def course(levels: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Every moving state after a year, elsewhere and here."""
    state, others = typical_patient(TABLE)
    own = field().euler(state, {**others, **levels}, step=STEP, steps=round(YEAR / STEP))
    model = simulator()
    model.resetAll()
    model.setIntegrator("euler")
    for leaf, level in levels.items():
        model[identifier(leaf)] = level
    model.selections = [identifier(leaf) for leaf in field().slopes]
    theirs = model.simulate(0, YEAR, steps=round(YEAR / STEP))[-1]
    return {leaf: (float(b), own[leaf]) for leaf, b in zip(field().slopes, theirs, strict=True)}


def test_the_file_is_valid_sbml() -> None:
    libsbml = pytest.importorskip("libsbml")
    document = libsbml.readSBMLFromString(text())
    # Units stand in the names of parameters; the file declares none.
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    found = document.checkConsistency()
    assert [document.getError(k).getMessage() for k in range(found)] == []
    assert (document.getLevel(), document.getVersion()) == (3, 2)


OTHERS = {
    "levels.activation_target": 0.4,
    "levels.egress_target": 0.6,
    "levels.microglia_target": 0.5,
    "levels.training_spinal": 0.3,
    "levels.immunosuppression": 0.5,
}


@pytest.mark.parametrize(
    "levels", [{}, {"levels.traffic_target": 0.8}, OTHERS], ids=["none", "traffic", "others"]
)
def test_libroadrunner_gives_the_same_year_with_the_same_step(levels: dict[str, float]) -> None:
    ends = course(levels)
    assert ends["lesions.t2_total"][1] > 0.5
    for leaf, (theirs, ours) in ends.items():
        assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-12), leaf


def test_the_file_names_every_rule_and_stage_that_it_leaves_out() -> None:
    notes = " ".join(ElementTree.fromstring(text()).itertext())
    for rule in DISCRETE_RULES:
        assert rule in notes
    for stage, why in field().left_out.items():
        assert f"{stage}: {why}" in notes
    assert TABLE.digest() in notes


def test_what_is_held_or_left_out_is_there_to_be_held_or_left_out() -> None:
    for pattern, (_, why) in HELD.items():
        assert [leaf for leaf in STATE_LEAVES if re.fullmatch(pattern, leaf)], pattern
        assert why in text()
    for pattern in LEFT_OUT:
        for name in pattern.split("|") if "(" not in pattern else [pattern]:
            assert [s.name for s in STAGES if re.fullmatch(name, s.name)], name


def test_held_states_are_those_of_an_untreated_patient_at_onset() -> None:
    state, _ = typical_patient(TABLE)
    for leaf, value in field().held.items():
        assert state[leaf] == value, leaf


def test_the_states_of_every_subsystem_without_discrete_memory_are_in_the_file() -> None:
    left = {stage.name for stage in STAGES} & set(field().left_out)
    assert not {"activation", "T cells", "B cells", "tissue", "blood", "recovery"} & left
    assert not {"drugs", "drug targets", "training", "infection", "lesion 1"} & left
    for leaf in ("clones.first", "tissue.volume", "lesions.t2_total", "deficit.fast_spinal"):
        assert f'<rateRule variable="{identifier(leaf)}">' in text()


Capture = pytest.CaptureFixture[str]


def test_the_command_writes_the_file_once(capsys: Capture, tmp_path: Path) -> None:
    target = tmp_path / "model.xml"
    assert call(capsys, "export", "sbml", "--out", str(target)).code == 0
    assert target.read_text(encoding="utf-8") == text()
    again = call(capsys, "export", "sbml", "--out", str(target))
    assert again.code == 2
    assert "exists already" in again.err
    assert call(capsys, "export", "sbml", "--out", str(target), "--force").code == 0


def test_the_command_prints_the_file_or_says_as_json_what_is_in_it(capsys: Capture) -> None:
    assert ElementTree.fromstring(call(capsys, "export", "sbml").out.encode()) is not None
    told = json.loads(call(capsys, "export", "sbml", "--json").out)
    assert told["parameters_hash"] == TABLE.digest()
    assert set(told["stages_left_out"]) == set(field().left_out)
