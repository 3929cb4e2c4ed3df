"""Endpoints of data from outside, as text and as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from remyelin.files import listed
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from remyelin.endpoints import Dataset, Line, Result
    from remyelin.study.definition import Definition, OnSwitch

_WORDS: Mapping[str, str] = {
    "event": "event",
    "censored": "censored without event",
    "not_confirmable": "not confirmable: too few visits for any event to be found",
    "no_baseline": "not assessed: no baseline, or one to which the definition does not apply",
}


def data_text(data: Dataset, *, on_switch: OnSwitch | None = None) -> str:
    """What was read, and what was settled on the way.

    Parameters
    ----------
    on_switch
        What a switch of treatment does under all definitions; None leaves it to each.
    """
    history = data.history
    end = history.end_day
    lines = [f"Read by mapping: {data.sources[0]}"] if data.sources else []
    lines += [f"  - {sentence}" for sentence in data.sources[1:]]
    lines += [
        f"Data: {history.n:,} patients, {data.n_visits:,} visits, {data.n_relapses:,} relapses; "
        f"median follow-up {_median(end):,.0f} days; measured: {', '.join(data.columns)}"
    ]
    if len(history.arm_ids) > 1:
        lines.append(f"Arms: {listed(history.arm_ids)}")
    if data.switched:
        what = "as each definition says; under most of the library observation goes on"
        what += " (--on-switch censor ends it there)"
        if on_switch is not None:
            what = "observation ends there" if on_switch.value == "censor" else "it goes on"
        lines.append(f"Switch of treatment: {data.switched:,} patients; {what}")
    if data.unread:
        lines.append(f"Columns not read: {listed(data.unread)}")
    if data.problems:
        lines.append(f"Data quality: {len(data.problems)} problems, all settled:")
        lines += [f"  - {p.where}, {p} ({p.settled})" for p in data.problems]
    else:
        lines.append("Data quality: no problems")
    if data.notes:
        lines.append(f"Read otherwise than it stands, or assumed: {len(data.notes)}")
        lines += [f"  - {p.where}, {p} ({p.settled})" for p in data.notes]
    return "\n".join(lines)


def _median(days: NDArray[np.float64]) -> float:
    return float(sorted(days)[len(days) // 2]) if len(days) else 0.0


def result_text(result: Result, *, most: int) -> str:
    """One definition: what it is, what it found, and the first patients.

    Parameters
    ----------
    most
        Patients that are listed.
    """
    definition = result.definition
    lines = [
        f"{definition.definition_id}: {definition.label}",
        f"  {definition.text}",
        f"  Source: {definition.citation}",
        "",
    ]
    for line in result.lines:
        lines += _line_text(line)
    if most:
        lines += ["", result.patients.head(most).to_string(index=False, na_rep="-")]
        more = len(result.patients) - most
        if more > 0:
            lines.append(f"... and {more:,} more patients; --out FILE writes them all")
    return "\n".join(lines)


def _line_text(line: Line) -> Iterator[str]:
    if "measured" in line.statuses:
        yield (
            f"{line.arm}: mean {_number(line.mean)}, sd {_number(line.sd)}, "
            f"{line.evaluable} of {line.patients} patients measured"
        )
        return
    if line.assessable:
        found = f"{line.assessable_events} of {line.assessable} patients in whom it could be found"
        yield f"{line.arm}: event in {found} ({_number(100 * line.share, 1)} %)"
        more = line.events - line.assessable_events
        if more:
            yield f"  {more:>6}  more with the event in whom not every component could be found"
    elif line.events:
        none = f"in none of {line.patients} patients could every component be found, so no share"
        yield f"{line.arm}: event in {line.events} patients; {none}"
    else:
        yield f"{line.arm}: the event could be found in none of {line.patients} patients"
    for status, count in line.statuses.items():
        if count:
            yield f"  {count:>6}  {_WORDS[status]}"
    if math.isfinite(line.rate_per_year):
        yield f"  annualised rate {line.rate_per_year:.3f} per year"


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def all_text(results: Sequence[Result]) -> str:
    """One line per definition, all patients together."""
    wide = max(len(result.definition.definition_id) for result in results)
    head = f"{'definition':<{wide}}  assessable  events  share %  not conf.  not assd.  result"
    return "\n".join([head, *(_row_text(result, wide) for result in results)])


def _row_text(result: Result, wide: int) -> str:
    name = f"{result.definition.definition_id:<{wide}}"
    if result.not_applicable:
        return f"{name}  not applicable: {result.not_applicable}"
    line = result.lines[0]
    if "measured" in line.statuses:
        found = f"mean {_number(line.mean)}, sd {_number(line.sd)}"
        return f"{name}  {line.evaluable:>10}  {'':>6}  {'':>7}  {'':>9}  {'':>9}  {found}"
    none = "no event" if line.assessable else "could be found in nobody"
    found = f"those with it: median day {line.median_day_of_events:.0f}" if line.events else none
    if math.isfinite(line.rate_per_year):
        found += f", {line.rate_per_year:.3f} per year"
    return (
        f"{name}  {line.assessable:>10}  {line.events:>6}  {_number(100 * line.share, 1):>7}  "
        f"{line.statuses['not_confirmable']:>9}  {line.statuses['no_baseline']:>9}  {found}"
    )


def lines_frame(results: Sequence[Result]) -> pd.DataFrame:
    """One row per definition and arm."""
    import pandas as pd

    rows = []
    for result in results:
        about = {
            "definition_id": result.definition.definition_id,
            "kind": result.definition.kind.value,
            "label": result.definition.label,
            "citation": result.definition.citation,
            "not_applicable": result.not_applicable,
        }
        if not result.lines:
            rows.append({**about, "arm_id": ""})
        for line in result.lines:
            values = asdict(line)
            counts = values.pop("statuses")
            rows.append({**about, "arm_id": values.pop("arm"), **values, **counts})
    frame = pd.DataFrame(rows)
    counted = (
        "patients",
        "evaluable",
        "assessable",
        "assessable_events",
        "events",
        *_WORDS,
        "measured",
        "missing",
    )
    for name in counted:
        if name in frame:
            frame[name] = frame[name].astype("Int64")
    return frame.drop(columns=["event"], errors="ignore")


def values(data: Dataset, results: Sequence[Result], *, single: bool) -> dict[str, object]:
    """Data, definitions and findings as JSON can hold them."""
    made: dict[str, object] = {
        "disclaimer": OWN_DATA_DISCLAIMER,
        "data": {
            "patients": data.history.n,
            "visits": data.n_visits,
            "relapses": data.n_relapses,
            "switched": data.switched,
            "arms": list(data.history.arm_ids),
            "columns": list(data.columns),
            "columns_not_read": list(data.unread),
            "problems": [asdict(problem) for problem in data.problems],
            "notes": [asdict(note) for note in data.notes],
            "sources": list(data.sources),
        },
        "results": [_result_values(result, single=single) for result in results],
    }
    return made


def _result_values(result: Result, *, single: bool) -> dict[str, object]:
    found: dict[str, object] = {
        "definition": _definition_values(result.definition),
        "not_applicable": result.not_applicable,
        "groups": [asdict(line) for line in result.lines],
    }
    if single:
        columns = {name: _cells(result.patients[name]) for name in result.patients}
        names = tuple(columns)
        rows = zip(*columns.values(), strict=True)
        found["patients"] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def _cells(column: pd.Series[Any]) -> list[object]:
    missing = column.isna().tolist()
    return [None if gone else cell for gone, cell in zip(missing, column.tolist(), strict=True)]


def _definition_values(definition: Definition) -> dict[str, object]:
    return {**asdict(definition), "confirmation_days": definition.confirmation_days}
