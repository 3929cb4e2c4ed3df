"""The structure of Dataset-JSON 1.1, written down from the model that CDISC publishes.

Source: cdisc-org/DataExchange-DatasetJson, schema/dataset.yaml (seen). Classes, their attributes,
which are required, and the words that are allowed; nothing else may stand in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

DATE_TIME = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)(\.\d+)?"
    r"(([+-]([01]\d|2[0-3]):[0-5]\d)|Z)?"
)
VERSION = re.compile(r"1.1(.(0|([1-9][0-9]*)))?")

DATASET: Mapping[str, tuple[bool, type | tuple[type, ...]]] = {
    "datasetJSONCreationDateTime": (True, str),
    "datasetJSONVersion": (True, str),
    "fileOID": (False, str),
    "dbQueryDateTime": (False, str),
    "dbLastModifiedDateTime": (False, str),
    "originator": (False, str),
    "sourceSystem": (False, dict),
    "studyOID": (False, str),
    "metaDataVersionOID": (False, str),
    "metaDataRef": (False, str),
    "itemGroupOID": (True, str),
    "isReferenceData": (False, bool),
    "records": (True, int),
    "name": (True, str),
    "label": (True, str),
    "columns": (True, list),
    "rows": (False, list),
}
COLUMN: Mapping[str, tuple[bool, type | tuple[type, ...]]] = {
    "itemOID": (True, str),
    "name": (True, str),
    "label": (True, str),
    "dataType": (True, str),
    "targetDataType": (False, str),
    "length": (False, int),
    "displayFormat": (False, str),
    "keySequence": (False, int),
}
SOURCE_SYSTEM: Mapping[str, tuple[bool, type | tuple[type, ...]]] = {
    "name": (True, str),
    "version": (True, str),
}
DATA_TYPES = frozenset(
    {"string", "integer", "decimal", "float", "double", "boolean"}
    | {"datetime", "date", "time", "URI"}
)
TARGET_TYPES = frozenset({"integer", "decimal"})
CELLS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "float": (int, float),
    "double": (int, float),
    "date": (str,),
    "boolean": (bool,),
}


def offences(data: dict[str, Any]) -> list[str]:
    """What is not as the model has it."""
    found = [*_attributes(data, DATASET, "dataset")]
    if found:
        return found
    if not DATE_TIME.fullmatch(data["datasetJSONCreationDateTime"]):
        found.append("datasetJSONCreationDateTime is no date and time")
    if not VERSION.fullmatch(data["datasetJSONVersion"]):
        found.append("datasetJSONVersion is not 1.1")
    if "sourceSystem" in data:
        found += _attributes(data["sourceSystem"], SOURCE_SYSTEM, "sourceSystem")
    for column in data["columns"]:
        found += _column(column)
    if found:
        return found
    for name in ("itemOID", "name"):
        if len({column[name] for column in data["columns"]}) < len(data["columns"]):
            found.append(f"{name} stands twice")
    if data["records"] != len(data["rows"]):
        found.append("records is not the number of rows")
    return [*found, *_rows(data)]


def _attributes(
    data: dict[str, Any], model: Mapping[str, tuple[bool, type | tuple[type, ...]]], where: str
) -> Iterator[str]:
    for name, (needed, kind) in model.items():
        if name not in data:
            if needed:
                yield f"{where}: {name} is missing"
        elif not isinstance(data[name], kind) or (kind is int and isinstance(data[name], bool)):
            yield f"{where}: {name} is of another type"
    yield from (f"{where}: {name} is not allowed" for name in data if name not in model)


def _column(column: dict[str, Any]) -> Iterator[str]:
    yield from _attributes(column, COLUMN, "column")
    if column.get("dataType") not in DATA_TYPES:
        yield f"dataType {column.get('dataType')}"
    if "targetDataType" in column and column["targetDataType"] not in TARGET_TYPES:
        yield f"targetDataType {column['targetDataType']}"
    for name in ("length", "keySequence"):
        if name in column and column[name] < 1:
            yield f"{name} is below 1"


def _rows(data: dict[str, Any]) -> Iterator[str]:
    for row in data["rows"]:
        if len(row) != len(data["columns"]):
            yield "a row has another number of cells"
            continue
        for cell, column in zip(row, data["columns"], strict=True):
            kinds = CELLS[column["dataType"]]
            if cell is not None and (not isinstance(cell, kinds) or isinstance(cell, bool)):
                yield f"{column['name']}: {cell!r} is no {column['dataType']}"
            if isinstance(cell, str) and len(cell) > column.get("length", len(cell)):
                yield f"{column['name']}: {cell!r} is too long"
