"""Artefacts that are kept on this machine: populations, finished runs, compiled kernels.

Each file begins with an HMAC-SHA256 over its kind, name and content, made with a secret key of
this person. One that is damaged, was put there by somebody else or stands under another name is
never read: it is made anew. Compiled kernels are run, so this is what they are trusted by.

The folder must belong to this person, be no link, and let nobody else write; otherwise nothing is
kept or read, which is said once in the log. A folder that cannot be made or written keeps nothing
and nothing is said. On Windows rights are not looked at: the usual folder lies in the profile,
which is this person's alone; whoever names another one answers for it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import multiprocessing
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from remyelin.files import shown

FOLDER_VARIABLE: Final = "REMYELIN_CACHE"
"""Environment variable that names the folder; an empty value keeps nothing."""

KEY_NAME: Final = "key"
"""File of the secret key, in the folder itself. A folder is trusted as a whole: copy none."""

_MAGIC: Final = b"remyelin kept 1\n"
_BYTES: Final = 32
_PRIVATE: Final = 0o700
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_UNREADABLE: Final = (OSError, ValueError, TypeError, KeyError, AttributeError)
"""What readers say of a file that has another shape."""

_log: Final = logging.getLogger(__name__)
_said: Final[set[str]] = set()

Made = TypeVar("Made")


@dataclass(frozen=True)
class Cache:
    """Kept artefacts of one kind.

    Attributes
    ----------
    root
        Folder of all kept artefacts; None keeps nothing.
    kind
        Kind of the artefacts, which is the name of their folder in it.
    """

    root: Path | None
    kind: str

    @classmethod
    def of(cls, kind: str) -> Cache:
        """Give the artefacts of a kind in the folder of this person."""
        return cls(cache_root(), kind)

    @property
    def folder(self) -> Path | None:
        """Folder of this kind; None: nothing is kept."""
        return None if self.root is None else self.root / self.kind

    def kept(
        self,
        name: str,
        make: Callable[[], Made],
        *,
        pack: Callable[[Made], bytes],
        unpack: Callable[[bytes], Made],
    ) -> Made:
        """Give an artefact: the kept one, or one that is made now and kept.

        Parameters
        ----------
        name
            File name; it must change with all that the artefact depends on.
        make
            Makes it.
        pack, unpack
            Give it as bytes and read it back; ``unpack`` refuses another shape by ValueError.
        """
        content = self.read(name)
        if content is not None:
            with suppress(*_UNREADABLE):
                return unpack(content)
        made = make()
        self.write(name, pack(made))
        return made

    def read(self, name: str) -> bytes | None:
        """Give the content of a kept file; None where there is none that can be trusted."""
        if (place := self._opened(make=False)) is None:
            return None
        folder, key = place
        try:
            data = (folder / name).read_bytes()
        except OSError:
            return None
        head, body = data[: len(_MAGIC) + _BYTES], data[len(_MAGIC) + _BYTES :]
        return body if hmac.compare_digest(head, self._head(key, name, body)) else None

    def write(self, name: str, body: bytes) -> None:
        """Keep a file; where the folder cannot be used nothing is kept, and nobody is stopped."""
        if (place := self._opened(make=True)) is None:
            return
        folder, key = place
        with suppress(OSError):
            _write(folder / name, self._head(key, name, body) + body)

    def _head(self, key: bytes, name: str, body: bytes) -> bytes:
        content = b"\0".join((self.kind.encode(), name.encode(), body))
        return _MAGIC + hmac.digest(key, content, hashlib.sha256)

    def _opened(self, *, make: bool) -> tuple[Path, bytes] | None:
        """Give folder and key, both looked at; None where they are missing or not to be trusted."""
        if self.root is None:
            return None
        folder = self.root / self.kind
        try:
            if make:
                self.root.parent.mkdir(parents=True, exist_ok=True)
                self.root.mkdir(mode=_PRIVATE, exist_ok=True)
                folder.mkdir(mode=_PRIVATE, exist_ok=True)
            if not (_is_private(self.root) and _is_private(folder)):
                return None
            key = _key(self.root)
            if key is None and make:
                key = _new_key(self.root)
        except OSError:
            return None
        return None if key is None else (folder, key)


def cache_root() -> Path | None:
    """Give the folder of all kept artefacts of this person; None: nothing is kept."""
    asked = os.environ.get(FOLDER_VARIABLE)
    if asked is not None:
        return Path(asked).absolute() if asked else None
    from platformdirs import user_cache_path

    found = user_cache_path("remyelin", appauthor=False)
    return found if found.is_absolute() else None


def _is_private(folder: Path) -> bool:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return _refused(folder, "is a link or no folder")
    if sys.platform == "win32":
        return True
    if found.st_uid != os.geteuid():
        return _refused(folder, "belongs to somebody else")
    if found.st_mode & _OTHERS_WRITE:
        return _refused(folder, "can be written by others")
    return True


def _refused(folder: Path, why: str) -> bool:
    told = f"{shown(folder)} {why}, so nothing is kept there or read from it"
    if told not in _said and multiprocessing.parent_process() is None:
        _log.warning(
            "%s. Give a folder of your own that only you can write to with %s, or mend the "
            "rights of this one.",
            told,
            FOLDER_VARIABLE,
        )
    _said.add(told)
    return False


def _key(root: Path) -> bytes | None:
    """Give the secret key; None where there is none, or others could have read or made it."""
    try:
        handle = os.open(root / KEY_NAME, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            return None
        if sys.platform != "win32" and (found.st_uid != os.geteuid() or found.st_mode & _OTHERS):
            return None
        key = stream.read(_BYTES + 1)
    return key if len(key) == _BYTES else None


def _new_key(root: Path) -> bytes | None:
    """Make a secret key in place of one that cannot be used; of two processes the last one wins."""
    _write(root / KEY_NAME, secrets.token_bytes(_BYTES))
    return _key(root)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only this person can read, aside, and rename it."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(aside, path)
    except OSError:
        with suppress(OSError):
            os.unlink(aside)
        raise
