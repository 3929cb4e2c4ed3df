"""Running of a group: the same figures again, finished runs kept and used, interruption safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remyelin.core.cache import Cache
from remyelin.credibility import groups, running
from remyelin.credibility.rows import rows_of
from remyelin.credibility.running import Job, Settings, run_group
from remyelin.credibility.schema import Group
from remyelin.credibility.store import Finished, Store
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.trials.prediction import ProgressListener

INPUTS = Inputs.packaged()
SMALL = {
    "schema_version": 1,
    "group": "small",
    "title": "Small",
    "summary": "For tests.",
    "replicates": 2,
    "cohorts": [{"cohort": "placebo_modern", "patients": 30, "replicates": 2}],
    "studies": [{"study": "mist"}, {"study": "camms223_ifn"}],
}


def group(**other: Any) -> Group:
    natural = groups.load("natural-history")
    wanted = {"arr_placebo_modern", "fano_modern", "residual_half_affirm", "gd_per_scan"}
    targets = [
        t.model_dump(mode="json", exclude_none=True) for t in natural.targets if t.target in wanted
    ]
    return groups.from_mapping({**SMALL, "targets": targets, **other})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def first(store: Store) -> running.GroupRun:
    return run_group(group(), Settings(), store, inputs=INPUTS)


def refuse(*_: object) -> Finished:
    raise AssertionError("a finished run was run again")


def test_a_group_reads_its_studies_and_its_targets(first: running.GroupRun) -> None:
    assert set(first.finished) == {"placebo_modern", "mist"}
    assert list(first.not_run) == ["camms223_ifn"]
    assert first.reused == ()
    rows = rows_of(first)
    studies = [row for row in rows if row.origin == "study"]
    targets = [row for row in rows if row.origin == "target"]
    assert {row.run for row in studies} == {"mist"}
    assert len(studies) > 10
    assert len(targets) == 4
    assert all(row.replicates == 2 for row in rows)
    assert all(row.patients == 110 for row in studies)


def test_finished_runs_are_used_again_and_give_the_same_rows(
    first: running.GroupRun, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "run_job", refuse)
    again = run_group(group(), Settings(), store, inputs=INPUTS)
    assert set(again.reused) == {"placebo_modern", "mist"}
    assert rows_of(again) == rows_of(first)


def jobs(settings: Settings, of: Group | None = None, inputs: Inputs = INPUTS) -> list[Job]:
    chosen = of or group()
    return list(running.jobs_of(chosen, settings, chosen.targets, inputs))


def test_anything_that_changes_a_figure_changes_the_key_and_workers_do_not() -> None:
    own = [job.key for job in jobs(Settings())]
    assert len(set(own)) == 3
    assert [job.key for job in jobs(Settings(workers=2))] == own
    others = [
        jobs(Settings(seed=2)),
        jobs(Settings(replicates=3)),
        jobs(Settings(), group(targets=[])),
    ]
    assert all(other[0].key != own[0] for other in others)
    table = INPUTS.parameters
    values = {"lesion_rate": 1.1 * table["lesion_rate"].value}
    changed = INPUTS.with_parameters(table.with_values(values))
    assert not set(own) & {job.key for job in jobs(Settings(), inputs=changed)}


def fake(job: Job, _: ProgressListener | None = None) -> Finished:
    return Finished(
        run=job.study.study_id,
        patients=job.settings.patients,
        replicates=2,
        seed=1,
        endpoints={},
        measures={},
        wall_seconds=0.0,
    )


def test_an_interruption_leaves_finished_runs_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(job: Job, listen: ProgressListener | None = None) -> Finished:
        if job.study.study_id == "mist":
            raise KeyboardInterrupt
        return fake(job, listen)

    monkeypatch.setattr(running, "run_job", stopping)
    with pytest.raises(KeyboardInterrupt):
        run_group(group(targets=[]), Settings(), Store(tmp_path), inputs=INPUTS)
    monkeypatch.setattr(running, "run_job", fake)
    done = run_group(group(targets=[]), Settings(), Store(tmp_path), inputs=INPUTS)
    assert done.reused == ("placebo_modern",)
    anew = run_group(group(targets=[]), Settings(resume=False), Store(tmp_path), inputs=INPUTS)
    assert anew.reused == ()


def test_a_cohort_that_cannot_be_enrolled_is_named_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(job: Job, listen: ProgressListener | None = None) -> Finished:
        if job.study.study_id == "placebo_modern":
            raise CohortError("nobody fits")
        return fake(job, listen)

    monkeypatch.setattr(running, "run_job", failing)
    done = run_group(group(targets=[]), Settings(), Store(None), inputs=INPUTS)
    assert done.not_run["placebo_modern"] == "nobody fits"
    assert set(done.finished) == {"mist"}


def test_progress_names_each_run_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "run_job", fake)
    told: list[tuple[str, int, int]] = []

    def tell(name: str, place: int, count: int) -> None:
        told.append((name, place, count))

    run_group(group(targets=[]), Settings(), Store(None), tell, inputs=INPUTS)
    names = ["placebo_modern", "mist", "camms223_ifn"]
    assert told == [(name, place, 3) for place, name in enumerate(names)]


def test_values_that_no_json_holds_come_back_from_the_store(tmp_path: Path) -> None:
    kept = Finished(
        run="x",
        patients=3,
        replicates=3,
        seed=1,
        endpoints={"a": (1.0, float("inf"), float("-inf"))},
        measures={"t": ((float("nan"), 2.0, 0.1 + 0.2), (1.0, 2.0, 3.0))},
        wall_seconds=1.0,
    )
    store = Store(tmp_path)
    store.write("key", kept)
    assert repr(store.read("key")) == repr(kept)
    assert [path.name for path in (tmp_path / "scoreboard").iterdir()] == ["key.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 99}', "null"])
def test_a_damaged_file_of_the_store_is_no_result(tmp_path: Path, text: str) -> None:
    Cache(tmp_path, "scoreboard").write("key.json", text.encode())
    assert Store(tmp_path).read("key") is None


def test_a_flipped_digit_in_the_store_is_no_result(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("key", fake(jobs(Settings())[0]))
    assert store.read("key") is not None
    path = tmp_path / "scoreboard" / "key.json"
    path.write_bytes(path.read_bytes().replace(b'"patients": 30', b'"patients": 31'))
    assert store.read("key") is None


def test_a_store_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder", encoding="utf-8")
    store = Store(place)
    store.write("key", fake(jobs(Settings())[0]))
    assert store.read("key") is None
    assert Store(None).read("key") is None
