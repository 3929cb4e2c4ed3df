"""Writing a folder in one step: aside in a hidden folder, then renamed into place."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remyelin.errors import OutputError
from remyelin.files import shown
from remyelin.trials.vault import MANIFEST_NAME, RECORD_NAME, is_run_folder

_HIDDEN = ".remyelin-"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _failed(target: Path, error: OSError) -> OutputError:
    return OutputError(
        f"cannot write the run folder {shown(target)}: {_reason(error)}; nothing was written\n"
        "Give a folder that you may write to, on a disk with room, with --out."
    )


def _beside(target: Path) -> Path:
    return target.parent / f"{_HIDDEN}{secrets.token_hex(6)}"


def _is_replaceable(target: Path) -> bool:
    return is_run_folder(target) or not any(target.iterdir())


def _refuse_existing(target: Path, *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(
            f"{shown(target)} is a file, not a folder\nGive another folder with --out."
        )
    if not force and (target / MANIFEST_NAME).is_file():
        raise OutputError(
            f"the folder {shown(target)} exists already and holds a run in shards\n"
            "Go on with it with --resume, give another folder with --out, or replace it with "
            "--force."
        )
    if not force:
        raise OutputError(
            f"the folder {shown(target)} exists already; it is never overwritten unasked\n"
            "Give another folder with --out, or replace this run folder with --force."
        )
    if not _is_replaceable(target):
        raise OutputError(
            f"the folder {shown(target)} holds no {RECORD_NAME}: it is not a run folder and is "
            "not replaced\nGive another folder with --out."
        )


def check_target(target: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Make sure that a run folder could be written, before any work is done.

    Parameters
    ----------
    target
        Folder to be written; of its parents only the last may be missing.
    force
        Allow an existing run folder to be replaced.

    Returns
    -------
    Path
        The absolute target, links resolved.

    Raises
    ------
    OutputError
        The name is empty, the folder exists, or it could not be written.
    """
    given = os.fspath(target)
    if not given.strip() or "\0" in given:
        raise OutputError(f"{shown(given)} is no name for a folder\nGive a folder with --out.")
    try:
        path = Path(os.path.realpath(given))
        _refuse_existing(path, force=force)
        ground = path.parent if path.parent.is_dir() else path.parent.parent
        if path.parent.exists() > path.parent.is_dir() or not ground.is_dir():
            raise OutputError(
                f"cannot write {shown(given)}: {shown(path.parent)} is no folder\n"
                "Create it first, or give another folder with --out."
            )
        probe = _beside(ground / path.name)
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise _failed(Path(given), error) from error
    return path


@contextmanager
def written_aside(target: str | os.PathLike[str], *, force: bool = False) -> Iterator[Path]:
    """Give a hidden folder to write into; rename it to the target when the block ends well.

    When the block fails or is interrupted the hidden folder is removed and an older run folder
    stays as it was.

    Raises
    ------
    OutputError
        As `check_target`, or the disk is full, or a file could not be written.
    """
    path = check_target(target, force=force)
    hidden = _beside(path)
    is_parent_new = not path.parent.exists()
    try:
        path.parent.mkdir(exist_ok=True)
        hidden.mkdir()
        yield hidden
        _swap(hidden, path, force=force)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if is_parent_new:
            with suppress(OSError):  # it holds the run folder now, unless that could not be made
                path.parent.rmdir()


@contextmanager
def finished_within(target: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; move its files into a run folder that is there.

    The run record is moved last: a run folder that has it is complete.

    Raises
    ------
    OutputError
        The disk is full, or a file could not be written; the shards stay.
    """
    hidden = _beside(target / "x")
    try:
        hidden.mkdir()
        yield hidden
        for path in sorted(hidden.iterdir(), key=lambda path: path.name == RECORD_NAME):
            path.replace(target / path.name)
    except OSError as error:
        raise OutputError(
            f"cannot write into the run folder {shown(target)}: {_reason(error)}; the finished "
            "shards stay\nMake room; the same command with --resume writes the rest."
        ) from error
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _swap(new: Path, target: Path, *, force: bool) -> None:
    _refuse_existing(target, force=force)
    old = _beside(target)
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
