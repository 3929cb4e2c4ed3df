"""What is kept is what was written, by this person, under this name; anything else is made anew."""

from __future__ import annotations

import logging
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.core import cache
from remyelin.core.cache import FOLDER_VARIABLE, KEY_NAME, Cache, cache_root

posix = pytest.mark.skipif(sys.platform == "win32", reason="rights are not looked at on Windows")
Log = pytest.LogCaptureFixture


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "above" / "kept"


@pytest.fixture
def kept(root: Path) -> Cache:
    made = Cache(root, "things")
    made.write("a", b"content")
    return made


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_said", set())


def file_of(kept: Cache) -> Path:
    assert kept.folder is not None
    return kept.folder / "a"


def test_what_is_kept_comes_back(kept: Cache, root: Path) -> None:
    assert kept.read("a") == b"content"
    assert Cache(root, "things").read("a") == b"content"
    assert kept.read("b") is None
    assert Cache(root / "elsewhere", "things").read("a") is None


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    made = Cache(tmp_path_factory.mktemp("kept"), "things")
    made.write("a", b"some content")
    data = bytearray(file_of(made).read_bytes())
    data[place % len(data)] ^= 1 << bit
    file_of(made).write_bytes(data)
    assert made.read("a") is None


@given(length=st.integers(0, 60))
def test_a_file_cut_short_is_noticed(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    made = Cache(tmp_path_factory.mktemp("kept"), "things")
    made.write("a", b"some content")
    data = file_of(made).read_bytes()
    assert len(data) == 60
    file_of(made).write_bytes(data[:length])
    assert (made.read("a") is None) is (length < 60)


def test_a_file_under_another_name_or_kind_is_not_read(kept: Cache, root: Path) -> None:
    data = file_of(kept).read_bytes()
    file_of(kept).with_name("b").write_bytes(data)
    other = Cache(root, "other")
    other.write("x", b"")
    (root / "other" / "a").write_bytes(data)
    assert kept.read("b") is None
    assert other.read("a") is None


def test_a_file_made_with_another_key_is_not_read(kept: Cache, tmp_path: Path) -> None:
    """Whoever can put a file there does not know the key."""
    stranger = Cache(tmp_path / "stranger", "things")
    stranger.write("a", b"malice")
    file_of(kept).write_bytes(file_of(stranger).read_bytes())
    assert kept.read("a") is None


def test_a_damaged_file_and_another_shape_are_made_anew_and_kept(kept: Cache) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    def number() -> int:
        return kept.kept("n", make, pack=lambda n: str(n).encode(), unpack=int)

    assert [number(), number(), len(made)] == [0, 0, 1]
    assert kept.folder is not None
    (kept.folder / "n").write_bytes(b"damage")
    assert [number(), number(), len(made)] == [1, 1, 2]
    kept.write("n", b"no number")
    assert [number(), number(), len(made)] == [2, 2, 3]


def test_an_empty_name_of_the_folder_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert cache_root() is None
    nothing = Cache.of("things")
    assert nothing.folder is None
    nothing.write("a", b"content")
    assert nothing.read("a") is None


def test_the_folder_is_that_of_the_system_or_the_one_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert Cache.of("things").folder == tmp_path / "things"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER_VARIABLE, "here")
    assert cache_root() == tmp_path / "here"
    monkeypatch.delenv(FOLDER_VARIABLE)
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        assert cache_root() == tmp_path / "xdg" / "remyelin"
    found = cache_root()
    assert found is not None
    assert found.is_absolute()


@posix
def test_folders_key_and_files_are_for_this_person_alone(kept: Cache, root: Path) -> None:
    for path, rights in ((root, 0o700), (root / "things", 0o700), (root / KEY_NAME, 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == rights
    assert stat.S_IMODE(file_of(kept).stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize("place", [".", "things"])
@pytest.mark.parametrize("rights", [0o770, 0o707, 0o777])
def test_a_folder_in_which_others_may_write_is_not_used_and_that_is_said_once(
    kept: Cache, root: Path, place: str, rights: int, caplog: Log
) -> None:
    (root / place).chmod(rights)
    with caplog.at_level(logging.WARNING):
        kept.write("a", b"new")
        kept.write("b", b"new")
        assert kept.read("a") is None
    (message,) = [record.getMessage() for record in caplog.records]
    assert "can be written by others" in message
    assert FOLDER_VARIABLE in message
    (root / place).chmod(0o755)
    assert kept.read("a") == b"content"
    assert kept.read("b") is None


@posix
@pytest.mark.parametrize("place", [".", "things"])
def test_a_link_is_not_used(kept: Cache, root: Path, place: str, caplog: Log) -> None:
    folder = root / place
    moved = root.parent / "moved"
    folder.rename(moved)
    folder.symlink_to(moved, target_is_directory=True)
    assert kept.read("a") is None
    kept.write("b", b"new")
    assert not list(moved.rglob("b"))
    assert "is a link" in caplog.text


@posix
def test_a_folder_of_somebody_else_is_not_used(
    kept: Cache, monkeypatch: pytest.MonkeyPatch, caplog: Log
) -> None:
    me = os.geteuid()
    monkeypatch.setattr(cache.os, "geteuid", lambda: me + 1)
    assert kept.read("a") is None
    assert "belongs to somebody else" in caplog.text


@posix
@pytest.mark.parametrize("spoilt", ["read by others", "cut short", "too long", "a link", "gone"])
def test_a_key_that_may_be_known_or_is_damaged_is_replaced_and_nothing_old_is_read(
    kept: Cache, root: Path, spoilt: str
) -> None:
    key = root / KEY_NAME
    old = key.read_bytes()
    if spoilt == "read by others":
        key.chmod(0o644)
    elif spoilt == "a link":
        key.rename(root / "other")
        key.symlink_to(root / "other")
    elif spoilt == "gone":
        key.unlink()
    else:
        key.write_bytes(old[:5] if spoilt == "cut short" else old + b"x")
    assert kept.read("a") is None
    kept.write("a", b"new")
    assert kept.read("a") == b"new"
    assert key.read_bytes() != old
    assert not key.is_symlink()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_stops_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    for place in (blocked, blocked / "below"):
        made = Cache(place, "things")
        made.write("a", b"content")
        assert made.read("a") is None


def test_a_failed_write_leaves_nothing_behind(kept: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(cache.os, "replace", refuse)
    kept.write("b", b"new")
    assert kept.folder is not None
    assert [path.name for path in kept.folder.iterdir()] == ["a"]
