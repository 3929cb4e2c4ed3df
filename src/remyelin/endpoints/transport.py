"""SAS transport files: how many data sets and rows they can hold, told before they are read.

Sources: SAS Institute, record layout of a SAS transport data set, TS-140 (version 5) and the later
layout of version 8 (recalled; both seen in files that pyreadstat writes): records of 80 bytes, one
header before each data set and one before its rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from remyelin.endpoints.heading import Heading
from remyelin.errors import InputError
from remyelin.files import listed, open_file

SUFFIX: Final = ".xpt"

_RECORD: Final = 80
_MEMBERS: Final = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
_NAME: Final = {_MEMBERS[0]: slice(8, 16), _MEMBERS[1]: slice(8, 40)}
"""Where the name of a data set stands in the second record after its header."""

_BEFORE_NAME: Final = 2


def check_single(path: Path, head: Heading) -> None:
    """Refuse a file of several data sets: its reader would take the later ones for rows.

    Raises
    ------
    InputError
        It holds several data sets; their names are given.
    """
    found = [_name(data, kind) for data, kind in _headers(path, head)]
    if len(found) > 1:
        problem = f"it holds {len(found)} data sets ({listed(found)}); allowed: one in a file"
        raise InputError(head.where, [problem], "Save each data set as a file of its own.")


def most_rows(path: Path, width: int) -> int:
    """Most rows that fit into a file whose rows take so many bytes."""
    return path.stat().st_size // max(1, width)


def _headers(path: Path, head: Heading) -> list[tuple[bytes, bytes]]:
    """Headers of data sets with the records that follow."""
    found = []
    with open_file(path, head.where) as stream:
        while piece := stream.read(_RECORD * 10_000):
            for kind in _MEMBERS:
                start = piece.find(kind)
                while start >= 0:
                    if start % _RECORD == 0:
                        place = stream.tell()
                        stream.seek(place - len(piece) + start)
                        found.append((stream.read(_RECORD * (_BEFORE_NAME + 1)), kind))
                        stream.seek(place)
                    start = piece.find(kind, start + 1)
    return found


def _name(data: bytes, kind: bytes) -> str:
    record = data[_RECORD * _BEFORE_NAME :]
    return record[_NAME[kind]].decode("ascii", errors="replace").strip() or "without name"
