"""Gates of a calibration: numbers that must hold before its draws are used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from remyelin.calibration.calibrate import Calibration
from remyelin.calibration.leave_out import Foretold
from remyelin.synthesis.pooling import TauMethod
from remyelin.synthesis.rival import Rival, rivals

COVERAGE_90: Final = (0.85, 0.95)
COVERAGE_50: Final = (0.40, 0.60)
SCORE_RATIO: Final = 0.9
R_HAT: Final = 1.05
EFFECTIVE: Final = 200.0
EMULATOR_RATIO: Final = 1.1
_BOOTSTRAPS: Final = 2000
_SEED: Final = 11


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A number, its bounds, and whether it holds."""

    name: str
    value: float
    low: float | None
    high: float | None
    holds: bool


def _gate(name: str, value: float, low: float | None, high: float | None) -> Gate:
    holds = (low is None or value >= low) and (high is None or value <= high)
    return Gate(name=name, value=round(float(value), 3), low=low, high=high, holds=holds)


def gates(done: Calibration) -> tuple[Gate, ...]:
    """Hold a calibration to its gates."""
    told = scores(done.foretold)
    ratio = told["all"]["ratio"] if "all" in told else float("nan")
    return (
        _gate("R-hat, the largest", done.posterior.r_hat, None, R_HAT),
        _gate("effective draws, the fewest", done.posterior.effective, EFFECTIVE, None),
        _gate("emulator error out of sample", done.wave.error_ratio, None, EMULATOR_RATIO),
        _gate("90 % intervals, leave study out", _share(done.foretold, 0.9), *COVERAGE_90),
        _gate("50 % intervals, leave study out", _share(done.foretold, 0.5), *COVERAGE_50),
        _gate("interval score over the rival's", ratio, None, SCORE_RATIO),
    )


def _share(foretold: Iterable[Foretold], level: float) -> float:
    pairs = [(one.covers(level), one.target.figure.vote) for one in foretold]
    return float(np.average([hit for hit, _ in pairs], weights=[vote for _, vote in pairs]))


def coverage(foretold: Sequence[Foretold]) -> dict[str, dict[str, float]]:
    """Give coverage by votes, of all figures, of contrasts, and of each kind."""
    groups: dict[str, list[Foretold]] = {"all": list(foretold)}
    for one in foretold:
        groups.setdefault(one.target.kind, []).append(one)
        if one.target.figure.is_contrast:
            groups.setdefault("contrasts", []).append(one)
    return {
        name: {
            "figures": len(members),
            "cohorts": len({one.target.figure.overlap for one in members}),
            "in_90": round(_share(members, 0.9), 3),
            "in_50": round(_share(members, 0.5), 3),
            "width": round(median(_width(one) for one in members), 3),
        }
        for name, members in groups.items()
    }


def _width(one: Foretold) -> float:
    low, high = one.interval(0.9)
    return high - low


def scores(foretold: Sequence[Foretold]) -> dict[str, dict[str, float]]:
    """Set the interval scores beside those of the rival, on the figures that have one.

    Each scale has a ratio of means of its own; the ratio of all is their mean weighted by figures,
    with an interval from resampled cohorts.
    """
    tune = [one.target.figure for one in foretold]
    found = rivals(tune, tune, method=TauMethod.DERSIMONIAN_LAIRD).found
    both = [
        (one, found[one.target.figure.key]) for one in foretold if one.target.figure.key in found
    ]
    if not both:
        return {}
    names = sorted({one.target.figure.overlap for one, _ in both})
    rng = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(_BOOTSTRAPS):
        picked = rng.choice(len(names), len(names))
        times = np.bincount(picked, minlength=len(names))
        weights = dict(zip(names, times, strict=True))
        drawn.append(_ratio(both, weights))
    low, high = np.nanquantile(drawn, [0.05, 0.95])
    every = {
        "figures": float(len(both)),
        "ratio": round(_ratio(both, dict.fromkeys(names, 1)), 3),
        "low": round(float(low), 3),
        "high": round(float(high), 3),
        "rival_in_90": round(
            float(
                np.average(
                    [_rival_covers(one, rival) for one, rival in both],
                    weights=[one.target.figure.vote for one, _ in both],
                )
            ),
            3,
        ),
    }
    return {"all": every, **_by_scale(both)}


def _by_scale(both: Sequence[tuple[Foretold, Rival]]) -> dict[str, dict[str, float]]:
    groups: dict[str, list[tuple[Foretold, Rival]]] = {}
    for pair in both:
        groups.setdefault(pair[0].target.figure.scale.value, []).append(pair)
    return {
        name: {
            "figures": float(len(pairs)),
            "model": round(_mean(one.score() for one, _ in pairs), 3),
            "rival": round(_mean(_rival_score(one, rival) for one, rival in pairs), 3),
            "width": round(median(_width(one) for one, _ in pairs), 3),
            "rival_width": round(median(_rival_width(rival) for _, rival in pairs), 3),
        }
        for name, pairs in groups.items()
    }


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _ends(rival: Rival) -> tuple[float, float]:
    return rival.forecast.low, rival.forecast.high


def _rival_covers(one: Foretold, rival: Rival) -> bool:
    low, high = _ends(rival)
    return low <= one.target.figure.place <= high


def _rival_width(rival: Rival) -> float:
    low, high = _ends(rival)
    return high - low


def _rival_score(one: Foretold, rival: Rival) -> float:
    low, high = _ends(rival)
    seen = one.target.figure.place
    return high - low + 20.0 * (max(low - seen, 0.0) + max(seen - high, 0.0))


def _ratio(both: Sequence[tuple[Foretold, Rival]], weights: dict[str, int]) -> float:
    sums: dict[str, list[float]] = {}
    for one, rival in both:
        weight = weights[one.target.figure.overlap]
        if weight:
            here = sums.setdefault(one.target.figure.scale.value, [0.0, 0.0, 0.0])
            here[0] += weight * one.score()
            here[1] += weight * _rival_score(one, rival)
            here[2] += weight
    ratios = [(mine / theirs, count) for mine, theirs, count in sums.values() if theirs > 0.0]
    if not ratios:
        return float("nan")
    return float(np.average([r for r, _ in ratios], weights=[c for _, c in ratios]))
