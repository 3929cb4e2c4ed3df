"""Protocols for people: steps as text, a timeline in the terminal, and what moves in the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remyelin.model.inputs import Levels
from remyelin.parameters import ParameterTable
from remyelin.therapies.amounts import DERIVED, amounts_of
from remyelin.therapies.drugs import find
from remyelin.therapies.protocol import Protocol, Step

_WIDTH = 60
_LABEL = 26


def when(step: Step, protocol: Protocol) -> str:
    """Put the days of a step into words."""
    if step.day is None:
        text = "day not stated"
    else:
        last = step.day + (step.lasts_days or 1) - 1
        text = f"day {step.day}" + (f" to {last}" if last > step.day else "")
        if protocol.day_zero:
            printed = f"{step.day - protocol.day_zero}"
            printed += f" to {last - protocol.day_zero}" if last > step.day else ""
            text += f" (published day {printed})"
    if step.every_days is not None:
        text += f", every {step.every_days} days"
        text += f", {step.times} times in all" if step.times else ""
    if step.ends_day is not None:
        text += f", until day {step.ends_day - 1}"
    return text


def dose_of(step: Step) -> str:
    """Put the dose of a step into words."""
    if step.dose_text:
        number = step.dose_text
    elif step.dose is not None:
        number = f"{step.dose:g}"
        number += f" to {step.dose_high:g}" if step.dose_high is not None else ""
    elif step.dose_high is not None:
        number = f"up to {step.dose_high:g}"
    else:
        return "dose not stated" if step.kind.value not in ("remark", "monitoring") else ""
    return f"{number} x {step.unit}" if step.unit.startswith("1e6") else f"{number} {step.unit}"


def moved(step: Step, table: ParameterTable) -> list[dict[str, object]]:
    """List the inputs that a step moves: amount, parameter, its value and mark.

    An amount is None where it follows from the doses of the whole regimen.
    """
    found: list[dict[str, object]] = []
    sizes = amounts_of(step, table)
    for field, name in step.moves.items():
        parameter = None if name in DERIVED else table[name]
        found.append(
            {
                "input": field,
                "kind": "level" if field in Levels._fields else "pulse",
                "amount": sizes.get(field),
                "parameter": name,
                "value": None if parameter is None else parameter.value,
                "unit": None if parameter is None else parameter.unit,
                "mark": "derived" if parameter is None else parameter.mark.value,
            }
        )
    return found


def values(protocol: Protocol, table: ParameterTable) -> Mapping[str, object]:
    """Give a protocol as plain values, with what each step moves."""
    data = protocol.model_dump(mode="json")
    for step, plain in zip(protocol.steps, data["steps"], strict=True):
        plain["moved"] = moved(step, table)
    return data


def described(protocol: Protocol, table: ParameterTable) -> str:
    """Put a protocol into text, with its timeline."""
    lines = [
        f"{protocol.protocol_id}: {protocol.label}",
        f"Class: {protocol.treatment_class}",
        f"Source: {protocol.citation} ({protocol.mark})",
    ]
    for label, text in (
        ("Published as", protocol.published_as),
        ("Intensity", protocol.intensity),
        ("Graft", protocol.graft),
    ):
        lines += [f"{label}: {text}"] if text else []
    if not protocol.acts:
        acts_as = f"; {protocol.acts_as} acts" if protocol.acts_as else ""
        lines.append(f"Does not act in the model: {protocol.acts_not_because}{acts_as}")
    for part in protocol.sequence:
        length = f" for {part.lasts_days} days" if part.lasts_days else ""
        lines.append(f"Part: {part.protocol_id} from day {part.day}{length}")
    lines.append("Steps:")
    for place, step in enumerate(protocol.steps):
        lines += _step_lines(place, step, protocol, table)
    lines += ["Timeline:", *timeline(protocol)]
    lines += [f"Gap: {gap}" for gap in protocol.gaps]
    return "\n".join(lines)


def _step_lines(place: int, step: Step, protocol: Protocol, table: ParameterTable) -> Iterator[str]:
    routes = "/".join((step.route or "", *step.more_routes)).strip("/")
    parts = (dose_of(step), routes, when(step, protocol), step.condition)
    words = ", ".join(part for part in parts if part)
    yield f"  {place}  {step.kind}: {step.agent}, {words}"
    drug = find(step.agent)
    if drug is not None and step.moves:
        yield f"       target: {drug.target}"
    for one in moved(step, table):
        size = one["value"]
        full = "" if size is None else f" = {size:g} {one['unit']}"
        share = one["amount"]
        of_size = "its dose within the regimen" if share is None else f"{share:.4g}"
        by = f"{of_size} ({one['parameter']}{full}, {one['mark']})"
        yield f"       moves {one['input']} by {by}"
    if step.source or step.mark:
        yield f"       source: {step.source or protocol.citation} ({step.mark or protocol.mark})"
    if step.note:
        yield f"       note: {step.note}"


def _goes_on(step: Step) -> bool:
    """Say whether a step goes on as long as the protocol."""
    held = step.unit.endswith("/d") or any(field in Levels._fields for field in step.moves)
    return step.end is None and (step.every_days is not None or (held and not step.lasts_days))


def spells(step: Step, until: int) -> list[tuple[int, int]]:
    """Give the spells of a step, first day and day after the last, up to a day."""
    if step.day is None:
        return []
    length = step.lasts_days or 1
    if step.every_days is None:
        end = until if _goes_on(step) else step.day + length
        end = min(end, step.ends_day or end)
        return [(step.day, min(end, until))] if step.day < until else []
    found = []
    day = step.day
    for _ in range(step.times or until):
        if day >= min(until, step.ends_day or until):
            break
        found.append((day, min(day + length, until)))
        day += step.every_days
    return found


def horizon(protocol: Protocol) -> int:
    """Give the days that a picture of a protocol shows: its steps and some repeats."""
    ends = [30]
    for step in protocol.steps:
        begin = step.day or 0
        ends.append(begin + (step.lasts_days or 1))
        if step.every_days is not None:
            ends.append(begin + step.every_days * min((step.times or 4) - 1, 12) + 1)
        if step.ends_day is not None:
            ends.append(step.ends_day)
    return max(ends)


def timeline(protocol: Protocol) -> list[str]:
    """Draw a protocol as lines of text, one for each dated step."""
    until = horizon(protocol)
    lines = []
    for step in protocol.steps:
        row = [" "] * _WIDTH
        for first, end in spells(step, until):
            left = min(_WIDTH - 1, first * _WIDTH // until)
            right = max(left + 1, min(_WIDTH, -(-end * _WIDTH // until)))
            row[left:right] = ["#"] * (right - left)
        if step.day is not None:
            tail = "..." if _goes_on(step) else ""
            lines.append(f"  {step.agent[:_LABEL]:<{_LABEL}} |{''.join(row)}|{tail}")
    scale = f"  {'day':<{_LABEL}}  0{f'{until}':>{_WIDTH - 1}}"
    return [*lines, scale] if lines else ["  no dated step"]
