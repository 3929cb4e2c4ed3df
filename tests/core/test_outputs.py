"""A file is written where it was asked for, never over an input, and never unasked over another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remyelin.core.outputs import file_target, write_file
from remyelin.errors import OutputError, RemyelinError, UsageError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "in.csv"
    file.write_text("input")
    return file


@pytest.mark.parametrize("way", ["itself", "other spelling", "link", "hard link", "linked folder"])
def test_an_input_is_never_written_to(tmp_path: Path, source: Path, way: str) -> None:
    out = tmp_path / "out.csv"
    if way == "itself":
        out = source
    elif way == "other spelling":
        (tmp_path / "sub").mkdir()
        out = tmp_path / "sub" / ".." / "in.csv"
    elif way == "link":
        out.symlink_to(source)
    elif way == "hard link":
        os.link(source, out)
    else:
        (tmp_path / "sub").symlink_to(tmp_path)
        out = tmp_path / "sub" / "in.csv"
    with pytest.raises(UsageError, match=r"is the input .*in\.csv"):
        write_file(out, "output", force=True, inputs=(None, "none.csv", source))
    assert source.read_text() == "input"


def test_a_link_is_followed_and_stays(tmp_path: Path, source: Path) -> None:
    (tmp_path / "link").symlink_to("new.csv")
    assert write_file(tmp_path / "link", "output", inputs=(source,)).name == "new.csv"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "new.csv").read_text() == "output"


def test_a_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"1")
    with pytest.raises(UsageError, match="never overwritten unasked"):
        write_file(tmp_path / "a", b"2")
    write_file(tmp_path / "a", b"2", force=True)
    assert (tmp_path / "a").read_bytes() == b"2"


@pytest.mark.parametrize(
    "name", ["", " ", "a\0b", "a\nb", "none/a", "folder", "a/", "x" * 300, "file/a", os.devnull]
)
def test_an_impossible_file_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").write_text("mine")
    with pytest.raises((OutputError, UsageError)):
        file_target(name, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("name", [None, 1, b"a", [], object()])
def test_what_is_no_name_is_one_clear_error(name: object) -> None:
    with pytest.raises(RemyelinError, match="is no name for a file"):
        file_target(name)  # type: ignore[arg-type]
