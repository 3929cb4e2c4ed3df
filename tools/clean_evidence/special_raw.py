"""Copy the special tables of an evidence folder into `evidence_raw`, addresses masked.

Run once for each new delivery: `python -m tools.clean_evidence.special_raw FOLDER`, where the
folder holds `natural_history` and `policy`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tools.clean_evidence.masking import mask
from tools.clean_evidence.special_core import RAW, csv_text
from tools.clean_evidence.special_run import CLEANERS


def copy(folder: Path) -> None:
    """Write the masked copy of every special table that has a cleaner."""
    for pack, name in CLEANERS:
        with (folder / pack / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        text = csv_text(header, [[mask(cell) for cell in row] for row in rows])
        target = RAW / pack / f"{name}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
