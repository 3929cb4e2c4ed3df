"""The engine is chosen by name; where the compiled one fails, the message names the other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import remyelin
from remyelin.engine.fused import machine
from remyelin.errors import SimulationError
from tests.cli.helpers import call

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("options", "expected"), [((), "fused"), (("--backend=numpy",), "numpy")])
def test_the_backend_reaches_the_run(
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: tuple[str, ...],
    expected: str,
) -> None:
    asked: dict[str, Any] = {}

    def run(*_: Any, **more: Any) -> None:
        asked.update(more)
        raise SimulationError("far enough")

    monkeypatch.setattr(remyelin, "run", run)
    done = call(capsys, "run", "mist", *options, "--out", str(tmp_path / "out"))
    assert done.code == 1
    assert asked["backend"] == expected


def test_an_unknown_backend_is_named_with_what_there_is(capsys: Capture, tmp_path: Path) -> None:
    done = call(capsys, "run", "mist", "--backend=abacus", "--out", str(tmp_path / "out"))
    assert done.code == 2
    assert "unknown backend 'abacus'" in done.err
    assert "fused, numpy" in done.err
    assert not (tmp_path / "out").exists()


def test_without_the_compiler_the_other_engine_is_named(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    machine._binding.cache_clear()
    try:
        few = ("--patients=4", "--replicates=1", "--workers=1")
        done = call(capsys, "run", "mist", *few, "--out", str(tmp_path / "out"))
    finally:
        machine._binding.cache_clear()
    assert done.code == 1
    assert "--backend numpy" in done.err
    assert not (tmp_path / "out").exists()
