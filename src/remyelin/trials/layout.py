"""What a run folder holds, and how one is known that an earlier version wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from remyelin.core.ownership import Layout

MANIFEST_NAME: Final = "manifest.json"
"""File of a run in shards that says whose the shards are; it is written before any of them."""

RECORD_NAME: Final = "record.json"
"""Run record: a folder that has it is complete; it is written last."""

DRAWS_NAME: Final = "draws.csv"
"""Draws of the parameters of a run, where they are no point."""

SAMPLES_NAME: Final = "samples.parquet"
"""Every figure in every replicate with the draw that it took, where parameters were drawn."""

_LIMIT_BYTES = 20_000_000
_OF_MANIFEST = ("study_id", "study", "parameters", "code", "seed", "tables", "shard_patients")
_OF_RECORD = ("notice", "command", "settings", "study", "parameters", "seed", "machine")


def plain_object(path: Path) -> dict[str, object]:
    """Read a JSON object from a file; an empty one where it holds none."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LIMIT_BYTES:
            return {}
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_earlier_run(folder: Path) -> bool:
    """Whether a folder without inventory holds a run of a version that wrote none."""
    manifest, record = plain_object(folder / MANIFEST_NAME), plain_object(folder / RECORD_NAME)
    begun = manifest.get("format") == 1 and all(name in manifest for name in _OF_MANIFEST)
    complete = record.get("package") == "remyelin" and all(name in record for name in _OF_RECORD)
    return begun or complete


RUN: Final = Layout(
    kind="run",
    what="run folder",
    names=(
        *("report.html", RECORD_NAME, "outcomes.csv", "outcomes.parquet", "data_dictionary.md"),
        SAMPLES_NAME,
    ),
    patterns=(
        r"manifest\.json",
        r"draws\.csv",
        r"shards/[0-9]{8}\.(json|parquet)",
        r"tables/[a-z_]+\.parquet",
        r"tables/[a-z_]+/[0-9]{8}\.parquet",
    ),
    is_earlier=is_earlier_run,
)
"""A run folder."""
