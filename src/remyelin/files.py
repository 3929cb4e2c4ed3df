"""Reading of files from people: size-limited, plain data only, clear errors."""

from __future__ import annotations

import csv
import io
import json
import math
import stat
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from remyelin._limits import ReadLimits
from remyelin.errors import InputError

if TYPE_CHECKING:
    import os

YAML_DEPTH_LIMIT = 32
"""Deepest nesting of lists and mappings in a YAML file."""

_SHOWN_CHARACTERS = 120

_PACKED: Final = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or an Excel file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"PAR1": "a Parquet file, whose name must end in .parquet",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


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


def listed(names: Iterable[object], *, most: int = 30) -> str:
    """Names in one line, each short; of many the first ones, and how many more there are."""
    every = list(names)
    text = ", ".join(shown(name, limit=40) for name in every[:most])
    return text if len(every) <= most else f"{text} and {len(every) - most:,} more"


def open_file(path: Path, where: str) -> BinaryIO:
    """Open a regular file for reading; pipes and devices are refused without waiting.

    Raises
    ------
    InputError
        It does not exist, is a folder or a device, or cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(where, ["this is a folder; allowed is a file"])
        if not stat.S_ISREG(mode):
            raise InputError(where, ["this is not a regular file"])
        return path.open("rb")
    except OSError as error:
        raise unreadable(where, error) from None
    except ValueError:
        raise InputError(where, ["this is not a possible path (it holds a NUL)"]) from None


def unreadable(where: str, error: OSError) -> InputError:
    """Error of a file that the system does not give."""
    return InputError(where, [_reason(error)], "Check the path and its permissions.")


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "no permission to read this file"
    return f"cannot be read ({(error.strerror or 'unknown cause').lower()})"


def read_bytes(
    path: str | os.PathLike[str], *, kind: str, limits: ReadLimits | None = None
) -> bytes:
    """Content of a file that may be no larger than its kind allows.

    Parameters
    ----------
    path
        A regular file.
    kind
        Name of the limit: ``text_bytes``, ``yaml_bytes`` or ``json_bytes``.
    limits
        Limits; by default those of the environment.

    Raises
    ------
    InputError
        The file cannot be read, or is too large.
    """
    where = shown(str(path))
    limits = limits or ReadLimits.from_environment()
    most = int(getattr(limits, kind))
    with open_file(Path(path), where) as stream:
        try:
            size = stream.seek(0, io.SEEK_END)
            limits.check(where, **{kind: size})
            stream.seek(0)
            data = stream.read(most + 1)
        except OSError as error:
            raise unreadable(where, error) from None
    limits.check(where, **{kind: len(data)})
    return data


def not_text(data: bytes, where: str) -> InputError:
    """Error of a file that is no text, named by its first bytes where they are known."""
    kind = next((text for head, text in _PACKED.items() if data.startswith(head)), None)
    if kind is None:
        return InputError(where, ["this is a binary file; allowed is UTF-8 text"])
    advice = "Save the file as UTF-8." if "UTF" in kind else "Unpack or rename it and try again."
    return InputError(where, [f"this is a binary file ({kind}); allowed is UTF-8 text"], advice)


def read_text(
    path: str | os.PathLike[str], *, kind: str = "text_bytes", limits: ReadLimits | None = None
) -> str:
    """Text of a UTF-8 file.

    Parameters
    ----------
    path
        A regular file.
    kind
        Name of the limit on its size.
    limits
        Limits; by default those of the environment.

    Raises
    ------
    InputError
        The file does not exist, is a folder or a device, cannot be read, is larger than allowed,
        or is not UTF-8 text.
    """
    where = shown(str(path))
    return decoded(read_bytes(path, kind=kind, limits=limits), where)


def decoded(data: bytes, where: str) -> str:
    """Text of UTF-8 bytes, without a byte order mark.

    Raises
    ------
    InputError
        They are not UTF-8 text, or hold a NUL.
    """
    if b"\0" in data:
        raise not_text(data, where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(where, error.start + 1) from None


def not_utf8(where: str, byte: int) -> InputError:
    """Error of a text in another encoding."""
    problem = f"byte {byte:,} is not UTF-8; allowed is UTF-8 text"
    return InputError(where, [problem], "Save the file as UTF-8.")


def read_json(path: str | os.PathLike[str], *, limits: ReadLimits | None = None) -> object:
    """Plain data of a JSON file.

    Raises
    ------
    InputError
        The file cannot be read, is too large, or is no JSON.
    """
    where = shown(str(path))
    text = read_text(path, kind="json_bytes", limits=limits)
    try:
        return json.loads(text)
    except RecursionError:
        raise InputError(where, ["lists and mappings are nested too deeply"]) from None
    except ValueError as error:  # a number of thousands of digits is one too
        raise InputError(where, [f"this is not JSON: {shown(str(error))}"]) from None


def read_yaml(path: str | os.PathLike[str], *, limits: ReadLimits | None = None) -> object:
    """Plain data (mappings, lists, text, numbers) of a YAML file.

    Parameters
    ----------
    path
        A UTF-8 file with one YAML document.
    limits
        Limits; by default those of the environment.

    Raises
    ------
    InputError
        As in `read_text` and `parse_yaml`.
    """
    limits = limits or ReadLimits.from_environment()
    text = read_text(path, kind="yaml_bytes", limits=limits)
    return parse_yaml(text, where=shown(str(path)), limits=limits)


def parse_yaml(text: str, *, where: str, limits: ReadLimits | None = None) -> object:
    """Plain data of a YAML text.

    Tags, anchors and aliases are refused, so that a file can neither build objects nor grow
    when it is read.

    Parameters
    ----------
    text
        One YAML document.
    where
        Name of the text in messages.
    limits
        Limits; by default those of the environment.

    Raises
    ------
    InputError
        The text is empty, is not YAML, repeats a key, holds a tag, an anchor or an alias, is nested
        deeper than `YAML_DEPTH_LIMIT` or holds more values than allowed.
    """
    import yaml

    from remyelin._plain_yaml import PlainLoader

    most = (limits or ReadLimits.from_environment()).yaml_values
    try:
        data: Any = PlainLoader(text, most_values=most).get_single_data()
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
    path: str | os.PathLike[str], *, limits: ReadLimits | None = None
) -> list[dict[str, str]]:
    """Rows of a comma-separated file, as text by column name.

    Parameters
    ----------
    path
        A UTF-8 file whose first line names the columns.
    limits
        Limits; by default those of the environment.

    Raises
    ------
    InputError
        As in `read_text`; the cells are separated by something else than commas; a column has no
        name or stands twice; a row has too few or too many cells; every such row is named.
    """
    return parse_csv(read_text(path, limits=limits), where=shown(str(path)))


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


__all__ = [
    "YAML_DEPTH_LIMIT",
    "ReadLimits",
    "decoded",
    "listed",
    "not_text",
    "not_utf8",
    "open_file",
    "parse_csv",
    "parse_yaml",
    "read_bytes",
    "read_csv",
    "read_json",
    "read_text",
    "read_yaml",
    "shown",
    "unreadable",
]
