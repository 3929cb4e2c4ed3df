"""Compiled kernels on disk: shared safely, made anew when anything changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from remyelin.core import cache
from remyelin.core.cache import FOLDER_VARIABLE, Cache
from remyelin.engine.backends import Backend, carrier, rater
from remyelin.engine.fused import machine, store
from remyelin.engine.fused.machine import Code, Processor, compile_text
from remyelin.errors import SimulationError
from tests.engine.fused.cases import TABLE

TEXT = "define void @nothing() {\n  ret void\n}"
HOST = Processor.host()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path / "kernels"


def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise AssertionError("compiled anew")

    monkeypatch.setattr(store, "compile_text", fail)


def test_what_is_kept_is_not_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.compiled(TEXT, HOST)
    assert len(list(folder.iterdir())) == 1
    no_compiler(monkeypatch)
    assert store.compiled(TEXT, HOST) == first
    Code(first, HOST).call("nothing", [])


def test_another_text_processor_or_compiler_has_another_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.compiled(TEXT, HOST)
    store.compiled(TEXT + "\n", HOST)
    store.compiled(TEXT, Processor(HOST.name, f"{HOST.features},-fma"))
    monkeypatch.setattr(store, "compiler", lambda: "another")
    store.compiled(TEXT, HOST)
    assert len(list(folder.iterdir())) == 4


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\0" * 5000])
def test_a_damaged_file_is_replaced(folder: Path, damage: bytes) -> None:
    good = store.compiled(TEXT, HOST)
    (path,) = folder.iterdir()
    path.write_bytes(damage)
    assert store.compiled(TEXT, HOST) == good
    assert len(path.read_bytes()) > len(good)


def test_nothing_half_written_stays_and_a_folder_that_cannot_be_used_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(blocked))
    assert store.compiled(TEXT, HOST)
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert Cache.of(store.KIND).folder is None
    assert store.compiled(TEXT, HOST)


def test_a_failed_rename_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(cache.os, "replace", refuse)
    assert store.compiled(TEXT, HOST)
    assert list(folder.iterdir()) == []


_ONE = """
import sys
from remyelin.engine.fused import store
from remyelin.engine.fused.machine import Code, Processor
text = "define void @nothing() {\\n  ret void\\n}"
sys.stdin.read(1)
for k in range(20):
    body = store.compiled(text + "\\n" * k, Processor.host())
    Code(body, Processor.host()).call("nothing", [])
print("good")
"""


def test_two_processes_may_fill_the_folder_at_once(folder: Path) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", _ONE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ},
        )
        for _ in range(2)
    ]
    for command in commands:
        assert command.stdin is not None
        command.stdin.write("x")
        command.stdin.flush()
    for command in commands:
        out, err = command.communicate(timeout=120)
        assert (command.returncode, out.strip()) == (0, "good"), err
    assert len(list(folder.iterdir())) == 20


def test_text_that_is_no_code_is_an_error_that_names_the_other_engine() -> None:
    with pytest.raises(SimulationError, match="--backend numpy"):
        compile_text("define nonsense", HOST)


def test_without_the_compiler_the_error_names_the_other_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    machine._binding.cache_clear()
    try:
        for make in (carrier, rater):
            with pytest.raises(SimulationError, match=r"llvmlite.*--backend numpy"):
                make(TABLE, Backend.FUSED)
        assert carrier(TABLE, Backend.NUMPY)
        assert rater(TABLE, Backend.NUMPY)
    finally:
        machine._binding.cache_clear()


def test_code_that_somebody_else_put_there_is_never_loaded(folder: Path) -> None:
    """A checksum vouches for nothing: whoever writes the code writes the checksum too."""
    good = store.compiled(TEXT, HOST)
    (path,) = folder.iterdir()
    forged = compile_text(TEXT.replace("nothing", "malice"), HOST)
    path.write_bytes(hashlib.sha256(forged).digest() + forged)
    assert store.compiled(TEXT, HOST) == good
    assert forged not in path.read_bytes()
