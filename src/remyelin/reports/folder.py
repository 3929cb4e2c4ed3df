"""The run folder: record, outcomes, tables, data dictionary and report of one run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.comparison.compared import OUTCOMES
from remyelin.core.cells import guarded_frame
from remyelin.core.folders import added_to, new_folder
from remyelin.reports.html import render
from remyelin.reports.parquet import data_dictionary, write_parquet, write_tables
from remyelin.reports.records import as_json, record_values
from remyelin.study.tables import TABLES
from remyelin.trials.layout import DRAWS_NAME, RECORD_NAME, RUN, SAMPLES_NAME
from remyelin.trials.prediction import SAMPLES, Keep
from remyelin.trials.vault import holds

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun

REPORT_NAME = "report.html"
"""File of the run folder that a person opens first."""


def write_run_folder(
    result: ComparedRun,
    target: str | os.PathLike[str],
    *,
    command: Sequence[str] = (),
    force: bool = False,
) -> Path:
    """Write everything that a run gave into one new folder, in one step.

    The folder holds ``report.html``, ``record.json``, ``outcomes.csv``, ``outcomes.parquet``,
    ``tables/*.parquet``, ``data_dictionary.md`` and, where parameters were drawn, ``draws.csv`` and
    ``samples.parquet``. Into the folder of a run in shards these files
    are written beside the shards.

    Parameters
    ----------
    result
        The run.
    target
        Folder to write; of its parents only the last may be missing.
    command
        Words of the command that made the run.
    force
        Replace an existing run folder.

    Returns
    -------
    Path
        The folder as written.

    Raises
    ------
    OutputError
        The folder exists or could not be written; nothing is left behind.
    SimulationError
        A table of the run does not follow its schema.
    """
    page = render(result, command=command)
    outcomes = result.outcomes
    keep = result.settings.tables
    place = Path(os.path.realpath(target))
    in_shards = keep is not Keep.WHOLE and holds(place, result.record)
    begun = (
        added_to(place, RUN, last=RECORD_NAME)
        if in_shards
        else new_folder(target, RUN, force=force)
    )
    with begun as folder:
        _write_text(folder / REPORT_NAME, page)
        _write_text(folder / RECORD_NAME, as_json(record_values(result, command)) + "\n")
        _write_text(
            folder / "outcomes.csv",
            guarded_frame(outcomes).to_csv(index=False, lineterminator="\n"),
        )
        write_parquet(outcomes, OUTCOMES, folder / "outcomes.parquet")
        if keep is Keep.WHOLE:
            write_tables(result.tables, TABLES, folder / "tables")
        described = (OUTCOMES,) if keep is Keep.NONE else (OUTCOMES, *TABLES)
        if (draws := result.drawn) is not None:
            if not in_shards:  # there they were written before the first shard
                _write_text(folder / DRAWS_NAME, draws.text())
            write_parquet(result.samples, SAMPLES, folder / SAMPLES_NAME)
            described = (OUTCOMES, SAMPLES, *described[1:])
        _write_text(folder / "data_dictionary.md", data_dictionary(described))
    return place


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.write(text)
