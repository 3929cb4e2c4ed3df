"""The parts of the report that say on what it rests: parameters, run record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from remyelin.reports import wording
from remyelin.reports.comparison import mark_tag
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.reports.records import plain, record_values
from remyelin.therapies.mechanisms import held

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun
    from remyelin.parameters import Parameter

_HEADER = ("Parameter", "Symbol", "Value", "Unit", "90 % range", "Mark", "Meaning", "Source")
_QUANTILES = (0.05, 0.5, 0.95)

_Drawn = Mapping[str, tuple[float, float, float]]


def _drawn(result: ComparedRun) -> _Drawn:
    """Give 5th percentile, median and 95th percentile over the draws of what was drawn."""
    draws = result.drawn
    if draws is None:
        return {}
    fixed = held(result.settings.mechanism)
    columns = zip(draws.keys, draws.values.T, strict=True)
    return {
        key: (float(low), float(median), float(high))
        for key, column in columns
        if key not in fixed
        for low, median, high in (np.quantile(column, _QUANTILES),)
    }


def _row(parameter: Parameter, drawn: _Drawn) -> tuple[Content, ...]:
    shown, wide = f"{parameter.value:g}", f"{parameter.low:g} to {parameter.high:g}"
    if parameter.key in drawn:
        low, median, high = drawn[parameter.key]
        note = element("div", "median of the draws", class_="soft")
        value: Content = joined((f"{median:g}", note))
        spread: Content = joined(
            (f"{low:g} to {high:g}", element("div", f"prior {wide}", class_="soft"))
        )
    else:
        value, spread = shown, wide if parameter.low < parameter.high else "fixed"
    return (
        parameter.key,
        parameter.symbol,
        value,
        parameter.unit,
        spread,
        mark_tag(parameter.mark.value),
        parameter.meaning,
        parameter.source,
    )


def parameter_section(result: ComparedRun) -> Markup:
    """All parameters with value, unit, range, mark, meaning and source, by subsystem.

    A parameter that was drawn is shown with the median and the 90 % range of the draws.
    """
    every, drawn = tuple(result.parameters), _drawn(result)
    counts = Counter(parameter.mark.value for parameter in every)
    sentence = (
        f"{counts['assumed']} of {len(every)} parameters are assumed; "
        f"{counts['seen']} were seen at their source and {counts['recalled']} are recalled."
    )
    said = wording.parameters_used(result)
    if drawn:
        said += f" {len(drawn)} parameters were drawn; their value is the median of the draws."
    parts: list[Content] = [element("p", element("strong", sentence)), element("p", said)]
    by_subsystem: dict[str, list[Parameter]] = {}
    for parameter in every:
        by_subsystem.setdefault(parameter.subsystem, []).append(parameter)
    for subsystem, members in by_subsystem.items():
        rows = [_row(parameter, drawn) for parameter in members]
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
