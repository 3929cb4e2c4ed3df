"""The treatments of a study: protocols of the catalogue and of its own, judged by rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from remyelin.errors import InputError
from remyelin.files import shown
from remyelin.inputs import Inputs
from remyelin.parameters import ParameterTable
from remyelin.study.schema import Arm, Study, Switch
from remyelin.study.vocabulary import PriorDrug
from remyelin.therapies import catalogue
from remyelin.therapies.dose_limits import OPEN
from remyelin.therapies.findings import Finding, Grade, errors, warnings
from remyelin.therapies.inspection import inspect
from remyelin.therapies.judgement import judged
from remyelin.therapies.placement import Planned, until_yesterday
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.rules import check
from remyelin.therapies.sequences import Lookup, written_out
from remyelin.therapies.step import LAST_DAY
from remyelin.trials.planned import as_published
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
    for option in prior.protocols if prior else ():
        try:
            told = catalogue.why_idle(lookup(option.protocol_id), known)
        except InputError as error:
            told = "; ".join(error.problems)
        if told:
            problems.append(f"population.prior_treatment: {told}")
    if not problems:
        problems += errors(combined(study, lookup, inputs.parameters))
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
    return list(dict.fromkeys(warnings([*found, *combined(study, lookup, inputs.parameters)])))


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


def combined(study: Study, lookup: Lookup, table: ParameterTable) -> list[Finding]:
    """Judge all that one patient may be given: the drug before, that of the arm, and the switch.

    Parameters
    ----------
    study
        The study; its protocols are known to ``lookup`` and act.
    lookup
        Where protocols are found.
    table
        Weight and surface to which doses refer.
    """
    until = round(months_to_days(study.design.follow_up.months)) + 1
    found: list[Finding] = []
    for arm in study.arms:
        for planned in _courses(study, arm, lookup):
            found += judged(planned, lookup, table, until=until)
    if as_published(study):
        found = [replace(one, grade=Grade.WARNING) if one.rule == OPEN else one for one in found]
    return list(dict.fromkeys(found))


def _courses(study: Study, arm: Arm, lookup: Lookup) -> Iterator[list[Planned]]:
    """Give what patients of an arm may be given, one list for each way through the trial.

    Each drug before with each one of the arm, and with the switch in its place; a drug before is
    stopped on the first day or goes on.
    """
    prior = study.population.prior_treatment
    start = -study.design.lead_in_days
    begin = start - 1
    names = [option.protocol_id for option in prior.protocols] if prior else []
    on = arm.prior_drug is PriorDrug.CONTINUED
    before = [
        Planned(
            until_yesterday(lookup(name)),
            begin,
            None if on else start,
            f"prior_treatment {name}: ",
            counted=False,
        )
        for name in names
    ]
    given: list[str | None] = [option.protocol_id for option in arm.treatment]
    for earlier in ([], *([one] for one in before)):
        for name in given or [None]:
            own = [] if name is None else [Planned(lookup(name), start, None, _arm(arm, name))]
            yield [*earlier, *own]
            if arm.switch is not None:
                yield [*earlier, *_switched(arm, arm.switch, name, lookup, start)]


def _arm(arm: Arm, name: str) -> str:
    return f"arm {arm.arm_id}, {name}: "


def _switched(
    arm: Arm, switch: Switch, first: str | None, lookup: Lookup, start: int
) -> Iterator[Planned]:
    day = round(months_to_days(switch.earliest_months)) + switch.delay_days
    day = min(max(day, 1), LAST_DAY)
    where = f"arm {arm.arm_id}, switch from {first or 'nothing'} to {switch.protocol_id}: "
    if first is not None:
        yield Planned(lookup(first), start, day, where)
    yield Planned(lookup(switch.protocol_id), day, None, where)


__all__ = ["combined", "own_protocols", "protocol_names", "treatment_warnings", "treatments"]
