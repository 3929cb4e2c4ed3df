"""The folder of an analysis: page, pictures, tables, ADTTE and record, written in one step."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from remyelin.core.cells import guarded_frame
from remyelin.core.folders import new_folder
from remyelin.core.outputs import Inputs
from remyelin.core.ownership import Layout
from remyelin.reports.analysis.adtte import LABEL, NAME, adtte
from remyelin.reports.analysis.console import values
from remyelin.reports.analysis.contents import Contents, package_version
from remyelin.reports.analysis.curves_picture import curves_picture
from remyelin.reports.analysis.drawing import FORMATS, written
from remyelin.reports.analysis.forest_picture import forest_picture
from remyelin.reports.analysis.frames import columns_text, frames
from remyelin.reports.analysis.page import render
from remyelin.reports.dataset_json import dataset_json
from remyelin.reports.records import as_json
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

PAGE_NAME: Final = "report.html"
"""File that a person opens first."""

_TABLES: Final = ("summary", "survival", "shares", "hazard_ratios", "rates", "adtte")

ANALYSIS: Final = Layout(
    kind="analysis",
    what="analysis folder",
    names=(
        PAGE_NAME,
        "record.json",
        "columns.md",
        "adtte.json",
        *(f"{name}.csv" for name in _TABLES),
    ),
    patterns=(r"pictures/(forest|km_[A-Za-z0-9_-]+)\.(svg|png)",),
)
"""The folder of an analysis."""


def write_analysis_folder(
    contents: Contents,
    target: str | os.PathLike[str],
    *,
    force: bool = False,
    inputs: Inputs = (),
) -> Path:
    """Write everything of an analysis into one new folder, in one step.

    Parameters
    ----------
    contents
        The analysis.
    target
        Folder to write; of its parents only the last may be missing.
    force
        Replace an existing folder of an analysis.
    inputs
        Files that were read; a folder that holds one is not replaced.

    Returns
    -------
    Path
        The folder as written.

    Raises
    ------
    OutputError
        The folder exists or could not be written; nothing is left behind.
    """
    events, columns = adtte(contents)
    now = datetime.now(UTC)
    texts = {
        PAGE_NAME: render(contents),
        "columns.md": columns_text(OWN_DATA_DISCLAIMER),
        "adtte.json": dataset_json(
            events,
            columns,
            name=NAME,
            label=LABEL,
            study_id=contents.study_id,
            made_at=now,
            version=package_version(),
        ),
        "record.json": as_json(
            {
                "package": "remyelin",
                "version": package_version(),
                "made_at": now.isoformat(timespec="seconds"),
                "command": list(contents.command),
                **values(contents),
            }
        )
        + "\n",
    }
    for name, frame in {**frames(contents), "adtte": events}.items():
        texts[f"{name}.csv"] = guarded_frame(frame).to_csv(index=False, lineterminator="\n")
    pictures = _pictures(contents)
    with new_folder(target, ANALYSIS, force=force, inputs=inputs) as aside:
        (aside / "pictures").mkdir()
        for name, text in texts.items():
            (aside / name).write_bytes(text.encode("utf-8", errors="backslashreplace"))
        for name, data in pictures.items():
            (aside / "pictures" / name).write_bytes(data)
    return Path(os.path.realpath(target))


def _pictures(contents: Contents) -> dict[str, bytes]:
    made = {
        f"km_{slug}": curves_picture(one)
        for slug, one in zip(contents.slugs, contents.analyses, strict=True)
    }
    if contents.is_compared:
        made["forest"] = forest_picture(contents.analyses, level=contents.settings.level)
    return {
        f"{name}.{kind}": written(figure, kind) for name, figure in made.items() for kind in FORMATS
    }
