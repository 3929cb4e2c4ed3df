"""The notebook of a trial: collects rows of the longitudinal tables while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.study.tables import TABLES, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

_DTYPES: Final = {
    Kind.INTEGER: "int64",
    Kind.REAL: "float64",
    Kind.TEXT: "object",
    Kind.FLAG: "bool",
}


class Notebook:
    """Rows of one table, in pieces."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._pieces: list[dict[str, NDArray[np.generic]]] = []

    def write(self, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """Add rows; every column of the table must be there, with nan where nullable."""
        self._pieces.append({name: columns[name] for name in self._table.names})

    def frame(self) -> pd.DataFrame:
        """Give all rows with the storage kinds of the table, sorted by patient and day."""
        import pandas as pd

        columns = {
            column.name: self._column(column.name, column.kind, nullable=column.nullable)
            for column in self._table.columns
        }
        frame = pd.DataFrame(columns)
        keys = ["replicate", "arm_id", "subject_id", "day", "visit", "start_day", "event"]
        return frame.sort_values(
            [key for key in keys if key in columns], kind="stable", ignore_index=True
        )

    def _column(self, name: str, kind: Kind, *, nullable: bool) -> pd.Series[Any]:
        import pandas as pd

        pieces = [piece[name] for piece in self._pieces]
        joined = np.concatenate(pieces) if pieces else np.zeros(0)
        if kind is Kind.INTEGER and nullable:
            return pd.Series(joined.astype(np.float64)).round().astype("Int64")
        return pd.Series(joined.astype(_DTYPES[kind]))


def notebooks() -> dict[str, Notebook]:
    """Open a notebook for every longitudinal table."""
    return {table.name: Notebook(table) for table in TABLES}
