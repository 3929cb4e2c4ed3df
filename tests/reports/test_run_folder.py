"""The run folder: what it holds, and that it is there whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from remyelin.comparison.compared import OUTCOMES
from remyelin.core.folders import folder_target, new_folder
from remyelin.errors import OutputError, SimulationError
from remyelin.reports.folder import write_run_folder
from remyelin.reports.parquet import arrow_table, data_dictionary
from remyelin.reports.wording import DISCLAIMER
from remyelin.study.tables import SUBJECTS, TABLES
from remyelin.trials.layout import RUN
from tests import synthetic_run

ROOT = Path(__file__).resolve().parents[2]


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("written") / "run"
    return write_run_folder(synthetic_run.result(), target, command=("remyelin", "run", "x"))


def test_a_run_folder_holds_every_part(written: Path) -> None:
    tables = {f"tables/{table.name}.parquet" for table in TABLES}
    assert names(written) == tables | {
        *("report.html", "record.json", "outcomes.csv", "outcomes.parquet", "data_dictionary.md"),
        "files.sha256",
    }
    assert hidden(written.parent) == []


def test_the_record_is_strict_json_with_the_command(written: Path) -> None:
    record = json.loads(
        (written / "record.json").read_text(encoding="utf-8"),
        parse_constant=lambda name: pytest.fail(f"{name} is not JSON"),
    )
    assert record["command"] == ["remyelin", "run", "x"]
    assert record["settings"]["seed"] == 1
    assert record["model"] == {"hash": "abc"}


def test_outcomes_read_back_with_one_row_per_prediction(written: Path) -> None:
    result = synthetic_run.result()
    text = pd.read_csv(written / "outcomes.csv")
    stored = pq.read_table(written / "outcomes.parquet").to_pandas()
    assert list(text.columns) == list(OUTCOMES.names) == list(stored.columns)
    assert len(text) == len(stored) == len(result.predictions)
    assert text["observed_mark"].tolist()[2] == "recalled"
    assert stored["observed"].isna().tolist() == [False, True, False, False, True]


def test_tables_read_back_as_they_were(written: Path) -> None:
    for name, frame in synthetic_run.tables().items():
        stored = pq.read_table(written / "tables" / f"{name}.parquet").to_pandas()
        pd.testing.assert_frame_equal(
            stored.astype(frame.dtypes.to_dict()), frame, check_dtype=False
        )


def test_real_columns_are_byte_stream_split_and_zstd(written: Path) -> None:
    group = pq.ParquetFile(written / "tables" / "subjects.parquet").metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert "BYTE_STREAM_SPLIT" in columns["age_years"].encodings
    assert {column.compression for column in columns.values()} == {"ZSTD"}


def test_the_same_result_gives_the_same_tables(written: Path, tmp_path: Path) -> None:
    again = write_run_folder(synthetic_run.result(), tmp_path / "again", command=("other",))
    for name in names(written) - {"record.json", "report.html", "files.sha256"}:
        assert (again / name).read_bytes() == (written / name).read_bytes(), name


def test_the_report_is_the_same_text_each_time(written: Path, tmp_path: Path) -> None:
    again = write_run_folder(
        synthetic_run.result(), tmp_path / "again", command=("remyelin", "run", "x")
    )
    assert (again / "report.html").read_bytes() == (written / "report.html").read_bytes()


def test_the_dictionary_names_every_column(written: Path) -> None:
    text = (written / "data_dictionary.md").read_text(encoding="utf-8")
    assert text == data_dictionary((OUTCOMES, *TABLES))
    assert text.splitlines()[2] == DISCLAIMER
    for table in (OUTCOMES, *TABLES):
        assert f"## {table.name}\n" in text
        assert all(f"| {name} |" in text for name in table.names)


@pytest.mark.parametrize("change", ["missing", "unknown", "empty"])
def test_a_table_that_breaks_its_schema_is_refused(change: str) -> None:
    frame = synthetic_run.tables()["subjects"]
    if change == "missing":
        frame = frame.drop(columns="edss")
    elif change == "unknown":
        frame["mood"] = 1.0
    else:
        frame.loc[0, "subject_id"] = None
    with pytest.raises(SimulationError, match="table subjects"):
        arrow_table(frame, SUBJECTS)


def test_an_existing_folder_is_kept_without_force(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"):
        write_run_folder(synthetic_run.result(), tmp_path / "run")
    assert names(tmp_path) == {"run/mine.txt"}


def test_force_replaces_a_run_folder_and_nothing_else(tmp_path: Path) -> None:
    target = write_run_folder(synthetic_run.result(), tmp_path / "run")
    write_run_folder(synthetic_run.result(), target, command=("other",), force=True)
    assert json.loads((target / "record.json").read_text())["command"] == ["other"]
    assert hidden(tmp_path) == []

    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a run folder"):
        folder_target(tmp_path / "home", RUN, force=True)


def test_a_failure_leaves_the_old_folder_as_it_was(tmp_path: Path) -> None:
    target = write_run_folder(synthetic_run.result(), tmp_path / "run")
    before = {name: (target / name).read_bytes() for name in names(target)}
    tables = synthetic_run.tables()
    broken = synthetic_run.result(tables={**tables, "visits": tables["visits"].iloc[:, :3]})
    with pytest.raises(SimulationError):
        write_run_folder(broken, target, force=True)
    assert {name: (target / name).read_bytes() for name in names(target)} == before
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_an_interrupted_write_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def write() -> None:
        with new_folder(tmp_path / "new" / "run", RUN) as folder:
            (folder / "half.txt").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_failed_rename_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write_run_folder(synthetic_run.result(), tmp_path / "run")
    before = names(target)
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if Path(to) == target and self.name.startswith(".remyelin-new-"):
            raise OSError(28, "No space left on device")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError, match="no space left"):
        write_run_folder(synthetic_run.result(), target, force=True)
    assert names(target) == before
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("target", ["", "  ", "a\0b", "file.txt", "file.txt/run", "x" * 300])
def test_an_impossible_target_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.txt").write_text("text", encoding="utf-8")
    with pytest.raises(OutputError, match="--out"):
        folder_target(target, RUN, force=True)
    assert names(tmp_path) == {"file.txt"}


def test_only_the_last_missing_parent_is_made(tmp_path: Path) -> None:
    write_run_folder(synthetic_run.result(), tmp_path / "runs" / "one")
    assert (tmp_path / "runs" / "one" / "report.html").is_file()
    with pytest.raises(OutputError, match="is no folder"):
        folder_target(tmp_path / "a" / "b" / "c", RUN)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a place nobody can write to")
def test_an_unwritable_place_is_refused_before_work() -> None:
    with pytest.raises(OutputError, match="cannot write"):
        folder_target("/proc/none/x", RUN)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_parent_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="permission denied"):
            folder_target(tmp_path / "run", RUN)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size")
@pytest.mark.parametrize("limit", [0, 500, 5_000, 40_000])
def test_no_space_left_is_one_error_and_leaves_nothing(tmp_path: Path, limit: int) -> None:
    script = f"""
        import resource, sys
        from remyelin.errors import OutputError
        from remyelin.reports.folder import write_run_folder
        from tests import synthetic_run
        result = synthetic_run.result()
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        try:
            write_run_folder(result, sys.argv[1])
        except OutputError as error:
            print(error)
            sys.exit(3)
    """
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "run")],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3, done.stderr
    assert "file too large" in done.stdout
    assert list(tmp_path.iterdir()) == []
