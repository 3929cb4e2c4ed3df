"""Pictures of an analysis: Kaplan-Meier curves with numbers at risk, and a forest of ratios."""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from remyelin.reports.analysis import wording
from remyelin.reports.figures import FAINT, INK, label, look, months_axis
from remyelin.statistics.analysis import Bound
from remyelin.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from remyelin.statistics.analysis import Analysis, Contrast

FORMATS: Final = ("svg", "png")
"""Formats in which pictures are written."""

_WIDTH: Final = 7.8
_LEFT: Final = 2.15
_RIGHT: Final = 0.3
_ROW: Final = 0.24
_PLOT: Final = 3.3
_DOTS_PER_INCH: Final = 200
_FOOT: Final = "remyelin, research software"
_BAND: Final = 0.15
_LEFT_SIDE: Final = 4.6
_MIDDLE: Final = 2.8
_RIGHT_SIDE: Final = 3.0
_ABOVE: Final = 0.85
_BELOW: Final = 0.95
_STEP: Final = 0.2
_TIGHT: Final = 0.165
_COLUMN: Final = 40
"""Measures of the forest in inches, and letters of its first column."""
_NAME: Final = 24
"""Letters of the name of a group."""
_LINE: Final = 84
"""Letters of a heading that fit into the width."""

_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "axes.unicode_minus": False,
}
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": dict.fromkeys(("Creator", "Date", "Format", "Type")),
}
_TEXT: Final[dict[str, Any]] = {"color": INK, "parse_math": False}


def written(figure: Figure, kind: str) -> bytes:
    """Give the bytes of a picture file; the same figures give the same bytes.

    Parameters
    ----------
    figure
        A picture of this module.
    kind
        One of `FORMATS`.
    """
    sink = io.BytesIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # A name may hold signs that no installed font has.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(sink, format=kind, dpi=_DOTS_PER_INCH, metadata=_METADATA[kind])
    return sink.getvalue()


def _plain(axes: Axes, sides: Sequence[str]) -> None:
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side in sides)
        axes.spines[side].set_color(INK)
    axes.tick_params(colors=INK, labelsize=10)
    axes.set_axisbelow(True)


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
    _plain(axes, ("left", "bottom"))
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
        figure.text(0.12 / _WIDTH, y, line, fontsize=11, weight="bold", va="top", **_TEXT)
    figure.text(0.12 / _WIDTH, 0.1 / height, _FOOT, fontsize=7.5, **_TEXT)


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
    style: dict[str, Any] = {"fontsize": 9.5, "va": "center", **_TEXT}
    figure.text(0.12 / _WIDTH, top, "Number at risk", weight="bold", **style)
    for place, curve in enumerate(analysis.curves):
        y = top - _ROW * (place + 1) / height
        colour = {**style, "color": look(place).colour}
        figure.text(0.12 / _WIDTH, y, label(curve.group, most=_NAME), **colour)
        counts = curve.at_risk_at([tick * DAYS_PER_MONTH for tick in ticks])
        for tick, count in zip(ticks, counts, strict=True):
            x = left + (right - left) * (tick - first) / (last - first)
            figure.text(x, y, str(count), ha="center", **style)


@dataclass(frozen=True)
class _Row:
    """A row of the forest: what stands left and right of it, and where (inches from the top)."""

    pair: Contrast
    left: tuple[str, ...]
    right: tuple[str, ...]
    top: float
    middle: float


def _rows(analyses: Sequence[Analysis]) -> tuple[list[_Row], float]:
    """Lay out the rows; of several groups the definition stands above the first."""
    made, ground = [], 0.0
    for one in analyses:
        heading = textwrap.wrap(label(one.definition.label, most=2 * _COLUMN), _COLUMN)[:2]
        several = len(one.contrasts) > 1
        for place, pair in enumerate(one.contrasts):
            left = [*heading] if not several or place == 0 else []
            left += [f"    {label(pair.group)}"] if several else []
            right = textwrap.wrap(wording.estimate(pair.hazard_ratio), _COLUMN - 6)[:3]
            spread = 0.5 * (len(right) - 1) * _TIGHT
            middle = (len(left) - 1) * _STEP * (1.0 if several else 0.5)
            top = ground + 0.5 * _STEP + max(0.0, spread - middle)
            made.append(_Row(pair, tuple(left), tuple(right), top, top + middle))
            ground = max(top + (len(left) - 1) * _STEP, top + middle + spread) + 0.6 * _STEP
        ground += 0.16
    return made, ground


def forest_picture(analyses: Sequence[Analysis], *, level: float = 0.95) -> Figure:
    """Hazard ratios of all definitions and groups, with intervals, on a log scale.

    A ratio without estimate is drawn as an arrow from the end that is known, and said in words.

    Parameters
    ----------
    analyses
        At least one comparison among them.
    level
        Level of the intervals, for the heading.
    """
    rows, body = _rows(analyses)
    pairs = [row.pair for row in rows]
    groups = list(dict.fromkeys(pair.group for pair in pairs))
    reference = label(pairs[0].reference)
    height, width = _ABOVE + body + _BELOW, _LEFT_SIDE + _MIDDLE + _RIGHT_SIDE
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((_LEFT_SIDE / width, _BELOW / height, _MIDDLE / width, body / height))
    axes.patch.set_alpha(0)
    _plain(axes, ("bottom",))
    axes.set_xscale("log")
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    low, high = _span(pairs)
    axes.set_xlim(low, high)
    _ratio_ticks(axes, low, high)
    axes.axvline(1.0, color=INK, lw=0.9)

    def write(x: float, y: float, text: str, **style: Any) -> None:
        style = {"fontsize": 9.5, "va": "center", **_TEXT, **style}
        figure.text(x / width, 1.0 - y / height, text, **style)

    one = len(groups) == 1
    title = f"Hazard ratio, {label(groups[0])} against" if one else "Hazard ratios against"
    write(0.12, 0.14, f"{title} {reference}", fontsize=11, weight="bold", va="top")
    heads = (
        (0.12, "left", "Definition"),
        (_LEFT_SIDE - 0.15, "right", "Events / analysed"),
        (width - _RIGHT_SIDE + 0.2, "left", f"Hazard ratio ({100 * level:g} % CI)"),
    )
    for x, side, text in heads:
        write(x, _ABOVE - 0.2, text, weight="bold", ha=side)
    for row in rows:
        pair, y = row.pair, _ABOVE + row.middle
        for place, line in enumerate(row.left):
            write(0.12, _ABOVE + row.top + place * _STEP, line)
        events = f"{pair.events[0]}/{pair.patients[0]} vs {pair.events[1]}/{pair.patients[1]}"
        write(_LEFT_SIDE - 0.15, y, events, ha="right")
        _draw_ratio(axes, pair, row.middle, look(groups.index(pair.group) + 1).colour)
        for place, line in enumerate(row.right):
            at = y + (place - (len(row.right) - 1) / 2) * _TIGHT
            write(width - _RIGHT_SIDE + 0.2, at, line, fontsize=9.5 - (len(row.right) > 1))
    who = f" in {label(groups[0])}" if one else ""
    said = f"below 1: lower hazard{who} than in {reference}"
    write(_LEFT_SIDE + _MIDDLE / 2, height - 0.42, said, fontsize=8.5, ha="center")
    write(0.12, height - 0.14, _FOOT, fontsize=7.5)
    return figure


def _span(pairs: Sequence[Contrast]) -> tuple[float, float]:
    """Limits of the axis: everything, but never wider than from 1/50 to 50."""
    ends = [
        value
        for pair in pairs
        for value in (pair.hazard_ratio.low, pair.hazard_ratio.high, pair.hazard_ratio.value)
        if math.isfinite(value) and value > 0
    ]
    low, high = min([0.5, *ends]) * 0.8, max([2.0, *ends]) * 1.25
    return max(low, 0.02), min(high, 50.0)


_TICKS: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def _ratio_ticks(axes: Axes, low: float, high: float) -> None:
    from matplotlib.ticker import NullLocator

    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(visible=True, axis="x", color=FAINT, alpha=0.12, linewidth=0.8)


def _draw_ratio(axes: Axes, pair: Contrast, y: float, colour: str) -> None:
    given = pair.hazard_ratio
    if given.bound is Bound.NONE:
        return
    low, high = axes.get_xlim()
    at_most = given.bound is Bound.AT_MOST
    ends = [low if at_most else given.low, high if given.bound is Bound.AT_LEAST else given.high]
    shown = [min(max(end, low), high) for end in ends]
    axes.plot(shown, [y, y], color=colour, lw=1.6, solid_capstyle="butt")
    for end, kept, marker in zip(ends, shown, ("<", ">"), strict=True):
        is_open = kept != end or (at_most and marker == "<")
        is_open |= given.bound is Bound.AT_LEAST and marker == ">"
        axes.plot([kept], [y], marker if is_open else "|", color=colour, ms=6, clip_on=False)
    if given.has_value:
        place = min(max(given.value, low), high)
        axes.plot([place], [y], "s", color=colour, ms=6.5)
