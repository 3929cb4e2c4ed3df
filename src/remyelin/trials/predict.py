"""Predictions: every endpoint of a study estimated in each replicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import History
from remyelin.statistics import ArmCurve, curves, replicate_figures, summarise
from remyelin.statistics.scoring import HIGH_QUANTILE, LOW_QUANTILE
from remyelin.study.definition import Definition, EventKind
from remyelin.study.outcome import WHOLE, OutcomeKey
from remyelin.study.schema import CONTRAST_SEPARATOR, Endpoint, Study, split_contrast
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


def predictions(study: Study, history: History, definitions: Definitions) -> tuple[Prediction, ...]:
    """Estimate every figure that a study asks for.

    Parameters
    ----------
    study, history, definitions
        What is asked for, the tables of the run, and what counts as an event.
    """
    return predictions_of(study, lambda key: _values(key, history, definitions), definitions)


def predictions_of(
    study: Study,
    estimate: Callable[[OutcomeKey], NDArray[np.float64]],
    definitions: Definitions,
) -> tuple[Prediction, ...]:
    """Give the prediction of every figure that a study asks for.

    Parameters
    ----------
    study
        What is asked for.
    estimate
        Gives a figure in each replicate.
    definitions
        What counts as an event, by name.
    """
    return tuple(
        _prediction(key, definitions[key.definition_id], estimate(key)) for key, _ in keys_of(study)
    )


def _prediction(key: OutcomeKey, definition: Definition, values: NDArray[np.float64]) -> Prediction:
    summary = summarise(values)
    return Prediction(
        key=key,
        definition=definition,
        n_replicates=summary.n_replicates,
        n_not_estimable=summary.n_not_estimable,
        median=summary.median,
        mean=summary.mean,
        sd=summary.sd,
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


def curves_of(study: Study, history: History, definitions: Definitions) -> tuple[Curve, ...]:
    """Give Kaplan-Meier curves of the events that a study asks for."""
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
    """Give curves the labels of their arms."""
    labels = {arm.arm_id: arm.label for arm in study.arms}
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
        )
        for curve in drawn
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
