"""Sequences: protocols one after another or side by side, written out as steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from remyelin.errors import InputError
from remyelin.therapies import transplant
from remyelin.therapies.protocol import LAST_DAY, Part, Protocol, Step

Lookup = Callable[[str], Protocol]
"""Gives a protocol by name, itself written out."""

_DEEPEST = 8
"""Sequences within sequences."""


def written_out(protocol: Protocol, lookup: Lookup, *, depth: int = 0) -> Protocol:
    """Give a protocol with the steps of its parts instead of their names.

    Parameters
    ----------
    protocol
        The protocol; without a sequence it is given back as it is.
    lookup
        Where parts are found.
    depth
        How many sequences it lies in.

    Raises
    ------
    InputError
        A part does not act, begins too late, or sequences name each other; or a transplantation is
        cut in two.
    UnknownNameError
        A part is not known.
    """
    if not protocol.sequence:
        return protocol
    where = f"protocol {protocol.protocol_id}"
    if depth >= _DEEPEST:
        raise InputError(where, ["its sequences lie in each other without end"])
    steps = list(protocol.steps)
    for place, part in enumerate(protocol.sequence):
        inner = written_out(lookup(part.protocol_id), lookup, depth=depth + 1)
        if not inner.acts:
            problem = (
                f"sequence[{place}]: {inner.protocol_id} does not act: {inner.acts_not_because}"
            )
            raise InputError(where, [problem])
        late = part.day + max((step.day or 0 for step in inner.steps), default=0)
        if late > LAST_DAY:
            raise InputError(where, [f"sequence[{place}]: begins later than day {LAST_DAY:,}"])
        steps += _moved(inner, part)
    whole = protocol.model_copy(update={"steps": tuple(steps), "sequence": ()})
    if depth == 0 and (wrong := transplant.problems(whole)):
        raise InputError(where, [f"written out, {problem}" for problem in wrong])
    return whole


def _moved(inner: Protocol, part: Part) -> Iterator[Step]:
    """Give the steps of a part on the days of the sequence, cut where the part ends."""
    stop = None if part.lasts_days is None else part.day + part.lasts_days
    for step in inner.steps:
        if step.day is None:
            yield step
            continue
        begin = step.day + part.day
        ends = [] if step.ends_day is None else [step.ends_day + part.day]
        ends += [] if stop is None else [stop]
        if ends and begin >= min(ends):
            continue
        yield step.model_copy(
            update={"day": begin, "ends_day": min(*ends, LAST_DAY) if ends else None}
        )
