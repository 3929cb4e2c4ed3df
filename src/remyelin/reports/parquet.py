"""Tables of a run as Parquet and CSV, with a data dictionary written from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.reports.wording import DISCLAIMER
from remyelin.study.tables import Table
from remyelin.trials.storage import arrow_table, write_parquet

__all__ = ["arrow_table", "data_dictionary", "write_parquet", "write_tables"]

if TYPE_CHECKING:
    import pandas as pd


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
