"""Predictions beside observations: what a run gives once it was held against the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remyelin.comparison.predictive import Parts
from remyelin.statistics.scoring import Verdict
from remyelin.study.outcome import Outcome
from remyelin.study.tables import Column, Kind, Table
from remyelin.study.vocabulary import Role
from remyelin.trials.prediction import FIGURE_COLUMNS, Prediction, RunResult, figure_cells, framed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ComparedFigure(Prediction):
    """A prediction with its interval, beside the published figure.

    Attributes
    ----------
    median
        Middle of the replicates, with the discrepancy that a calibration learnt where there is one.
    low, high
        The 90 % interval of a study's figure (`Predictive.interval`); nan with fewer than two
        replicates.
    parts
        What the interval is made of.
    observed
        Published figure; None where nothing is published.
    verdict, strict_verdict
        Whether it lies in the interval, and in the one without spread between studies and
        discrepancy.
    z, interval_score
        As in `Predictive`; None where they cannot be formed.
    """

    low: float
    high: float
    parts: Parts
    observed: Outcome | None
    verdict: Verdict
    strict_verdict: Verdict
    z: float | None
    interval_score: float | None


OUTCOMES = Table(
    "outcomes",
    "One row per predicted outcome, beside the published figure.",
    (
        *FIGURE_COLUMNS,
        Column("median", Kind.REAL, "", "predicted median over replicates", nullable=True),
        Column("low", Kind.REAL, "", "lower end of the 90 % interval", nullable=True),
        Column("high", Kind.REAL, "", "upper end of the 90 % interval", nullable=True),
        Column("mean", Kind.REAL, "", "mean over replicates", nullable=True),
        Column("sd", Kind.REAL, "", "standard deviation over replicates", nullable=True),
        Column("n_replicates", Kind.INTEGER, "", "replicates that gave an estimate"),
        Column("n_not_estimable", Kind.INTEGER, "", "replicates without an estimate"),
        Column("observed", Kind.REAL, "", "published figure", nullable=True),
        Column("observed_low", Kind.REAL, "", "lower end of its interval", nullable=True),
        Column("observed_high", Kind.REAL, "", "upper end of its interval", nullable=True),
        Column("observed_interval", Kind.TEXT, "", "ci, iqr, range or sd", nullable=True),
        Column("observed_level", Kind.REAL, "", "probability of the interval", nullable=True),
        Column("observed_n", Kind.INTEGER, "", "patients behind the figure", nullable=True),
        Column("observed_events", Kind.INTEGER, "", "events among them", nullable=True),
        Column("observed_source", Kind.TEXT, "", "citation of the figure", nullable=True),
        Column("observed_page", Kind.TEXT, "", "where the figure was read", nullable=True),
        Column("observed_mark", Kind.TEXT, "", "seen, recalled or assumed", nullable=True),
        Column("verdict", Kind.TEXT, "", "in, out, not_published, not_scorable, not_estimable"),
        Column("z", Kind.REAL, "", "(observed - mean) / sd, on the figure's scale", nullable=True),
        Column("strict_verdict", Kind.TEXT, "", "verdict without spread between studies"),
        Column("interval_score", Kind.REAL, "", "interval score, small is good", nullable=True),
    ),
)
"""Columns of `ComparedRun.outcomes`."""


def _row(prediction: ComparedFigure) -> tuple[object, ...]:
    seen = prediction.observed
    observation: tuple[object, ...] = (None,) * 9
    if seen is not None:
        kind = None if seen.interval_kind is None else seen.interval_kind.value
        observation = (seen.value, seen.low, seen.high, kind, seen.level, seen.n, seen.events)
        observation += (seen.source or None, seen.page or None, seen.mark.value)
    else:
        observation += (None,)
    return (
        *figure_cells(prediction.key),
        *(prediction.median, prediction.low, prediction.high, prediction.mean, prediction.sd),
        *(prediction.n_replicates, prediction.n_not_estimable),
        *observation,
        *(prediction.verdict.value, prediction.z),
        *(prediction.strict_verdict.value, prediction.interval_score),
    )


@dataclass(frozen=True, kw_only=True)
class ComparedRun(RunResult):
    """A run held against what was published.

    Attributes
    ----------
    predictions
        Predictions beside published figures.
    unmatched
        Published figures of the study that this run does not predict, with a note why.
    role
        Whether the published study helped to shape the model; None for a study of one's own.
    """

    predictions: tuple[ComparedFigure, ...]
    unmatched: tuple[Outcome, ...]
    role: Role | None = None

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row per prediction with the columns of `OUTCOMES`."""
        return framed([_row(prediction) for prediction in self.predictions], OUTCOMES)
