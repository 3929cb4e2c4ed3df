"""Environments of their own for programs that are compared with ours, under ``build/``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"

_ASK = (
    "import json, sys; from importlib.metadata import version; "
    "print(json.dumps({name: version(name) for name in sys.argv[1:]}))"
)


@dataclass(frozen=True)
class Environment:
    """An environment that is made when needed, with its versions pinned and checked.

    Attributes
    ----------
    name
        Folder under ``build/``.
    pins
        Version of each package that matters.
    """

    name: str
    pins: Mapping[str, str]

    def python(self) -> Path:
        """Interpreter of the environment; it is made or mended first where that is needed."""
        folder = BUILD / self.name
        here = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if not here.exists():
            print(f"Making {folder.relative_to(ROOT)} (minutes the first time)", flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        if self._versions(here) != self.pins:
            wanted = [f"{name}=={version}" for name, version in self.pins.items()]
            command = [str(here), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            subprocess.run([*command, *wanted], check=True)
        found = self._versions(here)
        if found != self.pins:
            raise SystemExit(f"error: {found} is installed; needed: {self.pins}")
        return here

    def _versions(self, interpreter: Path) -> dict[str, str]:
        command = [str(interpreter), "-c", _ASK, *self.pins]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}
