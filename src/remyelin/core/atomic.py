"""Writing a file in one step: aside in the same folder, synced to the disk, then renamed.

A full disk, a kill or a power cut leaves the older file whole, or none; never a half one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remyelin.core.asides import Kind, beside
from remyelin.errors import OutputError
from remyelin.files import shown


def reason_of(error: Exception) -> str:
    """Give the reason of a failed writing in a few words."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def sync(path: Path) -> None:
    """Ask the system to bring a file or a folder to the disk; where it cannot, go on."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a name aside to write to; what was written takes the place of the file at the end.

    Parameters
    ----------
    path
        The file; its folder must be there. A file that is there is replaced, a link itself.

    Raises
    ------
    OutputError
        The file cannot be written; what was there before is as it was.
    """
    aside = beside(path, Kind.FILE)
    try:
        yield aside
        sync(aside)
        os.replace(aside, path)
        sync(path.parent)
    except (OSError, UnicodeError) as error:
        raise OutputError(
            f"cannot write {shown(path)}: {reason_of(error)}; nothing was written"
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step.

    Raises
    ------
    OutputError
        As `replacing`.
    """
    with replacing(path) as aside:
        aside.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8 with its line ends as they are, in one step.

    Raises
    ------
    OutputError
        As `replacing`; or the text holds what UTF-8 cannot.
    """
    with replacing(path) as aside:
        aside.write_bytes(text.encode("utf-8"))
