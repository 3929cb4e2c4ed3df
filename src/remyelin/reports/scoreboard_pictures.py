"""Pictures of the scoreboard: how far predictions lie from what was published."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from remyelin.comparison.scales import Scale
from remyelin.statistics.scoring import Verdict
from remyelin.study.vocabulary import Role

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remyelin.credibility.results import GroupResult
    from remyelin.credibility.rows import Row

_IN, _OUT, _INK = "#0072b2", "#d55e00", "#333333"
_SHADE = "#e8e8e8"
_WIDTH: Final = 9.0
_LINE: Final = 0.21
_REACH: Final = 3.0
"""Ends of the axis of the first picture, in limits of the factor-of-2 rule."""

_CELL = re.compile(r"Share below EDSS ([\d.]+) at ([\d.]+) (years .*)")
_PANELS: Final = 4


def pictures(result: GroupResult) -> Mapping[str, bytes]:
    """Draw a group; SVG by file name, each with the digest of the rows in its description."""
    return {name: _svg(draw(rows), result.digest) for name, draw, rows in _plan(result)}


def names(result: GroupResult) -> tuple[str, ...]:
    """Give the file names of a group's pictures without drawing them."""
    return tuple(name for name, _, _ in _plan(result))


_Draw: TypeAlias = "Callable[[Sequence[Row]], Figure]"


def _plan(result: GroupResult) -> Iterator[tuple[str, _Draw, list[Row]]]:
    stem = f"scoreboard_{result.group}"
    single = [row for row in result.rows if _CELL.fullmatch(row.title) is None]
    if single:
        yield f"{stem}.svg", _forest, single
    for quantity, rows in _distributions(result.rows):
        yield f"{stem}_{quantity.lower().replace(' ', '_')}.svg", _panels, rows


def _distributions(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    cells = [row for row in rows if _CELL.fullmatch(row.title)]
    for quantity in dict.fromkeys(row.quantity for row in cells):
        yield quantity, [row for row in cells if row.quantity == quantity]


def _svg(figure: Figure, digest: str) -> bytes:
    import matplotlib as mpl

    text = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "remyelin", "svg.fonttype": "none"}):
        about = {"Date": None, "Creator": None, "Description": f"rows {digest}"}
        figure.savefig(text, format="svg", metadata=about, bbox_inches="tight")
    lines = text.getvalue().decode("utf-8").splitlines()
    return ("\n".join(line.rstrip() for line in lines) + "\n").encode("utf-8")


def _place(row: Row, value: float) -> float:
    """Give where a predicted value stands beside the observed one, in limits of the rule."""
    if row.scale is Scale.CHANGE:
        gap = abs(row.median - row.observed)
        error = gap / row.off if row.off else 0.0
        return (value - row.observed) / (error * row.scale.limit) if error else 0.0
    one, two = float(row.scale.forward(value)), float(row.scale.forward(row.observed))
    return (one - two) / math.log(row.scale.limit)


def _inside(place: float) -> float:
    return min(max(place, -_REACH), _REACH) if not math.isnan(place) else 0.0


def _forest(rows: Sequence[Row]) -> Figure:
    from matplotlib.figure import Figure as Canvas

    shown = [row for row in rows if math.isfinite(row.observed) and row.replicates]
    figure = Canvas(figsize=(_WIDTH, 1.2 + _LINE * len(shown)))
    axes = figure.add_subplot()
    axes.axvspan(-1.0, 1.0, color=_SHADE, linewidth=0)
    axes.axvline(0.0, color=_INK, linewidth=0.8)
    for height, row in enumerate(reversed(shown)):
        _line(axes, height, row)
    axes.set_yticks(range(len(shown)), [_label(row) for row in reversed(shown)], fontsize=7)
    axes.set_ylim(-0.8, len(shown) - 0.2)
    axes.set_xlim(-_REACH - 0.1, _REACH + 0.1)
    ticks = range(-int(_REACH), int(_REACH) + 1)
    axes.set_xticks(list(ticks), [f"{tick:+d}" if tick else "observed" for tick in ticks])
    axes.set_xlabel(
        "predicted less observed; 1 is the limit of the rule: a ratio of 2, an odds ratio of 3, "
        "2 combined standard errors",
        fontsize=8,
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def _line(axes: Axes, height: int, row: Row) -> None:
    colours = {Verdict.IN: _IN, Verdict.OUT: _OUT}
    colour = colours.get(row.verdict, "#888888")
    place = _place(row, row.median)
    ends = sorted((_inside(_place(row, row.low)), _inside(_place(row, row.high))))
    axes.plot(ends, [height, height], color=colour, linewidth=1.2, solid_capstyle="butt")
    marker = "o" if abs(place) <= _REACH else (">" if place > 0 else "<")
    face = colour if row.role is Role.TEST else "white"
    axes.plot(
        [_inside(place)],
        [height],
        marker=marker,
        markersize=4.5,
        markerfacecolor=face,
        markeredgecolor=colour,
        linestyle="none",
    )


def _label(row: Row) -> str:
    run = f" [{row.run}]" if row.origin == "study" else ""
    return f"{row.title}{run}"


def _panels(rows: Sequence[Row]) -> Figure:
    from matplotlib.figure import Figure as Canvas

    windows: dict[str, list[tuple[float, Row]]] = {}
    for row in rows:
        found = _CELL.fullmatch(row.title)
        if found:
            windows.setdefault(f"{found[2]} {found[3]}", []).append((float(found[1]), row))
    columns = min(_PANELS, len(windows))
    lines = math.ceil(len(windows) / columns)
    figure = Canvas(figsize=(_WIDTH, 0.4 + 2.3 * lines), layout="constrained")
    grid = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
    for axes in grid.flat[len(windows) :]:
        axes.set_visible(False)
    for axes, (title, cells) in zip(grid.flat, windows.items(), strict=False):
        edss = [below for below, _ in cells]
        low, high = [row.low for _, row in cells], [row.high for _, row in cells]
        axes.fill_between(edss, low, high, color=_IN, alpha=0.25, linewidth=0)
        axes.plot(edss, [row.median for _, row in cells], color=_IN, label="predicted")
        seen = [row.observed for _, row in cells]
        axes.plot(edss, seen, "o--", color=_INK, markersize=3, linewidth=0.8, label="published")
        axes.set_title(title, fontsize=8)
        axes.set_ylim(0.0, 1.02)
        axes.tick_params(labelsize=7)
    grid.flat[0].legend(fontsize=7, loc="lower right", frameon=False)
    figure.supxlabel("EDSS", fontsize=8)
    figure.supylabel("share below", fontsize=8)
    return figure
