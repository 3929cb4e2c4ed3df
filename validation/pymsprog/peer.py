"""An environment of its own for pymsprog, with its version pinned and checked."""

from __future__ import annotations

from pathlib import Path

from validation.environment import ROOT, Environment

__all__ = ["PINS", "ROOT", "python"]

PINS = {"pymsprog": "1.0.7", "numpy": "1.26.4", "pandas": "2.3.3"}
"""Versions with which the committed outcomes were made; NumPy 2 is too new for the peer."""


def python() -> Path:
    """Interpreter of the environment; it is made or mended first where that is needed."""
    return Environment("pymsprog", PINS).python()
