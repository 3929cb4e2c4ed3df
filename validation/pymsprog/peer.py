"""An environment of its own for pymsprog: made when needed, with its version pinned and checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "pymsprog"
PINS = {"pymsprog": "1.0.7", "numpy": "1.26.4", "pandas": "2.3.3"}
"""Versions with which the committed outcomes were made; NumPy 2 is too new for the peer."""

_ASK = (
    "from importlib.metadata import version; import json; "
    "print(json.dumps({n: version(n) for n in ('pymsprog', 'numpy', 'pandas')}))"
)


def python() -> Path:
    """Interpreter of the environment; it is made or mended first where that is needed."""
    here = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not here.exists():
        print(f"Making {FOLDER.relative_to(ROOT)} (minutes the first time)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
    if _versions(here) != PINS:
        wanted = [f"{name}=={version}" for name, version in PINS.items()]
        command = [str(here), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*command, *wanted], check=True)
    found = _versions(here)
    if found != PINS:
        raise SystemExit(f"error: {found} is installed; needed: {PINS}")
    return here


def _versions(interpreter: Path) -> dict[str, str]:
    done = subprocess.run(
        [str(interpreter), "-c", _ASK], capture_output=True, text=True, check=False
    )
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}
