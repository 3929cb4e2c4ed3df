"""The page on verification lists every check in the words of the program."""

from __future__ import annotations

from pathlib import Path

from remyelin.verification.catalogue import CHECKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verification.md"


def test_the_page_lists_every_check_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for check in CHECKS:
        assert text.count(f"| `{check.name}` | {check.proves} |") == 1
