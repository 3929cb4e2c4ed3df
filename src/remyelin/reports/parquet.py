"""Tables of a run as Parquet and CSV, with a data dictionary written from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from remyelin.errors import SimulationError
from remyelin.reports.wording import DISCLAIMER
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
    """Write one table; the same frame gives the same bytes.

    Raises
    ------
    SimulationError
        As `arrow_table`.
    OSError
        The file could not be written.
    """
    reals = [column.name for column in table.columns if column.kind is Kind.REAL]
    others = [column.name for column in table.columns if column.kind is not Kind.REAL]
    with path.open("wb") as sink:
        pq.write_table(
            arrow_table(frame, table),
            sink,
            compression=_COMPRESSION,
            compression_level=_COMPRESSION_LEVEL,
            use_dictionary=others,
            use_byte_stream_split=reals,
        )


def write_tables(frames: Mapping[str, pd.DataFrame], tables: Iterable[Table], folder: Path) -> None:
    """Write each table that is there to ``folder/NAME.parquet``."""
    folder.mkdir()
    for table in tables:
        if table.name in frames:
            write_parquet(frames[table.name], table, folder / f"{table.name}.parquet")


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "-"


def data_dictionary(tables: Iterable[Table]) -> str:
    """Markdown text that says what every column of the tables means."""
    lines = [
        "# Data dictionary",
        "",
        DISCLAIMER,
        "",
        "Times are days unless the unit says otherwise.",
        "",
    ]
    for table in tables:
        lines += [f"## {table.name}", "", table.meaning, ""]
        lines += ["| column | kind | unit | may be empty | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| {column.name} | {column.kind} | {_cell(column.unit)} "
            f"| {'yes' if column.nullable else 'no'} | {_cell(column.meaning)} |"
            for column in table.columns
        ]
        lines.append("")
    return "\n".join(lines)
