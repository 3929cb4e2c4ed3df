"""A copy of the package that a test may change, and commands that run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path


def copied(to: Path) -> Path:
    """Copy the package into a folder; gives the folder of the copy."""
    place = to / "remyelin"
    shutil.copytree(
        Path(str(files("remyelin"))), place, ignore=shutil.ignore_patterns("__pycache__")
    )
    return place


def command(package: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``remyelin`` of a copy."""
    paths = [str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "remyelin", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
    )
