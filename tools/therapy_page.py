"""Write what is made from the code: the end of docs/therapies.md, and docs/drugs.md.

``python -m tools.therapy_page`` replaces everything below the mark in the one, and the other whole.
"""

from __future__ import annotations

from pathlib import Path

from remyelin.reports import drug_cards
from remyelin.reports.protocol_schema import as_text

PAGE = Path("docs/therapies.md")
MARK = "<!-- Below: made by `python -m tools.therapy_page`, not to be changed by hand. -->"


DRUGS = Path("docs/drugs.md")
HEAD = """# Drugs: routes, doses, limits, names

Made by `python -m tools.therapy_page` from the data of the package, not to be changed by hand.
`remyelin therapies drugs NAME` shows one drug. Limits are guards against slips in simulated
regimens, never advice: most are recalled from labels, and each says so. Doses in other units are
compared at the body weight and surface of the parameter table.

"""


def drugs_page() -> str:
    """Give the page on drugs."""
    return HEAD + drug_cards.page()


def page(text: str) -> str:
    """Give the page with the made part anew."""
    written = text.split(MARK, maxsplit=1)[0]
    made = as_text().replace("# Protocol files", "## Protocol files")
    return f"{written}{MARK}\n\n{made}\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    DRUGS.write_text(drugs_page(), encoding="utf-8")
