"""Copy of the raw evidence tables into the repository, every proxy and mirror address masked.

Usage: python -m tools.clean_evidence.copy_raw SOURCE [TARGET]
Only the rule of `masking` is applied to the cells, and hosts of `NAMED_IN_WORDS`, which stand in
remarks without an address, become the word `mirror`; nothing else is changed.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from tools.clean_evidence.masking import MIRROR, mask

PACKS = ("ahsct", "cells", "natural_history")
TABLES = ("studies", "arms", "outcomes")
NAMED_IN_WORDS = ("distantreader.org",)


def _cell(text: str) -> str:
    for host in NAMED_IN_WORDS:
        text = text.replace(host, MIRROR) if "://" not in text else text
    return mask(text)


def masked(text: str) -> str:
    """Text of a CSV file with every cell masked."""
    rows = [[_cell(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def copy(source: Path, target: Path) -> None:
    """Copy the main tables of every pack."""
    for pack in PACKS:
        (target / pack).mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            name = f"{pack}/{table}.csv"
            text = (source / name).read_bytes().decode("utf-8")
            (target / name).write_text(masked(text), encoding="utf-8", newline="")


if __name__ == "__main__":
    copy(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "evidence_raw"))
