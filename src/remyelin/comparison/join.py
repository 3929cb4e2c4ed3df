"""The join: every prediction of a run beside what was published of its study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.comparison.compared import ComparedFigure, ComparedRun
from remyelin.comparison.judgement import Judgement, judge
from remyelin.comparison.posterior import RunEffects, carried_by, effects_beside
from remyelin.comparison.predictive import Predictive
from remyelin.comparison.scales import scale_of
from remyelin.evidence.base import EvidenceBase
from remyelin.statistics.figures import EVENT_FREE
from remyelin.study.outcome import WHOLE, Outcome, OutcomeKey
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Mark, Measure, Role
from remyelin.trials.predict import keys_of
from remyelin.trials.prediction import Prediction, RunResult


def published(study: Study) -> tuple[Outcome, ...]:
    """Give the outcomes that the base holds of a study; none for a study that is not in it."""
    if study.evidence_id is None:
        return ()
    return EvidenceBase.load().outcomes(study.evidence_id)


def role_of(study: Study) -> Role | None:
    """Give the role of the published study; None for a study that is not in the base."""
    if study.evidence_id is None:
        return None
    return EvidenceBase.load().study(study.evidence_id).role


def compare(
    result: RunResult,
    *,
    study_sd: float = 0.0,
    discrepancy_sd: float = 0.0,
) -> ComparedRun:
    """Hold a run against what was published of its study.

    Parameters
    ----------
    result
        The run. Of twins, whose replicates are not new trials, and of another number of patients
        nothing is scored.
    study_sd, discrepancy_sd
        Between-study SD and SD of the model's discrepancy, on each figure's scale; contrasts of
        arms have neither, as what studies differ by moves their arms alike. Under the posterior
        that comes with the package its own effects are taken instead; twins carry none.
    """
    study, settings = result.study, result.settings
    beside = effects_beside(result.draws)
    scored = not settings.twins and settings.patients == study.design.n
    outcomes = published(study)
    seen = {outcome.key: outcome for outcome in outcomes}
    compared = []
    for one in result.predictions:
        predictive = _predictive(one, result, beside, study_sd, discrepancy_sd)
        compared.append(_figure(one, predictive, seen.get(one.key), scored=scored))
    given = {f.name: getattr(result, f.name) for f in fields(RunResult)}
    curves = tuple(
        replace(curve, published=_points(outcomes, curve.definition_id, curve.arm_id))
        for curve in result.curves
    )
    return ComparedRun(
        **{**given, "predictions": tuple(compared), "curves": curves},
        unmatched=unmatched(study),
        role=role_of(study),
    )


def _predictive(
    one: Prediction,
    result: RunResult,
    beside: RunEffects | None,
    study_sd: float,
    discrepancy_sd: float,
) -> Predictive:
    study, key = result.study, one.key
    size = size_of(study, key.arm, result.settings.patients)
    carries = None if beside is None or result.settings.twins else carried_by(study, key)
    if beside is not None and carries is not None:
        found = beside.corrected(np.asarray(one.values), carries, np.asarray(one.draws))
        return predictive_of(
            key,
            found.values,
            draws=one.draws,
            size=size,
            study_sd=found.study_sd,
            discrepancy_sd=found.discrepancy_sd,
        )
    is_level = key.arm in study.arm_ids
    return predictive_of(
        key,
        one.values,
        draws=one.draws,
        size=size,
        study_sd=study_sd if is_level else 0.0,
        discrepancy_sd=discrepancy_sd if is_level else 0.0,
    )


def predictive_of(
    key: OutcomeKey,
    values: Sequence[float] | NDArray[np.float64],
    *,
    draws: Sequence[int] = (),
    size: float | None = None,
    study_sd: float = 0.0,
    discrepancy_sd: float = 0.0,
) -> Predictive:
    """Give the predictive distribution of a figure of a study, at the size it was run.

    Parameters
    ----------
    key
        Tells the scale.
    values, draws, size, study_sd, discrepancy_sd
        As in `Predictive.of`.
    """
    return Predictive.of(
        values,
        scale=scale_of(key.measure, key.outcome),
        draws=draws,
        size=size,
        study_sd=study_sd,
        discrepancy_sd=discrepancy_sd,
    )


def size_of(study: Study, arm: str, patients: int) -> float | None:
    """Give the patients of an arm in a run of so many; None for a contrast."""
    shares = {one.arm_id: one.share for one in study.arms}
    return patients * shares[arm] / sum(shares.values()) if arm in shares else None


def is_scorable(observed: Outcome) -> bool:
    """Say whether anything tells how precise a published figure is."""
    return not (observed.n is None and observed.low is None and observed.high is None)


def judged(predictive: Predictive, observed: Outcome | None, *, scored: bool) -> Judgement:
    """Judge a prediction of a study beside its published figure; None: nothing is published."""
    if observed is None:
        return judge(predictive, None)
    return judge(predictive, observed.value, scorable=scored and is_scorable(observed))


def _figure(
    one: Prediction, predictive: Predictive, observed: Outcome | None, *, scored: bool
) -> ComparedFigure:
    found = judged(predictive, observed, scored=scored)
    middle = predictive.median if predictive.values.size else one.median
    return ComparedFigure(
        **{**{f.name: getattr(one, f.name) for f in fields(Prediction)}, "median": middle},
        low=found.low,
        high=found.high,
        parts=predictive.parts(),
        observed=observed,
        verdict=found.verdict,
        strict_verdict=found.strict_verdict,
        z=found.z,
        interval_score=found.interval_score,
    )


def unmatched(study: Study) -> tuple[Outcome, ...]:
    """Give published figures that the study's endpoints do not ask for, with the reason."""
    asked = {key for key, _ in keys_of(study)}
    arms = set(study.arm_ids) | {e.contrast for e in study.endpoints if e.contrast}
    return tuple(
        replace(outcome, note=_joined(outcome.note, _why(outcome, arms)))
        for outcome in published(study)
        if outcome.key not in asked
    )


def _why(outcome: Outcome, arms: set[str]) -> str:
    if outcome.key.arm not in arms:
        return "not predicted: the study file has no such arm or contrast"
    if outcome.key.subgroup != WHOLE:
        return "not predicted: subgroups are not formed"
    return "not predicted: not among the endpoints of the study file"


def _joined(note: str, more: str) -> str:
    return f"{note}; {more}" if note else more


def _points(
    seen: Sequence[Outcome], definition_id: str, arm_id: str
) -> tuple[tuple[float, float, Mark], ...]:
    return tuple(
        (key.time_months, row.value if key.outcome in EVENT_FREE else 1.0 - row.value, row.mark)
        for row in seen
        for key in (row.key,)
        if key.measure is Measure.PROPORTION
        and key.definition_id == definition_id
        and key.arm == arm_id
        and key.subgroup == WHOLE
        and key.time_months is not None
    )
