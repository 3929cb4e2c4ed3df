"""What is handed in is what a run uses, and another value has another name everywhere."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from remyelin.errors import OutputError
from remyelin.inputs import Inputs
from remyelin.trials import run_trial
from remyelin.trials.prediction import Keep, RunResult, RunSettings
from remyelin.trials.sharded import Scale
from tests.trials.small import INPUTS, study

SETTINGS = RunSettings(study_id="small", patients=40, replicates=2, seed=5)
STUDY = study()


def run(inputs: Inputs, folder: Path | None = None, *, resume: bool = False) -> RunResult:
    keep = Keep.WHOLE if folder is None else Keep.NONE
    settings = replace(SETTINGS, tables=keep)
    scale = Scale(folder=folder, resume=resume, shard_patients=40)
    return run_trial(STUDY, settings, inputs=inputs, scale=scale)


def other_definitions() -> Inputs:
    """Every definition that the study asks for has another label."""
    asked = {endpoint.definition_id for endpoint in STUDY.endpoints}
    changed = {name: replace(INPUTS.definitions[name], label=f"{name} changed") for name in asked}
    return replace(INPUTS, definitions=INPUTS.definitions.with_entries(changed))


def other_protocols() -> Inputs:
    """The drug of the study is a placebo."""
    names = {option.protocol_id for arm in STUDY.arms for option in arm.treatment}
    placebo = INPUTS.protocols["placebo"]
    changed = {name: placebo.model_copy(update={"protocol_id": name}) for name in names}
    return replace(INPUTS, protocols=INPUTS.protocols.with_entries(changed))


def values(result: RunResult) -> list[tuple[float, ...]]:
    return [one.values for one in result.predictions]


@pytest.fixture(scope="module")
def usual() -> RunResult:
    return run(INPUTS)


def test_a_definition_that_is_handed_in_is_the_one_that_is_used(usual: RunResult) -> None:
    found = run(other_definitions())
    assert all(one.definition.label.endswith(" changed") for one in found.predictions)
    assert not any(one.definition.label.endswith(" changed") for one in usual.predictions)
    assert found.record["inputs"] != usual.record["inputs"]


def test_a_protocol_that_is_handed_in_is_the_one_that_is_given(usual: RunResult) -> None:
    found = run(other_protocols())
    assert found.record["inputs"] != usual.record["inputs"]
    assert not np.array_equal(values(found), values(usual), equal_nan=True)


def test_a_run_is_not_gone_on_with_under_other_definitions_or_protocols(tmp_path: Path) -> None:
    run(INPUTS, tmp_path / "out")
    for other in (other_definitions(), other_protocols()):
        with pytest.raises(OutputError, match="definitions or protocols are others"):
            run(other, tmp_path / "out", resume=True)
    run(INPUTS, tmp_path / "out", resume=True)


def test_inputs_travel_to_another_process_with_what_was_changed() -> None:
    for inputs in (INPUTS, other_definitions(), other_protocols()):
        again = pickle.loads(pickle.dumps(inputs))
        assert again.digest() == inputs.digest()
        assert dict(again.definitions) == dict(inputs.definitions)


def test_every_kind_of_input_moves_the_hash() -> None:
    name = next(iter(INPUTS.populations))
    renamed = INPUTS.populations[name].model_copy(update={"citation": "another"})
    table = INPUTS.parameters
    several = [
        INPUTS,
        other_definitions(),
        other_protocols(),
        replace(INPUTS, populations=INPUTS.populations.with_entries({name: renamed})),
        INPUTS.with_parameters(
            table.with_values({"lesion_rate": 1.1 * table["lesion_rate"].value})
        ),
    ]
    assert len({one.digest() for one in several}) == len(several)
