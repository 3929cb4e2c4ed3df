"""Checks of randomness: who depends on what, to the bit."""

from __future__ import annotations

from typing import Final

import numpy as np

from remyelin.engine.population import Population
from remyelin.model.inputs import Levels, Pulse
from remyelin.model.schedule import Entry, Schedule
from remyelin.verification.bench import SEED, Bench, differing, differing_states
from remyelin.verification.check import Check, Finding, Group, nothing

_COUNT: Final = 64
_DAYS: Final = 400
_START: Final = 200


def _carried(bench: Bench, people: Population, plan: Schedule | None, days: int) -> Population:
    return bench.engine.advance(people, 0, days, plan)[0]


def _given(count: int, day: int, amounts: dict[str, float]) -> Schedule:
    rows, days = np.arange(count), np.full(count, day, dtype=np.int64)
    return Schedule(Entry(field, rows, days, amount) for field, amount in amounts.items())


def dose_zero(bench: Bench) -> list[Finding]:
    """Give every input of the model in a dose of 0."""
    people = bench.newcomers(_COUNT, replicate=11)
    nil = dict.fromkeys((*Levels._fields, *Pulse._fields), 0.0)
    treated = _carried(bench, people, _given(_COUNT, _START, nil), _DAYS)
    untreated = _carried(bench, people, None, _DAYS)
    return [
        nothing(
            f"states that a dose of 0 of {len(nil)} inputs changes", differing(treated, untreated)
        )
    ]


def twins(bench: Bench) -> list[Finding]:
    """Treat twins from day 200 on."""
    people = bench.newcomers(_COUNT, replicate=12)
    plan = _given(_COUNT, _START, {"traffic_target": 0.9})
    before = differing(_carried(bench, people, plan, _START), _carried(bench, people, None, _START))
    treated, seen = bench.engine.advance(people, 0, _DAYS, plan)
    untreated, seen_untreated = bench.engine.advance(people, 0, _DAYS)
    after = differing_states(treated, untreated)
    shared = _same_events(seen.of("infection"), seen_untreated.of("infection"))
    return [
        nothing("states in which twins differ before treatment", before),
        Finding(
            "states in which twins differ after 200 days of treatment",
            float(after),
            1.0,
            np.inf,
            "at least one, or nothing was given",
        ),
        nothing("infections that a traffic block changes", shared),
    ]


def _same_events(left: tuple[np.ndarray, np.ndarray], right: tuple[np.ndarray, np.ndarray]) -> int:
    one, two = set(zip(*map(list, left), strict=True)), set(zip(*map(list, right), strict=True))
    return len(one ^ two)


def one_more_patient(bench: Bench) -> list[Finding]:
    """Carry patients with others beside them, and in another order."""
    few = _carried(bench, bench.newcomers(_COUNT, replicate=13), None, _DAYS)
    many = _carried(bench, bench.newcomers(3 * _COUNT + 1, replicate=13), None, _DAYS)
    back = bench.newcomers(_COUNT, replicate=13).take(np.arange(_COUNT)[::-1])
    turned = _carried(bench, back, None, _DAYS).take(np.arange(_COUNT)[::-1])
    return [
        nothing("states changed by more patients", differing(few, many.take(np.arange(_COUNT)))),
        nothing("states changed by their order", differing(few, turned)),
    ]


def seeds(bench: Bench) -> list[Finding]:
    """Repeat a run with the same seed and with another."""
    first, again, other = (
        _carried(bench, bench.newcomers(_COUNT, replicate=14, seed=seed), None, _DAYS)
        for seed in (SEED, SEED, SEED + 1)
    )
    return [
        nothing("states that differ with the same seed", differing(first, again)),
        Finding(
            "states that differ with another seed",
            float(differing(first, other)),
            1.0,
            np.inf,
            "at least one",
        ),
    ]


CHECKS = (
    Check(
        "dose_zero",
        Group.RANDOMNESS,
        "A dose of 0 of anything is no treatment, to the bit.",
        dose_zero,
    ),
    Check(
        "twins",
        Group.RANDOMNESS,
        "Twins are one patient until one of them is treated, and share random numbers after.",
        twins,
    ),
    Check(
        "one_more_patient",
        Group.RANDOMNESS,
        "More patients, or another order, change nobody.",
        one_more_patient,
    ),
    Check("seeds", Group.RANDOMNESS, "The same seed gives the same bits.", seeds),
)
