"""From events and levels to figures per replicate, curves and scores."""

from __future__ import annotations

from remyelin.statistics.cox import Fit, HazardRatios, hazard_ratios
from remyelin.statistics.curves import ArmCurve, curves
from remyelin.statistics.estimate import Figures, allowed_measures, replicate_figures
from remyelin.statistics.scoring import Score, Summary, Verdict, interval_score, score, summarise
from remyelin.statistics.summaries import (
    Estimate,
    mean,
    mean_difference,
    proportion,
    rate,
    rate_ratio,
)
from remyelin.statistics.survival import SurvivalCurves, kaplan_meier

__all__ = [
    "ArmCurve",
    "Estimate",
    "Figures",
    "Fit",
    "HazardRatios",
    "Score",
    "Summary",
    "SurvivalCurves",
    "Verdict",
    "allowed_measures",
    "curves",
    "hazard_ratios",
    "interval_score",
    "kaplan_meier",
    "mean",
    "mean_difference",
    "proportion",
    "rate",
    "rate_ratio",
    "replicate_figures",
    "score",
    "summarise",
]
