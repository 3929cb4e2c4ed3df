"""From the events of observed patients to the figures that are published: curves, ratios, rates."""

from __future__ import annotations

from remyelin.statistics.analysis.analyse import Analysis, Settings, analyse
from remyelin.statistics.analysis.contrasts import Contrast
from remyelin.statistics.analysis.curves import GroupCurve, Share
from remyelin.statistics.analysis.rates import GroupRate, RateRatio, Rates
from remyelin.statistics.analysis.value import Bound, Estimate

__all__ = [
    "Analysis",
    "Bound",
    "Contrast",
    "Estimate",
    "GroupCurve",
    "GroupRate",
    "RateRatio",
    "Rates",
    "Settings",
    "Share",
    "analyse",
]
