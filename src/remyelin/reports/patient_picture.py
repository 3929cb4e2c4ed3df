"""Picture of a virtual patient: one column per option, panels with a shared axis of years."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator

from remyelin.reports.patient_panels import (
    INFECTION,
    INK,
    OTHER,
    RELAPSE,
    TRUE,
    Panel,
    graft_panel,
    panels,
    relapse_size,
)
from remyelin.reports.wording import DISCLAIMER
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from remyelin.patients.course import Course
    from remyelin.patients.options import Option

FORMATS: Final = ("png", "svg")
"""Formats that a picture can be written in."""

_DOTS_PER_INCH: Final = 130
_COLUMN_INCHES: Final = 4.3
_SINGLE_INCHES: Final = 8.6
_LEFT_INCHES: Final = 0.95
_RIGHT_INCHES: Final = 0.15
_BETWEEN_INCHES: Final = 0.3
_TOP_INCHES: Final = 1.55
_BOTTOM_INCHES: Final = 1.2
_GAP_INCHES: Final = 0.14
_GRAFT_GAP_INCHES: Final = 0.55
_STEPS: Final = (0.25, 0.5, 1.0, 2.0, 5.0)
_MOST_TICKS: Final = 10
_LABEL_CHARACTERS: Final = 44
_POINTS_PER_INCH: Final = 122.0
"""Size of bold type, in points, times its characters per inch, with a margin."""

_SPAN: Final = "#e4ebf2"
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "remyelin",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8.5,
    "axes.unicode_minus": False,
}
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": dict.fromkeys(("Creator", "Date", "Format", "Type")),
}


def picture(course: Course) -> Figure:
    """Draw the course of the first draw under each option; bands where there are more draws."""
    with mpl.rc_context(_SETTINGS):
        return _draw(course, panels(course), graft_panel(course))


def written(figure: Figure, kind: str) -> bytes:
    """Give the bytes of a picture file; the same course gives the same bytes.

    Parameters
    ----------
    figure
        What `picture` gave.
    kind
        One of `FORMATS`.
    """
    sink = io.BytesIO()
    with mpl.rc_context(_SETTINGS):
        figure.savefig(sink, format=kind, dpi=_DOTS_PER_INCH, metadata=_METADATA[kind])
    return sink.getvalue()


def _draw(course: Course, rows: Sequence[Panel], graft: Panel | None) -> Figure:
    columns = len(course.options)
    width = _SINGLE_INCHES if columns == 1 else _LEFT_INCHES + columns * _COLUMN_INCHES
    below = _GRAFT_GAP_INCHES + graft.inches if graft else 0.0
    body = sum(panel.inches + _GAP_INCHES for panel in rows)
    height = _TOP_INCHES + body + below + _BOTTOM_INCHES
    figure = Figure(figsize=(width, height), facecolor="white")
    room = width - _LEFT_INCHES - _RIGHT_INCHES - (columns - 1) * _BETWEEN_INCHES
    grid: list[list[Axes]] = []
    for column, option in enumerate(course.options):
        left = _LEFT_INCHES + column * (room / columns + _BETWEEN_INCHES)
        box = (left / width, room / columns / width)
        top = height - _TOP_INCHES
        made: list[Axes] = []
        for panel in rows:
            top -= panel.inches
            axes = _axes(figure, box, (top, panel.inches), panel.name if column == 0 else "")
            panel.draw(axes, course, option)
            _mark(axes, course, option, panel)
            made.append(axes)
            top -= _GAP_INCHES
        _years(made, course, option, numbers=column == 0)
        if graft and option.graft is not None:
            bottom = top + _GAP_INCHES - _GRAFT_GAP_INCHES - graft.inches
            graft.draw(_axes(figure, box, (bottom, graft.inches), graft.name), course, option)
        grid.append(made)
    for row in zip(*grid, strict=True):
        limits = [axes.get_ylim() for axes in row]
        for axes in row:
            axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    _texts(figure, course)
    _legend(figure, course)
    return figure


def _axes(figure: Figure, box: tuple[float, float], span: tuple[float, float], name: str) -> Axes:
    height = figure.get_figheight()
    axes = figure.add_axes((box[0], span[0] / height, box[1], span[1] / height))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=INK, labelsize=7.5)
    axes.grid(visible=True, axis="y", color=INK, alpha=0.12, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_ylabel(name, fontsize=8, color=INK)
    return axes


def _mark(axes: Axes, course: Course, option: Option, panel: Panel) -> None:
    """Shade the time under therapy; draw the graft, and relapses where they belong."""
    for start, stop in option.spans:
        axes.axvspan(start / DAYS_PER_YEAR, stop / DAYS_PER_YEAR, color=_SPAN, lw=0, zorder=0)
    if option.graft is not None:
        axes.axvline(option.graft / DAYS_PER_YEAR, color=INK, lw=1.0, ls="--", zorder=1)
    if panel.relapses:
        events = course.of("events", option.name)
        for years in events.loc[events["event"] == "relapse", "years"]:
            axes.axvline(years, color=RELAPSE, lw=0.7, alpha=0.55, zorder=1)


def _years(made: Sequence[Axes], course: Course, option: Option, *, numbers: bool) -> None:
    last = float(course.settings.years)
    step = next((s for s in _STEPS if last / s <= _MOST_TICKS), 10.0)
    for axes in made:
        axes.set_xlim(0.0, last)
        axes.xaxis.set_major_locator(MultipleLocator(step))
        axes.tick_params(labelbottom=axes is made[-1], labelleft=numbers)
    made[-1].set_xlabel("Years from the start", fontsize=8, color=INK)
    born = float(course.of("weekly", option.name)["age_years"].iloc[0])

    def age(years: Any) -> Any:
        return years + born

    def years(age: Any) -> Any:
        return age - born

    above = made[0].secondary_xaxis("top", functions=(age, years))
    above.tick_params(labelsize=7.5, colors=INK)
    above.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    above.set_xlabel("Age (years)", fontsize=8, color=INK)
    label = option.label
    if len(course.options) > 1 and len(label) > _LABEL_CHARACTERS:
        cut = label.rfind(" ", 0, _LABEL_CHARACTERS)
        label = f"{label[:cut]}\n{label[cut + 1 :]}"
    made[0].set_title(label, fontsize=9, weight="bold", color=INK, pad=10, parse_math=False)


def _texts(figure: Figure, course: Course) -> None:
    width, height = figure.get_figwidth(), figure.get_figheight()
    line = f"{course.matched.words()}; seed {course.settings.seed}."
    if course.settings.draws > 1:
        line += (
            f" Lines: one of {course.settings.draws} virtual patients like this; dashed and "
            "shaded: median and 5 to 95 % of them."
        )
    who = f"Virtual patient like this: {course.description.words()}"
    texts = (
        (0.10, min(10.0, _POINTS_PER_INCH * (width - 0.3) / len(who)), "bold", INK, who),
        (0.34, 7.5, "normal", INK, line),
        (0.52, 8.5, "bold", RELAPSE, course.notice),
    )
    for inches, size, weight, colour, text in texts:
        figure.text(
            0.12 / width,
            1.0 - inches / height,
            text,
            fontsize=size,
            weight=weight,
            color=colour,
            va="top",
            parse_math=False,
        )
    figure.text(0.12 / width, 0.08 / height, DISCLAIMER, fontsize=6.5, color=INK)


def _legend(figure: Figure, course: Course) -> None:
    def dot(marker: str, colour: str, size: float) -> Line2D:
        return Line2D([], [], linestyle="none", marker=marker, color=colour, ms=size, mew=0)

    shown = [
        (dot("v", RELAPSE, relapse_size(0.0)), "relapse, EDSS +0 or +0.5"),
        (dot("v", RELAPSE, relapse_size(1.0)), "+1 or +1.5"),
        (dot("v", RELAPSE, relapse_size(2.0)), "+2 and more"),
        (dot("o", INFECTION, 5.0), "infection"),
        (dot("s", OTHER, 4.5), "other event"),
        (Line2D([], [], color=TRUE, lw=1.4), "true value"),
        (Line2D([], [], color=INK, marker="o", ms=2.6, lw=0.5), "EDSS as rated every 91 days"),
        (Line2D([], [], color=_SPAN, lw=7), "under therapy"),
    ]
    if any(option.graft is not None for option in course.options):
        shown.append((Line2D([], [], color=INK, lw=1.0, ls="--"), "graft"))
    figure.legend(
        [handle for handle, _ in shown],
        [text for _, text in shown],
        loc="lower left",
        bbox_to_anchor=(0.005, 0.2 / figure.get_figheight()),
        ncols=5 if len(course.options) < 3 else len(shown),
        frameon=False,
        fontsize=7,
        handlelength=1.4,
        columnspacing=1.2,
        labelcolor=INK,
    )
