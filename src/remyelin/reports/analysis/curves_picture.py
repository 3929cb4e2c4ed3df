"""Picture of Kaplan-Meier curves with numbers at risk."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from remyelin.reports.analysis.drawing import FOOT, TEXT, bare
from remyelin.reports.figures import FAINT, INK, label, look, months_axis
from remyelin.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from remyelin.statistics.analysis import Analysis

_WIDTH: Final = 7.8
_LEFT: Final = 2.15
_RIGHT: Final = 0.3
_ROW: Final = 0.24
_PLOT: Final = 3.3
"""Measures in inches."""
_BAND: Final = 0.15
_NAME: Final = 24
"""Letters of the name of a group."""
_LINE: Final = 84
"""Letters of a heading that fit into the width."""


def curves_picture(analysis: Analysis) -> Figure:
    """Kaplan-Meier curves of all groups with intervals, censoring and numbers at risk."""
    groups = analysis.curves
    heading = textwrap.wrap(label(analysis.definition.label, most=2 * _LINE), _LINE)[:2]
    rows = (len(groups) + 1) // 2 if len(groups) > 1 else 0
    above = 0.2 + _ROW * (len(heading) + rows) + 0.1
    below = 0.62 + _ROW * (len(groups) + 1) + 0.42
    height = above + _PLOT + below
    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    room = (_WIDTH - _LEFT - _RIGHT) / _WIDTH
    axes = figure.add_axes((_LEFT / _WIDTH, below / height, room, _PLOT / height))
    axes.patch.set_alpha(0)
    bare(axes, ("left", "bottom"))
    axes.grid(visible=True, color=FAINT, alpha=0.12, linewidth=0.8)
    for place, curve in enumerate(groups):
        style = look(place)
        months = curve.day / DAYS_PER_MONTH
        axes.fill_between(
            months,
            curve.low,
            curve.high,
            step="post",
            color=style.colour,
            alpha=_BAND,
            linewidth=0,
        )
        axes.step(months, curve.event_free, where="post", color=style.colour, ls=style.dash, lw=1.9)
        left = curve.censored > 0
        axes.plot(
            months[left],
            curve.event_free[left],
            linestyle="none",
            marker="|",
            markersize=6,
            markeredgewidth=1.1,
            color=style.colour,
            clip_on=False,
        )
    last = max(curve.last_day for curve in groups) / DAYS_PER_MONTH
    months_axis(axes, max(1.0, float(math.ceil(last))))
    axes.set_ylim(0, 1.005)
    axes.set_ylabel("Proportion without event", fontsize=10.5, color=INK)
    _heading(figure, heading, height)
    if len(groups) > 1:
        _legend(axes, [curve.group for curve in groups])
    _at_risk(figure, axes, analysis, below, height)
    return figure


def _heading(figure: Figure, lines: Sequence[str], height: float) -> None:
    for place, line in enumerate(lines):
        y = 1.0 - (0.14 + _ROW * place) / height
        figure.text(0.12 / _WIDTH, y, line, fontsize=11, weight="bold", va="top", **TEXT)
    figure.text(0.12 / _WIDTH, 0.1 / height, FOOT, fontsize=7.5, **TEXT)


def _legend(axes: Axes, names: Sequence[str]) -> None:
    handles = [
        Line2D([], [], color=look(place).colour, linestyle=look(place).dash, linewidth=2)
        for place in range(len(names))
    ]
    legend = axes.legend(
        handles,
        [label(name, most=_NAME) for name in names],
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        ncols=2,
        handlelength=3.2,
        borderaxespad=0.0,
        labelspacing=0.3,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _at_risk(figure: Figure, axes: Axes, analysis: Analysis, below: float, height: float) -> None:
    first, last = axes.get_xlim()
    ticks = [float(tick) for tick in axes.get_xticks() if first <= tick <= last + 1e-9]
    left, right = axes.get_position().x0, axes.get_position().x1
    top = (below - 0.62 - 0.5 * _ROW) / height
    style: dict[str, Any] = {"fontsize": 9.5, "va": "center", **TEXT}
    figure.text(0.12 / _WIDTH, top, "Number at risk", weight="bold", **style)
    for place, curve in enumerate(analysis.curves):
        y = top - _ROW * (place + 1) / height
        colour = {**style, "color": look(place).colour}
        figure.text(0.12 / _WIDTH, y, label(curve.group, most=_NAME), **colour)
        counts = curve.at_risk_at([tick * DAYS_PER_MONTH for tick in ticks])
        for tick, count in zip(ticks, counts, strict=True):
            x = left + (right - left) * (tick - first) / (last - first)
            figure.text(x, y, str(count), ha="center", **style)
