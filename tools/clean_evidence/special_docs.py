"""Write `docs/evidence_tables.md` from the schemas of the special tables.

Run from the checkout: `python -m tools.clean_evidence.special_docs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remyelin.evidence import special
from remyelin.study.table_schema import TableColumn, TableSchema, common_columns
from tools.clean_evidence.special_core import ROOT

PAGE = ROOT / "docs" / "evidence_tables.md"
INTRODUCTION = """\
# Special tables of the evidence base

Written from the schemas by `python -m tools.clean_evidence.special_docs`; edit the schemas, not \
this page.

Beside studies, arms and outcomes the base holds tables on particular questions. Each has a schema \
in `src/remyelin/study/schemas` and is read with `remyelin.evidence.special`: `tables()`, \
`schema(name)`, `load(name)` for checked rows, `frame(name)` for a pandas data frame. A table is \
read when it is first asked for; one bad row and it is refused, with every bad row named.

What holds for all of them:

- A row keeps the name it had in the raw table (`row_id`), so that it can be followed through \
`evidence_raw/changes_special.csv`, where every change stands with its reason.
- `mark` says how well a figure is known: seen, recalled, assumed. A recalled figure has no page. \
`recalled_columns` names cells that are remembered although the figure beside them was seen.
- `basis` says how a figure came into its cell: printed, derived, middle of a range, collated by \
others, of a model, remembered.
- `page` is where the figure was read; `secondary source` where that was a copy or a report by \
others. `source` is the citation, as far as an identifier was read.
- `issue` holds doubts, contradictions and misprints. What could not be decided is said there and \
not filled in.
- Rows of one key are different readings of one figure; they are counted in `reading`, not merged.
- The level of an interval is given only where the source states it.
"""


def text() -> str:
    """The page."""
    sections = ("\n".join(_section(special.schema(name))) for name in special.tables())
    shared = "\n".join(_shared())
    return "\n".join((INTRODUCTION, shared, *sections))


def _shared() -> Iterator[str]:
    yield "## Shared columns\n"
    yield "They mean the same in every table; below, a table lists its own and names these.\n"
    yield from _columns(common_columns().values())
    yield ""


def _section(schema: TableSchema) -> Iterator[str]:
    rows = special.load(schema.name)
    marks = [str(row["mark"]) for row in rows]
    counts = ", ".join(f"{marks.count(mark)} {mark}" for mark in dict.fromkeys(sorted(marks)))
    yield f"## {schema.title} (`{schema.name}`)\n"
    yield f"{schema.meaning} {len(rows)} rows: {counts}. Unique: {_keys(schema)}.\n"
    shared = common_columns().values()
    yield from _columns(column for column in schema.columns if column not in shared)
    names = ", ".join(f"`{column.name}`" for column in schema.columns if column in shared)
    yield f"\nShared columns: {names}.\n"


def _columns(columns: Iterable[TableColumn]) -> Iterator[str]:
    yield "| column | holds | meaning |"
    yield "|---|---|---|"
    for column in columns:
        yield f"| `{column.name}` | {_holds(column)} | {_cell(column.meaning)} |"


def _keys(schema: TableSchema) -> str:
    return "; ".join(", ".join(f"`{name}`" for name in key) for key in schema.keys)


def _holds(column: TableColumn) -> str:
    words = ", ".join(f"`{word}`" for word in column.words)
    parts = [words or str(column.kind)]
    if column.unit:
        parts.append(f"in {column.unit}")
    if not column.nullable:
        parts.append("never empty")
    return _cell(", ".join(parts))


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
