"""A CSV file as text columns: measured before it is read, and never held as a whole."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from remyelin.endpoints.heading import ADVICE, BYTES_PER_CELL, Heading
from remyelin.endpoints.shape import Repair, Shape
from remyelin.errors import InputError
from remyelin.files import not_text, not_utf8, open_file, shown, unreadable

PACKED_SUFFIX: Final = ".gz"

_PIECE: Final = 1 << 20
_SEPARATORS: Final = (",", ";", "\t", "|")
_QUOTED: Final = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class TextColumns:
    """A text table that was read.

    Attributes
    ----------
    given, names
        Names of all columns that have one, as they stand and under which they are read.
    cells
        Cells of the columns that are read, by name.
    place
        Line of each row.
    separator
        What stands between the cells.
    repairs
        What was left out.
    """

    given: tuple[str, ...]
    names: tuple[str, ...]
    cells: dict[str, list[str]]
    place: list[int]
    separator: str
    repairs: tuple[Repair, ...]


def read_columns(path: Path, head: Heading) -> TextColumns:
    """Read the wanted columns of a CSV file, packed where its name ends in ``.gz``.

    Raises
    ------
    InputError
        The file is too large (unpacked), is no UTF-8 text, is empty, or is malformed; every row of
        the wrong width is named.
    """
    size, lines = _measured(path, head)
    try:
        with _opened(path, head) as binary:
            stream = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
            return _read(stream, head, size, lines)
    except UnicodeDecodeError as error:  # the file was changed between the two readings
        raise not_utf8(head.where, error.start + 1) from None


@contextmanager
def _opened(path: Path, head: Heading) -> Iterator[BinaryIO]:
    """Bytes of the text, unpacked where the name ends in ``.gz``."""
    packed = path.suffix.lower() == PACKED_SUFFIX
    with open_file(path, head.where) as stream:
        try:
            head.limits.check(head.where, table_bytes=path.stat().st_size)
            yield cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if packed else stream
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            problem = f"this is no packed file: {shown(str(error))}"
            raise InputError(head.where, [problem]) from None
        except OSError as error:
            raise unreadable(head.where, error) from None


def _read(stream: TextIO, head: Heading, size: int, lines: int) -> TextColumns:
    first = next((line for line in stream if line.strip()), None)
    if first is None:
        raise InputError(head.where, ["the file is empty"], ADVICE)
    separator = max(_SEPARATORS, key=_QUOTED.sub("", first).count)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=separator, strict=True)
    return _rows(reader, head, separator, size, lines)


def _measured(path: Path, head: Heading) -> tuple[int, int]:
    """Bytes and lines of a file that is UTF-8 text; a line without end is refused."""
    decoder, size, ends, longest, open_line = codecs.getincrementaldecoder("utf-8")(), 0, 0, 0, 0
    returns = 0
    with _opened(path, head) as stream:
        while piece := stream.read(_PIECE):
            if b"\0" in piece:
                raise not_text(piece, head.where)
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise not_utf8(head.where, size - _held(decoder) + error.start + 1) from None
            size += len(piece)
            parts = piece.replace(b"\r", b"\n").split(b"\n")
            ends += piece.count(b"\n")
            returns += piece.count(b"\r")
            longest = max(longest, open_line + len(parts[0]), *map(len, parts[1:-1]), 0)
            open_line = len(parts[-1]) + (open_line if len(parts) == 1 else 0)
            head.limits.check(head.where, table_bytes=size, line_bytes=max(longest, open_line))
    if _held(decoder):
        raise not_utf8(head.where, size)
    return size, max(ends, returns)


def _held(decoder: codecs.IncrementalDecoder) -> int:
    return len(decoder.getstate()[0])


def _rows(
    reader: Iterator[list[str]], head: Heading, separator: str, size: int, lines: int
) -> TextColumns:
    limits, where = head.limits, head.where
    most = limits.cell_characters
    shape: Shape | None = None
    given: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    columns: dict[str, list[str]] = {}
    slots: list[tuple[int, list[str]]] = []
    place: list[int] = []
    empty: list[int] = []
    broken: list[str] = []
    line = 0
    try:
        for cells in reader:
            line = int(reader.line_num)  # type: ignore[attr-defined]
            if not any(cell.strip() for cell in cells):
                empty += [line] if cells else []
            elif shape is None:
                shape = Shape([cell.strip() for cell in cells])
                places = [k for k, name in enumerate(shape.names) if name]
                given = tuple(shape.names[k] for k in places)
                names = head.read(given)
                chosen = [(places[k], name) for k, name in head.chosen(names)]
                columns = {name: [] for _, name in chosen}
                slots = [(k, columns[name]) for k, name in chosen]
                kept = lines * len(slots)
                limits.check(
                    where, rows=lines, cells=kept, memory_bytes=size + kept * BYTES_PER_CELL
                )
            elif (row := shape.square(cells, line)) is not None:
                for k, column in slots:
                    if len(row[k]) > most:
                        limits.check(where, cell_characters=len(row[k]))
                    column.append(row[k])
                place.append(line)
    except csv.Error as error:
        broken.append(f"line {line + 1}: {error}")
    repairs = [] if shape is None else shape.repairs()
    if problems := [*(shape.problems if shape else ()), *broken]:
        raise InputError(where, problems, ADVICE)
    if empty:
        repairs.append((f"line {empty[0]}", "", f"{len(empty):,} empty rows", "left out"))
    return TextColumns(given, names, columns, place, separator, tuple(repairs))
