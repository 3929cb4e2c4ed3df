"""From events and levels to figures per replicate, curves and scores."""

from __future__ import annotations

from remyelin.statistics.cox import Fit, HazardRatios, hazard_ratios, likelihood_bound
from remyelin.statistics.curves import ArmCurve, curves
from remyelin.statistics.estimate import Figures, replicate_figures
from remyelin.statistics.scoring import Score, Summary, Verdict, interval_score, score, summarise
from remyelin.statistics.survival import SurvivalCurves, kaplan_meier

__all__ = [
    "ArmCurve",
    "Figures",
    "Fit",
    "HazardRatios",
    "Score",
    "Summary",
    "SurvivalCurves",
    "Verdict",
    "curves",
    "hazard_ratios",
    "interval_score",
    "kaplan_meier",
    "likelihood_bound",
    "replicate_figures",
    "score",
    "summarise",
]
