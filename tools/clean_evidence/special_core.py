"""Framework of the cleaning: raw rows in, clean rows and a log of every change out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.clean_evidence.masking import MIRROR, identifiers, page_of

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "evidence_raw"
DATA = ROOT / "src" / "remyelin" / "evidence" / "data"
LOG_COLUMNS = ("table", "rows", "column", "before", "after", "reason")


@dataclass
class Row:
    """A row on its way from raw to clean; every change is told with its reason."""

    line: int
    cells: dict[str, str]
    changes: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def set(self, column: str, value: str, reason: str) -> None:
        """Give a cell another value; nothing is logged where it has it already."""
        before = self[column]
        if before != value:
            self.changes.append((column, before, value, reason))
        self.cells[column] = value

    def put(self, column: str, value: str) -> None:
        """Fill a cell of a new column by a rule that is logged once for the table."""
        self.cells[column] = value

    def issue(self, text: str) -> None:
        """Add a doubt to the row."""
        old = self["issue"]
        self.cells["issue"] = f"{old}; {text}" if old else text

    def remember(self, *columns: str) -> None:
        """Name columns that are remembered although the figure was seen."""
        old = [name for name in self["recalled_columns"].split(";") if name]
        self.cells["recalled_columns"] = ";".join(dict.fromkeys([*old, *columns]))


@dataclass
class Table:
    """A table on its way: its name, pack, rows and the rules that hold for all its rows."""

    name: str
    pack: str
    rows: list[Row]
    rules: list[tuple[str, str]] = field(default_factory=list)

    def rule(self, columns: str, reason: str) -> None:
        """Log a change that holds for the whole table."""
        self.rules.append((columns, reason))

    def at(self, *lines: int) -> list[Row]:
        """Rows by raw line."""
        found = [row for row in self.rows if row.line in lines]
        if len(found) != len(lines):
            raise ValueError(f"{self.name}: no such lines among {lines}")
        return found

    def where(self, **cells: str) -> list[Row]:
        """Rows whose cells are as given."""
        return [r for r in self.rows if all(r[name] == value for name, value in cells.items())]


def read_table(name: str, pack: str) -> Table:
    """Rows of a raw table."""
    with (RAW / pack / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            Row(line, {key: _plain(value) for key, value in cells.items()})
            for line, cells in enumerate(csv.DictReader(stream), start=2)
        ]
    return Table(name, pack, rows)


def _plain(text: str) -> str:
    return " ".join(text.split())


def map_words(table: Table, column: str, words: Mapping[str, str], reason: str) -> None:
    """Replace words of a column; a word that the map lacks stays."""
    for row in table.rows:
        row.set(column, words.get(row[column], row[column]), reason)


def rename(table: Table, names: Mapping[str, str]) -> None:
    """Give columns other names."""
    for old, new in names.items():
        for row in table.rows:
            row.cells[new] = row.cells.pop(old)
        table.rule(new, f"column {old} is called {new}")


def sources(table: Table, *, words: str = "") -> None:
    """Split the address into citation and page, and call the mark by one word.

    Parameters
    ----------
    words
        Column with the collector's words for the source; without it the name of the source.
    """
    table.rule("mark", "column verified is called mark")
    table.rule(
        "source, page",
        "the address is split: identifiers of the work are the citation; the page is where the "
        f"figure was read, `secondary source` where that was a {MIRROR}; a recalled figure has "
        "no page, the address to check stands in its note",
    )
    for row in table.rows:
        address = row.cells.pop("url")
        row.put("mark", row.cells.pop("verified"))
        note_dois = [i for i in identifiers(row["note"]) if i.startswith(("doi:", "PMID"))]
        known = [*identifiers(address), *note_dois]
        title = row[words] if words else _title(address)
        row.put("source", "; ".join(dict.fromkeys([*([title] if title else []), *known])))
        if not row["source"]:
            row.put("source", f"{row['source_id']} (no identifier read)".strip())
        if row["mark"] == "seen":
            row.put("page", page_of(address))
        else:
            row.put("page", "")
            _append(row, "note", f"to be checked at {address}" if address else "")


def read_at(row: Row, page: str, source: str, *, note: str = "") -> None:
    """Mark a figure seen that was remembered and has since been read, as it stood.

    Parameters
    ----------
    page
        Where it was read; `SECONDARY_SOURCE` where that was a report by others without address.
    source
        Citation.
    note
        What the page says beside it; takes the place of the old note.
    """
    reason = "remembered at first; since read at its page, and found the same"
    row.set("mark", "seen", reason)
    row.set("page", page, reason)
    row.set("source", source, reason)
    if row["basis"]:
        row.set("basis", "printed", reason)
    row.set("note", note, reason)


def _title(address: str) -> str:
    """Words before the bracket of an address cell that begins with a title."""
    head = address.split(" (", maxsplit=1)[0]
    is_title = " " in head and not head.startswith(("http", "github:", MIRROR))
    return head if is_title else ""


def _append(row: Row, column: str, text: str) -> None:
    if text:
        row.put(column, f"{row[column]}; {text}" if row[column] else text)


def intervals(table: Table) -> None:
    """Name the ends of intervals and what they mean, as far as the notes say it."""
    rename(table, {"ci_low": "low", "ci_high": "high"})
    table.rule("interval_kind", "ci unless the note of the row says iqr or range")
    kinds = (("iqr", r"\bIQR\b|quartile"), ("range", r"\brange\b|limits are the two trials"))
    for row in table.rows:
        if not (row["low"] or row["high"]):
            continue
        note = row["note"]
        kind = next((word for word, pattern in kinds if re.search(pattern, note)), "ci")
        row.put("interval_kind", kind)


def bases(table: Table) -> None:
    """Say how each figure came into its cell, from the notes."""
    table.rule("basis", "from the note: secondary, mid-point, derived, model; else printed")
    patterns = (
        ("collated", r"^secondary|; secondary|collation"),
        ("midpoint", r"mid-?point"),
        ("derived", r"derived|1 minus|from printed|crude ratio|exponential of|per cent reduction"),
    )
    for row in table.rows:
        words = (word for word, pattern in patterns if re.search(pattern, row["note"]))
        basis = "remembered" if row["mark"] == "recalled" else next(words, "printed")
        row.put("basis", row["basis"] or basis)


def trial_ids(table: Table, *columns: str) -> None:
    """Name the trials behind each row, from the given columns."""
    table.rule("trial_id", f"acronyms found in {', '.join(columns)}")
    for row in table.rows:
        text = " ".join(row[column] for column in columns)
        found = [name for name, pattern in _TRIALS.items() if re.search(pattern, text, re.I)]
        row.put("trial_id", ";".join(found))


_TRIALS = {
    "advance": r"\badvance(?:\b|\d|_)",
    "affirm": r"\baffirm",
    "ascend": r"\bascend(?:\b|_)",
    "beat_ms": r"BEAT-MS|NCT04047628",
    "camms223": r"camms223",
    "canada_bucy": r"NCT01099930",
    "caremsi": r"caremsi(?:\b|2012)|CARE-MS I(?:\b|\+II)|carems_cdi",
    "caremsii": r"caremsii(?:\b|2012)|CARE-MS (?:I\+)?II\b|carems_cdi",
    "clarity": r"\bclarity",
    "cleveland_msc": r"NCT00813969",
    "coast": r"\bCOAST\b|NCT04971005|2016-001166-29",
    "combirx": r"combirx",
    "concerto": r"concerto",
    "confirm": r"\bconfirm\b|define_confirm",
    "copolymer1": r"copolymer",
    "decide": r"\bdecide(?:\b|\d)",
    "define": r"\bdefine(?:\b|_)",
    "expand": r"\bexpand(?:\b|_)",
    "freedoms": r"\bfreedoms(?:\b|_)(?! II)",
    "freedoms_ii": r"freedoms ?ii|freedoms I\+II",
    "hadassah_msc": r"NCT02166021",
    "halt_ms": r"HALT-MS|NCT00288626",
    "ifnb_ms": r"\bifnb_ms|ifnb1993|ebers_ifnb|IFNB MS Study",
    "informs": r"\binforms|_informs",
    "maestro01": r"maestro",
    "mesems": r"\bMESEMS|MESCAMS|STREAMS|"
    + "|".join(
        f"NCT{number}"
        for number in (
            "01606215",
            "01730547",
            "01745783",
            "01854957",
            "02035514",
            "02239393",
            "02403947",
        )
    ),
    "mims": r"\bmims\b",
    "mist": r"\bMIST\b|NCT00273364",
    "most": r"NCT03342638",
    "mscims": r"NCT00395200",
    "mscrg": r"mscrg",
    "net_ms": r"\bNET-MS|2022-002654-95|2024-515470-26-00",
    "olympus": r"olympus",
    "opera": r"\bopera",
    "oracle_ms": r"oracle_ms",
    "oratorio": r"oratorio|\bocr571",
    "prisms": r"\bprisms|_prisms",
    "promise": r"\bpromise\b",
    "radiance": r"\bradiance",
    "ram_ms": r"RAM-MS|NCT03477500|2024-510630-40-00",
    "reflex": r"\breflex(?:\b|\d)",
    "reveal": r"\breveal(?:\b|\d)|_reveal\b",
    "smart_ms": r"SMART-MS|NCT04749667",
    "sprint_ms": r"SPRINT-MS|sprint_nfl",
    "star_ms": r"\bStar-?MS|ISRCTN88667898|2019-001549-42",
    "sunbeam": r"sunbeam",
    "temso": r"\btemso",
    "tisch_mscnp_1": r"NCT01933802",
    "tisch_mscnp_2": r"NCT03355365",
    "tower": r"\btower(?:\b|_)|_tower_",
    "transforms": r"\btransforms(?:\b|_)",
}


def number_readings(table: Table, key: Sequence[str], figure: Sequence[str]) -> None:
    """Count the readings of each key and name the other ones in the issue of the row."""
    table.rule("reading", f"counted within {', '.join(key)}")
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        groups.setdefault(tuple(row[name] for name in key), []).append(row)
    for group in groups.values():
        for number, row in enumerate(group, start=1):
            row.put("reading", str(number))
            if number > 1:
                first = group[0]
                same = [row[f] for f in figure] == [first[f] for f in figure]
                row.issue(
                    f"same figure as row {first['row_id']}"
                    if same
                    else f"another reading of row {first['row_id']}, which differs"
                )


def clean_text(table: Table, columns: Sequence[str]) -> str:
    """The clean table as comma-separated text, columns in the given order."""
    for row in table.rows:
        extra = [name for name, value in row.cells.items() if value and name not in columns]
        if extra:
            raise ValueError(f"{table.name} line {row.line}: columns {extra} have no place")
    lines = ([row[name] for name in columns] for row in table.rows)
    return csv_text(columns, lines)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Comma-separated text with one line feed after each row."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()


def log_rows(table: Table) -> Iterator[tuple[str, ...]]:
    """The log of a table: first its rules, then changes of cells, equal ones together."""
    for columns, reason in table.rules:
        yield (table.name, "all", columns, "", "", reason)
    together: dict[tuple[str, ...], list[int]] = {}
    for row in table.rows:
        for change in row.changes:
            together.setdefault(change, []).append(row.line)
    for (column, before, after, reason), lines in together.items():
        yield (table.name, spans(lines), column, before, after, reason)


def spans(lines: Sequence[int]) -> str:
    """Line numbers as `2-5 9`."""
    parts: list[list[int]] = []
    for line in sorted(set(lines)):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return " ".join(f"{a}-{b}" if a < b else str(a) for a, b in parts)
