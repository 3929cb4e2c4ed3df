"""A small run made by hand, for tests of what is shown and written."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from remyelin.comparison.compared import ComparedFigure, ComparedRun
from remyelin.comparison.predictive import Predictive
from remyelin.files import parse_yaml
from remyelin.parameters import ParameterTable
from remyelin.statistics.scoring import Verdict
from remyelin.study import catalogue
from remyelin.study.outcome import WHOLE, Outcome, OutcomeKey
from remyelin.study.schema import Study
from remyelin.study.tables import TABLES, Kind
from remyelin.study.vocabulary import IntervalKind, Mark, Measure
from remyelin.synthesis.scale import Scale
from remyelin.trials.prediction import Curve, RunSettings

ARMS = ("transplant", "drug")
_DTYPES = {Kind.INTEGER: "Int64", Kind.REAL: "float64", Kind.TEXT: "object", Kind.FLAG: "bool"}


def study(**changes: Any) -> Study:
    data: Any = parse_yaml(catalogue.template("made_up"), where="template")
    return catalogue.from_mapping({**data, **changes})


def _key(arm: str, outcome: str, months: float | None, measure: Measure) -> OutcomeKey:
    definition = "edss_rated" if outcome == "edss" else "cdw24"
    return OutcomeKey("made_up", arm, WHOLE, outcome, definition, months, measure)


def _prediction(
    key: OutcomeKey, values: tuple[float, ...], verdict: Verdict, observed: Outcome | None
) -> ComparedFigure:
    known = np.array([v for v in values if not math.isnan(v)])
    empty = known.size == 0
    low, middle, high = (math.nan,) * 3 if empty else np.quantile(known, (0.05, 0.5, 0.95))
    mean, sd = (math.nan, math.nan) if empty else (known.mean(), known.std(ddof=1))
    return ComparedFigure(
        key=key,
        definition=catalogue.definitions()[key.definition_id],
        n_replicates=known.size,
        n_not_estimable=len(values) - known.size,
        median=float(middle),
        low=float(low),
        high=float(high),
        mean=float(mean),
        sd=float(sd),
        observed=observed,
        parts=Predictive.of(values, scale=Scale.CHANGE).parts(),
        verdict=verdict,
        strict_verdict=verdict,
        z=None if observed is None or empty else float((observed.value - mean) / sd),
        interval_score=None,
        values=values,
    )


def predictions(source: str = "Made up 2020") -> tuple[ComparedFigure, ...]:
    ratio = _key("transplant_vs_drug", "progression_cumulative", None, Measure.HAZARD_RATIO)
    share = _key("transplant", "progression_cumulative", 24.0, Measure.PROPORTION)
    recalled = _key("drug", "progression_cumulative", 24.0, Measure.PROPORTION)
    edss = _key("drug", "edss", 12.0, Measure.MEAN)
    seen = Outcome(
        key=ratio,
        value=0.07,
        low=0.02,
        high=0.24,
        interval_kind=IntervalKind.CI,
        level=0.95,
        n=100,
        source=source,
        mark=Mark.SEEN,
    )
    return (
        _prediction(ratio, (0.05, 0.08, 0.11), Verdict.IN, seen),
        _prediction(share, (0.01, 0.02, 0.04), Verdict.NOT_PUBLISHED, None),
        _prediction(
            recalled,
            (0.3, 0.35, 0.4),
            Verdict.OUT,
            Outcome(key=recalled, value=0.543, source=source, mark=Mark.RECALLED),
        ),
        _prediction(
            edss,
            (3.6, 3.8, 3.9),
            Verdict.IN,
            Outcome(key=edss, value=3.9, source=source, mark=Mark.SEEN),
        ),
        _prediction(
            _key("drug", "progression_time", None, Measure.MEDIAN),
            (math.nan, math.nan, math.nan),
            Verdict.NOT_ESTIMABLE,
            None,
        ),
    )


def curves(labels: tuple[str, str]) -> tuple[Curve, ...]:
    made = []
    for arm, label, rate in zip(ARMS, labels, (0.002, 0.025), strict=True):
        months = tuple(float(m) for m in range(0, 25))
        survival = tuple(math.exp(-rate * m) for m in months)
        made.append(
            Curve(
                definition_id="cdw24",
                arm_id=arm,
                label=label,
                months=months,
                survival=survival,
                low=tuple(max(0.0, s - 0.004 * m) for s, m in zip(survival, months, strict=True)),
                high=tuple(min(1.0, s + 0.004 * m) for s, m in zip(survival, months, strict=True)),
                risk_months=(0.0, 6.0, 12.0, 18.0, 24.0),
                at_risk=tuple(50 * math.exp(-rate * m) for m in (0, 6, 12, 18, 24)),
                published=(
                    (12.0, 0.98 - 12 * rate, Mark.SEEN),
                    (20.0, 0.95 - 20 * rate, Mark.RECALLED),
                ),
            )
        )
    return tuple(made)


def tables(patients: int = 6) -> dict[str, pd.DataFrame]:
    """Small tables that follow the schema; real columns hold quarters, whole ones count up."""
    frames = {}
    for table in TABLES:
        columns: dict[str, Any] = {}
        for column in table.columns:
            if column.kind is Kind.TEXT:
                columns[column.name] = [ARMS[i % 2] for i in range(patients)]
            elif column.kind is Kind.FLAG:
                columns[column.name] = [i % 2 == 0 for i in range(patients)]
            else:
                columns[column.name] = [i / 4 for i in range(patients)]
                if column.kind is Kind.INTEGER:
                    columns[column.name] = list(range(patients))
                if column.nullable:
                    columns[column.name][0] = None
        frame = pd.DataFrame(columns)
        frames[table.name] = frame.astype({c.name: _DTYPES[c.kind] for c in table.columns})
    frames["subjects"]["imputed"] = "disease_duration_years"
    return frames


def result(**changes: Any) -> ComparedRun:
    """A run of a made-up study with two arms, as `remyelin.run` would give it."""
    chosen = changes.pop("study", None) or study()
    labels = (chosen.arms[0].label, chosen.arms[1].label)
    months = [0.0, 6.0, 12.0, 18.0, 24.0]
    course = pd.DataFrame(
        {
            "arm_id": [arm for arm in ARMS for _ in months],
            "time_months": months * 2,
            "mean": [3.4, 2.8, 2.5, 2.4, 2.4, 3.3, 3.5, 3.7, 3.9, 4.0],
            "low": [3.2, 2.5, 2.2, 2.1, 2.0, 3.1, 3.2, 3.4, 3.5, 3.6],
            "high": [3.6, 3.1, 2.8, 2.8, 2.8, 3.5, 3.8, 4.1, 4.3, 4.5],
            "n": [50.0] * 10,
        }
    )
    unmatched = Outcome(
        key=_key("transplant", "edss", 12.0, Measure.MEAN),
        value=2.36,
        source="Made up 2020",
        mark=Mark.RECALLED,
        note="asked for at another time",
    )
    made = ComparedRun(
        study=chosen,
        settings=RunSettings(study_id="made_up", patients=100, replicates=3, seed=1),
        parameters=ParameterTable.load(),
        predictions=predictions(),
        unmatched=(unmatched,),
        tables=tables(),
        curves=curves(labels),
        edss_course=course,
        record={"version": "0.1.0", "model": {"hash": "abc"}, "draws": [0, 1, 2]},
        wall_seconds=1.5,
    )
    return replace(made, **changes)
