"""The parameter table: every number of the model, checked when it is read."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from remyelin.errors import InputError, ParameterError, UnknownNameError
from remyelin.files import number, shown
from remyelin.parameters.consistency import inconsistencies
from remyelin.parameters.parameter import Parameter, ParameterMark, Prior, Spread

COLUMNS = (
    "key",
    "symbol",
    "value",
    "unit",
    "prior",
    "low",
    "high",
    "min",
    "max",
    "spread",
    "spread_by",
    "subsystem",
    "meaning",
    "source",
    "page",
    "mark",
    "note",
)


@dataclass(frozen=True)
class ParameterTable:
    """An immutable set of parameters, looked up by key."""

    _by_key: Mapping[str, Parameter]

    @classmethod
    def load(cls) -> ParameterTable:
        """Read the table that ships with the package."""
        return _packaged()

    @classmethod
    def parse(cls, text: str, *, name: str = "parameter table") -> ParameterTable:
        """Read a table from CSV text.

        Raises
        ------
        InputError
            Malformed CSV, wrong columns or cells, a malformed number, an unknown word, a
            duplicate key, a value outside its limits; every bad row is named.
        """
        problems: list[str] = []
        table: dict[str, Parameter] = {}
        for line, row in enumerate(_rows(text, name), start=2):
            try:
                parameter = _parameter(row)
            except (ValueError, TypeError) as error:
                problems.append(f"row {line} ({row.get('key')}): {error}")
                continue
            problems += [f"row {line}: {text}" for text in parameter.problems()]
            if parameter.key in table:
                problems.append(f"row {line}: key {parameter.key!r} is there twice")
            table[parameter.key] = parameter
        problems += _dangling_spreads(table)
        problems += inconsistencies(table)
        if problems:
            raise InputError(name, problems)
        return cls(table)

    def __getitem__(self, key: str) -> Parameter:
        """Give the parameter with this key.

        Raises
        ------
        UnknownNameError
            There is no such parameter; the nearest names are offered.
        """
        try:
            return self._by_key[key]
        except (KeyError, TypeError):
            advice = "List them with: remyelin parameters list"
            raise UnknownNameError("parameter", shown(key), tuple(self._by_key), advice) from None

    def __iter__(self) -> Iterator[Parameter]:
        """Go through the parameters in the order of the table."""
        return iter(self._by_key.values())

    def __len__(self) -> int:
        """Count the parameters."""
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        """Say whether there is a parameter with this key."""
        return isinstance(key, str) and key in self._by_key

    def with_values(self, values: Mapping[str, float]) -> ParameterTable:
        """Give a copy in which some parameters have other values (in their own units).

        Raises
        ------
        UnknownNameError
            A key is unknown.
        ParameterError
            Values are no numbers, not finite, outside their hard limits or at odds with each
            other; every one is named.
        """
        if not isinstance(values, Mapping):
            raise ParameterError(
                f"values are {shown(values)}; allowed is a mapping from keys to numbers"
            )
        problems: list[str] = []
        table = dict(self._by_key)
        for key, given in values.items():
            old, value = self[key], number(given)
            if value is None or not old.minimum <= value <= old.maximum:
                is_number = value is not None or isinstance(given, float)
                wrong = "is outside its limits" if is_number else "is no number that can be taken"
                problems.append(
                    f"parameter {key}: {shown(given)} {wrong}; allowed is "
                    f"{old.minimum:g} to {old.maximum:g} {old.unit}"
                )
                continue
            table[key] = replace(
                old, value=value, low=min(old.low, value), high=max(old.high, value)
            )
        problems += inconsistencies(table)
        if problems:
            raise ParameterError("\n".join(problems))
        return ParameterTable(table)

    def digest(self) -> str:
        """Give a hash of keys, values and units: what a run's results depend on."""
        lines = "\n".join(f"{p.key},{p.value!r},{p.unit}" for p in self)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _rows(text: str, name: str) -> list[dict[str, str]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        columns = tuple(reader.fieldnames or ())
        rows = list(reader)
    except csv.Error as error:
        raise InputError(name, [f"row {reader.reader.line_num}: malformed CSV: {error}"]) from None
    if columns != COLUMNS:
        given = ", ".join(columns or ("nothing",))
        raise InputError(name, [f"columns must be {', '.join(COLUMNS)}; got {given}"])
    return rows


def _parameter(row: Mapping[str, str]) -> Parameter:
    if len(row) != len(COLUMNS) or None in row.values():
        raise ValueError(f"a row must have {len(COLUMNS)} cells")
    return Parameter(
        key=row["key"],
        symbol=row["symbol"],
        value=float(row["value"]),
        unit=row["unit"],
        prior=Prior(row["prior"]),
        low=float(row["low"]),
        high=float(row["high"]),
        minimum=float(row["min"]),
        maximum=float(row["max"]),
        spread=Spread(row["spread"]),
        spread_by=row["spread_by"],
        subsystem=row["subsystem"],
        meaning=row["meaning"],
        source=row["source"],
        page=row["page"],
        mark=ParameterMark(row["mark"]),
        note=row["note"],
    )


def _dangling_spreads(table: Mapping[str, Parameter]) -> list[str]:
    return [
        f"{p.key}: spread_by names {p.spread_by!r}, which is not in the table"
        for p in table.values()
        if p.spread_by and p.spread_by not in table
    ]


@cache
def _packaged() -> ParameterTable:
    text = files("remyelin.parameters").joinpath("table.csv").read_text(encoding="utf-8")
    return ParameterTable.parse(text, name="parameters/table.csv")
