"""What a protocol file may say, made from the code that reads it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from remyelin.model import inputs
from remyelin.therapies.amounts import DERIVED
from remyelin.therapies.conflicts import conflict_rules
from remyelin.therapies.dose_units import known_units
from remyelin.therapies.protocol import Part, Protocol, Route, Step, StepKind
from remyelin.therapies.step import NOT_GIVEN

_INPUT = re.compile(r'^    (\w+): Value = 0\.0\n    """(.+?)"""', re.M | re.S)
_ENTRY = re.compile(r"^    (\w[\w, ]*)\n((?:        .+\n?)+)", re.M)


def as_json_schema() -> dict[str, Any]:
    """Give the JSON schema of a protocol file."""
    return Protocol.model_json_schema()


def as_text() -> str:
    """Give the keys of a protocol file with their meaning."""
    lines = ["# Protocol files", ""]
    lines += ["A protocol:", *_keys(Protocol)]
    lines += ["", "A step (`steps`):", *_keys(Step)]
    lines += ["", "A part (`sequence`):", *_keys(Part)]
    lines += ["", f"Kinds of steps: {', '.join(StepKind)}."]
    lines += [f"No route is needed for: {', '.join(sorted(NOT_GIVEN))}."]
    lines += [f"Routes: {', '.join(Route)}."]
    lines += ["", f"Units: {', '.join(known_units())}."]
    lines += [
        "Words on the schedule may follow a unit: daily, weekly, monthly, every 4 weeks, in 4 days."
    ]
    lines += ["", "Inputs of the model that a step may move, levels:", *_inputs(inputs.Levels)]
    lines += ["", "Pulses of one day:", *_inputs(inputs.Pulse)]
    lines += ["", "An amount is the key of a parameter (`remyelin parameters list`) or one of: "]
    lines[-1] += f"{', '.join(DERIVED)}."
    lines += ["", "Rules on combinations:"]
    lines += [
        f"- {rule.rule} ({rule.grade}): {rule.earlier}, then {rule.later} within "
        f"{rule.within_days} days; {rule.text} [{rule.source}]"
        for rule in conflict_rules()
    ]
    return "\n".join(lines)


def _keys(model: type[Any]) -> Iterator[str]:
    text = inspect.cleandoc(model.__doc__ or "").split("----------\n", 1)[-1]
    told = "\n".join(f"    {line}" for line in text.splitlines()) + "\n"
    fields = model.model_fields
    for listed, meaning in _ENTRY.findall(told):
        keys = [name.strip() for name in listed.split(",")]
        needed = [name for name in keys if name in fields and fields[name].is_required()]
        names = ", ".join(f"`{name}`{' (needed)' if name in needed else ''}" for name in keys)
        yield f"- {names}: {' '.join(meaning.split()).replace('``', '`')}"


def _inputs(group: type[Any]) -> Iterator[str]:
    for name, meaning in _INPUT.findall(inspect.getsource(group)):
        yield f"- `{name}`: {' '.join(meaning.split())}"
