"""The target simulator gives what a run gives, and a design goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from remyelin.calibration import design
from remyelin.calibration.coordinates import packaged, values_of
from remyelin.calibration.design import DesignSettings, latin_hypercube
from remyelin.calibration.simulator import Size, simulate
from remyelin.cohorts import reference
from remyelin.cohorts.reference import Reference, Variant
from remyelin.credibility.running import endpoint_name, entries
from remyelin.errors import OutputError
from remyelin.inputs import Inputs
from remyelin.parameters import Prior
from remyelin.study import catalogue
from remyelin.trials import run_trial
from remyelin.trials.prediction import RunSettings

INPUTS = Inputs.packaged()
SMALL = Size(fewest=24, most=24, candidates=256)


def test_figures_are_those_of_a_run_of_the_same_cohort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "of", reference_of_the_simulator)
    asked = entries(["burman2014_rrms", "halt_ms"])
    found = simulate(asked, INPUTS, seed=4, size=SMALL)
    for name in found:
        study = catalogue.load(name)
        settings = RunSettings(study_id=name, patients=24, replicates=1, seed=4)
        result = run_trial(study, settings, inputs=INPUTS)
        for one in result.predictions:
            told = found[name].endpoints[endpoint_name(one.key)]
            assert np.array_equal(told, one.values, equal_nan=True)


def reference_of_the_simulator(
    variant: Variant, inputs: Inputs, *_args: object, **_more: object
) -> Reference:
    """The population on which the simulator fits its weights."""
    return reference.fresh(variant, inputs, candidates=SMALL.candidates, horizon_years=20.0)


def test_the_middle_of_a_prior_is_0_and_its_ends_are_those_of_the_interval() -> None:
    coordinates = packaged()
    table = INPUTS.parameters
    low = values_of(coordinates, [-1.6448536] * len(coordinates), table)
    high = values_of(coordinates, [1.6448536] * len(coordinates), table)
    for one in coordinates:
        for key in one.keys:
            parameter = table[key]
            assert parameter.prior is not Prior.FIXED
            assert low[key] < high[key]
            if parameter.minimum < parameter.low and parameter.high < parameter.maximum:
                assert low[key] == pytest.approx(parameter.low, rel=0.2, abs=0.05)


def test_no_parameter_stands_under_two_coordinates() -> None:
    keys = [key for one in packaged() for key in one.keys]
    assert len(keys) == len(set(keys))


HANDED = {"entries": entries(["burman2014_rrms"]), "inputs": INPUTS, "workers": 1}


def small_design(seed: int = 3) -> DesignSettings:
    return DesignSettings(
        runs=("burman2014_rrms",), coordinates=packaged()[:3], size=SMALL, seed=seed
    )


def test_a_design_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    points = latin_hypercube(3, 3, seed=1, wave="prior")
    whole = design.run(points, small_design(), tmp_path / "whole.jsonl", **HANDED)
    halves = tmp_path / "halves.jsonl"
    design.run(points[:2], small_design(), halves, **HANDED)
    with halves.open("a", encoding="utf-8") as stream:
        stream.write('{"point": {"wave": "prior", "nu')
    assert design.run(points, small_design(), halves, **HANDED) == whole
    for line in halves.read_text(encoding="utf-8").splitlines():
        json.loads(line)


def test_runs_of_another_design_are_not_mixed_in(tmp_path: Path) -> None:
    points = latin_hypercube(3, 1, seed=1, wave="prior")
    design.run(points, small_design(), tmp_path / "runs.jsonl", **HANDED)
    with pytest.raises(OutputError, match="another design"):
        design.run(points, small_design(seed=4), tmp_path / "runs.jsonl", **HANDED)
