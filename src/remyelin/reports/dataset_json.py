"""Tables as CDISC Dataset-JSON 1.1.

The structure is that of the model which CDISC publishes with the standard
(cdisc-org/DataExchange-DatasetJson, schema/dataset.yaml; seen): attributes of the dataset, a list
of columns, and rows as lists of values in the order of the columns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

VERSION: Final = "1.1.0"
"""Version of the standard."""

DATE_FORMAT: Final = "E8601DA."
"""How programs that keep dates as numbers show them."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a dataset.

    Attributes
    ----------
    name, label
        Name (at most 8 letters) and label (at most 40).
    kind
        ``string``, ``integer``, ``double`` or ``date`` (text in ISO 8601, which programs turn
        into a number).
    key
        Place among the keys of the dataset; None where it is no key.
    """

    name: str
    label: str
    kind: str
    key: int | None = None


def dataset_json(
    frame: pd.DataFrame,
    columns: tuple[Column, ...],
    *,
    name: str,
    label: str,
    study_id: str,
    made_at: datetime,
    version: str,
) -> str:
    """Give a table as a Dataset-JSON text.

    Parameters
    ----------
    frame, columns
        The rows, and what each of its columns is.
    name, label
        Of the dataset.
    study_id
        Name of the study.
    made_at
        When it is made, with time zone.
    version
        Version of this package.
    """
    made: dict[str, object] = {
        "datasetJSONCreationDateTime": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datasetJSONVersion": VERSION,
        "fileOID": f"remyelin.{name}",
        "originator": "remyelin, research software",
        "sourceSystem": {"name": "remyelin", "version": version},
        "studyOID": study_id,
        "itemGroupOID": f"IG.{name}",
        "isReferenceData": False,
        "records": len(frame),
        "name": name,
        "label": label,
        "columns": [_column(frame, column, name) for column in columns],
        "rows": [
            [_cell(value, column.kind) for value, column in zip(row, columns, strict=True)]
            for row in frame[[column.name for column in columns]].itertuples(index=False)
        ],
    }
    return json.dumps(made, ensure_ascii=False, allow_nan=False) + "\n"


def _column(frame: pd.DataFrame, column: Column, name: str) -> dict[str, object]:
    made: dict[str, object] = {
        "itemOID": f"IT.{name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": column.kind,
    }
    if column.kind == "date":
        made |= {"targetDataType": "integer", "displayFormat": DATE_FORMAT}
    elif column.kind == "string":
        longest = max((len(str(cell)) for cell in frame[column.name]), default=0)
        made["length"] = max(1, longest)
    if column.key is not None:
        made["keySequence"] = column.key
    return made


def _cell(value: object, kind: str) -> object:
    """Cell as JSON has it; a missing date or number is null, a missing text empty."""
    import pandas as pd

    gone = bool(pd.isna(value))  # type: ignore[call-overload]
    if kind == "string":
        return "" if gone else str(value)
    if gone or value == "":
        return None
    if kind == "date":
        return str(value)
    return int(value) if kind == "integer" else float(value)  # type: ignore[call-overload, arg-type]
