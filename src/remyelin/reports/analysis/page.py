"""The page of an analysis: one HTML file that needs nothing else and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from remyelin.reports.analysis import wording
from remyelin.reports.analysis.contents import (
    METHODS,
    Contents,
    package_version,
    setting_rows,
)
from remyelin.reports.analysis.curves_picture import curves_picture
from remyelin.reports.analysis.forest_picture import forest_picture
from remyelin.reports.document import document
from remyelin.reports.figures import inline_svg
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from remyelin.statistics.analysis import Analysis


def render(contents: Contents) -> str:
    """Page of an analysis as one HTML text; every text that came from a file is escaped."""
    sections = [
        (f"d{place}", one.definition.label, _definition(one, f"km{place}"))
        for place, one in enumerate(contents.analyses)
    ]
    if contents.is_compared:
        sections.insert(0, ("forest", "Hazard ratios", _forest(contents)))
    sections.append(("settings", "Settings", _pairs(setting_rows(contents))))
    sections.append(("methods", "Methods", _pairs(METHODS)))
    if contents.data.problems or contents.data.notes:
        sections.append(("quality", "Quality of the data", _quality(contents)))
    sections.append(("made", "How this was made", _made(contents)))
    names = contents.groups.names
    who = f"by {contents.groups.column} ({', '.join(names)})" if contents.is_compared else ""
    lead = [
        element("p", element("strong", OWN_DATA_DISCLAIMER), class_="notice", role="note"),
        element(
            "p",
            f"{contents.data.history.n:,} patients {who}".strip() + "; "
            f"{len(contents.analyses)} definition{'s' * (len(contents.analyses) > 1)}.",
            class_="score",
        ),
    ]
    return document("Time to event in observed data", lead, sections)


def _definition(one: Analysis, name: str) -> Markup:
    about = one.definition
    title = f"Kaplan-Meier curves: {about.label}"
    parts: list[Content] = [
        element("p", about.text),
        element("p", f"{about.definition_id}. Source: {about.citation}.", class_="soft"),
        element(
            "figure",
            inline_svg(curves_picture(one), name, f"{title}. Tables follow."),
            element("figcaption", "Band: pointwise log-log interval. Ticks: patients censored."),
        ),
        _survival_table(one, title),
    ]
    if one.contrasts:
        parts.append(_contrast_table(one))
    if one.rates is not None:
        parts += [_rate_table(one), element("p", f"Model: {one.rates.model}.", class_="soft")]
    return joined(parts)


def _survival_table(one: Analysis, title: str) -> Markup:
    months = [share.months for share in one.curves[0].shares]
    header = (
        "Group",
        "Patients",
        "Analysed",
        "Events",
        "Survival median, months (CI)",
        *(f"With event by month {month:g} (CI)" for month in months),
        "Not analysed",
    )
    rows = [
        (
            curve.group,
            f"{curve.patients:,}",
            f"{curve.analysed:,}",
            f"{curve.events:,}",
            wording.months(curve.median_days),
            *(wording.percent(share.with_event) for share in curve.shares),
            _left_out(one, place),
        )
        for place, curve in enumerate(one.curves)
    ]
    return table(title, header, rows, numeric=frozenset({1, 2, 3}))


def _left_out(one: Analysis, place: int) -> str:
    curve = one.curves[place]
    parts = (
        (curve.no_baseline, "no baseline for it"),
        (curve.not_confirmable, "too few visits"),
        (curve.left_out_events, "event, but not every component looked at"),
    )
    return "; ".join(f"{count:,} {why}" for count, why in parts if count) or "-"


def _contrast_table(one: Analysis) -> Markup:
    header = (
        "Group",
        "Reference",
        "Hazard ratio (CI)",
        "p (Wald)",
        "Log-rank chi²",
        "p (log-rank)",
    )
    rows: list[tuple[Content, ...]] = [
        (
            pair.group,
            pair.reference,
            wording.estimate(pair.hazard_ratio),
            wording.probability(pair.p_wald),
            wording.number(pair.log_rank) if pair.p_log_rank == pair.p_log_rank else "-",
            wording.probability(pair.p_log_rank),
        )
        for pair in one.contrasts
    ]
    made = table(f"Hazard ratios: {one.definition.label}", header, rows)
    if one.log_rank is None or len(one.curves) < 3 or not one.log_rank.degrees:
        return made
    test = one.log_rank
    text = (
        f"Log-rank test of all groups: chi² {wording.number(test.statistic)} with "
        f"{test.degrees} degrees of freedom, p {wording.probability(test.p)}."
    )
    return joined((made, element("p", text)))


def _rate_table(one: Analysis) -> Markup:
    assert one.rates is not None
    ratios = {pair.group: pair for pair in one.rates.ratios}
    header = (
        "Group",
        "Patients",
        "Relapses",
        "Years",
        "Crude rate per year",
        "Annualised rate (CI)",
        "Rate ratio (CI)",
        "p",
    )

    def rows() -> Iterator[tuple[Content, ...]]:
        assert one.rates is not None
        for group in one.rates.groups:
            pair = ratios.get(group.group)
            yield (
                group.group,
                f"{group.patients:,}",
                f"{group.events:,}",
                f"{group.years:,.1f}",
                f"{group.crude:.3f}" if group.events else "-",
                wording.estimate(group.rate, 3),
                wording.estimate(pair.ratio) if pair else "-",
                wording.probability(pair.p) if pair else "-",
            )

    title = f"Annualised relapse rates: {one.definition.label}"
    return table(title, header, rows(), numeric=frozenset({1, 2, 3, 4}))


def _forest(contents: Contents) -> Markup:
    picture = inline_svg(
        forest_picture(contents.analyses, level=contents.settings.level),
        "forest",
        "Hazard ratios of all definitions as a forest",
    )
    note = (
        "Squares: estimates with interval. Arrows: no events on one side, so one end is known. "
        "The definitions look at the same patients: their ratios are not independent."
    )
    return element("figure", picture, element("figcaption", note))


def _pairs(rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Markup:
    return element(
        "dl", joined(joined((element("dt", key), element("dd", text))) for key, text in rows)
    )


def _quality(contents: Contents) -> Markup:
    data = contents.data
    found = [f"{p.where}, {p} ({p.settled})" for p in (*data.problems, *data.notes)]
    return element("ul", joined(element("li", text) for text in found))


def _made(contents: Contents) -> Markup:
    rows = [("Package", f"remyelin {package_version()}")]
    if contents.command:
        rows.append(("Command", " ".join(contents.command)))
    return _pairs(rows)
