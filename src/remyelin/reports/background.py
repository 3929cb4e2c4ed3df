"""The parts of the report that say on what it rests: parameters, run record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from remyelin.reports import wording
from remyelin.reports.comparison import mark_tag
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.reports.records import plain, record_values

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun
    from remyelin.parameters import Parameter

_HEADER = ("Parameter", "Symbol", "Value", "Unit", "90 % range", "Mark", "Meaning", "Source")


def _row(parameter: Parameter) -> tuple[Content, ...]:
    return (
        parameter.key,
        parameter.symbol,
        f"{parameter.value:g}",
        parameter.unit,
        f"{parameter.low:g} to {parameter.high:g}" if parameter.low < parameter.high else "fixed",
        mark_tag(parameter.mark.value),
        parameter.meaning,
        parameter.source,
    )


def parameter_section(parameters: Iterable[Parameter]) -> Markup:
    """All parameters with value, unit, range, mark, meaning and source, by subsystem."""
    every = tuple(parameters)
    counts = Counter(parameter.mark.value for parameter in every)
    sentence = (
        f"{counts['assumed']} of {len(every)} parameters are assumed; "
        f"{counts['seen']} were seen at their source and {counts['recalled']} are recalled."
    )
    parts: list[Content] = [element("p", element("strong", sentence))]
    by_subsystem: dict[str, list[Parameter]] = {}
    for parameter in every:
        by_subsystem.setdefault(parameter.subsystem, []).append(parameter)
    for subsystem, members in by_subsystem.items():
        rows = [_row(parameter) for parameter in members]
        classes = ["recalled" if p.mark.value == "recalled" else "" for p in members]
        name = wording.sentence(subsystem)
        parts.append(table(name, _HEADER, rows, numeric=frozenset({2, 4}), classes=classes))
    return joined(parts)


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        yield path, ", ".join(str(inner) for inner in value) or wording.NO_VALUE
    else:
        yield path, wording.NO_VALUE if value is None else str(value)


def record_section(result: ComparedRun, command: Sequence[str]) -> Markup:
    """Command, seed, version and hashes: what is needed to make the run again."""
    record = dict(record_values(result, command))
    del record["notice"], record["command"]
    shown = " ".join(command) or "made from Python"
    rows = [(name, text) for name, text in _flat(plain(record))]
    return joined(
        (
            element("p", "Command: ", element("code", shown)),
            table("Run record, as in record.json", ("Entry", "Value"), rows),
        )
    )
