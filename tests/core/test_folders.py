"""A folder is written whole, and what remyelin did not write is never lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from remyelin.core.asides import Kind, beside
from remyelin.core.folders import added_to, folder_target, merge, new_folder, resumed_folder
from remyelin.core.inventory import INVENTORY_NAME, read_inventory
from remyelin.core.ownership import strangers
from remyelin.errors import OutputError
from tests.core.folders import LAYOUT, picture, write


def dead_name(target: Path, kind: Kind) -> Path:
    """A name aside of a process that ended."""
    script = (
        "import sys; from pathlib import Path; from remyelin.core.asides import Kind, beside; "
        "print(beside(Path(sys.argv[1]), Kind(sys.argv[2])))"
    )
    words = [sys.executable, "-c", script, str(target), kind.value]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def test_the_inventory_names_every_file_and_sha256sum_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "run")
    found = read_inventory(tmp_path / "run")
    assert found is not None
    assert found.kind == "small"
    assert set(found.digests) == {"record.json", "shards/00000000.json"}
    assert strangers(tmp_path / "run", LAYOUT) == []
    try:
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", INVENTORY_NAME],
            cwd=tmp_path / "run",
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("no sha256sum here")
    assert done.returncode == 0, done.stderr


def test_force_replaces_a_folder_of_ours_whole(tmp_path: Path) -> None:
    write(tmp_path / "run")
    with pytest.raises(OutputError, match="--force"):
        write(tmp_path / "run", "two")
    write(tmp_path / "run", "two", force=True)
    assert (tmp_path / "run" / "record.json").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("name", ["record.json", "manifest.json", INVENTORY_NAME])
def test_a_file_of_that_name_makes_no_folder_of_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / name).write_text('{"name": "my app"}')
    (tmp_path / "web" / "thesis.txt").write_text("years of work")
    before = picture(tmp_path)
    with pytest.raises(OutputError, match="is not a small folder"):
        write(tmp_path / "web", force=True)
    assert picture(tmp_path) == before


def stranger(folder: Path, what: str) -> str:
    """Put something into a folder that remyelin did not write; gives its name."""
    if what == "file":
        (folder / "thesis.txt").write_text("mine")
    elif what == "changed":
        (folder / "record.json").write_text("my remarks")
        return "record.json"
    elif what == "link":
        (folder / "thesis.txt").symlink_to("/etc")
    elif what == "nested":
        (folder / "shards" / "mine").mkdir()
        (folder / "shards" / "mine" / "thesis.txt").write_text("mine")
        return "shards/mine/thesis.txt"
    else:
        (folder / "empty").mkdir()
        return "empty/"
    return "thesis.txt"


@pytest.mark.parametrize("what", ["file", "changed", "link", "nested", "empty"])
def test_what_is_not_ours_stops_with_its_name(tmp_path: Path, what: str) -> None:
    write(tmp_path / "run")
    name = stranger(tmp_path / "run", what)
    before = picture(tmp_path)
    with pytest.raises(OutputError, match=f"did not write.*{name}"):
        folder_target(tmp_path / "run", LAYOUT, force=True)
    with pytest.raises(OutputError, match=name):
        write(tmp_path / "run", force=True)
    assert picture(tmp_path) == before


def test_an_empty_folder_is_taken_and_one_with_empty_folders_of_others_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "run" / "shards").mkdir(parents=True)
    write(tmp_path / "run")
    (tmp_path / "other" / "chapters").mkdir(parents=True)
    with pytest.raises(OutputError, match="is not a small folder"):
        folder_target(tmp_path / "other", LAYOUT, force=True)
    assert (tmp_path / "other" / "chapters").is_dir()


def test_what_comes_in_while_the_new_one_is_written_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "run")

    def late() -> None:
        with new_folder(tmp_path / "run", LAYOUT, force=True) as aside:
            (aside / "record.json").write_text("two")
            (tmp_path / "run" / "thesis.txt").write_text("mine")

    with pytest.raises(OutputError, match="kept in"):
        late()
    assert (tmp_path / "run" / "record.json").read_text() == "two"
    assert (tmp_path / "run.kept" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("place", [".", "..", "/", "~"])
def test_places_that_must_stay_are_refused_before_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    write(tmp_path / "run")
    (tmp_path / "run" / "shards" / "00000000.json").unlink()
    monkeypatch.chdir(tmp_path / "run" / "shards" if place == ".." else tmp_path / "run")
    monkeypatch.setenv("HOME", str(tmp_path / "run"))
    before = picture(tmp_path)
    with pytest.raises(OutputError, match=r"the (current|home) folder|root|mount point"):
        folder_target(str(tmp_path / "run") if place == "~" else place, LAYOUT, force=True)
    assert picture(tmp_path) == before


def test_a_folder_that_holds_an_input_is_not_replaced(tmp_path: Path) -> None:
    write(tmp_path / "run")
    with pytest.raises(OutputError, match="holds the input"):
        folder_target(
            tmp_path / "run", LAYOUT, force=True, inputs=(tmp_path / "run" / "record.json",)
        )


def test_a_link_to_a_folder_of_ours_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "run")
    (tmp_path / "link").symlink_to("run")
    write(tmp_path / "link", "two", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "run" / "record.json").read_text() == "two"


@pytest.mark.parametrize("kind", [Kind.FILE, Kind.NEW])
def test_what_a_killed_process_left_is_removed_next_time(tmp_path: Path, kind: Kind) -> None:
    left = dead_name(tmp_path / "run", kind)
    if kind is Kind.FILE:
        left.write_text("half")
    else:
        (left / "shards").mkdir(parents=True)
        (left / "record.json").write_text("half")
        (left / "shards" / dead_name(left / "x", Kind.FILE).name).write_text("half")
    write(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_a_living_process_left_or_a_person_put_there_stays(tmp_path: Path) -> None:
    mine = beside(tmp_path / "run", Kind.NEW)
    mine.mkdir()
    theirs = dead_name(tmp_path / "run", Kind.NEW)
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("mine")
    (tmp_path / ".remyelin-abc").mkdir()
    write(tmp_path / "run")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("run", mine.name, theirs.name, ".remyelin-abc")
    }


def test_a_folder_set_aside_by_a_killed_process_comes_back(tmp_path: Path) -> None:
    write(tmp_path / "run")
    (tmp_path / "run").rename(dead_name(tmp_path / "run", Kind.OLD))
    with pytest.raises(OutputError, match="exists already"):
        folder_target(tmp_path / "run", LAYOUT)
    assert (tmp_path / "run" / "record.json").read_text() == "one"


@pytest.mark.parametrize("kind", [Kind.OLD, Kind.GONE])
def test_a_folder_that_was_being_removed_is_removed(tmp_path: Path, kind: Kind) -> None:
    write(tmp_path / "run")
    gone = dead_name(tmp_path / "run", kind)
    (tmp_path / "run").rename(gone)
    (gone / "record.json").unlink()
    write(tmp_path / "other") if kind is Kind.GONE else (tmp_path / "run").mkdir()
    write(tmp_path / "other", force=True) if kind is Kind.GONE else write(tmp_path / "run")
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_killed_while_files_were_added_is_removed_on_resume(tmp_path: Path) -> None:
    write(tmp_path / "run")
    left = dead_name(tmp_path / "run" / "x", Kind.NEW)
    left.mkdir()
    (left / "report.html").write_text("half")
    (tmp_path / "run" / "shards" / dead_name(left, Kind.FILE).name).write_text("half")
    folder = resumed_folder(tmp_path / "run", LAYOUT)
    with added_to(folder, LAYOUT, last="record.json") as aside:
        (aside / "record.json").write_text("two")
        (aside / "report.html").write_text("two")
    assert set(picture(tmp_path / "run")) == {
        *("files.sha256", "record.json", "report.html", "shards/", "shards/00000000.json")
    }
    assert strangers(tmp_path / "run", LAYOUT) == []


def test_a_changed_report_is_not_written_over_on_resume(tmp_path: Path) -> None:
    write(tmp_path / "run")
    (tmp_path / "run" / "record.json").write_text("my remarks")
    with pytest.raises(OutputError, match=r"not as remyelin wrote them: record\.json"):
        resumed_folder(tmp_path / "run", LAYOUT)


def test_a_line_of_the_inventory_that_a_kill_tore_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path / "run")
    with (tmp_path / "run" / INVENTORY_NAME).open("a") as stream:
        stream.write("0a1b2c")
    assert strangers(tmp_path / "run", LAYOUT) == []
    with added_to(tmp_path / "run", LAYOUT, last="record.json") as aside:
        (aside / "report.html").write_text("two")
    write(tmp_path / "run", force=True)


def test_files_are_merged_into_a_folder_and_touch_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    merge(tmp_path, LAYOUT, {"record.json": b"1", "shards/00000000.json": b"1"})
    merge(tmp_path, LAYOUT, {"record.json": b"2"})
    assert (tmp_path / "record.json").read_bytes() == b"2"
    (tmp_path / "record.json").write_text("mine")
    with pytest.raises(OutputError, match=r"not as remyelin wrote them: record\.json"):
        merge(tmp_path, LAYOUT, {"record.json": b"3", "report.html": b"3"})
    assert not (tmp_path / "report.html").exists()
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="links differ")
def test_a_loop_of_links_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputError, match=r"cannot write|no folder|is a file"):
        write(tmp_path / "a", force=True)
