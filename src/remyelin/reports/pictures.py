"""The parts of the report that hold figures, each with its table beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from remyelin.reports import wording
from remyelin.reports.figures import Point, edss_figure, survival_figure
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.study.vocabulary import Measure

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun
    from remyelin.study.outcome import Outcome
    from remyelin.trials.prediction import Curve

_EDSS = "edss"
_NOTE = (
    "Line: {line}. Band: 5 to 95 % over replicates. Filled marks: published figures seen at their "
    "source; open marks: recalled ones."
)


def _at(curve: Curve, months: float) -> str:
    place = bisect_right(curve.months, months) - 1
    if place < 0:
        return wording.number(1.0)
    return wording.predicted(curve.survival[place], curve.low[place], curve.high[place])


def _published(points: Sequence[Point]) -> str:
    return "; ".join(f"{wording.number(value)} ({mark})" for _, value, mark in points)


def _curve_rows(curves: Sequence[Curve]) -> Iterator[tuple[Content, ...]]:
    for curve in curves:
        counts = dict(zip(curve.risk_months, curve.at_risk, strict=True))
        for months in sorted({*counts, *(point[0] for point in curve.published)}):
            points = [point for point in curve.published if point[0] == months]
            yield (
                curve.label,
                wording.when(months),
                f"{counts[months]:.0f}" if months in counts else "",
                _at(curve, months),
                _published(points) or wording.NO_VALUE,
            )


def survival_section(result: ComparedRun) -> Markup:
    """Kaplan-Meier figure and table for each definition."""
    labels = {p.key.definition_id: p.definition.label for p in result.predictions}
    parts: list[Content] = []
    groups = groupby(
        sorted(result.curves, key=lambda c: c.definition_id), key=lambda c: c.definition_id
    )
    for place, (definition_id, group) in enumerate(groups):
        curves = tuple(group)
        name = labels.get(definition_id) or wording.words(definition_id)
        title = f"Kaplan-Meier curves by arm: {name}"
        note = _NOTE.format(line="median over replicates of the Kaplan-Meier estimate")
        figure = survival_figure(curves, name=f"km{place}", title=f"{title}. Table follows.")
        parts += [
            element("h3", name),
            element("figure", figure, element("figcaption", note)),
            table(
                f"{title}: proportion without event",
                ("Arm", "Months", "At risk per trial", "Predicted [5 to 95 %]", "Published"),
                _curve_rows(curves),
                numeric=frozenset({1, 2, 3}),
            ),
        ]
    return joined(parts) if parts else element("p", "This study asks for no time to event.")


def _edss_points(result: ComparedRun) -> dict[str, list[Point]]:
    seen: list[Outcome] = [p.observed for p in result.predictions if p.observed is not None]
    points: dict[str, list[Point]] = {}
    for outcome in (*seen, *result.unmatched):
        key = outcome.key
        if key.outcome == _EDSS and key.measure is Measure.MEAN and key.time_months is not None:
            points.setdefault(key.arm, []).append((key.time_months, outcome.value, outcome.mark))
    return points


def edss_section(result: ComparedRun) -> Markup:
    """Mean EDSS by visit: figure and table."""
    course = result.edss_course
    if course.empty:
        return element("p", "No EDSS was rated in this run.")
    labels = {arm.arm_id: arm.label for arm in result.study.arms}
    points = _edss_points(result)
    title = "Mean EDSS by visit and arm"
    figure = edss_figure(course, labels, points, name="edss", title=f"{title}. Table follows.")
    rows: list[tuple[Content, ...]] = []
    columns = [course[name].tolist() for name in ("arm_id", "time_months", "n")]
    means = [course[name].tolist() for name in ("mean", "low", "high")]
    for arm, months, count, *mean in zip(*columns, *means, strict=True):
        here = [point for point in points.get(arm, []) if point[0] == months]
        rows.append(
            (
                labels.get(arm, arm),
                wording.when(months),
                f"{count:.0f}",
                wording.predicted(*mean),
                _published(here) or wording.NO_VALUE,
            )
        )
    note = _NOTE.format(line="median over replicates of the mean")
    header = ("Arm", "Months", "Rated per trial", "Predicted mean [5 to 95 %]", "Published")
    return joined(
        (
            element("figure", figure, element("figcaption", note)),
            table(title, header, rows, numeric=frozenset({1, 2, 3})),
        )
    )
