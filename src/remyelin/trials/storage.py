"""Tables as Parquet with the kinds of their schema; the same frame gives the same bytes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from remyelin.errors import SimulationError
from remyelin.study.tables import Column, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

_ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.REAL: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.FLAG: pa.bool_(),
}
_COMPRESSION = "zstd"
_COMPRESSION_LEVEL = 1


def _field(column: Column) -> pa.Field:
    about = {"unit": column.unit, "meaning": column.meaning}
    return pa.field(column.name, _ARROW[column.kind], nullable=column.nullable, metadata=about)


def arrow_table(frame: pd.DataFrame, table: Table) -> pa.Table:
    """Frame as an Arrow table with exactly the columns, kinds and order of the schema.

    Raises
    ------
    SimulationError
        A column is missing, unknown, of another kind, or empty where it may not be.
    """
    given = set(frame.columns)
    wrong = sorted(given.symmetric_difference(table.names))
    if wrong:
        raise SimulationError(
            f"table {table.name}: columns differ from its schema in {', '.join(map(str, wrong))}"
        )
    schema = pa.schema([_field(column) for column in table.columns])
    try:
        made = pa.Table.from_pandas(frame[list(table.names)], schema=schema, preserve_index=False)
    except (pa.ArrowException, ValueError) as error:
        raise SimulationError(f"table {table.name}: {error}") from error
    for column in table.columns:
        if not column.nullable and made[column.name].null_count:
            raise SimulationError(f"table {table.name}: {column.name} has empty cells")
    return made.replace_schema_metadata(None)


def write_parquet(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Write one table.

    Raises
    ------
    SimulationError
        As `arrow_table`.
    OSError
        The file could not be written.
    """
    with path.open("wb") as sink:
        _to(sink, frame, table)


def parquet_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """Give the bytes that `write_parquet` would write.

    Raises
    ------
    SimulationError
        As `arrow_table`.
    """
    sink = BytesIO()
    _to(sink, frame, table)
    return sink.getvalue()


def arrays_bytes(columns: dict[str, pa.Array]) -> bytes:
    """Write arrays as Parquet, real numbers split by byte."""
    sink = BytesIO()
    reals = [name for name, values in columns.items() if pa.types.is_floating(values.type)]
    others = [name for name in columns if name not in reals]
    _write(pa.table(columns), sink, reals, others)
    return sink.getvalue()


def _to(sink: IO[bytes], frame: pd.DataFrame, table: Table) -> None:
    reals = [column.name for column in table.columns if column.kind is Kind.REAL]
    others = [column.name for column in table.columns if column.kind is not Kind.REAL]
    _write(arrow_table(frame, table), sink, reals, others)


def _write(made: pa.Table, sink: IO[bytes], reals: list[str], others: list[str]) -> None:
    pq.write_table(
        made,
        sink,
        compression=_COMPRESSION,
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=others,
        use_byte_stream_split=reals,
    )
