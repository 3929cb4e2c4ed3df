"""A run in shards gives the figures of the run in one piece, however it is cut and stopped."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from remyelin.errors import OutputError, SimulationError, UsageError
from remyelin.study.schema import Study
from remyelin.study.tables import TABLES
from remyelin.trials import crew, foreman, run_trial
from remyelin.trials.crew import Alone
from remyelin.trials.prediction import Keep, Progress, RunResult, RunSettings
from remyelin.trials.sharded import Scale
from remyelin.trials.shards import shards_of, stretches
from tests.trials.small import INPUTS, Mapping, study
from tests.trials.test_predictions import like_mist

PATIENTS, REPLICATES = 24, 2


def straying() -> Mapping:
    """Visits stray and are missed, relapses bring visits, and a composite brings a switch."""
    data = like_mist()
    data["design"]["measurement"] = {
        "visit_jitter_days": 9.0,
        "missed_share": 0.2,
        "relapse_visit_delay_days": 10,
        "volume_noise": True,
    }
    data["arms"][1]["switch"].update(after="neda3_mist", earliest_months=6.0)
    data["endpoints"] += [
        {
            "outcome": "brain_volume_change_pct",
            "definition_id": "brain_volume",
            "measure": "median",
            "times_months": [12.0],
        },
        {
            "outcome": "edss",
            "definition_id": "edss_rated",
            "measure": "median",
            "times_months": [12.0, None],
        },
    ]
    return data


STUDIES = {"mist": study(like_mist()), "straying": study(straying())}


def settings(**changes: Any) -> RunSettings:
    base = {"patients": PATIENTS, "replicates": REPLICATES, "seed": 3, "study_id": "small"}
    return RunSettings(**{**base, **changes})


def run(chosen: Study, folder: Path | None = None, listen: Any = None, **changes: Any) -> RunResult:
    scale = {n: changes.pop(n) for n in ("resume", "force", "cluster") if n in changes}
    size = changes.pop("size", 9)
    return run_trial(
        chosen,
        settings(**{"tables": Keep.NONE, **changes}),
        listen,
        inputs=INPUTS,
        scale=Scale(folder=folder, shard_patients=size, **scale),
    )


@pytest.fixture(scope="module", params=STUDIES)
def chosen(request: pytest.FixtureRequest) -> Study:
    return STUDIES[request.param]


@pytest.fixture(scope="module")
def whole(chosen: Study) -> RunResult:
    return run_trial(chosen, settings(), inputs=INPUTS)


@pytest.fixture(scope="module")
def reference() -> RunResult:
    return run(STUDIES["mist"])


def assert_same_figures(found: RunResult, wanted: RunResult, *, exact: bool = True) -> None:
    for one, two in zip(found.predictions, wanted.predictions, strict=True):
        assert one.key == two.key
        if exact:
            assert np.array_equal(one.values, two.values, equal_nan=True), one.key
        else:  # sums of real numbers are rounded once, and not after each patient
            assert one.values == pytest.approx(two.values, rel=1e-12, abs=1e-12, nan_ok=True)
    assert found.curves == wanted.curves
    pd.testing.assert_frame_equal(found.edss_course, wanted.edss_course, check_exact=True)


@pytest.fixture(scope="module")
def cut(chosen: Study) -> RunResult:
    return run(chosen)


def test_figures_are_those_of_the_whole_tables(cut: RunResult, whole: RunResult) -> None:
    assert_same_figures(cut, whole, exact=False)
    for one, two in zip(cut.predictions, whole.predictions, strict=True):
        if one.definition.column != "brain_volume_pct":
            assert np.array_equal(one.values, two.values, equal_nan=True), one.key


@pytest.mark.parametrize("size", [5, 24, 1_000])
def test_the_cut_changes_no_bit(chosen: Study, cut: RunResult, size: int) -> None:
    assert_same_figures(run(chosen, size=size), cut)


def test_split_tables_are_the_whole_tables(chosen: Study, whole: RunResult, tmp_path: Path) -> None:
    found = run(chosen, tmp_path / "out", tables=Keep.SPLIT)
    assert_same_figures(found, whole, exact=False)
    assert found.tables == {}
    keys = ["replicate", "arm_id", "subject_id", "day", "visit", "start_day", "event"]
    for table in TABLES:
        wanted = whole.tables[table.name]
        parts = pd.read_parquet(tmp_path / "out" / "tables" / table.name)
        by = [key for key in keys if key in wanted]
        parts = parts.sort_values(by, kind="stable", ignore_index=True)
        assert (
            parts.astype(object)
            .where(parts.notna(), None)
            .equals(wanted.astype(object).where(wanted.notna(), None))
        ), table.name


def test_baseline_is_that_of_the_subjects(whole: RunResult, cut: RunResult) -> None:
    baseline = cut.baseline
    assert baseline is not None
    subjects = whole.tables["subjects"]
    for arm in ("", "ahsct", "dmt"):
        ages = subjects[(subjects["arm_id"] == arm) | (arm == "")]["age_years"]
        row = baseline.query("arm_id == @arm and covariate == 'age_years'").iloc[0]
        assert row["n"] == len(ages)
        assert row["mean"] == pytest.approx(ages.mean(), rel=1e-12)
        assert row["sd"] == pytest.approx(ages.std(), rel=1e-10)


def test_twins_are_cut_between_patients() -> None:
    found, wanted = (run(STUDIES["mist"], twins=True, size=size) for size in (10, 100))
    assert_same_figures(found, wanted)


@pytest.mark.parametrize("patients", [1, 7, 16, 17, 100])
@pytest.mark.parametrize("replicates", [1, 3, 50])
def test_every_patient_is_in_one_shard(patients: int, replicates: int) -> None:
    shards = shards_of(patients, replicates, 16)
    places = [
        (replicate, shard.first + k)
        for shard in shards
        for replicate in shard.replicates
        for k in range(shard.count)
    ]
    assert sorted(places) == [(r, k) for r in range(replicates) for k in range(patients)]
    assert [shard.number for shard in shards] == list(range(len(shards)))
    assert sum(shard.patients for shard in shards) == patients * replicates
    assert {shard.is_slice for shard in shards} == {patients > 16}


def test_stretches_have_no_gap_and_one_replicate() -> None:
    shards = shards_of(40, 2, 16)
    missing = [shards[k] for k in (0, 2, 3, 5)]
    found = [[shard.number for shard in stretch] for stretch in stretches(missing)]
    assert found == [[0], [2], [3], [5]]
    assert [len(stretch) for stretch in stretches(shards)] == [3, 3]


class StopHere(Exception):  # noqa: N818
    """Ends a run in the middle."""


def stopped(folder: Path, after: int, **changes: Any) -> None:
    def listen(step: Progress) -> None:
        if len(list((folder / "shards").glob("*.json"))) >= after:
            raise StopHere

    with pytest.raises(StopHere):
        run(STUDIES["mist"], folder, listen, **changes)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    tmp_path: Path, reference: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    run(STUDIES["mist"], one, tables=Keep.SPLIT)
    stopped(two, 2, tables=Keep.SPLIT)
    there = contents(two)
    assert 0 < len(there) < len(contents(one))
    screened: list[int] = []
    real = foreman.screen

    def screen(job: Any, replicate: int, low: int, high: int) -> Any:
        screened.append(low)
        return real(job, replicate, low, high)

    monkeypatch.setattr(foreman, "screen", screen)
    found = run(STUDIES["mist"], two, tables=Keep.SPLIT, resume=True)
    assert_same_figures(found, reference)
    assert contents(two) == contents(one)
    after = contents(two)
    assert after["files.sha256"].startswith(there.pop("files.sha256"))
    assert {name: after[name] for name in there} == there
    assert found.record["shards"] == {"number": 6, "patients": 9, "there_before": 2}
    assert screened[0] > 0, "candidates of finished shards were screened again"


def test_a_complete_run_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(STUDIES["mist"], tmp_path / "out")
    monkeypatch.setattr(Alone, "submit", lambda *_: pytest.fail("work was done again"))
    assert_same_figures(run(STUDIES["mist"], tmp_path / "out", resume=True), first)


@pytest.mark.parametrize("name", ["shards/00000001.parquet", "shards/00000001.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_a_damaged_shard_is_made_anew(
    tmp_path: Path, reference: RunResult, name: str, damage: str
) -> None:
    folder = tmp_path / "out"
    run(STUDIES["mist"], folder)
    before = contents(folder)
    path = folder / name
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    found = run(STUDIES["mist"], folder, resume=True)
    after = contents(folder)
    after.pop("files.sha256"), before.pop("files.sha256")
    if damage != "gone":
        assert len(after.pop(f"{name}.kept")) <= len(content), "what is not ours is kept"
    assert after == before
    assert_same_figures(found, reference)


def test_a_shard_that_is_damaged_while_it_is_read_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    run(STUDIES["mist"], folder)
    real = foreman.Foreman.lead

    def lead(self: Any, shards: Any) -> int:
        there = real(self, shards)
        (folder / "shards" / "00000002.parquet").write_bytes(b"PAR1")
        return there

    monkeypatch.setattr(foreman.Foreman, "lead", lead)
    with pytest.raises(SimulationError, match=r"00000002.parquet is damaged.*\n.*--resume"):
        run(STUDIES["mist"], folder, resume=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 4}, "seed is 3 there and 4 here"),
        ({"patients": 25}, "patients is 24 there and 25 here"),
        ({"twins": True}, "twins is False there and True here"),
        ({"tables": Keep.SPLIT}, "tables is none there and split here"),
        ({"size": 8}, "shard_patients is 9 there and 8 here"),
    ],
)
def test_the_folder_of_another_run_is_refused_and_says_what_differs(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    folder = tmp_path / "out"
    stopped(folder, 0)
    before = contents(folder)
    with pytest.raises(OutputError, match=f"holds another run: {said}"):
        run(STUDIES["mist"], folder, resume=True, **change)
    with pytest.raises(OutputError, match=r"study is .* there and .* here"):
        run(STUDIES["straying"], folder, resume=True)
    with pytest.raises(OutputError, match="exists already"):
        run(STUDIES["mist"], folder)
    assert contents(folder) == before


def test_an_older_run_is_replaced_only_when_asked_and_nothing_else_ever(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    stopped(folder, 1)
    run(STUDIES["mist"], folder, seed=9, force=True)
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 9
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        run(STUDIES["mist"], other, force=True)
    assert contents(other) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tables": Keep.WHOLE, "cluster": "local:2"}, "--cluster does not go with whole tables"),
        ({"tables": Keep.WHOLE, "resume": True}, "--resume does not go with whole tables"),
        ({"tables": Keep.SPLIT}, "a run folder is needed"),
        ({"resume": True}, "a run folder is needed"),
        ({"size": 0}, "shard_patients is 0"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run(STUDIES["mist"], **changes)


def test_a_full_disk_is_one_clear_error_and_the_run_can_go_on(
    tmp_path: Path, reference: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = Path.write_bytes, [0]

    def write(self: Path, content: bytes) -> int:
        written[0] += 1
        if written[0] > 4:
            real(self, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, content)

    folder = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write)
        with pytest.raises(OutputError, match=r"no space left on device; finished shards stay\n"):
            run(STUDIES["mist"], folder)
    assert not list(folder.rglob("*.part"))
    assert_same_figures(run(STUDIES["mist"], folder, resume=True), reference)


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write the run folder"):
        run(STUDIES["mist"], tmp_path / "file" / "out")


def test_progress_counts_patients_and_rises_to_the_end(reference: RunResult) -> None:
    steps: list[Progress] = []
    run(STUDIES["mist"], None, steps.append)
    assert {step.total for step in steps[:-1]} == {PATIENTS * REPLICATES}
    done = [step.done for step in steps[:-1]]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, PATIENTS * REPLICATES)
    assert len(set(done)) > 5
    assert (steps[-1].done, steps[-1].total) == (1, 1)


def test_work_that_is_done_already_counts_from_the_start(tmp_path: Path) -> None:
    stopped(tmp_path / "out", 2)
    steps: list[Progress] = []
    run(STUDIES["mist"], tmp_path / "out", steps.append, resume=True)
    assert steps[0].done == 18


def children(before: set[Any]) -> Iterator[int]:
    for child in set(multiprocessing.active_children()) - before:
        if child.pid is not None:
            yield child.pid


def kill_workers(times: int, before: set[Any], killed: list[int]) -> None:
    deadline = time.monotonic() + 40.0
    while len(killed) < times and time.monotonic() < deadline:
        for pid in children(before):
            if pid not in killed and len(killed) < times:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_worker_that_is_killed_changes_nothing(reference: RunResult) -> None:
    before, killed = set(multiprocessing.active_children()), list[int]()
    killer = threading.Thread(target=kill_workers, args=(1, before, killed))
    killer.start()
    found = run(STUDIES["mist"], workers=2)
    killer.join()
    assert len(killed) == 1
    assert_same_figures(found, reference)
    assert not list(children(before))


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_workers_that_are_lost_again_and_again_are_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "MOST_LOSSES", 0)
    before, killed = set(multiprocessing.active_children()), list[int]()
    killer = threading.Thread(target=kill_workers, args=(1, before, killed))
    killer.start()
    with pytest.raises(SimulationError, match=r"ended 1 times.*--workers 1.*\n.*--resume"):
        run(STUDIES["mist"], workers=2)
    killer.join()
