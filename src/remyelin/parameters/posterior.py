"""The posterior draws that come with the package, as text."""

from __future__ import annotations

from importlib import resources
from typing import Final

POSTERIOR_FILE: Final = "posterior.csv"


def posterior_text() -> str | None:
    """Give the draws of the calibration as they are written; None where there are none."""
    file = resources.files("remyelin.parameters") / POSTERIOR_FILE
    return file.read_text(encoding="utf-8") if file.is_file() else None
