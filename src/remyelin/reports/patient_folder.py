"""Folder of a virtual patient: picture, tables, record; written aside, then renamed."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from remyelin.core.cells import guarded_frame
from remyelin.core.folders import new_folder
from remyelin.core.ownership import Layout
from remyelin.reports.records import as_json, plain
from remyelin.trials.layout import RECORD_NAME, plain_object

if TYPE_CHECKING:
    import pandas as pd

    from remyelin.patients.course import Course

PICTURE_NAME: Final = "patient"
"""Name of the pictures, without ending."""

COLUMNS: Final[Mapping[str, str]] = {
    "option": "protocol that is given; none: untreated",
    "draw": "virtual patient; 0 is the one of the picture",
    "day": "days from the start",
    "years": "years from the start",
    "age_years": "age",
    "edss_true": "EDSS without the noise of a rater",
    "gd_lesions": "enhancing lesions on this day",
    "new_t2_lesions": "brain T2 lesions since the start",
    "brain_volume_pct": "true brain volume, % of that at the start",
    "nfl_pg_ml": "true serum neurofilament light chain, pg/mL",
    "neutrophils_1e9_l": "neutrophils, 1e9/L",
    "platelets_1e9_l": "platelets, 1e9/L",
    "cd4_per_ul": "CD4 cells per microlitre",
    "b_cells_pct": "B cells, % of health",
    "edss": "EDSS as a rater finds it, every 91 days",
    "event": "what happened",
    "edss_rise": "relapses: rise of the true EDSS on the first day",
    "severity": "relapses: deficit added in the compartment hit worst (latent units)",
    "reason": "why observation ended",
    "year": "year from the start, the first is 1",
    "relapses": "relapses of the year",
    "gd_weeks": "weeks of the year with an enhancing lesion",
    "neutrophils_lowest": "lowest neutrophils of the year, 1e9/L",
    "cd4_lowest": "lowest CD4 count of the year",
    "infections": "documented infections of the year",
    "other_events": "other adverse events of the year, without procedures and causes of death",
}
"""What each column of the tables means."""

_TABLES: Final = ("years", "weekly", "visits", "events", "ended")


def _is_earlier(folder: Path) -> bool:
    record = plain_object(folder / RECORD_NAME)
    wanted = ("notice", "description", "years", "options", "matched", "parameters")
    return record.get("package") == "remyelin" and all(name in record for name in wanted)


PATIENT: Final = Layout(
    kind="patient",
    what="patient folder",
    names=(
        *(f"{name}.csv" for name in _TABLES),
        *("weekly.parquet", "columns.md", RECORD_NAME, "patient.png", "patient.svg"),
    ),
    is_earlier=_is_earlier,
)
"""The folder of a virtual patient."""


def columns_text(course: Course) -> str:
    """Say in Markdown what every column means."""
    lines = ["# Columns", "", course.notice, "", "| column | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {text} |" for name, text in COLUMNS.items()), ""])


def write_patient_folder(
    course: Course, folder: str | os.PathLike[str], *, force: bool = False
) -> Path:
    """Write the folder of a course; nothing half-written is left behind.

    Raises
    ------
    OutputError
        The folder exists (without ``force``) or cannot be written.
    """
    from remyelin.reports.patient_picture import FORMATS, picture, written

    figure = picture(course)
    with new_folder(folder, PATIENT, force=force) as aside:
        for kind in FORMATS:
            (aside / f"{PICTURE_NAME}.{kind}").write_bytes(written(figure, kind))
        for name, frame in _tables(course).items():
            guarded_frame(frame).to_csv(aside / f"{name}.csv", index=False, lineterminator="\n")
        _write_parquet(course.weekly, aside / "weekly.parquet", course.notice)
        (aside / "columns.md").write_text(columns_text(course), encoding="utf-8")
        (aside / RECORD_NAME).write_text(as_json(course.record()) + "\n", encoding="utf-8")
    return Path(folder)


def _tables(course: Course) -> dict[str, pd.DataFrame]:
    return {
        "years": course.yearly(),
        "weekly": course.weekly,
        "visits": course.visits,
        "events": course.events,
        "ended": course.ended,
    }


def _write_parquet(frame: pd.DataFrame, path: Path, notice: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    meanings = [
        field.with_metadata({"meaning": COLUMNS.get(field.name, "")}) for field in table.schema
    ]
    table = table.cast(pa.schema(meanings, metadata={"notice": notice}))
    pq.write_table(table, path, compression="zstd")


def patient_values(course: Course, folder: Path | None = None) -> dict[str, object]:
    """Give record, years and events of a course as plain values."""

    def rows(frame: pd.DataFrame) -> Any:
        return plain(frame.to_dict(orient="records"))

    return {
        **course.record(),
        "label": course.description.words(),
        "folder": None if folder is None else str(folder),
        "years_table": rows(course.yearly()),
        "events": rows(course.events),
        "ended": rows(course.ended),
    }


def patient_text(course: Course) -> str:
    """Give the years of the first draw under each option as text."""
    years = course.yearly()
    heads = {
        "year": "year",
        "age_years": "age",
        "relapses": "relapses",
        "new_t2_lesions": "new T2",
        "gd_weeks": "Gd weeks",
        "edss": "EDSS",
        "brain_volume_pct": "volume %",
        "nfl_pg_ml": "NfL",
        "infections": "infections",
        "other_events": "other",
    }
    lines = [
        f"Virtual patient like this: {course.description.words()}",
        f"{course.matched.words()}; seed {course.settings.seed}, draws {course.settings.draws}",
        course.notice,
        *(f"warning: {text}" for text in course.warnings),
    ]
    for option in course.options:
        mine = years[years["option"] == option.name]
        lines += ["", option.label, "  ".join(f"{head:>9}" for head in heads.values())]
        for row in mine.to_dict(orient="records"):
            lines.append("  ".join(f"{_cell(row[name]):>9}" for name in heads))
        ended = course.ended[
            (course.ended["option"] == option.name) & (course.ended["draw"] == 0)
        ].iloc[0]
        if ended["reason"] != "completed":
            lines.append(f"ended on day {ended['day']}: {ended['reason']}")
    return "\n".join(lines)


def _cell(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:g}" if float(value).is_integer() else f"{value:.1f}"
