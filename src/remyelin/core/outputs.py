"""Files that commands are asked to write: refused before any work is done, or written whole.

Every command that writes a file goes through here; `remyelin.core.folders` has folders. A file is
replaced only where it was named and ``--force`` was given, and never where it is an input.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from remyelin.core.atomic import reason_of, replacing
from remyelin.core.ownership import Layout, sweep
from remyelin.errors import OutputError, UsageError
from remyelin.files import shown

Name = str | os.PathLike[str]
Inputs = Sequence[Name | None]

_FILES = Layout(kind="file", what="file", names=())


def name_of(given: object, what: str) -> str:
    """Give the name of a file or folder as text.

    Raises
    ------
    OutputError
        It is no possible name.
    """
    text: object = None
    if isinstance(given, str | os.PathLike):
        text = os.fspath(given)
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise OutputError(f"{shown(given)} is no name for a {what}\nGive a {what} with --out.")
    return text


def is_there(path: Path) -> bool:
    """Whether there is anything of this name, a link too.

    Raises
    ------
    OSError
        The name is too long, or it cannot be looked at.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True


def file_target(given: Name, *, force: bool = False, inputs: Inputs = ()) -> Path:
    """Make sure that a file could be written, before any work is done.

    Parameters
    ----------
    given
        The file; its folder must be there. A link is followed.
    force
        Whether a file that is there may be replaced.
    inputs
        Files that the command reads; none of them is ever written to. None is passed over.

    Returns
    -------
    Path
        The file with links resolved.

    Raises
    ------
    UsageError
        The name is not possible, the file is there and ``force`` is not given, or it is an input.
    OutputError
        Its folder is not there, or it is no plain file.
    """
    text = name_of(given, "file")
    name = shown(text)
    if not text.isprintable():
        raise UsageError(f"{name} is no name for a file")
    try:
        path = Path(os.path.realpath(text))
        if text.endswith(("/", os.sep)) or path.is_dir():
            raise OutputError(f"{name} is a folder, not a file\nGive a file.")
        for source in inputs:
            if source is not None and _is_same(path, source):
                raise UsageError(
                    f"{name} is the input {shown(os.fspath(source))}; an input is never "
                    "written to\nGive another name for the file to be written."
                )
        there = is_there(path)
        if there and not path.is_file():
            raise OutputError(f"{name} is no plain file\nGive another name.")
        if there and not force:
            raise UsageError(
                f"{name} exists already; it is never overwritten unasked\n"
                "Give another name, or replace the file with --force."
            )
        if not path.parent.is_dir():
            raise OutputError(
                f"cannot write {name}: {shown(path.parent)} is no folder\nCreate it first."
            )
        if not os.access(path.parent, os.W_OK):
            raise OutputError(
                f"cannot write {name}: no permission to write into {shown(path.parent)}"
            )
        sweep(path.parent, _FILES)
    except OSError as error:
        raise OutputError(f"cannot write {name}: {reason_of(error)}") from error
    return path


def _is_same(path: Path, source: Name) -> bool:
    """Whether two names mean one file: the same, through links, or by another spelling."""
    try:
        return os.path.samefile(path, source)
    except (OSError, ValueError):
        return False


def write_file(
    given: Name, content: str | bytes, *, force: bool = False, inputs: Inputs = ()
) -> Path:
    """Write a file in one step.

    Raises
    ------
    UsageError, OutputError
        As `file_target`; or the disk is full, then what was there before is as it was.
    """
    with new_file(given, force=force, inputs=inputs) as aside:
        aside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return Path(os.path.realpath(given))


@contextmanager
def new_file(given: Name, *, force: bool = False, inputs: Inputs = ()) -> Iterator[Path]:
    """Give a name aside to write to; what was written becomes the file at the end.

    Raises
    ------
    UsageError, OutputError
        As `write_file`.
    """
    with replacing(file_target(given, force=force, inputs=inputs)) as aside:
        yield aside
