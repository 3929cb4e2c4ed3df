"""Options: what is given to the patient, as dated inputs and as bands of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from remyelin.inputs import Inputs
from remyelin.model.inputs import Levels
from remyelin.model.schedule import Entry, Schedule
from remyelin.patients.settings import UNTREATED
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Window, entries
from remyelin.therapies.timeline import Course as Given

_GRAFTS = ("graft_cd34", "graft_stored")
"""Pulses that reinfuse a graft."""

_DEPLETING = frozenset({"progenitor_kill", "naive_kill", "clone_kill", "course_kill", *_GRAFTS})
"""Pulses after which blood is followed day by day."""


@dataclass(frozen=True)
class Option:
    """What is given to the patient.

    Attributes
    ----------
    name, label
        Name of the protocol, and for people.
    source
        Citation of the protocol.
    spans
        Days on which a therapy is under way, first and last.
    depletions
        Days of pulses that deplete cells; empty for most drugs.
    graft
        Day of the first graft, or None.
    """

    name: str
    label: str
    source: str
    spans: tuple[tuple[int, int], ...]
    depletions: tuple[int, ...]
    graft: int | None


def options_of(
    names: Sequence[str], draws: int, days: int, inputs: Inputs
) -> tuple[tuple[Option, ...], Schedule]:
    """Give the options and the dated inputs of all patients.

    Parameters
    ----------
    names
        Protocols, `UNTREATED` for none.
    draws
        Virtual patients; those of option k are rows ``k * draws`` and on.
    days
        Days that are simulated.
    inputs
        Parameters, and protocols that can be given.
    """
    options, dated = [], []
    for place, name in enumerate(names):
        if name == UNTREATED:
            options.append(Option(name, "Untreated", "", (), (), None))
            continue
        protocol = catalogue.written(name, inputs.protocols)
        rows = np.arange(place * draws, (place + 1) * draws)
        start = np.zeros(draws, dtype=np.int64)
        given = Given(protocol, rows, start, np.full(draws, FOREVER))
        mine = list(entries(given, inputs.parameters, Window(0, days)))
        dated += mine
        graft = min((d for field in _GRAFTS for d in _days(mine, field)), default=None)
        depletions = sorted({d for field in _DEPLETING for d in _days(mine, field)})
        options.append(
            Option(
                name,
                protocol.label,
                protocol.citation,
                tuple(_spans(mine, days)),
                tuple(depletions),
                graft,
            )
        )
    return tuple(options), Schedule(dated)


def _days(dated: Sequence[Entry], field: str) -> list[int]:
    return [int(e.days[0]) for e in dated if e.field == field and np.any(e.amount)]


def _spans(dated: Sequence[Entry], days: int) -> Iterator[tuple[int, int]]:
    """Give stretches under therapy: levels while they hold, pulses from first to last."""
    for field in dict.fromkeys(entry.field for entry in dated):
        mine = sorted((int(e.days[0]), float(np.max(e.amount))) for e in dated if e.field == field)
        if field not in Levels._fields:
            gap = mine[-1][0] - mine[-2][0] if len(mine) > 2 else 0
            yield mine[0][0], min(mine[-1][0] + gap, days)
            continue
        since: int | None = None
        for day, amount in mine:
            if amount and since is None:
                since = day
            elif not amount and since is not None:
                yield since, day
                since = None
        if since is not None:
            yield since, days
