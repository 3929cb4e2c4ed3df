"""A Parquet file as columns of any kind, measured before it is read.

A few kB of Parquet may stand for any number of rows, and one long text for all of them. So the
footer is read first, texts are taken as dictionaries, and what comes is counted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from remyelin.endpoints.heading import ADVICE, BYTES_PER_CELL, Heading
from remyelin.errors import InputError
from remyelin.files import open_file, shown, unreadable

_BATCH_ROWS: Final = 1 << 17


Columns = tuple[tuple[str, ...], tuple[str, ...], dict[str, NDArray[Any]], int]
"""Names of all columns as they stand and as they are read, cells of those that are read, and the
number of rows."""


def read_columns(path: Path, head: Heading) -> Columns:
    """Read the wanted columns of a Parquet file.

    Raises
    ------
    InputError
        The file is no Parquet file, is larger than allowed, or a wanted column holds lists,
        structures or bytes that are no text.
    """
    with open_file(path, head.where) as stream:
        head.limits.check(head.where, table_bytes=path.stat().st_size)
        try:
            return _read(stream, head)
        except InputError:
            raise
        except OSError as error:
            if error.errno is not None:
                raise unreadable(head.where, error) from None
            raise _no_parquet(head.where, error) from None
        except (pa.ArrowException, ValueError, KeyError, OverflowError) as error:
            raise _no_parquet(head.where, error) from None


def _no_parquet(where: str, error: Exception) -> InputError:
    first = (str(error).splitlines() or ["unknown cause"])[0]
    return InputError(where, [f"this is no Parquet file: {shown(first)}"])


def _read(stream: BinaryIO, head: Heading) -> Columns:
    file = _opened(stream, ())
    schema, rows = file.schema_arrow, int(file.metadata.num_rows)
    head.limits.check(head.where, columns=file.metadata.num_columns)
    names = head.read(schema.names)
    chosen = [(schema.field(position), name) for position, name in head.chosen(names)]
    fields = [field for field, _ in chosen]
    _check_kinds(fields, head.where)
    cells = rows * len(fields)
    memory = _unpacked(file.metadata) + cells * BYTES_PER_CELL
    head.limits.check(head.where, rows=rows, cells=cells, memory_bytes=memory)
    texts = [field.name for field in fields if _is_text(field.type)]
    table = _taken(_opened(stream, texts), fields, head, memory)
    columns = {
        name: table.column(field.name).to_pandas().astype(object).to_numpy()
        for field, name in chosen
    }
    return tuple(name.strip() for name in schema.names), names, columns, rows


def _opened(stream: BinaryIO, texts: Sequence[str]) -> Any:
    """Parquet file whose text columns are read as dictionaries, and whose pages are verified."""
    return pq.ParquetFile(stream, read_dictionary=list(texts), page_checksum_verification=True)


def _unpacked(metadata: Any) -> int:
    """Bytes of the table after unpacking, as the footer tells.

    The sums of the row groups are asked, not those of their columns: pyarrow ends the process
    where a damaged footer lacks the latter.
    """
    groups = range(metadata.num_row_groups)
    return sum(max(0, int(metadata.row_group(group).total_byte_size)) for group in groups)


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def _check_kinds(fields: Sequence[Any], where: str) -> None:
    problems = [
        f"column {shown(field.name)} holds {shown(str(field.type), limit=40)}; "
        "allowed is one text, number or date per cell"
        for field in fields
        if pa.types.is_nested(field.type)
    ]
    if problems:
        raise InputError(where, problems, ADVICE)


def _taken(file: Any, fields: Sequence[Any], head: Heading, memory: int) -> Any:
    """Rows of the wanted columns; what the footer did not tell is counted while they come."""
    rows, batches = 0, []
    for batch in file.iter_batches(_BATCH_ROWS, columns=[field.name for field in fields]):
        rows += batch.num_rows
        columns = [_as_text(batch.column(f.name), f.name, head) for f in fields]
        memory += sum(_text_bytes(column, head) for column in columns)
        head.limits.check(head.where, rows=rows, memory_bytes=memory)
        batches.append(pa.RecordBatch.from_arrays(columns, names=[f.name for f in fields]))
    if rows != file.metadata.num_rows:
        told = f"its footer tells of {file.metadata.num_rows:,} rows, there are {rows:,}"
        raise InputError(head.where, [f"the Parquet file is damaged: {told}"])
    return pa.Table.from_batches(batches)


def _as_text(column: Any, name: str, head: Heading) -> Any:
    """Texts as a dictionary of plain text; other columns as they are."""
    if not _is_text(column.type):
        return column
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    try:
        words = column.dictionary.cast(pa.string())
        words.validate(full=True)
    except (pa.ArrowException, ValueError):
        told = f"column {shown(name)} holds bytes that are no UTF-8 text"
        raise InputError(head.where, [told], ADVICE) from None
    return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), words)


def _text_bytes(column: Any, head: Heading) -> int:
    """Bytes of the texts of a column, each counted as often as it stands there."""
    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return 0
    lengths = pc.binary_length(column.dictionary).cast(pa.int64())
    head.limits.check(head.where, cell_characters=pc.max(lengths).as_py() or 0)
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0)
