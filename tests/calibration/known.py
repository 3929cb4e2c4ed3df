"""A synthetic evidence base with known truth: figures of studies from a known model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remyelin.calibration.emulator import Emulators, train
from remyelin.calibration.fit import Ready
from remyelin.calibration.targets import Target
from remyelin.study.vocabulary import Mark
from remyelin.synthesis.effects import carried
from remyelin.synthesis.figure import Figure
from remyelin.synthesis.scale import Scale

COORDINATES = 6
RUNS = 120
NOISE = 0.05
TAU = 0.15
SHIFT = 0.25
"""What the model gets wrong: worsening under transplantation is this much higher than it says."""


@dataclass(frozen=True)
class Known:
    """A base with its truth."""

    fit: Ready
    truth: NDArray[np.float64]


def figure(study: str, outcome: str, outcome_class: str, treatment: str, place: float) -> Figure:
    """A published rate with a place on the log scale."""
    return Figure(
        key=f"{study}|{treatment}|{outcome}",
        group="known",
        origin="study",
        run=study,
        study=study,
        arm=treatment,
        outcome=outcome,
        definition="",
        measure="mean",
        outcome_class=outcome_class,
        quantity=outcome,
        treatment=treatment,
        phenotype="rrms",
        era="modern",
        year=2020,
        months=24.0,
        scale=Scale.RATIO,
        value=float(np.exp(place)),
        place=place,
        error=NOISE,
        error_from="known",
        n=400,
        events=None,
        low=None,
        high=None,
        overlap=study,
        vote=1.0,
        agrees="agrees",
        known=False,
        mark=Mark.ASSUMED,
        source="made from a known truth",
    )


def base(seed: int, *, studies: int = 12, shift: float = SHIFT) -> Known:
    """Figures of three outcomes in untreated and transplanted arms of several studies."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, 0.7, COORDINATES)
    x = rng.standard_normal((RUNS, COORDINATES))
    targets: list[Target] = []
    emulators = []
    slopes = {
        (outcome, treatment): rng.normal(0.0, 0.4, COORDINATES)
        for outcome in ("relapses", "worsening", "lesions")
        for treatment in ("none", "ahsct")
    }
    for k in range(studies):
        own = {outcome: rng.normal(0.0, TAU) for outcome in ("relapses", "worsening", "lesions")}
        for (outcome, treatment), slope in slopes.items():
            wrong = shift if (outcome, treatment) == ("worsening", "ahsct") else 0.0
            tilt = slope * rng.uniform(0.8, 1.2, COORDINATES)
            place = float(tilt @ truth) + own[outcome] + wrong + rng.normal(0.0, NOISE)
            carries = carried(outcome, outcome, Scale.RATIO, treatment, contrast=False)
            study = f"study {k}"
            targets.append(
                Target(
                    figure=figure(study, outcome, outcome, treatment, place),
                    study=f"{study} | {carries.kind}",
                    carries=carries,
                )
            )
            emulators.append(train(x, x @ tilt + rng.normal(0.0, 0.02, RUNS)))
    count = len(targets)
    ready = Ready(
        tuple(targets),
        Emulators.of(emulators, COORDINATES),
        np.full(count, NOISE),
        np.full(count, 0.01),
        (),
    )
    return Known(ready, truth)
