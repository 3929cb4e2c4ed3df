"""Picture of hazard ratios as a forest."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure

from remyelin.reports.analysis import wording
from remyelin.reports.analysis.drawing import FOOT, TEXT, bare
from remyelin.reports.figures import FAINT, INK, label, look
from remyelin.statistics.analysis import Bound

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from remyelin.statistics.analysis import Analysis, Contrast

_LEFT_SIDE: Final = 4.6
_MIDDLE: Final = 2.8
_RIGHT_SIDE: Final = 3.0
_ABOVE: Final = 0.85
_BELOW: Final = 0.95
_STEP: Final = 0.2
_TIGHT: Final = 0.165
"""Measures in inches."""
_COLUMN: Final = 40
"""Letters of the first column."""


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
    bare(axes, ("bottom",))
    axes.set_xscale("log")
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    low, high = _span(pairs)
    axes.set_xlim(low, high)
    _ratio_ticks(axes, low, high)
    axes.axvline(1.0, color=INK, lw=0.9)

    def write(x: float, y: float, text: str, **style: Any) -> None:
        style = {"fontsize": 9.5, "va": "center", **TEXT, **style}
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
    write(0.12, height - 0.14, FOOT, fontsize=7.5)
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
