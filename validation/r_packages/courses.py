"""400 made-up courses for the R packages: EDSS, functional systems, walking and relapses.

Only the random numbers of Python's own library are used, so that the same seed gives the same
courses everywhere. Many progress, relapse at the edge of a window, or are rated lower once.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SEED = 20261201
COUNT = 400
SYSTEMS = ("pyramidal", "cerebellar", "brainstem", "sensory", "bowel_bladder", "visual", "mental")
WALKING = "ambulation"
RATED = (*SYSTEMS, WALKING)
SCALE = [0.0, *(half / 2 for half in range(2, 20))]
_EDGES = (0, 1, 29, 30, 31, 60, 89, 90, 91)


@dataclass
class Course:
    """One patient: days, EDSS, grades of each system by visit, and onsets of relapses."""

    name: str
    days: list[int]
    edss: list[float] = field(default_factory=list)
    grades: list[dict[str, int]] = field(default_factory=list)
    relapses: list[int] = field(default_factory=list)


def courses(seed: int = SEED, count: int = COUNT) -> list[Course]:
    """All courses; each depends on the seed and its number alone."""
    return [_course(Random(seed * 10_000 + number), number) for number in range(count)]


def _course(random: Random, number: int) -> Course:
    one = Course(f"c{number:03d}", _days(random))
    one.relapses = _relapses(random, one.days)
    level = random.choice((0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 5.5, 6.0))
    drift = random.choice((-0.3, 0.0, 0.2, 0.5, 0.8, 1.2))
    noise = random.choice((0.0, 0.15, 0.3))
    kept = {onset: random.choice((0.0, 0.0, 0.5, 1.0)) for onset in one.relapses}
    share = {name: random.uniform(0.2, 1.0) for name in SYSTEMS}
    share["pyramidal"] = random.uniform(0.5, 1.0)
    for day in one.days:
        bump = sum(
            lasting + 1.5 * 0.5 ** ((day - onset) / 45)
            for onset, lasting in kept.items()
            if day >= onset
        )
        true = level + drift * day / 365.25 + bump
        rated = min(SCALE, key=lambda step: abs(step - true - random.gauss(0, noise)))
        if random.random() < 0.04:
            rated = max(step for step in SCALE if step <= max(rated - 1.0, 0.0))
        one.edss.append(rated)
        grades = {
            name: min(max(round(0.8 * part * rated + random.gauss(0, 0.25)), 0), 5)
            for name, part in share.items()
        }
        grades[WALKING] = min(max(round(2 * (rated - 4.0)), 0), 10)
        one.grades.append(grades)
    return one


def _days(random: Random) -> list[int]:
    rhythm = random.choice((84, 91, 120, 182))
    days = [0]
    for _ in range(random.choice((1, 2, 5, 8, 12, 16, 20, 24))):
        gap = rhythm + random.randint(-15, 15)
        if random.random() < 0.1:
            gap = random.choice((30, 45, 75, 76, 77))
        days.append(days[-1] + gap)
    return days


def _relapses(random: Random, days: list[int]) -> list[int]:
    onsets: set[int] = set()
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        near = random.choice(days) - random.choice(_EDGES)
        onsets.add(near if random.random() < 0.5 else random.randint(-60, days[-1] + 30))
    return sorted(onsets)


def write(folder: Path) -> None:
    """Write the courses as ``visits.csv`` and ``relapses.csv``."""
    made = courses()
    with (folder / "visits.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "day", "edss", *RATED])
        for one in made:
            for day, edss, grades in zip(one.days, one.edss, one.grades, strict=True):
                rows.writerow([one.name, day, edss, *(grades[name] for name in RATED)])
    with (folder / "relapses.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["case", "day"])
        rows.writerows([one.name, day] for one in made for day in one.relapses)
