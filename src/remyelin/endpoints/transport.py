"""SAS transport files: how many data sets and rows they can hold, told before they are read.

Sources: SAS Institute, record layout of a SAS transport data set, TS-140 (version 5) and the later
layout of version 8 (recalled; both seen in files that pyreadstat writes): records of 80 bytes, one
header before each data set and one before its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from remyelin.endpoints.heading import Heading
from remyelin.errors import InputError
from remyelin.files import listed, open_file

SUFFIX: Final = ".xpt"

_RECORD: Final = 80
_MEMBERS: Final = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
_ROWS: Final = (b"HEADER RECORD*******OBS     HEADER", b"HEADER RECORD*******OBSV8   HEADER")
_NAMES: Final = {_MEMBERS[0]: slice(8, 16), _MEMBERS[1]: slice(8, 40)}
"""Where the name of a data set stands in the second record after its header."""

_BEFORE_NAME: Final = 2


@dataclass(frozen=True)
class Transport:
    """What a transport file tells of itself.

    Attributes
    ----------
    names
        Names of its data sets.
    row_bytes
        Bytes after the last header before rows, which are filled up to a whole record.
    """

    names: tuple[str, ...]
    row_bytes: int

    def least_rows(self, width: int) -> int:
        """Fewest rows that the file can hold, if a row takes so many bytes.

        What fills the last record may look like rows, so that there can be some more.
        """
        return max(0, self.row_bytes - _RECORD + 1) // max(1, width)


def measured(path: Path, head: Heading) -> Transport:
    """Look for the data sets and the rows of a file, without reading them.

    Raises
    ------
    InputError
        It holds several data sets, whose later ones a reader would take for rows of the first or
        leave out without a word; or it cannot be read.
    """
    names: list[str] = []
    start = size = path.stat().st_size
    with open_file(path, head.where) as stream:
        begin = 0
        while piece := stream.read(_RECORD * 10_000):
            for place in _places(piece, _MEMBERS):
                stream.seek(begin + place)
                names.append(_name(stream.read(_RECORD * (_BEFORE_NAME + 1))))
            for place in _places(piece, _ROWS):
                start = begin + place + _RECORD
            begin += len(piece)
            stream.seek(begin)
    if len(names) > 1:
        problem = f"it holds {len(names)} data sets ({listed(names)}); allowed: one in a file"
        raise InputError(head.where, [problem], "Save each data set as a file of its own.")
    return Transport(tuple(names), size - start)


def _places(piece: bytes, headers: tuple[bytes, ...]) -> Iterator[int]:
    """Where headers stand, at the beginning of a record."""
    for header in headers:
        place = piece.find(header)
        while place >= 0:
            if place % _RECORD == 0:
                yield place
            place = piece.find(header, place + 1)


def _name(data: bytes) -> str:
    """Name of a data set, in the second record after its header."""
    record = data[_RECORD * _BEFORE_NAME :]
    name = record[_NAMES[data[: len(_MEMBERS[0])]]]
    return name.decode("ascii", errors="replace").strip() or "without name"
