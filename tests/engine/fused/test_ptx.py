"""The kernel as PTX: every rounding is written out, and the assembler takes it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from remyelin.engine.fused import ptx
from remyelin.engine.fused.text import PRECISIONS
from remyelin.errors import UsageError

PTXAS = os.environ.get("PTXAS") or shutil.which("ptxas")


@cache
def text(precision: str) -> str:
    return ptx.emit(precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_operation_on_real_numbers_rounds_to_nearest(precision: str) -> None:
    kind = "f64" if precision == "float64" else "f32"
    found = re.findall(rf"\b((?:add|sub|mul|div|fma|mad|sqrt)\.[\w.]*{kind})\b", text(precision))
    assert {name.split(".")[0] for name in found} == {"add", "sub", "mul", "div", "fma", "sqrt"}
    assert {name.split(".", 1)[1] for name in found} == {f"rn.{kind}"}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_library_is_called(precision: str) -> None:
    called = re.findall(r"call\.uni\s+(?:\([^)]*\),\s*)?(\w+)", text(precision))
    assert set(called) == {"record"}
    assert ".extern" not in text(precision)
    assert ".visible .entry advance(" in text(precision)


def test_an_unknown_processor_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"chip is .*nonsense.*allowed is sm_"):
        ptx.emit("float32", chip="nonsense")


@pytest.mark.skipif(PTXAS is None, reason="needs NVIDIA's ptxas on the path or named by PTXAS")
@pytest.mark.parametrize("chip", ["sm_80", "sm_90"])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_assembler_takes_it(precision: str, chip: str, tmp_path: Path) -> None:
    source, target = tmp_path / "kernel.ptx", tmp_path / "kernel.cubin"
    source.write_text(text(precision), encoding="utf-8")
    subprocess.run(
        [str(PTXAS), f"-arch={chip}", str(source), "-o", str(target)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert target.stat().st_size > 1000
