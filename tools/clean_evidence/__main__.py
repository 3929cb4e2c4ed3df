"""From the raw evidence tables to the package data, with a log of every change.

Usage: python -m tools.clean_evidence
The main tables and the special ones are made anew; `git diff` shows what changed.
"""

from __future__ import annotations

from pathlib import Path

from tools.clean_evidence import core, special_run

if __name__ == "__main__":
    core.write(Path(__file__).resolve().parents[2])
    special_run.main()
