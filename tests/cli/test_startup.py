"""The command line answers at once because heavy libraries load only when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "lifelines",
    "llvmlite",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "statsmodels",
}


def loaded_by(*command: str) -> tuple[set[str], subprocess.CompletedProcess[str]]:
    """Top-level packages that a command imports, read from Python's own import log."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}, done


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_heavy_library(option: str) -> None:
    loaded, done = loaded_by("-m", "remyelin", option)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "remyelin" in loaded
    assert loaded & HEAVY == set()


def test_importing_the_package_loads_no_heavy_library() -> None:
    loaded, done = loaded_by("-c", "import remyelin")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "remyelin" in loaded
    assert loaded & HEAVY == set()


def test_a_heavy_library_would_be_noticed() -> None:
    loaded, done = loaded_by("-c", "import numpy")
    assert done.returncode == 0
    assert loaded & HEAVY == {"numpy"}
