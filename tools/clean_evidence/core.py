"""The main tables: studies, arms, outcomes, and the lists made from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.clean_evidence import arms, outcomes, studies, targets
from tools.clean_evidence.copy_raw import PACKS
from tools.clean_evidence.tabular import Cells, Log, Raw, as_csv, read, read_raw

DATA = "src/remyelin/evidence/data"
LOG = "evidence_raw/changes.csv"
CHANGE_COLUMNS = ("raw_file", "row", "field", "from", "to", "reason")
OVERLAP_COLUMNS = ("group", "study_id", "relation", "basis")
CONTRADICTION_COLUMNS = ("study_id", "arm", "what", "kept", "other", "source", "note")


def made(root: Path) -> Mapping[str, str]:
    """Text of every file that is made from the raw tables, by its path in the checkout."""
    raw_folder, log = root / "evidence_raw", Log()
    rows = {
        table: [raw for pack in PACKS for raw in read_raw(raw_folder, f"{pack}/{table}.csv")]
        for table in ("studies", "arms", "outcomes")
    }
    curated = {table: read(raw_folder / "curated" / f"{table}.csv") for table in rows}
    by_name = {cells["study_id"]: cells for cells in curated["studies"]}
    clean_studies = studies.clean(rows["studies"], by_name, log)
    clean_arms, contradictions = arms.clean(rows["arms"], clean_studies, curated["arms"], log)
    clean_outcomes = outcomes.clean(rows["outcomes"], clean_studies, curated["outcomes"], log)
    contradictions += read(studies.RULES / "contradictions.csv")
    overlaps = read(studies.RULES / "overlaps.csv")
    votes = targets.votes(clean_outcomes, clean_studies, overlaps)
    return {
        f"{DATA}/studies.csv": as_csv(studies.COLUMNS, clean_studies.values()),
        f"{DATA}/arms.csv": as_csv(arms.COLUMNS, clean_arms),
        f"{DATA}/outcomes.csv": as_csv(outcomes.COLUMNS, clean_outcomes),
        f"{DATA}/overlaps.csv": as_csv(OVERLAP_COLUMNS, overlaps),
        f"{DATA}/contradictions.csv": as_csv(CONTRADICTION_COLUMNS, contradictions),
        f"{DATA}/targets.csv": as_csv(targets.COLUMNS, votes),
        LOG: _log_text(log, rows),
    }


def _log_text(log: Log, rows: Mapping[str, list[Raw]]) -> str:
    order = {raw.file: place for place, raw in enumerate(r for t in rows.values() for r in t)}
    changes = sorted(log.changes, key=lambda change: (order[change.raw_file], change.row))
    names = ("raw_file", "row", "field", "old", "new", "reason")
    cells: list[Cells] = [
        dict(zip(CHANGE_COLUMNS, (str(getattr(change, name)) for name in names), strict=True))
        for change in changes
    ]
    return as_csv(CHANGE_COLUMNS, cells)


def write(root: Path, folder: Path | None = None) -> None:
    """Write what is made, into the checkout or below another folder."""
    for name, text in made(root).items():
        path = (folder or root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
