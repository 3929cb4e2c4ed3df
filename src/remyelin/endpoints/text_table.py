"""A CSV file as text columns: measured before it is read, and never held as a whole."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from remyelin.endpoints.heading import ADVICE, BYTES_PER_CELL, Heading
from remyelin.errors import MOST_LISTED, InputError
from remyelin.files import not_text, not_utf8, open_file, unreadable

_PIECE: Final = 1 << 20
_SEPARATORS: Final = (",", ";", "\t")

Columns = tuple[tuple[str, ...], dict[str, list[str]], list[int]]
"""Names of all columns, cells of those that are read, and the line of each row."""


def read_columns(path: Path, head: Heading) -> Columns:
    """Read the wanted columns of a CSV file.

    Raises
    ------
    InputError
        The file is too large, is no UTF-8 text, is empty, or is malformed; every row of the wrong
        width is named.
    """
    size, lines = _measured(path, head)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = next((line for line in stream if line.strip()), None)
            if first is None:
                raise InputError(head.where, ["the file is empty"], ADVICE)
            separator = max(_SEPARATORS, key=first.count)
            stream.seek(0)
            return _rows(csv.reader(stream, delimiter=separator, strict=True), head, size, lines)
    except OSError as error:
        raise unreadable(head.where, error) from None
    except UnicodeDecodeError as error:  # the file was changed between the two readings
        raise not_utf8(head.where, error.start + 1) from None


def _measured(path: Path, head: Heading) -> tuple[int, int]:
    """Bytes and lines of a file that is UTF-8 text; a line without end is refused."""
    decoder, size, ends, longest, open_line = codecs.getincrementaldecoder("utf-8")(), 0, 0, 0, 0
    returns = 0
    with open_file(path, head.where) as stream:
        head.limits.check(head.where, table_bytes=path.stat().st_size)
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


def _rows(reader: Iterator[list[str]], head: Heading, size: int, lines: int) -> Columns:
    limits, where = head.limits, head.where
    most = limits.cell_characters
    names: tuple[str, ...] = ()
    columns: dict[str, list[str]] = {}
    slots: list[tuple[int, list[str]]] = []
    place: list[int] = []
    problems: list[str] = []
    line = 0
    try:
        for cells in reader:
            line = int(reader.line_num)  # type: ignore[attr-defined]
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = head.read(cells)
                columns = {name: [] for _, name in head.chosen(names)}
                slots = [(k, columns[name]) for k, name in head.chosen(names)]
                kept = lines * len(slots)
                limits.check(
                    where, rows=lines, cells=kept, memory_bytes=size + kept * BYTES_PER_CELL
                )
            elif len(cells) == len(names):
                for k, column in slots:
                    if len(cells[k]) > most:
                        limits.check(where, cell_characters=len(cells[k]))
                    column.append(cells[k])
                place.append(line)
            elif len(problems) <= MOST_LISTED:
                problems.append(f"line {line}: {len(cells)} cells given, {len(names)} allowed")
    except csv.Error as error:
        problems.append(f"line {line + 1}: {error}")
    if problems:
        raise InputError(where, problems, ADVICE)
    if not place:
        raise InputError(where, ["the table has no rows"], ADVICE)
    return names, columns, place
