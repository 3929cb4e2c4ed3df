"""The inventory of a folder: what remyelin wrote there, with the hash of each file.

It is a text that ``sha256sum --check`` reads. A line is written before the file that it vouches
for, so that a kill leaves no file of ours unnamed; a name may stand in several lines.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from remyelin.core.asides import recognised
from remyelin.core.atomic import sync, write_text

INVENTORY_NAME: Final = "files.sha256"
"""File of a folder that names what remyelin wrote into it."""

_HEADER: Final = "# written by remyelin, folder format 1, kind "
_HEADER_PATTERN = re.compile(re.escape(_HEADER) + r"([a-z]+)")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_.\-]+(?:/[A-Za-z0-9_.\-]+)*)")
_TORN = re.compile(r"[0-9a-f]{0,64}|[0-9a-f]{64} {1,2}[A-Za-z0-9_.\-/]*")
_LIMIT_BYTES = 500_000_000
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Inventory:
    """What an inventory says.

    Attributes
    ----------
    kind
        Kind of the folder, as ``run``.
    digests
        Hashes under which a file of each name was written.
    """

    kind: str
    digests: Mapping[str, frozenset[str]]

    def vouches(self, folder: Path, name: str) -> bool:
        """Whether a file of the folder is a plain file with content that remyelin wrote."""
        known = self.digests.get(name)
        return known is not None and digest_of(folder / name) in known


def digest_of(path: Path) -> str | None:
    """Give the SHA-256 of a file; None where it is no plain file, or cannot be read."""
    if path.is_symlink() or not path.is_file():
        return None
    found = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                found.update(block)
    except OSError:
        return None
    return found.hexdigest()


def read_inventory(folder: Path) -> Inventory | None:
    """Read the inventory of a folder; None where there is none, or one that others wrote."""
    path = folder / INVENTORY_NAME
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LIMIT_BYTES:
            return None
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return None
    *lines, torn = text.split("\n")
    header = _HEADER_PATTERN.fullmatch(lines[0]) if lines else None
    if header is None or not _TORN.fullmatch(torn):
        return None
    digests: dict[str, set[str]] = {}
    for line in lines[1:]:
        found = _LINE.fullmatch(line)
        if found is None or ".." in found[2].split("/"):
            return None
        digests.setdefault(found[2], set()).add(found[1])
    return Inventory(header[1], {name: frozenset(known) for name, known in digests.items()})


def begin_inventory(folder: Path, kind: str) -> None:
    """Write the inventory of a folder: every file that is in it.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    lines = [f"{_HEADER}{kind}\n"]
    for path in sorted(files_in(folder)):
        name = path.relative_to(folder).as_posix()
        if recognised(path.name) is None and name != INVENTORY_NAME:
            sync(path)
            lines.append(f"{digest_of(path)}  {name}\n")
    write_text(folder / INVENTORY_NAME, "".join(lines))


def add_to_inventory(folder: Path, kind: str, digests: Mapping[str, str]) -> None:
    """Name files that are about to be written; the inventory is begun where it is missing.

    Raises
    ------
    OSError, OutputError
        It cannot be written.
    """
    if not os.path.lexists(folder / INVENTORY_NAME):
        write_text(folder / INVENTORY_NAME, f"{_HEADER}{kind}\n")
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    with (folder / INVENTORY_NAME).open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, end - _BLOCK))
        tail = stream.read()
        stream.truncate(end - (len(tail) - (tail.rfind(b"\n") + 1)))  # a line that a kill tore
        stream.seek(0, os.SEEK_END)
        stream.write(lines.encode("ascii"))
        stream.flush()
        os.fsync(stream.fileno())


def files_in(folder: Path) -> Iterator[Path]:
    """Go through everything in a folder that is no folder; links are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from files_in(Path(entry.path))
            else:
                yield Path(entry.path)
