"""Figures of a report as inline SVG: same input, same text, no request to anywhere."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from remyelin.reports.markup import Markup, escaped
from remyelin.study.vocabulary import Mark

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from remyelin.trials.prediction import Curve

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe-Ito colours, which readers with colour-blindness can tell apart."""

_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
_MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#010203"
FAINT = "#010204"
"""Colours of text and of grids: nearly black in a file, that of the page's text in a page."""
_BAND_ALPHA = 0.16
_WIDTH_INCHES = 7.4
_LABEL_LENGTH = 26
_MONTH_STEPS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0)
_MOST_TICKS = 10

Point: TypeAlias = tuple[float, float, Mark]


@dataclass(frozen=True)
class Look:
    """How one arm is drawn: colour, dash and marker, so that no arm is told by colour alone."""

    colour: str
    dash: Any
    marker: str


def look(place: int) -> Look:
    """Look of the arm at this place, counted from 0."""
    return Look(
        PALETTE[place % len(PALETTE)],
        _DASHES[place % len(_DASHES)],
        _MARKERS[place % len(_MARKERS)],
    )


def label(text: str, *, most: int = _LABEL_LENGTH) -> str:
    """Label short enough for a figure, which no drawing library reads as a formula.

    Parameters
    ----------
    text
        What it says.
    most
        Letters that are kept at most.
    """
    clean = "".join(char if char.isprintable() else " " for char in text).strip() or "-"
    if clean.startswith("_"):
        clean = f" {clean}"
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _canvas(height: float, bottom: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH_INCHES, height))
    axes = figure.add_axes((0.235, bottom, 0.74, 0.93 - bottom))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(INK)
    axes.tick_params(colors=INK, labelsize=10)
    axes.grid(visible=True, color=FAINT, alpha=0.12, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def months_axis(axes: Axes, last: float) -> None:
    """Lay out an axis of months from 0 to the last one, with few ticks."""
    axes.set_xlim(0, last)
    step = next((s for s in _MONTH_STEPS if last / s <= _MOST_TICKS), last)
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.set_xlabel("Months from baseline", color=INK, fontsize=10.5)


def _points(axes: Axes, points: Sequence[Point], style: Look) -> None:
    for months, value, mark in points:
        axes.plot(
            [months],
            [value],
            linestyle="none",
            marker=style.marker,
            markersize=7.5,
            markeredgewidth=1.6,
            markeredgecolor=style.colour,
            markerfacecolor=style.colour if mark is Mark.SEEN else "none",
            zorder=5,
            clip_on=False,
        )


def _legend(axes: Axes, names: Sequence[str], *, has_points: bool) -> None:
    handles = [
        Line2D([], [], color=look(i).colour, linestyle=look(i).dash, linewidth=2)
        for i in range(len(names))
    ]
    labels = [label(name) for name in names]
    if has_points:
        for text, face in (("published, seen", INK), ("published, recalled", "none")):
            handles.append(
                Line2D(
                    [],
                    [],
                    linestyle="none",
                    marker="o",
                    markersize=7,
                    markeredgecolor=INK,
                    markerfacecolor=face,
                )
            )
            labels.append(text)
    legend = axes.legend(
        handles,
        labels,
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=2,
        handlelength=3.2,
        borderaxespad=0.2,
    )
    for text_ in legend.get_texts():
        text_.set_parse_math(False)


def survival_figure(curves: Sequence[Curve], *, name: str, title: str) -> Markup:
    """Kaplan-Meier curves by arm with band, published points and numbers at risk.

    Parameters
    ----------
    curves
        One curve per arm, same definition; at least one.
    name
        Prefix of the identifiers inside the figure, unique within the page.
    title
        What the figure shows, for readers who do not see it.
    """
    rows = len(curves)
    below = 0.95 + 0.24 * rows
    height = 3.9 + below
    figure, axes = _canvas(height, below / height)
    axes.set_position((0.235, below / height, 0.74, (height - below - 0.75) / height))
    for place, curve in enumerate(curves):
        style = look(place)
        axes.fill_between(
            curve.months,
            curve.low,
            curve.high,
            step="post",
            color=style.colour,
            alpha=_BAND_ALPHA,
            linewidth=0,
        )
        axes.step(
            curve.months,
            curve.survival,
            where="post",
            color=style.colour,
            linestyle=style.dash,
            linewidth=2,
        )
        _points(axes, curve.published, style)
    ends = [m for curve in curves for m in (*curve.months[-1:], *curve.risk_months[-1:])]
    months_axis(axes, max([1.0, *ends]))
    axes.set_ylim(0, 1)
    axes.set_ylabel("Proportion without event", color=INK, fontsize=10.5)
    _legend(axes, [c.label for c in curves], has_points=any(c.published for c in curves))
    _risk_rows(figure, axes, curves, height)
    return inline_svg(figure, name, title)


def _risk_rows(figure: Figure, axes: Axes, curves: Sequence[Curve], height: float) -> None:
    ticks = curves[0].risk_months
    if ticks:
        axes.set_xticks(ticks)
    left, right = axes.get_position().x0, axes.get_position().x1
    first, last = axes.get_xlim()
    style: dict[str, Any] = {"fontsize": 9.5, "color": INK, "va": "center", "parse_math": False}
    top = (0.22 + 0.24 * len(curves)) / height
    figure.text(0.01, top, "At risk per trial", weight="bold", **style)
    for place, curve in enumerate(curves):
        y = top - 0.24 * (place + 1) / height
        figure.text(0.01, y, label(curve.label), **style)
        for months, count in zip(curve.risk_months, curve.at_risk, strict=True):
            x = left + (right - left) * (months - first) / (last - first)
            figure.text(x, y, f"{count:.0f}", ha="center", **style)


def edss_figure(
    course: pd.DataFrame,
    labels: Mapping[str, str],
    published: Mapping[str, Sequence[Point]],
    *,
    name: str,
    title: str,
) -> Markup:
    """Mean EDSS by visit and arm with band and published points.

    Parameters
    ----------
    course
        Columns arm_id, time_months, mean, low, high.
    labels
        Arm identifiers in the order drawn, with their labels.
    published
        Published means by arm.
    name, title
        As in `survival_figure`.
    """
    figure, axes = _canvas(4.3, 0.14)
    axes.set_position((0.09, 0.14, 0.885, 0.68))
    for place, arm_id in enumerate(labels):
        style = look(place)
        rows = course[course["arm_id"] == arm_id].sort_values("time_months")
        months = rows["time_months"].to_numpy(float)
        axes.fill_between(
            months,
            rows["low"].to_numpy(float),
            rows["high"].to_numpy(float),
            color=style.colour,
            alpha=_BAND_ALPHA,
            linewidth=0,
        )
        axes.plot(
            months,
            rows["mean"].to_numpy(float),
            color=style.colour,
            linestyle=style.dash,
            linewidth=2,
        )
        _points(axes, published.get(arm_id, ()), style)
    axes.set_ylabel("Mean EDSS", color=INK, fontsize=10.5)
    months_axis(axes, max([1.0, *course["time_months"].to_list()]))
    _legend(axes, list(labels.values()), has_points=any(published.values()))
    return inline_svg(figure, name, title)


_METADATA: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
}


def inline_svg(figure: Figure, name: str, title: str) -> Markup:
    """Give a figure as SVG for a page, in the colours of the page.

    Parameters
    ----------
    figure
        Drawn in `INK`, `FAINT` and `PALETTE`.
    name, title
        As in `survival_figure`.
    """
    sink = io.StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # A label may hold signs that no installed font has; the reader's browser draws the text.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(sink, format="svg", transparent=True, metadata=_METADATA)
    text = sink.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = text.replace(INK, "currentColor").replace(FAINT, "currentColor")
    for place, colour in enumerate(PALETTE):
        text = text.replace(colour, f"var(--arm-{place})")
    opening = f'<svg role="img" aria-labelledby="{name}-title"'
    text = text.replace("<svg", opening, 1)
    end = text.index(">") + 1
    heading = f'<title id="{name}-title">{escaped(title)}</title>'
    return Markup(text[:end] + heading + text[end:])
