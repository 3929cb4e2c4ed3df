"""Real runs through the command line: from a study to its run folder."""

from __future__ import annotations

import json
import subprocess
import sys
from math import sqrt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from remyelin.study import catalogue
from remyelin.study.schema import Study
from remyelin.study.tables import TABLES
from remyelin.trials.predict import keys_of
from tests.cli.helpers import call
from tests.evidence.test_match import NO_FIGURE_YET
from tests.trials.small import mapping

Capture = pytest.CaptureFixture[str]
LARGEST_Z = 4.0
SMALL = ("--patients", "16", "--replicates", "4", "--quiet")


def command(*words: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "remyelin", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small study file, and one run of it with one worker."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "small.yaml").write_text(yaml.safe_dump(mapping()), encoding="utf-8")
    done = command("run", "small.yaml", *SMALL, "--workers", "1", "--out", "one", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def parquet_files(folder: Path) -> dict[str, bytes]:
    files = sorted((folder / "tables").glob("*.parquet"))
    return {file.name: file.read_bytes() for file in files}


def meets_criteria_and_baseline(study: Study, subjects: pd.DataFrame) -> None:
    """Check every covariate of the table of subjects; 4 standard errors are allowed."""
    assert set(study.population.baseline) <= set(subjects.columns)
    for covariate, limits in study.population.criteria.items():
        if covariate in subjects:
            assert subjects[covariate].map(limits.holds).all(), covariate
    for covariate, row in study.population.baseline.items():
        values = subjects[covariate].astype(float)
        error = values.std() / sqrt(len(values))
        assert abs(values.mean() - row.mean) < LARGEST_Z * error, covariate


@pytest.mark.parametrize("name", catalogue.names())
def test_a_published_study_runs_and_enrols_patients_like_the_published_ones(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("--patients", "100", "--replicates", "2", "--workers", "1", "--json")
    done = call(capsys, "run", name, *words)
    assert (done.code, done.err) == (0, "")
    values = json.loads(done.out)
    chosen = catalogue.load(name)
    assert len(values["outcomes"]) == len(list(keys_of(chosen)))
    seen = any(row["observed"] is not None for row in values["outcomes"])
    published = chosen.evidence_id is not None
    assert seen == (published and name not in NO_FIGURE_YET)
    folder = Path(values["folder"])
    assert folder.parent == tmp_path / "runs"
    assert chosen.title in (folder / "report.html").read_text(encoding="utf-8")
    subjects = pq.read_table(folder / "tables" / "subjects.parquet").to_pandas()
    assert len(subjects) == 200
    assert set(subjects["arm_id"]) == set(chosen.arm_ids)
    meets_criteria_and_baseline(chosen, subjects)


def test_the_run_folder_is_complete(workplace: Path) -> None:
    folder = workplace / "one"
    assert set(parquet_files(folder)) == {f"{table.name}.parquet" for table in TABLES}
    for table in TABLES:
        names = pq.read_schema(folder / "tables" / f"{table.name}.parquet").names
        assert tuple(names) == table.names
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert (record["patients"], record["replicates"], record["seed"]) == (16, 4, 1)
    for name in ("report.html", "outcomes.csv", "outcomes.parquet", "data_dictionary.md"):
        assert (folder / name).stat().st_size > 0
    assert sorted(path.name for path in workplace.iterdir()) == ["one", "small.yaml"]


def test_two_workers_write_the_same_files_to_the_byte(workplace: Path, tmp_path: Path) -> None:
    study = str(workplace / "small.yaml")
    target = tmp_path / "two"
    done = command("run", study, *SMALL, "--workers", "2", "--out", str(target), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    one, two = parquet_files(workplace / "one"), parquet_files(target)
    assert len(one) == len(TABLES)
    assert one == two
    for name in ("outcomes.parquet", "outcomes.csv"):
        assert (workplace / "one" / name).read_bytes() == (target / name).read_bytes()


def test_another_seed_gives_other_results(
    capsys: Capture, workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = str(workplace / "small.yaml")
    assert (
        call(capsys, "run", study, *SMALL, "--workers", "1", "--out", "o", "--seed", "2").code == 0
    )
    one, other = parquet_files(workplace / "one"), parquet_files(tmp_path / "o")
    assert one["subjects.parquet"] != other["subjects.parquet"]
    assert one["visits.parquet"] != other["visits.parquet"]


def test_a_new_study_file_runs_as_it_is(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "study", "new", "mine.yaml").code == 0
    done = call(capsys, "run", "mine.yaml", *SMALL[:2], "--replicates", "2", "--workers", "1")
    assert (done.code, done.err) == (0, "")
    assert "Report: " in done.out


def test_one_patient_is_a_run_with_every_figure_printed(
    capsys: Capture, workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = str(workplace / "small.yaml")
    words = ("--patients", "1", "--replicates", "1", "--workers", "1", "--json")
    done = call(capsys, "run", study, *words)
    assert (done.code, done.err) == (0, "")
    assert "NaN" not in done.out
    assert len(json.loads(done.out)["outcomes"]) > 0


def test_a_baseline_table_that_cannot_be_met_is_one_error(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = mapping()
    data["population"]["baseline"]["edss"] = {"mean": 5.99}
    Path("bad.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    done = call(capsys, "run", "bad.yaml", "--out", "out")
    assert done.code == 1
    assert done.err.startswith("error: the baseline table cannot be met")
    assert "edss: wanted mean 5.99" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
@pytest.mark.parametrize("limit", [2_000, 60_000])
def test_a_full_disk_is_one_error_and_nothing_is_left(
    workplace: Path, tmp_path: Path, limit: int
) -> None:
    import resource

    script = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {resource.RLIM_INFINITY}))\n"
        "from remyelin.cli.main import main\n"
        "sys.exit(main())\n"
    )
    words = ("run", str(workplace / "small.yaml"), *SMALL, "--workers", "1", "--out", "out")
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: cannot write the run folder")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert list(tmp_path.iterdir()) == []
