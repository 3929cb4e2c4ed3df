"""Checks of positivity and bounds of every state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from remyelin.engine.population import Population
from remyelin.model.inputs import Pulse
from remyelin.model.schedule import Entry, Schedule
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.units import DAYS_PER_YEAR
from remyelin.verification.bench import Bench, leaves_of
from remyelin.verification.check import Check, Finding, Group, nothing

MAY_BE_NEGATIVE: Final = frozenset({"fluctuation.level"})
"""States without a sign by design."""

_YEARS: Final = 30
_LOOK_DAYS: Final = 91
_HARSH_DAYS: Final = 3 * 365
_TREATED: Final = 500
_FEWEST: Final = 8
_HARSHEST: Final = ("clone_kill", "naive_kill", "memory_kill", "b_kill", "memory_b_kill")
_HARSH_KILL: Final = 6.0
_ROUNDING: Final = 1e-9
"""Slack of an upper bound for rounding, relative."""


class _Offences:
    """Counts what is not finite, below 0 or above its ceiling, at every look."""

    def __init__(self, bench: Bench) -> None:
        value = bench.value
        clones = {f"clones.{n}": value("clone_ceiling") for n in ("first", "second", "third")}
        self.ceilings = {
            **clones,
            "clones.fourth": value("clone_ceiling"),
            "blocks.traffic": 1.0,
            "blocks.activation": 1.0,
            "t_cells.thymus": 1.0 + value("thymic_rebound"),
            "b_cells.total": 1.0 + value("b_overshoot"),
            "b_cells.memory": 1.0 + value("b_overshoot"),
            "tissue.volume": 100.0,
            "marrow.progenitors": value("progenitor_cap"),
            "safety.alive": 1.0,
        }
        self.infinite = self.negative = self.above = self.unnamed = 0

    def look(self, people: Population) -> None:
        """Look at every state of everybody once."""
        states = leaves_of(people.state)
        self.unnamed = len(set(self.ceilings) - set(states))
        for name, leaf in states.items():
            self.infinite += int((~np.isfinite(leaf)).sum())
            if name not in MAY_BE_NEGATIVE:
                self.negative += int((leaf < 0.0).sum())
            ceiling = self.ceilings.get(name, np.inf)
            self.above += int((leaf > ceiling * (1.0 + _ROUNDING)).sum())

    def findings(self, looks: int) -> list[Finding]:
        """Give the counts."""
        return [
            nothing(f"states that are not finite at {looks} looks", self.infinite),
            nothing("states below 0 (fluctuation of function apart)", self.negative),
            nothing(f"states above their ceiling ({len(self.ceilings)} have one)", self.above),
            nothing("ceilings whose state does not exist", self.unnamed),
        ]


def _watched(
    bench: Bench, people: Population, days: Sequence[int], plan: Schedule
) -> list[Finding]:
    offences = _Offences(bench)
    offences.look(people)
    today = days[0]
    for day in days[1:]:
        people, _ = bench.engine.advance(people, today, day, plan)
        offences.look(people)
        today = day
    return offences.findings(len(days))


def _quarters() -> list[int]:
    return list(range(0, round(_YEARS * DAYS_PER_YEAR) + 1, _LOOK_DAYS))


def untreated_bounds(bench: Bench) -> list[Finding]:
    """Follow untreated patients for 30 years."""
    return _watched(bench, bench.newcomers(bench.size(512)), _quarters(), Schedule())


def protocol_bounds(bench: Bench) -> list[Finding]:
    """Follow patients for 30 years under each protocol, begun in the second year."""
    each = max(_FEWEST, bench.size(_TREATED) // len(catalogue.names()))
    people = bench.newcomers(each * len(catalogue.names()), replicate=1)
    days = _quarters()
    dated: list[Entry] = []
    for place, name in enumerate(catalogue.names()):
        rows = np.arange(place * each, (place + 1) * each)
        start = np.full(each, 365, dtype=np.int64)
        course = Course(catalogue.load(name), rows, start, np.full(each, FOREVER))
        dated += entries(course, bench.table, Window(0, days[-1]))
    return _watched(bench, people, days, Schedule(dated))


def harshest_conditioning(bench: Bench) -> list[Finding]:
    """Deplete everything by six powers of ten, graft, and look on every day for three years."""
    people = bench.newcomers(bench.size(64), replicate=2)
    rows, day = np.arange(len(people)), np.full(len(people), 10, dtype=np.int64)
    amounts = {
        **dict.fromkeys(_HARSHEST, _HARSH_KILL),
        "effector_kill": _HARSH_KILL,
        "progenitor_kill": _HARSH_KILL,
        "thymic_loss": 1.0,
        "smouldering_removed": 1.0,
        "neurotoxicity": 5.0,
        "graft_cd34": 2.0,
    }
    plan = Schedule(
        Entry(field, rows, day, amount)
        for field, amount in amounts.items()
        if field in Pulse._fields
    )
    return _watched(bench, people, range(_HARSH_DAYS), plan)


CHECKS = (
    Check(
        "untreated_bounds",
        Group.BOUNDS,
        "No state of an untreated patient leaves its bounds in 30 years.",
        untreated_bounds,
    ),
    Check(
        "protocol_bounds",
        Group.BOUNDS,
        "No state leaves its bounds in 30 years under any protocol of the catalogue.",
        protocol_bounds,
    ),
    Check(
        "harshest_conditioning",
        Group.BOUNDS,
        "A depletion beyond any regimen, with a small graft, leaves states finite and bounded.",
        harshest_conditioning,
    ),
)
