"""Table 1 as text for the console and as a fragment of HTML."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from remyelin.core.outputs import Inputs, file_target, new_file
from remyelin.reports.endpoints import data_text
from remyelin.reports.markup import Markup, element, joined, table
from remyelin.reports.wording import OWN_DATA_DISCLAIMER

if TYPE_CHECKING:
    from remyelin.endpoints import Dataset
    from remyelin.endpoints.baseline_table import BaselineTable, Cell, Characteristic

_NOTE = (
    "Numbers: mean (SD), median [lower, upper quartile]; classes: patients (per cent of those "
    "known). Difference: standardised, of more than two groups the largest of any pair."
)


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"


def _shown(cell: Cell, row: Characteristic) -> str:
    if not cell.n:
        return "-"
    if row.level:
        return f"{cell.count:,} ({100 * cell.share:.1f} %)"
    spread = f"{_number(cell.mean)} ({_number(cell.sd)})"
    return f"{spread}; {_number(cell.median)} [{_number(cell.q1)}, {_number(cell.q3)}]"


def _lines(made: BaselineTable) -> tuple[list[str], list[list[str]]]:
    """Heading and rows: characteristic, groups, missing, difference."""
    several = len(made.groups) > 1
    head = ["", *(f"{name} (n = {count:,})" for name, count in made.groups), "missing"]
    head += ["difference"] if several else []
    rows, before = [], ""
    for row in made.rows:
        name = f"{row.name}: {row.level}" if row.level else row.name
        cells = [_shown(cell, row) for cell in row.cells]
        again = bool(row.level) and row.name == before
        missing = "" if again else f"{row.cells[0].missing:,}"
        line = [name, *cells, missing]
        if several:
            line.append("" if again else _number(row.difference))
        rows.append(line)
        before = row.name
    return head, rows


def text(data: Dataset, made: BaselineTable) -> str:
    """Table 1 in columns."""
    head, rows = _lines(made)
    wide = [max(len(line[place]) for line in (head, *rows)) for place in range(len(head))]
    lines = [data_text(data), ""]
    for line in (head, *rows):
        cells = (f"{cell:<{width}}" for cell, width in zip(line, wide, strict=True))
        lines.append("  ".join(cells).rstrip())
    lines += ["", _NOTE]
    if made.left_out:
        lines.append(f"Left out: {', '.join(made.left_out)}")
    return "\n".join(lines)


def fragment(made: BaselineTable) -> Markup:
    """Table 1 as HTML to put into a page of one's own."""
    head, rows = _lines(made)
    numeric = frozenset(range(1, len(head)))
    body = table("Baseline characteristics", head, rows, numeric=numeric)
    notes = joined(element("p", words) for words in (_NOTE, OWN_DATA_DISCLAIMER))
    return element("section", body, notes)


def check_html(target: str | None, *, force: bool = False, inputs: Inputs = ()) -> Path:
    """Make sure that the fragment could be written, before any work is done."""
    file_target(target or "", force=force, inputs=inputs)
    return Path(target or "")


def write_html(
    made: BaselineTable, path: Path, *, force: bool = False, inputs: Inputs = ()
) -> None:
    """Write the fragment; nothing half-written is left behind."""
    with new_file(path, force=force, inputs=inputs) as aside:
        aside.write_text(fragment(made) + "\n", encoding="utf-8")
