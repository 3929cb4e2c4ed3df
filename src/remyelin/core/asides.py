"""Names of what is written aside: whose they are, and whether their process is gone.

A name vouches for itself: it ends in a check over its other parts, so that no file or folder
of a person is taken for one of these by chance.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

PREFIX: Final = ".remyelin-"
"""With this begins the name of everything that is written aside."""

_PATTERN = re.compile(
    r"\.remyelin-(?P<kind>file|new|old|gone)-(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,10})"
    r"-(?P<target>[0-9a-f]{8})-(?P<nonce>[0-9a-f]{8})-(?P<check>[0-9a-f]{8})"
)
_made: set[str] = set()


class Kind(StrEnum):
    """What stands aside."""

    FILE = "file"
    """A file that is being written."""
    NEW = "new"
    """A folder that is being written."""
    OLD = "old"
    """A folder whose place a new one is about to take."""
    GONE = "gone"
    """A folder whose place a new one has taken; it is being removed."""


@dataclass(frozen=True)
class Aside:
    """The parts of a name.

    Attributes
    ----------
    kind
        What it is.
    host, pid
        Hash of the machine (in a container: of the container), and the process that made it.
    target
        Hash of the name that it is to have, or had.
    """

    kind: Kind
    host: str
    pid: int
    target: str

    def is_for(self, target: Path) -> bool:
        """Whether it is to have the name of this target, or had it."""
        return self.target == _hash(target.name)

    def is_orphan(self, name: str) -> bool:
        """Whether the process that made this name is gone; where that is unknown, it is not."""
        if self.host != _host():
            return False
        if self.pid == os.getpid():
            return name not in _made
        return not _is_alive(self.pid)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


@cache
def _host() -> str:
    """Hash of the machine and of the space in which its process numbers count."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return _hash(f"{socket.gethostname()} {space}")


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":  # there a signal of 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def beside(target: Path, kind: Kind) -> Path:
    """Give a new name in the folder of a target.

    Parameters
    ----------
    target
        What it is to become, or was.
    kind
        What it is.
    """
    body = f"{kind}-{_host()}-{os.getpid()}-{_hash(target.name)}-{secrets.token_hex(4)}"
    name = f"{PREFIX}{body}-{_hash(body)}"
    _made.add(name)
    return target.with_name(name)


def recognised(name: str) -> Aside | None:
    """Read a name; None where remyelin did not make it."""
    found = _PATTERN.fullmatch(name)
    if found is None:
        return None
    body = "-".join(found[part] for part in ("kind", "host", "pid", "target", "nonce"))
    if _hash(body) != found["check"]:
        return None
    return Aside(Kind(found["kind"]), found["host"], int(found["pid"]), found["target"])
