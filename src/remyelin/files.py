"""Reading of small text files from people: size-limited, plain data only, clear errors."""

from __future__ import annotations

import csv
import io
import math
import stat
from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remyelin.errors import InputError

if TYPE_CHECKING:
    import os

TEXT_LIMIT_BYTES = 10_000_000
"""Largest text file that is read unless the caller says otherwise."""

YAML_LIMIT_BYTES = 1_000_000
"""Largest YAML file that is read."""

YAML_DEPTH_LIMIT = 32
"""Deepest nesting of lists and mappings in a YAML file."""

YAML_NODE_LIMIT = 50_000
"""Most values, keys, lists and mappings in a YAML file."""

_SHOWN_CHARACTERS = 120


def shown(value: object, *, limit: int = _SHOWN_CHARACTERS) -> str:
    """Text of a value that is safe and short enough for a message.

    Parameters
    ----------
    value
        Anything; text and paths are shown without quotes when they are harmless.
    limit
        Most characters of the result.

    Returns
    -------
    str
        One line without control characters.
    """
    if isinstance(value, str | Path):
        raw = str(value)[: limit + 1]
        text = raw if raw and raw.isprintable() else ascii(raw)
    else:
        text = _repr(value, limit)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _repr(value: object, limit: int) -> str:
    if isinstance(value, Mapping):
        return f"a mapping with {len(value)} keys"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and value.bit_length() > limit:
        return "a whole number of very many digits"
    text = repr(value)
    return text if text.isprintable() else ascii(text)


def number(value: object) -> float | None:
    """Give a value as a finite number; None where it is none (text and flags are none)."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        found = float(value)
    except (OverflowError, ValueError, TypeError):
        return None
    return found if math.isfinite(found) else None


def read_text(path: str | os.PathLike[str], *, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
    """Text of a UTF-8 file.

    Parameters
    ----------
    path
        A regular file.
    limit_bytes
        Largest size that is read.

    Raises
    ------
    InputError
        The file does not exist, is a folder or a device, cannot be read, is larger than
        ``limit_bytes``, or is not UTF-8 text.
    """
    where = shown(str(path))
    try:
        data = _read_bytes(Path(path), where, limit_bytes)
    except OSError as error:
        raise InputError(where, [_reason(error)], "Check the path and its permissions.") from None
    except ValueError:
        raise InputError(where, ["this is not a possible path (it holds a NUL)"]) from None
    if len(data) > limit_bytes:
        problem = f"the file is larger than the limit of {limit_bytes:,} bytes"
        raise InputError(where, [problem])
    if b"\0" in data:
        raise InputError(where, ["this is a binary file; allowed is UTF-8 text"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1:,} is not UTF-8; allowed is UTF-8 text"
        raise InputError(where, [problem], "Save the file as UTF-8.") from None


def _read_bytes(path: Path, where: str, limit_bytes: int) -> bytes:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise InputError(where, ["this is a folder; allowed is a file"])
    if not stat.S_ISREG(mode):
        raise InputError(where, ["this is not a regular file"])
    with path.open("rb") as stream:
        return stream.read(limit_bytes + 1)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "no permission to read this file"
    return f"cannot be read ({(error.strerror or 'unknown cause').lower()})"


def read_yaml(path: str | os.PathLike[str], *, limit_bytes: int = YAML_LIMIT_BYTES) -> object:
    """Plain data (mappings, lists, text, numbers) of a YAML file.

    Parameters
    ----------
    path
        A UTF-8 file with one YAML document.
    limit_bytes
        Largest size that is read.

    Raises
    ------
    InputError
        As in `read_text` and `parse_yaml`.
    """
    return parse_yaml(read_text(path, limit_bytes=limit_bytes), where=shown(str(path)))


def parse_yaml(text: str, *, where: str) -> object:
    """Plain data of a YAML text.

    Tags, anchors and aliases are refused, so that a file can neither build objects nor grow
    when it is read.

    Parameters
    ----------
    text
        One YAML document.
    where
        Name of the text in messages.

    Raises
    ------
    InputError
        The text is empty, is not YAML, repeats a key, holds a tag, an anchor or an alias, is nested
        deeper than `YAML_DEPTH_LIMIT` or holds more than `YAML_NODE_LIMIT` nodes.
    """
    import yaml

    from remyelin._plain_yaml import PlainLoader

    try:
        data: Any = yaml.load(text, Loader=PlainLoader)  # a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        raise InputError(where, [_marked(error)], "Mend the file and try again.") from None
    except yaml.YAMLError as error:
        lines = str(error).splitlines() or ["unknown cause"]
        raise InputError(where, [f"this is not YAML: {shown(lines[0])}"]) from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise InputError(where, [f"a value cannot be read: {shown(str(error))}"]) from None
    if data is None:
        raise InputError(where, ["the file is empty"])
    return data


def _marked(error: Any) -> str:
    parts = [shown(str(part)) for part in (error.context, error.problem) if part]
    text = "; ".join(parts) or "this is not YAML"
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: {text}" if mark else text


def read_csv(
    path: str | os.PathLike[str], *, limit_bytes: int = TEXT_LIMIT_BYTES
) -> list[dict[str, str]]:
    """Rows of a comma-separated file, as text by column name.

    Parameters
    ----------
    path
        A UTF-8 file whose first line names the columns.
    limit_bytes
        Largest size that is read.

    Raises
    ------
    InputError
        As in `read_text`; the cells are separated by something else than commas; a column has no
        name or stands twice; a row has too few or too many cells; every such row is named.
    """
    return parse_csv(read_text(path, limit_bytes=limit_bytes), where=shown(str(path)))


def parse_csv(text: str, *, where: str) -> list[dict[str, str]]:
    """Rows of a comma-separated text, as text by column name.

    Parameters
    ----------
    text
        The table; its first line names the columns.
    where
        Name of the text in messages.

    Raises
    ------
    InputError
        As in `read_csv`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems: list[str] = []
    rows: list[dict[str, str]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            problem = "line 1: the cells are separated by semicolons or tabs; allowed are commas"
            raise InputError(where, [problem], "Save the table as CSV with commas.")
        if not header or "" in header or len(set(header)) != len(header):
            raise InputError(where, ["line 1 must name every column, each name once"])
        for cells in reader:
            if len(cells) == len(header):
                rows.append({k: v.strip() for k, v in zip(header, cells, strict=True)})
            elif cells:
                given, allowed = len(cells), len(header)
                problems.append(f"line {reader.line_num}: {given} cells given, {allowed} allowed")
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")
    if problems:
        raise InputError(where, problems)
    return rows
