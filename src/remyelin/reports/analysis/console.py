"""An analysis as text on the console, and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from remyelin.files import shown
from remyelin.reports.analysis import wording
from remyelin.reports.analysis.contents import METHODS, Contents, setting_rows
from remyelin.reports.analysis.frames import frames
from remyelin.reports.endpoints import data_text
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from pathlib import Path

    from remyelin.statistics.analysis import Analysis

_MOST_LETTERS = 24


def text(contents: Contents) -> str:
    """Give data, settings and all figures as text."""
    groups = contents.groups
    lines = [data_text(contents.data, on_switch=contents.on_switch)]
    if groups.column:
        rest = [name for key, name in setting_rows(contents) if key == "Reference"]
        lines.append(f"Groups by {groups.column}; reference {rest[0]}" if rest else "One group")
    if groups.unknown:
        lines.append(f"Group not known: {groups.unknown:,} patients, left out")
    lines += [f"Note: {note}" for note in groups.notes]
    for one in contents.analyses:
        lines += ["", *_definition(one)]
    lines += ["", f"Intervals: {100 * contents.settings.level:g} %. {OWN_DATA_DISCLAIMER}"]
    return "\n".join(lines)


def _definition(one: Analysis) -> Iterator[str]:
    about = one.definition
    yield f"{about.definition_id}: {about.label}"
    yield f"  {about.text}"
    yield f"  Source: {about.citation}"
    months = [share.months for share in one.curves[0].shares]
    rows = [
        (
            "group",
            "events / analysed",
            "survival median, months",
            *(f"with event by month {month:g}" for month in months),
        )
    ]
    rows += [
        (
            _short(curve.group),
            f"{curve.events:,} / {curve.analysed:,}",
            wording.months(curve.median_days),
            *(wording.percent(share.with_event) for share in curve.shares),
        )
        for curve in one.curves
    ]
    yield from _columns(rows)
    for curve in one.curves:
        out = curve.patients - curve.analysed
        if out:
            why = (
                (curve.no_baseline, "without baseline for it"),
                (curve.not_confirmable, "with too few visits"),
                (curve.left_out_events, "with the event, but not every component looked at"),
            )
            said = "; ".join(f"{count:,} {what}" for count, what in why if count)
            yield f"  not analysed in {_short(curve.group)}: {said}"
    for pair in one.contrasts:
        yield (
            f"  hazard ratio, {_short(pair.group)} against {_short(pair.reference)}: "
            f"{wording.estimate(pair.hazard_ratio)}; log-rank p "
            f"{wording.probability(pair.p_log_rank)}"
        )
    if one.log_rank is not None and len(one.curves) > 2 and one.log_rank.degrees:
        yield f"  log-rank of all groups: p {wording.probability(one.log_rank.p)}"
    if one.rates is not None:
        yield from _rates(one)


def _rates(one: Analysis) -> Iterator[str]:
    assert one.rates is not None
    ratios = {pair.group: pair for pair in one.rates.ratios}
    yield f"  annualised relapse rates; model: {one.rates.model}"
    rows = [("group", "relapses / years", "rate per year", "rate ratio", "p")]
    for group in one.rates.groups:
        pair = ratios.get(group.group)
        rows.append(
            (
                _short(group.group),
                f"{group.events:,} / {group.years:,.1f}",
                wording.estimate(group.rate, 3),
                wording.estimate(pair.ratio) if pair else "-",
                wording.probability(pair.p) if pair else "-",
            )
        )
    yield from _columns(rows)


def _short(name: str) -> str:
    kept = shown(name) if not name.isprintable() else name
    return kept if len(kept) <= _MOST_LETTERS else kept[: _MOST_LETTERS - 1] + "…"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True))
        yield f"  {cells}".rstrip()


def values(contents: Contents, folder: Path | None = None) -> dict[str, object]:
    """Give settings and all figures as JSON can hold them, without the steps of the curves."""
    made = frames(contents)
    definitions = {one.definition.definition_id: one.definition for one in contents.analyses}
    settings = asdict(contents.settings)
    return {
        "notice": OWN_DATA_DISCLAIMER,
        "folder": None if folder is None else str(folder),
        "sources": dict(contents.sources),
        "groups": {
            "column": contents.groups.column,
            "names": list(contents.groups.names),
            "reference": contents.groups.names[0],
            "not_known": contents.groups.unknown,
            "notes": list(contents.groups.notes),
        },
        "settings": {
            **settings,
            "on_switch": contents.on_switch,
            "study_id": contents.study_id,
        },
        "methods": dict(METHODS),
        "definitions": {
            name: {"label": one.label, "text": one.text, "citation": one.citation}
            for name, one in definitions.items()
        },
        **{
            name: frame.to_dict(orient="records")
            for name, frame in made.items()
            if name != "survival"
        },
    }
