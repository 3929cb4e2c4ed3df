"""Writing one table as CSV or Parquet, aside and then renamed."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.errors import OutputError, UsageError
from remyelin.files import shown

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")
"""Endings of the files that can be written."""


def check_sheet(target: str, *, force: bool = False) -> Path:
    """Make sure that a table could be written, before any work is done.

    Parameters
    ----------
    target
        File to be written; its folder must be there.
    force
        Allow an existing file to be replaced.

    Raises
    ------
    UsageError
        The name has another ending.
    OutputError
        The file exists, or its folder does not.
    """
    if "\0" in target or Path(target).suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out is {shown(target)}; allowed is a file ending in .csv or .parquet")
    path = Path(target)
    try:
        if path.is_dir():
            raise OutputError(f"{shown(path)} is a folder\nGive a file with --out.")
        if path.exists() and not force:
            raise OutputError(
                f"the file {shown(path)} exists already; it is never overwritten unasked\n"
                "Give another file with --out, or replace this one with --force."
            )
        if not path.parent.is_dir():
            raise OutputError(f"{shown(path.parent)} is no folder\nCreate it first.")
    except OSError as error:
        raise _failed(path, error) from error
    return path


def _failed(path: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"cannot write {shown(path)}: {reason}; nothing was written")


def write_sheet(frame: pd.DataFrame, path: Path, *, force: bool = False) -> None:
    """Write a table; nothing half-written is left behind.

    Raises
    ------
    OutputError
        As `check_sheet`, or the disk is full.
    """
    check_sheet(str(path), force=force)
    aside = path.with_name(f".remyelin-{secrets.token_hex(6)}{path.suffix.lower()}")
    try:
        if path.suffix.lower() == ".csv":
            frame.to_csv(aside, index=False, lineterminator="\n")
        else:
            frame.to_parquet(aside, index=False)
        os.replace(aside, path)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
