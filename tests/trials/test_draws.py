"""Draws of the parameters go through a run, however its work is shared, cut and stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.errors import CohortError, OutputError, UsageError
from remyelin.parameters import Origin, ParameterDraws
from remyelin.trials import plans as made_ready
from remyelin.trials import run_trial
from remyelin.trials.plan import Plan
from remyelin.trials.plans import Plans, draw_of, replicates_of
from remyelin.trials.prediction import SAMPLES, Keep, Progress, RunResult, RunSettings
from remyelin.trials.sharded import Scale
from remyelin.trials.shards import shards_of
from tests.trials.small import INPUTS, TABLE, study
from tests.trials.test_shards import StopHere, assert_same_figures, contents

KEYS = ("lesion_rate", "smouldering_rate")
DRAWS = ParameterDraws.prior(TABLE, 2, seed=6, keys=KEYS)
STUDY = study()
REPLICATES = 5
"""No multiple of the draws, so that they are taken a different number of times."""


def settings(**changes: Any) -> RunSettings:
    base = {"patients": 14, "replicates": REPLICATES, "seed": 3, "study_id": "small"}
    return RunSettings(**{**base, **changes})


def run(draws: ParameterDraws | None = DRAWS, **changes: Any) -> RunResult:
    scale = {n: changes.pop(n) for n in ("folder", "resume") if n in changes}
    size, listen = changes.pop("size", 30), changes.pop("listen", None)
    return run_trial(
        STUDY,
        settings(**changes),
        listen,
        inputs=INPUTS,
        scale=Scale(shard_patients=size, **scale),
        draws=draws,
    )


@pytest.fixture(scope="module")
def drawn() -> RunResult:
    return run()


@pytest.fixture(scope="module")
def points() -> list[RunResult]:
    """A run of the point for each draw."""
    return [
        run_trial(STUDY, settings(), inputs=INPUTS.with_parameters(DRAWS.table(draw)))
        for draw in range(len(DRAWS))
    ]


def test_a_point_is_what_is_run_where_no_draws_are_given() -> None:
    plain = run(None)
    for other in (run(ParameterDraws.point(TABLE)), run(None, workers=2)):
        for name, table in plain.tables.items():
            pd.testing.assert_frame_equal(other.tables[name], table, check_exact=True, obj=name)
        assert_same_figures(other, plain)
    assert plain.drawn is None
    assert plain.record["draws"] == {
        "origin": "point",
        "number": 1,
        "digest": ParameterDraws.point(TABLE).digest(),
    }
    assert {p.draws for p in plain.predictions} == {(0,) * REPLICATES}


def test_each_replicate_is_that_of_the_point_run_under_its_draw(
    drawn: RunResult, points: list[RunResult]
) -> None:
    for name, table in drawn.tables.items():
        assert list(table["replicate"]) == sorted(table["replicate"])
        for replicate in range(REPLICATES):
            other = points[draw_of(replicate, len(DRAWS))].tables[name]
            mine, theirs = (
                frame[frame["replicate"] == replicate].reset_index(drop=True)
                for frame in (table, other)
            )
            pd.testing.assert_frame_equal(mine, theirs, check_exact=True, obj=name)
    first, second = (result.tables["visits"] for result in points)
    assert not first.equals(second), "the draws differ in nothing"


@pytest.mark.parametrize("workers", [2, 7])
def test_workers_change_no_bit(drawn: RunResult, workers: int) -> None:
    shared = run(workers=workers)
    for name, table in drawn.tables.items():
        pd.testing.assert_frame_equal(shared.tables[name], table, check_exact=True, obj=name)
    assert_same_figures(shared, drawn)


@pytest.mark.parametrize(("size", "workers"), [(5, 1), (14, 2), (30, 1), (1_000, 1)])
def test_shards_change_no_figure(drawn: RunResult, size: int, workers: int) -> None:
    cut = run(tables=Keep.NONE, size=size, workers=workers)
    assert_same_figures(cut, drawn, exact=False)
    assert [p.draws for p in cut.predictions] == [p.draws for p in drawn.predictions]
    pd.testing.assert_frame_equal(cut.samples, drawn.samples, rtol=1e-12)


@pytest.mark.parametrize("draws", [1, 2, 3, 7])
@pytest.mark.parametrize("patients", [1, 7, 16, 17])
def test_a_shard_holds_replicates_of_one_draw(draws: int, patients: int) -> None:
    shards = shards_of(patients, 7, 16, draws=draws)
    for shard in shards:
        assert len({draw_of(replicate, draws) for replicate in shard.replicates}) == 1
    places = [(r, s.first + k) for s in shards for r in s.replicates for k in range(s.count)]
    assert sorted(places) == [(r, k) for r in range(7) for k in range(patients)]
    assert [shard.number for shard in shards] == list(range(len(shards)))


def test_the_replicates_of_all_draws_are_all_replicates() -> None:
    found = [r for d in range(3) for r in replicates_of(d, draws=3, replicates=11)]
    assert sorted(found) == list(range(11))
    assert all(draw_of(r, 3) == 1 for r in replicates_of(1, draws=3, replicates=11))


def stopped(folder: Path, draws: ParameterDraws) -> None:
    def listen(step: Progress) -> None:
        if list((folder / "shards").glob("*.json")):
            raise StopHere

    with pytest.raises(StopHere):
        run(draws, tables=Keep.SPLIT, folder=folder, listen=listen)


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    run(tables=Keep.SPLIT, folder=one)
    stopped(two, DRAWS)
    there = contents(two)
    assert 0 < len([name for name in there if name.startswith("shards/")]) < 6
    found = run(tables=Keep.SPLIT, folder=two, resume=True)
    assert contents(two) == contents(one)
    assert found.record["shards"]["there_before"] > 0  # type: ignore[index]


def other_value() -> ParameterDraws:
    values = DRAWS.values.copy()
    values[1, 0] = np.nextafter(values[1, 0], 0.0)
    return replace(DRAWS, values=values)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (other_value(), "digest of the draws is"),
        (DRAWS.first(1), "number of the draws is 2 there and 1 here"),
        (None, "origin of the draws is prior there and point here"),
    ],
    ids=["value", "number", "origin"],
)
def test_a_run_is_not_gone_on_with_under_other_draws(
    tmp_path: Path, other: ParameterDraws | None, said: str
) -> None:
    stopped(tmp_path / "out", DRAWS)
    before = contents(tmp_path / "out")
    with pytest.raises(OutputError, match=f"holds another run: .*{said}"):
        run(other, tables=Keep.SPLIT, folder=tmp_path / "out", resume=True)
    assert contents(tmp_path / "out") == before


def test_record_and_manifest_say_which_draw_each_replicate_took(
    drawn: RunResult, tmp_path: Path
) -> None:
    found = run(tables=Keep.NONE, folder=tmp_path / "out")
    wanted = {
        "origin": "prior",
        "number": 2,
        "digest": DRAWS.digest(),
        "of_replicates": [0, 1, 0, 1, 0],
    }
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["draws"] == found.record["draws"] == drawn.record["draws"] == wanted
    text = (tmp_path / "out" / "draws.csv").read_text()
    assert np.array_equal(ParameterDraws.parse(text, TABLE).values, DRAWS.values)


def test_samples_have_a_draw_beside_every_replicate(drawn: RunResult) -> None:
    samples = drawn.samples
    assert list(samples.columns) == list(SAMPLES.names)
    for place, prediction in enumerate(drawn.predictions):
        mine = samples.iloc[place * REPLICATES : (place + 1) * REPLICATES]
        assert mine["outcome"].unique() == [prediction.key.outcome]
        assert mine["replicate"].tolist() == list(range(REPLICATES))
        assert tuple(mine["draw"]) == prediction.draws == (0, 1, 0, 1, 0)
        assert np.array_equal(mine["value"], prediction.values, equal_nan=True)


def test_twins_go_with_draws(points: list[RunResult]) -> None:
    found = run(twins=True, replicates=2)
    wanted = run_trial(
        STUDY,
        settings(twins=True, replicates=2),
        inputs=INPUTS.with_parameters(DRAWS.table(1)),
    )
    mine, theirs = (
        result.tables["visits"].query("replicate == 1").reset_index(drop=True)
        for result in (found, wanted)
    )
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_what_a_mechanism_holds_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_ready.Plan, "of", lambda *arguments, **_: arguments[2].parameters)
    keys = ("msc_systemic_smouldering_effect", "msc_csf_smouldering_effect")
    draws = ParameterDraws.prior(TABLE, 2, seed=1, keys=keys)
    assert draws.values.min() > 0.0
    for mechanism, values in (("peripheral", [0.0, None]), ("trophic", [0.3, 0.4])):
        tables: Any = Plans.of(STUDY, settings(mechanism=mechanism), INPUTS, draws).each
        for draw, table in enumerate(tables):
            wanted = draws.values[draw] if values[1] is None else values
            assert table[keys[0]].value == values[0]
            assert table[keys[1]].value == wanted[1]


def test_more_draws_than_replicates_are_refused_with_advice() -> None:
    with pytest.raises(UsageError, match=r"2 draws .*1 replicates.*1 would not be used\n.*--draws"):
        run(replicates=1)


def test_draws_of_another_table_are_refused() -> None:
    other = TABLE.with_values({"reserve": 1.01 * TABLE["reserve"].value})
    with pytest.raises(UsageError, match="draws are those of parameter table"):
        run(ParameterDraws.prior(other, 2, seed=1, keys=KEYS))


@pytest.fixture
def hard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw 1 cannot be enrolled under."""
    real, bad = Plan.of, DRAWS.table(1).digest()

    def of(*arguments: Any, **_: Any) -> Plan:
        if arguments[2].parameters.digest() == bad:
            raise CohortError("nobody is like this.")
        return real(*arguments)

    monkeypatch.setattr(made_ready.Plan, "of", of)


@pytest.mark.usefixtures("hard")
def test_a_draw_that_cannot_be_enrolled_under_is_named_and_not_left_out() -> None:
    with pytest.raises(CohortError, match=r"draw 1 of the parameters: nobody is like this"):
        run()


def test_progress_goes_on_from_draw_to_draw_while_populations_are_made() -> None:
    told: list[Progress] = []
    ready = made_ready._told(told.append, 2, 5)
    assert ready is not None
    ready(Progress(50, 100, "Making the reference population"))
    assert told == [Progress(250, 500, "Making the reference population 3 of 5")]
    assert made_ready._told(None, 0, 5) is None


def test_origins_are_those_of_the_draws(drawn: RunResult) -> None:
    assert drawn.drawn is DRAWS
    assert drawn.parameters.digest() == TABLE.digest()
    assert DRAWS.origin is Origin.PRIOR
