"""Folder of a multiverse: tables, pictures, page; written aside, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from remyelin.core.cells import guarded_frame
from remyelin.core.folders import new_folder
from remyelin.core.outputs import Inputs
from remyelin.core.ownership import Layout
from remyelin.reports.multiverse_page import page
from remyelin.reports.multiverse_pictures import FORMATS, pictures
from remyelin.reports.multiverse_text import answers_frame, effects_frame, ratios_frame, values
from remyelin.reports.records import as_json

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.endpoints import Dataset
    from remyelin.multiverse import Multiverse

PAGE_NAME: Final = "multiverse.html"
VALUES_NAME: Final = "multiverse.json"
_TABLES: Final = ("definitions", "grid", "hazard_ratios", "grid_hazard_ratios", "choices")

MULTIVERSE: Final = Layout(
    kind="multiverse",
    what="multiverse folder",
    names=(
        PAGE_NAME,
        VALUES_NAME,
        *(f"{name}.csv" for name in _TABLES),
        *(f"{name}.{kind}" for name in ("definitions", "grid") for kind in FORMATS),
    ),
)
"""The folder of a multiverse."""


def write_multiverse_folder(
    data: Dataset,
    found: Multiverse,
    folder: str | os.PathLike[str],
    *,
    force: bool = False,
    inputs: Inputs = (),
) -> Path:
    """Write the folder; nothing half-written is left behind.

    Raises
    ------
    OutputError
        The folder exists (without ``force``) or cannot be written.
    """
    drawn = pictures(found)
    with new_folder(folder, MULTIVERSE, force=force, inputs=inputs) as aside:
        for name, content in drawn.items():
            (aside / name).write_bytes(content)
        for name, frame in _tables(found).items():
            if len(frame):
                guarded_frame(frame).to_csv(aside / f"{name}.csv", index=False, lineterminator="\n")
        (aside / VALUES_NAME).write_text(as_json(values(data, found)) + "\n", encoding="utf-8")
        (aside / PAGE_NAME).write_text(page(data, found, drawn), encoding="utf-8")
    return Path(folder)


def _tables(found: Multiverse) -> dict[str, pd.DataFrame]:
    return {
        "definitions": answers_frame(found.answers, found.month),
        "hazard_ratios": ratios_frame(found.answers),
        "grid": answers_frame(found.grid, found.month),
        "grid_hazard_ratios": ratios_frame(found.grid),
        "choices": effects_frame(found),
    }
