"""A file is written whole or not at all, and its name aside tells whose it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remyelin.core import atomic
from remyelin.core.asides import Kind, beside, recognised
from remyelin.errors import OutputError


def test_a_file_is_written_and_nothing_stands_beside(tmp_path: Path) -> None:
    atomic.write_text(tmp_path / "a.csv", "é\r\n")
    atomic.write_bytes(tmp_path / "b", b"\0")
    assert (tmp_path / "a.csv").read_bytes() == "é\r\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_a_failure_leaves_the_older_file(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a").write_text("old")

    def write() -> None:
        with atomic.replacing(tmp_path / "a") as aside:
            aside.write_text("half")
            raise error

    with pytest.raises(OutputError if error is OSError else error):
        write()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_what_utf8_cannot_hold_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        atomic.write_text(tmp_path / "a", "\ud800")
    with pytest.raises(OutputError, match="nothing was written"):
        atomic.write_text(tmp_path / "none" / "a", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_name_aside_knows_its_target_and_its_process(tmp_path: Path) -> None:
    made = beside(tmp_path / "run", Kind.NEW)
    read = recognised(made.name)
    assert read is not None
    assert read.kind is Kind.NEW
    assert read.pid == os.getpid()
    assert read.is_for(tmp_path / "run")
    assert not read.is_for(tmp_path / "other")
    assert not read.is_orphan(made.name)


def test_a_name_of_a_process_that_ended_is_an_orphan() -> None:
    script = (
        "from pathlib import Path; from remyelin.core.asides import Kind, beside; "
        "print(beside(Path('x'), Kind.FILE).name)"
    )
    name = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()
    read = recognised(name)
    assert read is not None
    assert read.is_orphan(name)


@given(st.text(alphabet="0123456789abcdef-fileneworldgone", max_size=60))
def test_names_of_people_are_never_taken_for_ours(text: str) -> None:
    assert recognised(f".remyelin-{text}") is None


@given(st.integers(0, 200), st.sampled_from("0123456789abcdef"))
def test_a_changed_name_is_not_recognised(place: int, letter: str) -> None:
    name = beside(Path("run"), Kind.OLD).name
    place = len(".remyelin-old-") + place % (len(name) - len(".remyelin-old-"))
    changed = name[:place] + letter + name[place + 1 :]
    assert changed == name or recognised(changed) is None
