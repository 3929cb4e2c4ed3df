"""Dataset-JSON 1.1 of CDISC, as one JSON text or a line per row, measured before it is read.

Source of the form: the specification and schema in the public repository
cdisc-org/DataExchange-DatasetJson, and programs that check files against it (seen in part; names
of keys and kinds of data are as these use them).
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.foreign import ForeignColumns
from remyelin.endpoints.heading import ADVICE, BYTES_PER_CELL, Heading
from remyelin.endpoints.shape import Repair
from remyelin.errors import MOST_LISTED, InputError
from remyelin.files import decoded, not_text, open_file, shown, unreadable

LINES_SUFFIX: Final = ".ndjson"
JSON_SUFFIXES: Final = (".json", LINES_SUFFIX)
"""Endings of Dataset-JSON; in the second each line is a row, and the first tells of the rest."""

VERSION: Final = "1.1"

_PIECE: Final = 1 << 20
_SAS_DAY: Final = datetime.datetime(1960, 1, 1)
_DATES: Final = re.compile(r"(DATE|E8601DA|YYMMDD|DDMMYY|MMDDYY|IS8601DA)[A-Z]?\d*\.?\d*")
_STAMPS: Final = re.compile(r"(DATETIME|E8601DT|IS8601DT)\d*\.?\d*")


def read_columns(path: Path, head: Heading) -> ForeignColumns:
    """Read the wanted columns of a Dataset-JSON file.

    Raises
    ------
    InputError
        The file is larger than allowed, is no JSON, no Dataset-JSON 1.1, holds another number of
        rows than it says, or rows of uneven length.
    """
    _measure(path, head)
    with open_file(path, head.where) as stream:
        try:
            if path.suffix.lower() == LINES_SUFFIX:
                lines = (line for line in stream if line.strip())
                about = _parsed(next(lines, b""), head, "line 1: ")
                rows: Iterable[object] = (
                    _parsed(line, head, f"line {k}: ") for k, line in enumerate(lines, 2)
                )
            else:
                about = _parsed(stream.read(), head, "")
                rows = about.get("rows", []) if isinstance(about, Mapping) else []
            return _table(about, rows, head)
        except OSError as error:
            raise unreadable(head.where, error) from None


def _measure(path: Path, head: Heading) -> None:
    """Refuse what is too large; a comma stands for a cell, so that none is counted too few."""
    size, commas, line, longest = 0, 0, 0, 0
    with open_file(path, head.where) as stream:
        while piece := stream.read(_PIECE):
            if b"\0" in piece:
                raise not_text(piece, head.where)
            size += len(piece)
            commas += piece.count(b",")
            parts = piece.split(b"\n")
            longest = max(longest, line + len(parts[0]), *map(len, parts[1:]))
            line = len(parts[-1]) + (line if len(parts) == 1 else 0)
            memory = 2 * size + commas * BYTES_PER_CELL
            head.limits.check(head.where, table_bytes=size, memory_bytes=memory)
    if path.suffix.lower() == LINES_SUFFIX:
        head.limits.check(head.where, line_bytes=longest)


def _parsed(data: bytes, head: Heading, place: str) -> Any:
    text = decoded(data, head.where)
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise InputError(head.where, [f"{place}lists are nested too deeply"]) from None
    except ValueError as error:
        told = f"{place}this is not JSON: {shown(str(error))}"
        raise InputError(head.where, [told], "Save the table anew.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _table(about: object, rows: object, head: Heading) -> ForeignColumns:
    columns = _described(about, head)
    given = tuple(column["name"].strip() for column in columns)
    names = head.read(given)
    chosen = list(head.chosen(names))
    kept: dict[str, list[Any]] = {name: [] for _, name in chosen}
    problems: list[str] = []
    count = 0
    for count, row in enumerate(_listed(rows, head), 1):
        head.limits.check(head.where, rows=count, cells=count * len(chosen))
        if not isinstance(row, list) or len(row) != len(given):
            what = f"{len(row)} cells" if isinstance(row, list) else "no list of cells"
            problems.append(f"row {count}: {what} given, {len(given)} allowed")
        elif nested := [given[k] for k, _ in chosen if isinstance(row[k], list | dict)]:
            problems.append(f"row {count}, column {nested[0]}: a list or mapping is no cell")
        else:
            for k, name in chosen:
                kept[name].append(row[k])
        if len(problems) > MOST_LISTED:
            break
    told = about.get("records") if isinstance(about, Mapping) else None
    if not problems and told is not None and told != count:
        problems.append(f"it tells of {shown(told)} rows, there are {count:,}: it is incomplete")
    if problems:
        raise InputError(head.where, problems, ADVICE)
    for column in kept.values():
        longest = max((len(cell) for cell in column if isinstance(cell, str)), default=0)
        head.limits.check(head.where, cell_characters=longest)
    repairs: list[Repair] = []
    cells = {name: _dated(columns[k], kept[name], repairs) for k, name in chosen}
    place = np.arange(1, count + 1, dtype=np.int64)
    return ForeignColumns(given, names, cells, place, tuple(repairs))


def _listed(rows: object, head: Heading) -> Iterator[object]:
    if isinstance(rows, list | Iterator):
        yield from rows
    else:
        raise InputError(head.where, [f"rows is {shown(rows)}; allowed: a list of rows"], ADVICE)


def _described(about: object, head: Heading) -> list[Mapping[str, Any]]:
    """Columns as the file describes them."""
    advice = f"Save the table as Dataset-JSON {VERSION}, CSV or SAS transport."
    if not isinstance(about, Mapping):
        problem = f"this is no Dataset-JSON: it begins with {shown(about)}, allowed is a mapping"
        raise InputError(head.where, [problem], advice)
    version = about.get("datasetJSONVersion")
    if version is None or not str(version).startswith(VERSION):
        given = f"version {shown(version)}" if version is not None else "no datasetJSONVersion"
        if "clinicalData" in about or "referenceData" in about:
            given = "the form of version 1.0 (clinicalData)"
        problem = f"{given} given; allowed: Dataset-JSON {VERSION}"
        raise InputError(head.where, [problem], advice)
    columns = about.get("columns")
    if not isinstance(columns, list) or not columns:
        raise InputError(head.where, ["columns is missing; allowed: a list of columns"], advice)
    bad = [
        f"column {k} has no name"
        for k, column in enumerate(columns, 1)
        if not isinstance(column, Mapping) or not isinstance(column.get("name"), str)
    ]
    if bad:
        raise InputError(head.where, bad, advice)
    return columns


def _dated(column: Mapping[str, Any], cells: list[Any], repairs: list[Repair]) -> NDArray[Any]:
    """Cells of a column; numbers that the file displays as dates become dates."""
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    form = str(column.get("displayFormat") or "").upper()
    is_stamp = _STAMPS.fullmatch(form) is not None
    if not is_stamp and _DATES.fullmatch(form) is None:
        return out
    numbers = [
        k
        for k, cell in enumerate(cells)
        if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)
    ]
    for k in numbers:
        try:
            step = datetime.timedelta(**{"seconds" if is_stamp else "days": cells[k]})
            out[k] = _SAS_DAY + step
        except OverflowError:
            continue
    if numbers:
        what = f"{len(numbers):,} numbers that are displayed as {shown(form)}"
        done = f"read as {'seconds' if is_stamp else 'days'} from 1960-01-01"
        repairs.append(("", column["name"], what, done))
    return out
