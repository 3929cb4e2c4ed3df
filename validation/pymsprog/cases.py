"""Histories for the comparison: hand-made ones at every boundary, and generated ones.

Only the random numbers of Python's own library are used, so that the same seed gives the same
histories everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

SEED = 20261120
GENERATED = 2400
SCALE = [0.0, *(half / 2 for half in range(2, 20))]


@dataclass
class Case:
    """One history: days with scores, and onsets of relapses."""

    name: str
    days: list[int]
    edss: list[float]
    relapses: list[int] = field(default_factory=list)
    walk: list[float] = field(default_factory=list)
    peg: list[float] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)


def hand_made() -> list[Case]:
    """Boundaries: single visits, tolerances to the day, steps, relapses on the very day."""
    made: list[Case] = []

    def add(days: list[int], edss: list[float], *relapses: int) -> None:
        made.append(Case(f"hand{len(made):03d}", days, edss, sorted(relapses)))

    add([0], [2.0])
    add([0, 84], [2.0, 3.0])
    add([0, 84, 168], [2.0, 2.0, 3.0])
    for gap in (76, 77, 78, 84, 160, 161, 168, 328, 329, 336, 814, 815):
        add([0, 90, 90 + gap], [2.0, 3.0, 3.0])
    for start in (0.0, 1.0, 1.5, 4.5, 5.0, 5.5, 6.0):
        for rise in (0.5, 1.0, 1.5):
            if start + rise != 0.5:
                add([0, 90, 180, 270], [start, *([start + rise] * 3)])
    for start in (1.0, 1.5, 2.0, 5.5, 6.0):
        for fall in (0.5, 1.0, 1.5):
            if start - fall >= 0 and start - fall != 0.5:
                add([0, 90, 180, 270], [start, *([start - fall] * 3)])
    for onset in (-100, -91, -90, -60, -30, -1, 0, 1, 29, 30, 60, 61, 89, 90, 91, 119, 120, 121):
        add([0, 90, 180, 270, 360], [2.0, 2.0, 3.0, 3.0, 3.0], onset)
    for onset in (90, 150, 151, 179, 180, 181, 209, 210, 211, 240, 269, 270, 271, 300, 301):
        add([0, 90, 180, 270, 360, 450], [2.0, 2.0, 3.0, 3.0, 3.0, 3.0], onset)
    add([0, 90, 180, 270, 360, 450], [3.0, 2.0, 2.0, 3.0, 3.0, 3.0])
    add([0, 90, 180, 270, 360, 450], [3.0, 2.0, 2.0, 2.5, 3.0, 3.0])
    add([0, 90, 180, 270, 360, 450], [2.0, 3.0, 2.5, 3.0, 3.0, 2.0])
    add([0, 90, 180, 270, 360, 450], [2.0, 3.0, 3.0, 4.0, 4.0, 4.0], 60, 260)
    add([0, 90, 180, 270, 360, 450, 540], [2.0, 3.0, 3.0, 3.0, 4.0, 4.0, 4.0], 80)
    add([0, 90, 180, 270, 360, 450, 540], [2.0, 1.5, 1.5, 1.5, 2.5, 2.5, 2.5], 60)
    add([0, 90, 180, 270, 360, 450, 540], [2.0, 4.0, 2.0, 2.0, 3.0, 3.0, 3.0], 85)
    add([0, 90, 180, 270, 360, 450], [4.0, 4.0, 4.5, 4.0, 6.0, 6.0])
    add([0, 90, 180, 270, 360], [3.5, 4.0, 3.5, 4.0, 4.0])
    for onset in (-50, -20, -1):
        add([0, 40, 80, 170, 260, 350], [2.0, 3.0, 3.0, 3.0, 3.0, 3.0], onset)
    add([0, 60, 120, 180, 260, 340], [3.0, 2.0, 4.0, 2.0, 4.0, 4.0])
    return made


def _days(random: Random, style: str) -> list[int]:
    count = random.randint(2, 20)
    days = [0]
    for _ in range(count - 1):
        gap = {
            "trial": lambda: 84 + random.randint(-7, 7),
            "clinic": lambda: random.choice((91, 182, 182, 365)) + random.randint(-30, 30),
            "dense": lambda: random.randint(14, 70),
        }[style]()
        days.append(days[-1] + gap)
    return days


def _score(value: float) -> float:
    near = min(SCALE, key=lambda step: abs(step - value))
    return near


def generated(seed: int = SEED, count: int = GENERATED) -> list[Case]:
    """Histories of three rhythms of visits, with relapses before, in and after follow-up."""
    random = Random(seed)
    made = []
    for number in range(count):
        days = _days(random, ("trial", "clinic", "dense")[number % 3])
        relapses: set[int] = set()
        for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
            relapses.add(random.randint(-120, days[-1] + 60))
        if random.random() < 0.2 and len(days) > 2:
            relapses.add(random.choice(days[1:]) - random.choice((0, 1, 29, 30, 31, 90, 91)))
        start, drift = random.choice(SCALE[:14]), random.choice((-0.3, 0.0, 0.0, 0.4, 1.0))
        noise = random.choice((0.1, 0.35, 0.7))
        walk, peg, digit = random.uniform(4, 9), random.uniform(16, 30), random.uniform(25, 65)
        case = Case(f"gen{number:04d}", days, [], sorted(relapses))
        for day in days:
            bump = sum(1.5 * 0.5 ** ((day - r) / 60) for r in relapses if 0 <= day - r < 400)
            true = start + drift * day / 365.25 + bump
            case.edss.append(_score(true + random.gauss(0, noise)))
            slow = 1 + 0.08 * drift * day / 365.25 + 0.08 * bump
            case.walk.append(round(max(walk * slow * (1 + random.gauss(0, 0.08)), 2.0), 1))
            case.peg.append(round(max(peg * slow * (1 + random.gauss(0, 0.06)), 9.0), 1))
            points = digit - 2 * drift * day / 365.25 - 2 * bump + random.gauss(0, 3)
            case.digits.append(min(max(round(points), 1), 110))
        made.append(case)
    return made


def cases() -> list[Case]:
    """All histories."""
    return [*hand_made(), *generated()]
