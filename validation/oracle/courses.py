"""Made-up courses of patients, crowded around the edges of windows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

SYSTEMS = ("visual", "brainstem", "pyramidal", "cerebellar", "sensory", "bowel_bladder", "mental")
MEASURES = (
    "edss",
    "t25fw_seconds",
    "nhpt_seconds",
    "sdmt",
    "gd_lesions",
    "new_t2_lesions",
    "brain_volume_pct",
    *(f"fs_{name}" for name in SYSTEMS),
)
HARM = (
    "infection",
    "toxicity",
    "autoimmune_itp",
    "autoimmune_hypothyroidism",
    "autoimmune_hyperthyroidism",
    "febrile_neutropenia",
    "ebv_reactivation",
    "cmv_reactivation",
    "malignancy",
    "lasting_amenorrhoea",
    "pml",
    "neutrophil_engraftment",
)
_GAPS = (15, 30, 69, 75, 76, 77, 84, 91, 120, 152, 153, 154, 167, 168, 169, 182, 183, 320, 321, 350)
_EDGES = (0, 1, 29, 30, 31, 89, 90, 91)


@dataclass
class Visit:
    """One visit: day, number, whether it was planned, and what was measured."""

    day: int
    number: int
    planned: bool
    measured: dict[str, float] = field(default_factory=dict)


@dataclass
class Course:
    """One patient."""

    visits: list[Visit]
    onsets: list[int]
    harm: list[tuple[int, str, int]]
    end: int
    died: bool
    switch: int | None = None


def course(random: np.random.Generator) -> Course:
    """One made-up patient."""
    visits = _visits(random)
    last = visits[-1].day
    onsets = {
        int(random.choice([visit.day for visit in visits]) + random.choice((-1, 1)) * edge)
        for edge in random.choice(_EDGES, random.poisson(0.9))
    }
    end = max(0, last + int(random.choice([0, 0, 0, 10, 60, -40])))
    harm = [
        (int(random.integers(0, end + 20)), str(random.choice(HARM)), int(random.integers(1, 6)))
        for _ in range(random.poisson(0.7))
    ]
    died = bool(random.random() < 0.1)
    if died and random.random() < 0.4:
        harm.append((end, "death_of_other_cause", 5))
    if died and random.random() < 0.3:
        visits[-1].measured["edss"] = 10.0
    switch = None
    if random.random() < 0.2:
        switch = int(random.choice([visit.day for visit in visits])) + int(random.integers(-1, 2))
    return Course(visits, sorted(onsets), harm, end, died, switch)


def _visits(random: np.random.Generator) -> list[Visit]:
    days = [0]
    for _ in range(int(random.integers(0, 9))):
        gap = random.choice(_GAPS) if random.random() < 0.7 else random.integers(20, 220)
        days.append(days[-1] + int(gap))
    visits, number = [], 0
    true, walk, peg, digits, volume = random.uniform(0, 7), 5.0, 20.0, 50, 100.0
    systems = random.integers(0, 4, len(SYSTEMS))
    for day in days:
        planned = day == 0 or random.random() > 0.06
        true = min(max(true + random.choice([-1.0, -0.5, 0, 0, 0, 0.5, 1.0]), 0), 9.5)
        walk = round(max(walk * random.choice([0.8, 1.0, 1.0, 1.2, 1.25]), 1), 1)
        peg = round(max(peg * random.choice([0.9, 1.0, 1.0, 1.2, 1.3]), 5), 1)
        digits = int(np.clip(digits + random.choice([-4, -3, 0, 0, 3]), 0, 110))
        volume -= random.choice([0.0, 0.1, 0.2, 0.4])
        systems = np.clip(systems + random.choice([-1, 0, 0, 0, 1], len(SYSTEMS)), 0, 5)
        rating = round(2 * true) / 2
        seen = {"edss": 1.0 if rating == 0.5 else rating}
        if planned:
            seen |= {"t25fw_seconds": walk, "nhpt_seconds": peg, "sdmt": digits}
            seen |= {f"fs_{name}": int(s) for name, s in zip(SYSTEMS, systems, strict=True)}
            if random.random() < 0.6:
                seen |= {
                    "gd_lesions": int(random.random() < 0.08),
                    "new_t2_lesions": int(random.random() < 0.12),
                    "brain_volume_pct": volume,
                }
        kept = {name: value for name, value in seen.items() if random.random() > 0.04}
        visits.append(Visit(day, number if planned else -1, planned, kept))
        number += planned
    return visits


def courses(count: int, seed: int) -> list[Course]:
    """Made-up patients; each depends on the seed and its number alone."""
    return [course(np.random.default_rng((seed, number))) for number in range(count)]


def tables(made: list[Course]) -> dict[str, pd.DataFrame]:
    """The courses as longitudinal tables."""
    subjects, visits, relapses, harm = [], [], [], []
    for number, one in enumerate(made):
        who = (0, "a", number)
        reason = "death" if one.died else "completed"
        subjects.append((*who, one.end, reason, np.nan if one.switch is None else one.switch))
        for seen in one.visits:
            values = (seen.measured.get(name, np.nan) for name in MEASURES)
            visits.append((*who, seen.number, seen.day, seen.planned, *values))
        relapses += [(*who, day) for day in one.onsets]
        harm += [(*who, *row) for row in one.harm]
    key = ["replicate", "arm_id", "subject_id"]
    return {
        "subjects": pd.DataFrame(subjects, columns=[*key, "end_day", "end_reason", "switch_day"]),
        "visits": pd.DataFrame(visits, columns=[*key, "visit", "day", "scheduled", *MEASURES]),
        "relapses": pd.DataFrame(relapses, columns=[*key, "day"]),
        "adverse_events": pd.DataFrame(harm, columns=[*key, "day", "event", "grade"]),
    }
