"""Parts of a patient from leaves by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remyelin.engine.fused.layout import PARTS


def grouped(leaves: Mapping[str, Any]) -> dict[str, Any]:
    """Every part whose leaves are given, as the NamedTuple that a stage reads."""
    return {
        part: shape(*(leaves[f"{part}.{name}"] for name in shape._fields))
        for part, shape in PARTS.items()
        if all(f"{part}.{name}" in leaves for name in shape._fields)
    }
