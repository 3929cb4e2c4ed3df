"""Reference populations that a machine has made are kept, so that they are made once.

A population is kept under a hash of what it depends on: its own description, the parameters and
the source text of the model. Files are written aside and renamed; one that cannot be read is made
anew, and where the folder cannot be used nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from remyelin.engine.fused.store import folder as kernels

if TYPE_CHECKING:
    import pandas as pd

_SOURCES: Final = ("remyelin.model", "remyelin.cohorts", "remyelin.therapies")
"""Rooms whose text decides what a candidate's past is."""


def folder() -> Path | None:
    """Give the folder of kept populations, beside the kept kernels; None: nothing is kept."""
    place = kernels()
    return None if place is None else place.parent / "cohorts"


def name(*parts: str) -> str:
    """Give the file name of a population that depends on these texts and on the model."""
    text = "\0".join((*parts, _model()))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.parquet"


@cache
def _model() -> str:
    digest = hashlib.sha256()
    for room in _SOURCES:
        for item in sorted(files(room).iterdir(), key=lambda item: item.name):
            if item.name.endswith(".py"):
                digest.update(item.read_bytes())
    return digest.hexdigest()


def read(file_name: str) -> pd.DataFrame | None:
    """Give a kept population; None where there is none that can be read."""
    import pandas as pd

    place = folder()
    if place is None:
        return None
    try:
        return pd.read_parquet(place / file_name)
    except (OSError, ValueError):  # pyarrow's errors of damaged files are of these kinds
        return None


def write(file_name: str, frame: pd.DataFrame) -> None:
    """Keep a population; a folder that cannot be written keeps nothing."""
    place = folder()
    if place is None:
        return
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=place, prefix=".", suffix=".part")
        os.close(handle)
        try:
            frame.to_parquet(aside, compression="zstd", index=False)
            os.replace(aside, place / file_name)
        except OSError:
            with suppress(OSError):
                os.unlink(aside)
            raise
