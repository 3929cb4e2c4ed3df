"""The treatments of a study: protocols of the catalogue and of its own, judged by rules."""

from __future__ import annotations

from collections.abc import Iterator

from remyelin.errors import InputError
from remyelin.files import shown
from remyelin.inputs import Inputs
from remyelin.study.schema import Arm, Study
from remyelin.therapies import catalogue
from remyelin.therapies.conflicts import Exposure, conflicts, exposures
from remyelin.therapies.findings import Finding, errors, warnings
from remyelin.therapies.inspection import inspect
from remyelin.therapies.protocol import Part, Protocol
from remyelin.therapies.rules import check
from remyelin.therapies.sequences import Lookup, written_out
from remyelin.therapies.step import LAST_DAY
from remyelin.units import months_to_days


def treatments(study: Study, inputs: Inputs) -> dict[str, Protocol]:
    """Give the protocols that a study uses, by name, ready to be given.

    Parameters
    ----------
    study
        The study.
    inputs
        Parameters that amounts name, and protocols that can be given.

    Raises
    ------
    UnknownNameError
        An arm names a protocol that neither the catalogue nor the study has.
    InputError
        A protocol of its own is malformed or against a rule, does not act, or an arm combines
        protocols that must not be combined; every problem is named.
    """
    own, known = own_protocols(study, inputs), inputs.protocols
    lookup = catalogue.lookup_with(own, known)
    problems = [
        f"protocol {name}: {text}"
        for name, protocol in own.items()
        for text in errors(check(protocol, inputs.parameters, lookup))
    ]
    names = protocol_names(study)
    found = {name: lookup(name) for name in names}
    problems += [
        f"protocol {told}"
        for protocol in found.values()
        if (told := catalogue.why_idle(protocol, known))
    ]
    prior = study.population.prior_treatment
    before = [option.protocol_id for option in prior.protocols] if prior else []
    problems += [
        f"population.prior_treatment: {told}"
        for name in before
        if name in known and (told := catalogue.why_idle(known[name], known))
    ]
    if not problems:
        problems += errors(_switches(study, lookup))
    if problems:
        advice = "Look at one with: remyelin therapies check FILE"
        raise InputError(f"treatments of {study.study_id}", problems, advice)
    return {name: written_out(protocol, lookup) for name, protocol in found.items()}


def treatment_warnings(study: Study, inputs: Inputs) -> list[str]:
    """Give what the rules warn of, one sentence each; for a study whose treatments are ready."""
    lookup = catalogue.lookup_with(own_protocols(study, inputs), inputs.protocols)
    found: list[Finding] = []
    for name in protocol_names(study):
        found += check(lookup(name), inputs.parameters, lookup)
    return list(dict.fromkeys(warnings([*found, *_switches(study, lookup)])))


def own_protocols(study: Study, inputs: Inputs) -> dict[str, Protocol]:
    """Give the protocols that a study brings along, by name.

    Raises
    ------
    InputError
        One is malformed, or has a name that is taken; every problem is named.
    """
    found: dict[str, Protocol] = {}
    problems: list[str] = []
    for entry in study.protocols or ():
        if entry.content is None:
            problems.append(f"{shown(entry.file)}: not read; give the study as a file")
            continue
        try:
            protocol = catalogue.from_mapping(entry.content, where=shown(entry.file))
        except InputError as error:
            lookup = catalogue.lookup_with(found, inputs.protocols)
            told = inspect(entry.content, inputs.parameters, lookup).problems or tuple(
                error.problems
            )
            problems += [f"{shown(entry.file)}: {text}" for text in told]
            continue
        name = protocol.protocol_id
        if name in found or name in inputs.protocols:
            problems.append(f"{shown(entry.file)}: protocol_id {name} is taken; choose another")
        found[name] = protocol
    if problems:
        advice = "`remyelin therapies schema` tells what a protocol file may say."
        raise InputError(f"protocols of {study.study_id}", problems, advice)
    return found


def protocol_names(study: Study) -> tuple[str, ...]:
    """Give the names of the protocols of arms and switches, each once, in order."""
    names: dict[str, None] = {}
    for arm in study.arms:
        names.update(dict.fromkeys(option.protocol_id for option in arm.treatment))
        if arm.switch:
            names[arm.switch.protocol_id] = None
    return tuple(names)


def _switches(study: Study, lookup: Lookup) -> Iterator[Finding]:
    """Judge each switch as the sequence that it makes of two protocols.

    The first one goes on until the day of the switch.
    """
    for arm in study.arms:
        if arm.switch is not None:
            for option in arm.treatment:
                yield from conflicts(_of_switch(arm, option.protocol_id, lookup))


def _of_switch(arm: Arm, first: str, lookup: Lookup) -> list[Exposure]:
    if arm.switch is None:
        return []
    day = round(months_to_days(arm.switch.earliest_months)) + arm.switch.delay_days
    day = min(max(day, 1), LAST_DAY)
    where = f"arm {arm.arm_id}, switch from {first} to {arm.switch.protocol_id}: "
    parts = (
        Part(protocol_id=first, day=0, lasts_days=day),
        Part(protocol_id=arm.switch.protocol_id, day=day),
    )
    return [
        one
        for part in parts
        for one in exposures(lookup(part.protocol_id), lookup, part=part, where=where)
    ]


__all__ = ["own_protocols", "protocol_names", "treatment_warnings", "treatments"]
