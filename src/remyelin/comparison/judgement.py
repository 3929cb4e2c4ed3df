"""The scoring rule: how a prediction stands beside a published figure, for every figure alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

from remyelin.comparison.predictive import Predictive
from remyelin.statistics.scoring import MIN_SCORED, Verdict

_SLACK = 1e-9
"""Relative slack of the comparison with an end of the interval, against rounding."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Interval and verdict of a prediction.

    Attributes
    ----------
    low, high, verdict
        The 90 % interval of a study's figure, and whether the published one lies in it.
    strict_low, strict_high, strict_verdict
        The same without spread between studies and without discrepancy: chance of a study,
        parameters and number of replicates only.
    z, interval_score
        As in `Predictive`; None without a verdict.
    """

    low: float
    high: float
    verdict: Verdict
    strict_low: float
    strict_high: float
    strict_verdict: Verdict
    z: float | None
    interval_score: float | None


def judge(predictive: Predictive, observed: float | None, *, scorable: bool = True) -> Judgement:
    """Judge a prediction.

    Parameters
    ----------
    predictive
        What a new study would find.
    observed
        The published figure; None where nothing is published.
    scorable
        False where nothing tells how precise the published figure is, or where the run is not of
        the study's size.

    Returns
    -------
    Judgement
        Not scorable also with fewer than `MIN_SCORED` replicates; not estimable without any.
    """
    strict = replace(predictive, study_sd=0.0, discrepancy_sd=0.0)
    ends, strict_ends = predictive.interval(), strict.interval()
    verdict = _verdict(predictive, ends, observed, scorable=scorable)
    scored = observed is not None and verdict in (Verdict.IN, Verdict.OUT)
    return Judgement(
        low=ends[0],
        high=ends[1],
        verdict=verdict,
        strict_low=strict_ends[0],
        strict_high=strict_ends[1],
        strict_verdict=_verdict(predictive, strict_ends, observed, scorable=scorable),
        z=predictive.z(observed) if scored and observed is not None else None,
        interval_score=(
            predictive.interval_score(observed) if scored and observed is not None else None
        ),
    )


def _verdict(
    predictive: Predictive, ends: tuple[float, float], observed: float | None, *, scorable: bool
) -> Verdict:
    if observed is None:
        return Verdict.NOT_PUBLISHED
    if not scorable:
        return Verdict.NOT_SCORABLE
    count = predictive.values.size
    if count < MIN_SCORED:
        return Verdict.NOT_SCORABLE if count else Verdict.NOT_ESTIMABLE
    slack = _SLACK * max(1.0, abs(observed))
    return Verdict.IN if ends[0] - slack <= observed <= ends[1] + slack else Verdict.OUT
