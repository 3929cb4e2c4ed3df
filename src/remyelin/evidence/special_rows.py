"""From the rows of a special table to typed, checked rows; every bad row is named."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from remyelin.errors import InputError
from remyelin.files import shown
from remyelin.study.table_schema import CheckRule, ColumnKind, RowCheck, TableColumn, TableSchema

Cell = str | float | int | bool | None
"""A typed cell: text, number, whole number, flag, or None where it is empty."""

SpecialRow = Mapping[str, Cell]
"""One row of a special table, read-only; the columns are those of its schema."""

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_FLAGS = {"true": True, "false": False}

_SHARE_TOLERANCE = 0.006
"""A printed proportion is rounded to whole per cents at worst."""


class _BadCellError(ValueError):
    """A cell that its column does not allow; the text says what is allowed."""


def read_rows(
    rows: Sequence[Mapping[str, str]], schema: TableSchema, *, where: str
) -> tuple[SpecialRow, ...]:
    """Typed rows of a table.

    Parameters
    ----------
    rows
        Text by column, in the order of the file; the first one is line 2.
    schema
        What the table must satisfy.
    where
        Name of the file in messages.

    Raises
    ------
    InputError
        The columns differ, a cell is not what its column allows, a check over several columns
        fails or a key stands twice; every such row is named.
    """
    if rows and tuple(rows[0]) != schema.names:
        raise InputError(where, [f"line 1: the columns must be {', '.join(schema.names)}"])
    problems: list[str] = []
    read = []
    for line, cells in enumerate(rows, start=2):
        row, complaints = _read_row(cells, schema)
        complaints = complaints or [c for check in schema.checks for c in _broken(check, row)]
        problems += [f"line {line}: {complaint}" for complaint in complaints]
        read.append(row)
    problems += _repeated(read, schema)
    if problems:
        raise InputError(where, problems)
    return tuple(MappingProxyType(row) for row in read)


def _read_row(cells: Mapping[str, str], schema: TableSchema) -> tuple[dict[str, Cell], list[str]]:
    row: dict[str, Cell] = {}
    complaints = []
    for column in schema.columns:
        text = cells[column.name]
        row[column.name] = None
        if not text:
            if not column.nullable:
                complaints.append(f"{column.name} is empty; {_allowed(column)} is needed")
            continue
        try:
            row[column.name] = _READERS[column.kind](text, column)
        except _BadCellError:
            complaints.append(f"{column.name}: {shown(text)} given, allowed: {_allowed(column)}")
    return row, complaints


def _text(text: str, column: TableColumn) -> str:
    if not text.isprintable():
        raise _BadCellError
    return text


def _number(text: str, column: TableColumn) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _BadCellError from None
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    if not (math.isfinite(number) and low <= number <= high):
        raise _BadCellError
    return number


def _whole(text: str, column: TableColumn) -> int:
    number = _number(text, column)
    if not number.is_integer():
        raise _BadCellError
    return int(number)


def _date(text: str, column: TableColumn) -> str:
    if not _DATE.fullmatch(text):
        raise _BadCellError
    return text


def _word(text: str, column: TableColumn) -> str:
    if text not in column.words:
        raise _BadCellError
    return text


def _flag(text: str, column: TableColumn) -> bool:
    if text not in _FLAGS:
        raise _BadCellError
    return _FLAGS[text]


_READERS: Mapping[ColumnKind, Callable[[str, TableColumn], Cell]] = {
    ColumnKind.TEXT: _text,
    ColumnKind.NUMBER: _number,
    ColumnKind.WHOLE: _whole,
    ColumnKind.PROPORTION: _number,
    ColumnKind.DATE: _date,
    ColumnKind.VOCABULARY: _word,
    ColumnKind.FLAG: _flag,
}


def _allowed(column: TableColumn) -> str:
    kind = column.kind
    if kind is ColumnKind.VOCABULARY:
        return ", ".join(column.words)
    if kind is ColumnKind.FLAG:
        return "true or false"
    if kind is ColumnKind.DATE:
        return "a date as YYYY, YYYY-MM or YYYY-MM-DD"
    if kind is ColumnKind.TEXT:
        return "a text without control characters"
    name = {ColumnKind.WHOLE: "a whole number"}.get(kind, "a finite number")
    return f"{name}{_limits(column.minimum, column.maximum)}"


def _limits(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum:g} to {maximum:g}"
    if minimum is not None:
        return f" of {minimum:g} or more"
    return "" if maximum is None else f" of {maximum:g} or less"


def _broken(check: RowCheck, row: Mapping[str, Cell]) -> Iterator[str]:
    if any(row[name] not in words for name, words in check.where.items()):
        return
    filled = [name for name in check.columns if row[name] is not None]
    condition = " and ".join(f"{name} {row[name]}" for name in check.where)
    given = f" for {condition}" if condition else ""
    if check.rule is CheckRule.NEEDED and len(filled) < len(check.columns):
        missing = ", ".join(name for name in check.columns if name not in filled)
        yield f"{missing} is empty; needed{given}"
    elif check.rule is CheckRule.EMPTY and filled:
        yield f"{', '.join(filled)} must be empty{given}"
    elif check.rule is CheckRule.ONE_OF and not filled:
        yield f"one of {', '.join(check.columns)} is needed{given}"
    elif check.rule is CheckRule.TOGETHER:
        yield from _apart(check, filled)
    elif check.rule is CheckRule.ORDERED:
        yield from _unordered({name: row[name] for name in filled})
    elif check.rule is CheckRule.WITHIN:
        yield from _outside(check, {name: row[name] for name in filled}, given)
    elif check.rule is CheckRule.SHARE and len(filled) == len(check.columns):
        yield from _no_share({name: row[name] for name in filled})


def _apart(check: RowCheck, filled: Sequence[str]) -> Iterator[str]:
    *firsts, last = check.columns
    if any(name in filled for name in firsts) != (last in filled):
        need = "is empty" if last not in filled else "must be empty"
        yield f"{last} {need}; it goes with {', '.join(firsts)}"


def _numbers(cells: Mapping[str, Cell]) -> list[float]:
    return [float(cell) for cell in cells.values() if cell is not None]


def _unordered(cells: Mapping[str, Cell]) -> Iterator[str]:
    numbers = _numbers(cells)
    if numbers != sorted(numbers):
        shape = " <= ".join(cells)
        yield f"{shape} does not hold: {', '.join(f'{number:g}' for number in numbers)}"


def _outside(check: RowCheck, cells: Mapping[str, Cell], given: str) -> Iterator[str]:
    low = -math.inf if check.minimum is None else check.minimum
    high = math.inf if check.maximum is None else check.maximum
    for name, number in zip(cells, _numbers(cells), strict=True):
        if not low <= number <= high:
            limits = _limits(check.minimum, check.maximum)
            yield f"{name}: {number:g} given, allowed{given}: a number{limits}"


def _no_share(cells: Mapping[str, Cell]) -> Iterator[str]:
    events, n, value = _numbers(cells)
    if events > n:
        yield f"events: {events:g} given with n {n:g}"
    elif not n:
        yield f"n: 0 given with a value ({value:g}); no figure stands without patients"
    elif abs(events / n - value) > _SHARE_TOLERANCE:
        yield f"value: {value:g} given, but {events:g} of {n:g} is {events / n:.3f}"


def _repeated(rows: Sequence[Mapping[str, Cell]], schema: TableSchema) -> Iterator[str]:
    for key in schema.keys:
        first: dict[tuple[Cell, ...], int] = {}
        for line, row in enumerate(rows, start=2):
            earlier = first.setdefault(tuple(row[name] for name in key), line)
            if earlier != line:
                yield f"line {line}: the same {', '.join(key)} as line {earlier}"
