"""Write the part of docs/therapies.md that is made from the code: what a protocol file may say.

``python -m tools.therapy_page`` replaces everything below the mark in the page.
"""

from __future__ import annotations

from pathlib import Path

from remyelin.reports.protocol_schema import as_text

PAGE = Path("docs/therapies.md")
MARK = "<!-- Below: made by `python -m tools.therapy_page`, not to be changed by hand. -->"


def page(text: str) -> str:
    """Give the page with the made part anew."""
    written = text.split(MARK, maxsplit=1)[0]
    made = as_text().replace("# Protocol files", "## Protocol files")
    return f"{written}{MARK}\n\n{made}\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
