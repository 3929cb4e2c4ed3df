"""Sign tests of mechanisms: the same patients, the same random numbers, one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.backends import Carrier
from remyelin.model.states import Clones
from remyelin.verification.bench import Bench, Change, Parts
from remyelin.verification.check import (
    MONTE_CARLO,
    MONTE_CARLO_Z,
    Check,
    Finding,
    Group,
    falls,
    rises,
)

_COUNT: Final = 1000
_DAYS: Final = 730
_STAGE: Final = "activation"


def clones_at(size: float) -> Change:
    """Hold every clone at a size."""
    return lambda asked: {"clones": Clones(*(np.full_like(c, size) for c in asked["clones"]))}


def triggers_times(factor: float) -> Change:
    """Let triggers come more often or never."""

    def change(asked: Parts) -> Parts:
        first = asked["u"][0]
        rarer = first / factor if factor else np.full_like(first, 1.0 - 2.0**-25)
        return {"u": [rarer, *asked["u"][1:]]}

    return change


def regulation_at(level: float) -> Change:
    """Hold regulatory function at a level."""

    def change(asked: Parts) -> Parts:
        now = asked["activation"]
        return {"activation": now._replace(regulation=np.full_like(now.regulation, level))}

    return change


def memory_b_times(factor: float) -> Change:
    """Change the number of memory B cells that give help."""

    def change(asked: Parts) -> Parts:
        return {"b_cells": asked["b_cells"]._replace(memory=factor * asked["b_cells"].memory)}

    return change


def _lesions(engine: Carrier, bench: Bench) -> NDArray[np.float64]:
    people = bench.newcomers(bench.size(_COUNT), replicate=10)
    end, _ = engine.advance(people, 0, _DAYS)
    return np.asarray(end.state.lesions.t2_total) / (_DAYS / 365.25)


def _untreated(bench: Bench) -> NDArray[np.float64]:
    return bench.remember("T2 lesions", lambda: _lesions(bench.reference, bench))


def _sign(
    change: Change, direction: Callable[[str, NDArray[np.float64]], Finding], bench: Bench
) -> list[Finding]:
    before = _untreated(bench)
    after = _lesions(bench.rewired(_STAGE, change), bench)
    ratio = after.mean() / before.mean()
    text = f"T2 lesions per year {before.mean():.2f} to {after.mean():.2f} (x{ratio:.2f}): change"
    return [direction(text, after - before)]


def no_triggers(bench: Bench) -> list[Finding]:
    """Take every trigger away: what is left is the tonic share."""
    before = _untreated(bench)
    after = _lesions(bench.rewired(_STAGE, triggers_times(0.0)), bench)
    return [
        falls("T2 lesions per year without triggers: change", after - before),
        rises("T2 lesions per year without triggers: what is left", after),
    ]


def no_memory_b(bench: Bench) -> list[Finding]:
    """Take memory B cells away: lesions fall by the share of help that is theirs."""
    before = _untreated(bench)
    after = _lesions(bench.rewired(_STAGE, memory_b_times(0.0)), bench)
    ratio = float(after.mean() / before.mean())
    error = float((after - ratio * before).std(ddof=1) / np.sqrt(len(before)) / before.mean())
    return [
        falls("T2 lesions per year without memory B cells: change", after - before),
        Finding(
            "ratio of T2 lesions",
            ratio,
            1.0 - bench.value("memory_b_help") - MONTE_CARLO_Z * error,
            1.0 - bench.value("memory_b_help") + MONTE_CARLO_Z * error,
            f"1 less the share of help by memory B cells; {MONTE_CARLO}",
        ),
    ]


def _of(
    name: str,
    proves: str,
    change: Change,
    direction: Callable[[str, NDArray[np.float64]], Finding],
) -> Check:
    return Check(name, Group.SIGN, proves, partial(_sign, change, direction))


CHECKS = (
    _of("clones_depleted", "Clones held at a tenth: lesions fall.", clones_at(0.1), falls),
    _of("triggers_doubled", "Twice the triggers: lesions rise.", triggers_times(2.0), rises),
    Check("no_triggers", Group.SIGN, "No triggers: lesions fall, not to 0.", no_triggers),
    _of("regulation_lost", "Regulation held at 0.2: lesions rise.", regulation_at(0.2), rises),
    _of("regulation_whole", "Regulation held at 1: lesions fall.", regulation_at(1.0), falls),
    _of("memory_b_raised", "Memory B cells x 1.3: lesions rise.", memory_b_times(1.3), rises),
    Check(
        "no_memory_b",
        Group.SIGN,
        "No memory B cells: lesions fall by the share of their help.",
        no_memory_b,
    ),
)
