"""Writing one table as CSV or Parquet, in one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.core.cells import guarded_frame
from remyelin.core.outputs import Inputs, file_target, new_file
from remyelin.errors import UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")
"""Endings of the files that can be written."""


def check_sheet(target: str, *, force: bool = False, inputs: Inputs = ()) -> Path:
    """Make sure that a table could be written, before any work is done.

    Parameters
    ----------
    target
        File to be written; its folder must be there.
    force
        Allow an existing file to be replaced.
    inputs
        Files that are read, none of which is written to.

    Raises
    ------
    UsageError
        The name has another ending, the file exists, or it is an input.
    OutputError
        It could not be written.
    """
    if Path(target).suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out is {shown(target)}; allowed is a file ending in .csv or .parquet")
    file_target(target, force=force, inputs=inputs)
    return Path(target)


def write_sheet(
    frame: pd.DataFrame, path: Path, *, force: bool = False, inputs: Inputs = ()
) -> None:
    """Write a table; nothing half-written is left behind.

    Text that a spreadsheet would take for a formula is guarded in CSV (`remyelin.core.cells`).

    Raises
    ------
    UsageError, OutputError
        As `check_sheet`, or the disk is full.
    """
    check_sheet(str(path), force=force, inputs=inputs)
    with new_file(path, force=force, inputs=inputs) as aside:
        if path.suffix.lower() == ".csv":
            guarded_frame(frame).to_csv(aside, index=False, lineterminator="\n")
        else:
            frame.to_parquet(aside, index=False)
