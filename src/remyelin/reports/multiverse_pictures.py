"""Pictures of a multiverse: a row per definition, and the specification curve of a grid."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure

    from remyelin.multiverse import Multiverse
    from remyelin.multiverse.analysis import Answer

FORMATS: Final = ("svg", "png")

_INK, _SOFT, _LINE, _BASE = "#333333", "#777777", "#0072b2", "#d55e00"
_BAND: Final = "#bcd7ea"
_DOTS_PER_INCH: Final = 130
_WIDTH: Final = 10.0
_ROW: Final = 0.19
_MOST_POINTS: Final = 300
"""More definitions than these are drawn as an image within the picture."""
_HALF: Final = 0.36
"""Half the height of a row of the lower panel."""
_MOST_CHARACTERS: Final = 40
_FARTHEST: Final = 100.0
"""Ends of an axis of hazard ratios: 1 / 100 and 100."""
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.unicode_minus": False,
}
_ABOUT: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": dict.fromkeys(("Creator", "Date", "Format", "Type")),
}


def pictures(found: Multiverse) -> dict[str, bytes]:
    """Draw what there is; files by name, the same for the same data."""
    import matplotlib as mpl

    made: dict[str, bytes] = {}
    with mpl.rc_context(_SETTINGS):
        figures = {}
        if any(answer.estimate is not None for answer in found.answers):
            figures["definitions"] = _forest(found)
        if any(answer.estimate is not None for answer in found.grid):
            figures["grid"] = _curve(found)
        for name, figure in figures.items():
            for kind in FORMATS:
                sink = io.BytesIO()
                figure.savefig(sink, format=kind, dpi=_DOTS_PER_INCH, metadata=_ABOUT[kind])
                made[f"{name}.{kind}"] = sink.getvalue()
    return made


def _canvas(height: float) -> Figure:
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(_WIDTH, height), facecolor="white", layout="constrained")


def _bare(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=7)
    axes.set_axisbelow(True)


def _title(figure: Figure, words: str) -> None:
    figure.suptitle(words, fontsize=9.5, weight="bold", color=_INK, x=0.01, ha="left")
    figure.supxlabel(OWN_DATA_DISCLAIMER, fontsize=6, color=_INK, x=0.01, ha="left")


def _shares(answers: Sequence[Answer]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    made = [answer.estimate for answer in answers if answer.estimate is not None]
    return (
        100.0 * np.array([one.km_share for one in made]),
        100.0 * np.array([one.low for one in made]),
        100.0 * np.array([one.high for one in made]),
    )


def _ratios(answers: Sequence[Answer], place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    made = [answer.estimate.contrasts[place] for answer in answers if answer.estimate is not None]
    return (
        np.array([one.ratio if 0 < one.ratio < math.inf else np.nan for one in made]),
        np.array([one.low for one in made]),
        np.array([one.high for one in made]),
    )


def _ratio_axis(axes: Axes, low: np.ndarray, high: np.ndarray, *, across: bool) -> None:
    """Scale an axis of hazard ratios by the intervals that are there, within limits."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ends = np.concatenate([low, high, [0.5, 2.0]])
    ends = np.clip(ends[np.isfinite(ends) & (ends > 0)], 1 / _FARTHEST, _FARTHEST)
    limits = (float(ends.min()) / 1.1, float(ends.max()) * 1.1)
    axis: XAxis | YAxis
    if across:
        axes.set_xscale("log")
        axes.set_xlim(*limits)
        axis = axes.xaxis
        axes.axvline(1.0, color=_SOFT, linewidth=0.8, linestyle="--")
    else:
        axes.set_yscale("log")
        axes.set_ylim(*limits)
        axis = axes.yaxis
        axes.axhline(1.0, color=_SOFT, linewidth=0.8, linestyle="--")
    wide = limits[1] / limits[0] > _FARTHEST
    axis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _forest(found: Multiverse) -> Figure:
    """One row per definition, family by family; a panel for the share and for each group."""
    rows: list[Answer | str] = []
    there = [answer for answer in found.answers if answer.estimate is not None]
    for family in dict.fromkeys(answer.family for answer in there):
        members = [answer for answer in there if answer.family is family]
        rows.append(family.value)
        members.sort(key=_by_share)
        rows += members
    heights = np.arange(len(rows))[::-1]
    places = [height for height, row in zip(heights, rows, strict=True) if not isinstance(row, str)]
    answers = [row for row in rows if not isinstance(row, str)]
    names = () if found.groups is None else found.groups.names[1:]
    figure = _canvas(1.3 + _ROW * len(rows))
    grid = figure.subplots(1, 1 + len(names), sharey=True, squeeze=False)[0]
    _intervals(grid[0], places, *_shares(answers))
    grid[0].set_xlim(-2.0, 102.0)
    grid[0].set_xlabel(f"% with the event by month {found.month:g} (Kaplan-Meier, 95 %)", size=8)
    for place, name in enumerate(names):
        value, low, high = _ratios(answers, place)
        axes = grid[place + 1]
        _intervals(axes, places, value, low, high)
        _ratio_axis(axes, low, high, across=True)
        against = found.groups.reference if found.groups else ""
        axes.set_xlabel(f"hazard ratio, {_cut(name)} against {_cut(against)} (95 %)", fontsize=8)
    labels = [row if isinstance(row, str) else row.definition.definition_id for row in rows]
    grid[0].set_yticks(heights, labels)
    for label, row in zip(grid[0].get_yticklabels(), rows, strict=True):
        label.set_weight("bold" if isinstance(row, str) else "normal")
    grid[0].set_ylim(-0.8, len(rows) - 0.2)
    for axes in grid:
        _bare(axes)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=True, axis="x", color=_INK, alpha=0.12, linewidth=0.6)
    _title(figure, f"{len(answers)} definitions on the same patients")
    return figure


def _by_share(answer: Answer) -> float:
    """Order of definitions; those without a share come last."""
    share = answer.estimate.km_share if answer.estimate is not None else math.nan
    return math.inf if math.isnan(share) else share


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_CHARACTERS else f"{name[: _MOST_CHARACTERS - 3]}..."


def _intervals(
    axes: Axes, heights: Sequence[Any], value: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    axes.hlines(heights, low, high, color=_LINE, linewidth=1.1)
    axes.plot(value, heights, linestyle="none", marker="o", markersize=4, color=_LINE)


def _curve(found: Multiverse) -> Figure:
    """Definitions of the grid in the order of their share, and the levels that made each."""
    there = [answer for answer in found.grid if answer.estimate is not None]
    there.sort(key=_by_share)
    names = () if found.groups is None else found.groups.names[1:]
    rows: list[tuple[str, str]] = []
    for choice in found.choices:
        rows += [(choice.name, level.name) for level in choice.levels]
    gaps = len(found.choices) * 0.5
    tall = 0.16 * (len(rows) + gaps)
    figure = _canvas(0.9 + 2.2 + 1.7 * len(names) + tall)
    ratios = [2.2, *[1.7] * len(names), tall]
    panels = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios, squeeze=False)[:, 0]
    x = np.arange(1, len(there) + 1)
    base = [k for k, answer in enumerate(there, start=1) if answer.is_base]
    _estimates(panels[0], x, *_shares(there))
    panels[0].set_ylabel(f"% with the event\nby month {found.month:g}", fontsize=8)
    panels[0].set_ylim(bottom=0.0)
    for place, name in enumerate(names):
        value, low, high = _ratios(there, place)
        _estimates(panels[place + 1], x, value, low, high)
        _ratio_axis(panels[place + 1], low, high, across=False)
        against = found.groups.reference if found.groups else ""
        panels[place + 1].set_ylabel(f"hazard ratio\n{_cut(name)} vs {_cut(against)}", fontsize=8)
    _dashboard(panels[-1], x, rows, there)
    for axes in panels:
        _bare(axes)
        for at in base:
            axes.axvline(at, color=_BASE, linewidth=1.0, zorder=0)
    for axes in panels[:-1]:
        axes.grid(visible=True, axis="y", color=_INK, alpha=0.12, linewidth=0.6)
    panels[-1].set_xlim(0.0, len(there) + 1.0)
    panels[-1].set_xlabel("definitions, in the order of their share", fontsize=8)
    what = found.base.definition_id if found.base else ""
    words = f"Specification curve: {len(there):,} variants of {what}"
    _title(figure, f"{words} (orange: {what} itself)" if base else words)
    return figure


def _estimates(
    axes: Axes, x: np.ndarray, value: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    many = x.size > _MOST_POINTS
    if many:
        axes.fill_between(x, low, high, color=_BAND, linewidth=0, step="mid", rasterized=True)
    else:
        axes.vlines(x, low, high, color=_BAND, linewidth=1.6)
    size = 1.6 if many else 3.2
    axes.plot(
        x, value, linestyle="none", marker="o", markersize=size, mew=0, color=_LINE, rasterized=many
    )


def _dashboard(
    axes: Axes, x: np.ndarray, rows: Sequence[tuple[str, str]], there: Sequence[Answer]
) -> None:
    """A tick for each definition at the level of each choice."""
    many = x.size > _MOST_POINTS
    height, ticks, labels, before = 0.0, [], [], ""
    for choice, level in rows:
        height -= 1.0 if choice == before or not before else 1.5
        chosen = np.array([answer.levels[choice] == level for answer in there], dtype=bool)
        ends = (height - _HALF, height + _HALF)
        if many:
            shade = np.zeros((1, x.size, 4))
            shade[0, :, 3] = 0.8 * chosen
            place = (0.5, x.size + 0.5, *ends)
            axes.imshow(shade, extent=place, aspect="auto", interpolation="antialiased")
        else:
            axes.vlines(x[chosen], *ends, color=_INK, linewidth=min(4.0, 220.0 / x.size))
        ticks.append(height)
        labels.append(f"{choice}: {_cut(level)}")
        before = choice
    axes.set_yticks(ticks, labels)
    axes.set_ylim(height - 0.7, -0.3)
