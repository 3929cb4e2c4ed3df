"""Predictions: every endpoint of a study estimated in each replicate, joined with the base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import History
from remyelin.evidence.base import EvidenceBase
from remyelin.statistics import ArmCurve, Verdict, curves, replicate_figures, score, summarise
from remyelin.statistics.figures import EVENT_FREE
from remyelin.statistics.scoring import HIGH_QUANTILE, LOW_QUANTILE
from remyelin.study.definition import Definition, EventKind
from remyelin.study.outcome import WHOLE, Outcome, OutcomeKey
from remyelin.study.schema import CONTRAST_SEPARATOR, Endpoint, Study, split_contrast
from remyelin.study.vocabulary import Mark, Measure, Role
from remyelin.trials.plan import planned_visits
from remyelin.trials.prediction import Curve, Prediction
from remyelin.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

_MONTH_DECIMALS: Final = 1
_PLACE: Final = ["arm_id", "visit"]

_CURVED = (
    EventKind.WORSENING,
    EventKind.MILESTONE,
    EventKind.COMPOSITE,
    EventKind.RELAPSE,
    EventKind.NEDA3,
    EventKind.NEDA4,
)
"""Kinds of endpoints that are drawn as curves."""


Definitions: TypeAlias = Mapping[str, Definition]
"""What counts as an event, by name."""


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


def keys_of(study: Study) -> Iterator[tuple[OutcomeKey, Endpoint]]:
    """Give the join key of every figure that a study asks for."""
    name = study.evidence_id or study.study_id
    for endpoint in study.endpoints:
        arms: Sequence[str] = endpoint.arms or study.arm_ids
        if endpoint.contrast is not None:
            arms = (endpoint.contrast,)
        for arm in arms:
            for months in endpoint.times_months:
                key = OutcomeKey(
                    name,
                    arm,
                    WHOLE,
                    endpoint.outcome,
                    endpoint.definition_id,
                    months,
                    endpoint.measure,
                )
                yield key, endpoint


def predictions(
    study: Study, history: History, definitions: Definitions, *, scored: bool = True
) -> tuple[Prediction, ...]:
    """Estimate every figure that a study asks for and set it beside the published one.

    Parameters
    ----------
    study, history, definitions
        What is asked for, the tables of the run, and what counts as an event.
    scored
        False for a run whose intervals are not those of the study: twins, whose replicates are
        not new trials, and another number of patients.
    """
    return predictions_of(
        study, lambda key: _values(key, history, definitions), definitions, scored=scored
    )


def predictions_of(
    study: Study,
    estimate: Callable[[OutcomeKey], NDArray[np.float64]],
    definitions: Definitions,
    *,
    scored: bool,
) -> tuple[Prediction, ...]:
    """Set every figure that a study asks for beside the published one.

    Parameters
    ----------
    study
        What is asked for.
    estimate
        Gives a figure in each replicate.
    definitions
        What counts as an event, by name.
    scored
        As in `predictions`.
    """
    seen = {outcome.key: outcome for outcome in published(study)}
    made = (
        _prediction(key, definitions[key.definition_id], estimate(key), seen.get(key))
        for key, _ in keys_of(study)
    )
    return tuple(prediction if scored else _unscored(prediction) for prediction in made)


def _unscored(prediction: Prediction) -> Prediction:
    if prediction.observed is None:
        return prediction
    return replace(prediction, verdict=Verdict.NOT_SCORABLE, z=None, interval_score=None)


def _prediction(
    key: OutcomeKey,
    definition: Definition,
    values: NDArray[np.float64],
    observed: Outcome | None,
) -> Prediction:
    summary = summarise(values)
    judged = score(values, observed)
    return Prediction(
        key=key,
        definition=definition,
        n_replicates=summary.n_replicates,
        n_not_estimable=summary.n_not_estimable,
        median=summary.median,
        low=summary.low,
        high=summary.high,
        mean=summary.mean,
        sd=summary.sd,
        observed=observed,
        verdict=judged.verdict,
        z=judged.z,
        interval_score=judged.interval_score,
        values=tuple(float(value) for value in values),
    )


def _values(key: OutcomeKey, history: History, definitions: Definitions) -> NDArray[np.float64]:
    """Estimate a figure in each replicate; nan everywhere when an arm has nobody."""
    arms = split_contrast(key.arm) if CONTRAST_SEPARATOR in key.arm else (key.arm,)
    if not set(arms) <= set(history.arm_ids):
        return np.full(len(np.unique(history.replicate)), np.nan)
    return replicate_figures(
        history,
        definitions[key.definition_id],
        definitions,
        outcome=key.outcome,
        measure=key.measure,
        arm=key.arm,
        time_months=key.time_months,
    ).values


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


def curves_of(study: Study, history: History, definitions: Definitions) -> tuple[Curve, ...]:
    """Give Kaplan-Meier curves of the events that a study asks for, with published points."""
    drawn = (
        curve
        for name in curved(study, definitions)
        for curve in curves(history, definitions[name], definitions)
    )
    return labelled(study, drawn)


def curved(study: Study, definitions: Definitions) -> tuple[str, ...]:
    """Name the definitions of a study that are drawn as curves."""
    wanted = dict.fromkeys(
        e.definition_id for e in study.endpoints if definitions[e.definition_id].kind in _CURVED
    )
    return tuple(wanted)


def labelled(study: Study, drawn: Iterable[ArmCurve]) -> tuple[Curve, ...]:
    """Give curves the labels of their arms and the published points."""
    labels = {arm.arm_id: arm.label for arm in study.arms}
    seen = published(study)
    return tuple(
        Curve(
            definition_id=curve.definition_id,
            arm_id=curve.arm_id,
            label=labels[curve.arm_id],
            months=curve.months,
            survival=curve.survival,
            low=curve.low,
            high=curve.high,
            risk_months=curve.risk_months,
            at_risk=curve.at_risk,
            published=_points(seen, curve.definition_id, curve.arm_id),
        )
        for curve in drawn
    )


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


def edss_course(study: Study, visits: pd.DataFrame) -> pd.DataFrame:
    """Give the mean EDSS by arm and visit: median and 5 to 95 % band over replicates.

    Returns
    -------
    pandas.DataFrame
        ``arm_id``, ``time_months``, ``mean``, ``low``, ``high`` and ``n``, the patients rated
        at the visit, mean over replicates; scheduled visits only.
    """
    visits = visits[visits["scheduled"]]
    return course_of(
        study,
        visits.groupby([*_PLACE, "replicate"])["edss"].mean(),
        visits.groupby(_PLACE).size() / visits["replicate"].nunique(),
    )


def course_of(study: Study, mean: pd.Series[float], rated: pd.Series[float]) -> pd.DataFrame:
    """Give the course of the EDSS from its mean in each replicate.

    Parameters
    ----------
    study
        Its visits say when each was planned.
    mean
        Mean by ``arm_id``, ``visit`` and ``replicate``.
    rated
        Patients rated in a replicate, by ``arm_id`` and ``visit``.
    """
    means = mean.groupby(_PLACE)
    months = {
        visit.number: round(visit.day / DAYS_PER_MONTH, _MONTH_DECIMALS)
        for visit in planned_visits(study)
    }
    course = means.agg("median").to_frame("mean")
    course["low"] = means.quantile(LOW_QUANTILE)
    course["high"] = means.quantile(HIGH_QUANTILE)
    course["n"] = rated
    course = course.reset_index()
    course.insert(1, "time_months", course.pop("visit").map(months))
    return course
