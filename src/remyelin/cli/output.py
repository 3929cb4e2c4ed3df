"""Writing of files that commands are asked for."""

from __future__ import annotations

import secrets
from pathlib import Path

from remyelin.errors import OutputError, UsageError
from remyelin.files import shown


def write_aside(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write a file aside, then rename it, so that a full disk leaves no half file.

    Parameters
    ----------
    path
        The file.
    content
        Text, written as UTF-8, or bytes.
    force
        Whether a file that is there may be replaced.

    Raises
    ------
    UsageError
        The file exists and ``force`` is not given, or the name is not possible.
    OutputError
        The file cannot be written.
    """
    name = shown(str(path))
    data = content.encode("utf-8") if isinstance(content, str) else content
    if not str(path).isprintable():
        raise UsageError(f"{name} is no name for a file")
    aside = path.with_name(f".remyelin-{secrets.token_hex(6)}")
    try:
        if path.exists() and not force:
            raise UsageError(
                f"{name} exists already; it is never overwritten unasked\n"
                "Give another name, or replace the file with --force."
            )
        aside.write_bytes(data)
        aside.replace(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"cannot write {name}: {reason.lower()}") from error
    finally:
        aside.unlink(missing_ok=True)
