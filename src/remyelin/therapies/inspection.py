"""Inspection of a protocol of one's own: form and rules together, every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from remyelin.parameters import ParameterTable
from remyelin.study.problems import problems_of
from remyelin.therapies import catalogue
from remyelin.therapies.findings import errors, warnings
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.rules import Numbered, check, check_steps
from remyelin.therapies.sequences import Lookup
from remyelin.therapies.step import Step


@dataclass(frozen=True)
class Inspection:
    """What was found in a protocol.

    Attributes
    ----------
    protocol
        The protocol, where its form is right.
    problems
        What must be mended, one sentence each.
    warnings
        What should be looked at.
    """

    protocol: Protocol | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def inspect(data: object, table: ParameterTable, lookup: Lookup | None = None) -> Inspection:
    """Inspect a protocol given as plain data.

    Where its form is wrong, the rules still judge the steps whose form is right.

    Parameters
    ----------
    data
        What a protocol file says.
    table
        Parameters that amounts name.
    lookup
        Where parts of a sequence are found; by default in the catalogue and in the protocol itself.
    """
    try:
        protocol = Protocol.model_validate(data)
    except ValidationError as error:
        told = errors(check_steps(_readable(data), table))
        return Inspection(None, (*problems_of(error, Protocol), *told))
    known = lookup or catalogue.lookup_with({protocol.protocol_id: protocol}, catalogue.packaged())
    findings = check(protocol, table, known)
    problems = errors(findings)
    if protocol.protocol_id in catalogue.names():
        problems.append(f"protocol_id: {protocol.protocol_id} is in the catalogue; choose another")
    return Inspection(protocol, tuple(problems), tuple(warnings(findings)))


def _readable(data: object) -> list[Numbered]:
    """Give the steps whose form is right, with their places."""
    steps = data.get("steps") if isinstance(data, Mapping) else None
    found: list[Numbered] = []
    for place, step in enumerate(steps if isinstance(steps, list) else ()):
        try:
            found.append((place, Step.model_validate(step)))
        except ValidationError:
            continue
    return found
