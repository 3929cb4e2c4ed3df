"""Panels of the picture of a virtual patient; each draws one quantity of one option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from remyelin.reports.figures import PALETTE
from remyelin.reports.wording import words as in_words
from remyelin.study.vocabulary import NO_HARM
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from remyelin.patients.course import Course
    from remyelin.patients.options import Option

INK: Final = "#202428"
RELAPSE, INFECTION, OTHER, TRUE = PALETTE[1], PALETTE[4], PALETTE[3], PALETTE[0]

_BAND_ALPHA: Final = 0.16
_LOW, _HIGH = 0.05, 0.95
_LANES: Final = {"relapse": 2.0, "infection": 1.0, "other": 0.0}
_SIZES: Final = ((2.0, 9.0), (1.0, 7.0), (-np.inf, 5.0))
"""Rise of the EDSS from which on a relapse is drawn in this size."""

_MOVED: Final = 0.95
"""Share of its start below which a blood count is said to be touched by a therapy."""

_FALL_DAYS: Final = 120
_WINDOW_DAYS: Final = (-10, 90)
_NEUTROPENIA: Final = 0.5
_SHORT_YEARS: Final = 3
_KINDS_ALONE: Final = 110
_KINDS_BESIDE: Final = 58
"""Characters for the names of other events."""


@dataclass(frozen=True)
class Panel:
    """One row of the picture.

    Attributes
    ----------
    name
        Label of its axis.
    inches
        Height.
    draw
        Draws one option on axes that span the years.
    relapses
        Whether relapses stand in it as thin lines.
    """

    name: str
    inches: float
    draw: Callable[[Axes, Course, Option], None]
    relapses: bool = False


def relapse_size(rise: float) -> float:
    """Size of the mark of a relapse, by the rise of the true EDSS on its first day."""
    return next(size for least, size in _SIZES if not rise < least)


def _lanes(axes: Axes, course: Course, option: Option) -> None:
    events = course.of("events", option.name)
    for event, years, rise in zip(
        events["event"], events["years"], events["edss_rise"], strict=True
    ):
        if event == "relapse":
            size = relapse_size(rise)
            axes.plot(years, _LANES["relapse"], "v", color=RELAPSE, ms=size, mew=0, clip_on=False)
        elif event == "infection":
            axes.plot(years, _LANES["infection"], "o", color=INFECTION, ms=5, mew=0)
        elif event == "death":
            axes.plot(years, _LANES["other"], "X", color=INK, ms=8, mew=0)
        elif event not in NO_HARM:
            axes.plot(years, _LANES["other"], "s", color=OTHER, ms=4.5, mew=0)
    axes.set_ylim(-0.6, 2.6)
    axes.set_yticks(list(_LANES.values()), ["Relapses", "Infections", "Other events"])
    axes.grid(visible=False)
    other = [e for e in events["event"] if e not in NO_HARM | {"relapse", "infection"}]
    if other:
        kinds = ", ".join(in_words(kind) for kind in dict.fromkeys(other))
        most = _KINDS_ALONE if len(course.options) == 1 else _KINDS_BESIDE
        kinds = kinds if len(kinds) <= most else kinds[: most - 1] + "…"
        axes.text(
            0.995,
            0.04,
            kinds,
            transform=axes.transAxes,
            ha="right",
            fontsize=7,
            color=OTHER,
            parse_math=False,
        )


def _activity(axes: Axes, course: Course, option: Option) -> None:
    """New T2 lesions of each period as bars, enhancing lesions as dots."""
    period = DAYS_PER_YEAR / (4.0 if course.settings.years <= _SHORT_YEARS else 1.0)
    counts = [
        _new_by_period(course.of("weekly", option.name, draw), period, course.settings.years)
        for draw in range(course.settings.draws)
    ]
    middle = (np.arange(len(counts[0])) + 0.5) * period / DAYS_PER_YEAR
    width = 0.8 * period / DAYS_PER_YEAR
    axes.bar(middle, counts[0], width=width, color="#b9c4cf", linewidth=0)
    if len(counts) > 1:
        median = np.nanmedian(counts, axis=0)
        axes.plot(middle, median, "_", color=INK, ms=9, mew=1.3)
    weekly = course.of("weekly", option.name)
    enhancing = weekly[weekly["gd_lesions"] > 0]
    axes.plot(enhancing["years"], enhancing["gd_lesions"], ".", color=PALETTE[2], ms=3.5)
    axes.set_ylim(bottom=0)


def _new_by_period(weekly: pd.DataFrame, period: float, years: int) -> np.ndarray:
    edges = np.arange(0.0, years * DAYS_PER_YEAR + 0.5 * period, period)
    total = np.interp(edges, weekly["day"], weekly["new_t2_lesions"], right=np.nan)
    last = weekly["day"].iloc[-1]
    near = np.abs(edges - last) < period * 0.1
    total[near] = weekly["new_t2_lesions"].iloc[-1]
    new: np.ndarray = np.rint(np.diff(total))
    return new


def _disability(axes: Axes, course: Course, option: Option) -> None:
    _band(axes, course, option, "edss_true")
    weekly = course.of("weekly", option.name)
    axes.step(weekly["years"], weekly["edss_true"], where="post", color=TRUE, lw=1.0, alpha=0.75)
    visits = course.of("visits", option.name)
    axes.plot(visits["years"], visits["edss"], "o-", color=INK, ms=2.6, lw=0.5, zorder=4)
    axes.set_ylim(0.0, 8.0)
    axes.set_yticks(range(0, 9, 2))


def _line(column: str, *, floor: float | None = None) -> Callable[[Axes, Course, Option], None]:
    def draw(axes: Axes, course: Course, option: Option) -> None:
        _band(axes, course, option, column)
        weekly = course.of("weekly", option.name)
        axes.plot(weekly["years"], weekly[column], color=TRUE, lw=1.4)
        if floor is not None:
            axes.set_ylim(bottom=floor)

    return draw


def _cells(axes: Axes, course: Course, option: Option) -> None:
    weekly = course.of("weekly", option.name)
    styles = (
        ("cd4_per_ul", "CD4", TRUE, "-"),
        ("b_cells_pct", "B cells", PALETTE[2], "--"),
        ("neutrophils_1e9_l", "neutrophils", PALETTE[1], "-."),
        ("platelets_1e9_l", "platelets", PALETTE[4], ":"),
    )
    for column, name, colour, dash in styles:
        share = 100.0 * weekly[column] / weekly[column].iloc[0]
        axes.plot(weekly["years"], share, color=colour, ls=dash, lw=1.2, label=name)
    axes.set_ylim(0.0, 165.0)
    axes.legend(
        loc="upper right", ncols=4, frameon=False, fontsize=7, handlelength=2.2, labelcolor=INK
    )


def _graft(axes: Axes, course: Course, option: Option) -> None:
    """Neutrophils and platelets around the graft, on an axis of days of its own."""
    graft = option.graft or 0
    weekly = course.of("weekly", option.name)
    since = weekly["day"] - graft
    near = weekly[(since >= _WINDOW_DAYS[0]) & (since <= _WINDOW_DAYS[1])]
    days = near["day"] - graft
    axes.plot(days, near["neutrophils_1e9_l"], color=PALETTE[1], lw=1.5)
    axes.plot(days, near["platelets_1e9_l"], color=PALETTE[4], lw=1.5, ls="--")
    axes.set_yscale("log")
    axes.set_xlim(*_WINDOW_DAYS)
    axes.axhline(_NEUTROPENIA, color=PALETTE[1], lw=0.8, ls=":")
    axes.axvline(0, color=PALETTE[1], lw=1.1)
    axes.set_xlabel("Days from the graft", fontsize=8.5, color=INK)
    for column, name, colour in (
        ("neutrophils_1e9_l", "neutrophils", PALETTE[1]),
        ("platelets_1e9_l", "platelets", PALETTE[4]),
    ):
        if len(near):
            text = f"{name}: lowest {near[column].min():.2g}"
            place = (1.0, float(near[column].iloc[-1]))
            axes.annotate(
                text,
                place,
                xycoords=("axes fraction", "data"),
                xytext=(-4, -11),
                textcoords="offset points",
                ha="right",
                fontsize=7.5,
                color=colour,
            )


def _band(axes: Axes, course: Course, option: Option, column: str) -> None:
    """Median and 5 to 95 % of all draws on the weeks that they share."""
    if course.settings.draws < 2:
        return
    mine = course.weekly[course.weekly["option"] == option.name]
    mine = mine[mine["day"] % 7 == 0]
    wide = mine.pivot(index="years", columns="draw", values=column)
    low, middle, high = (wide.quantile(q, axis=1) for q in (_LOW, 0.5, _HIGH))
    axes.fill_between(wide.index, low, high, color=TRUE, alpha=_BAND_ALPHA, lw=0)
    axes.plot(wide.index, middle, color=TRUE, lw=1.0, ls="--")


def blood_moves(course: Course, option: Option) -> bool:
    """Tell whether the option touches blood cells: a count falls clearly within months."""
    weekly = course.of("weekly", option.name)
    for column in ("neutrophils_1e9_l", "platelets_1e9_l", "b_cells_pct"):
        if weekly[column].min() < _MOVED * weekly[column].iloc[0]:
            return True
    steps = _FALL_DAYS // 7
    cd4 = weekly.loc[weekly["day"] % 7 == 0, "cd4_per_ul"].to_numpy(float)
    return bool((cd4[steps:] < _MOVED * cd4[:-steps]).any()) if len(cd4) > steps else False


def panels(course: Course) -> list[Panel]:
    """Give the panels that share the axis of years."""
    period = "quarter" if course.settings.years <= _SHORT_YEARS else "year"
    found = [
        Panel("", 0.72, _lanes),
        Panel(f"New T2 per {period},\nGd (dots)", 0.95, _activity),
        Panel("EDSS", 1.6, _disability, relapses=True),
        Panel("Brain volume\n(% of start)", 0.95, _line("brain_volume_pct"), relapses=True),
        Panel("Serum NfL\n(pg/mL)", 0.95, _line("nfl_pg_ml", floor=0.0), relapses=True),
    ]
    if any(blood_moves(course, option) for option in course.options):
        found.append(Panel("Blood cells\n(% of start)", 1.05, _cells))
    return found


def graft_panel(course: Course) -> Panel | None:
    """Give the panel of days around the graft where there is one."""
    if not any(option.graft is not None for option in course.options):
        return None
    return Panel("Blood after graft\n(10⁹/L)", 1.15, _graft)
