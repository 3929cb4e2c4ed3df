"""Citations and pages of clean rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tools.clean_evidence.masking import identifiers, page_of

_PMID = re.compile(r"PMID (\d+)")
_DOI = re.compile(r"doi:(\S+)")
_ADDRESS = re.compile(r"(?:https?://|github:|mirror)[^\s;]*(?: \([^)]*\))?")
NO_ADDRESS = re.compile(r"search result without address|^\?*$")


def page(cell: str) -> str:
    """Where a figure was read: an address, or ``secondary source`` with or without one."""
    cell = cell.strip()
    if cell.startswith("mirror") or NO_ADDRESS.search(cell):
        return page_of("mirror") if cell else ""
    return page_of(cell)


def page_in_note(note: str) -> str:
    """Last address that stands in a note, as a page; nothing where there is none."""
    found = _ADDRESS.findall(note)
    return page(found[-1]) if found else ""


def own_identifiers(address: str, title: str) -> Mapping[str, str]:
    """DOI and PMID that an address carries, unless it is the table of a review."""
    if "/table" in address or "(review" in title or "expansion" in address:
        return {}
    text = " ".join(identifiers(address)) + " " + address
    found = {"pmid": _PMID.search(text), "doi": _DOI.search(text)}
    return {key: match.group(1).rstrip(")") for key, match in found.items() if match}


def citation(study: Mapping[str, str]) -> str:
    """How to cite a study: DOI, PMID, PMC number, trial number, else author, journal and year."""
    for key, form in (
        ("doi", "doi:{}"),
        ("pmid", "pmid:{}"),
        ("pmcid", "pmcid:{}"),
    ):
        if study.get(key):
            return form.format(study[key])
    if study.get("registry_id"):
        return f"registry:{study['registry_id'].split(';')[0]}"
    words = (study.get("first_author"), study.get("journal"), study.get("year"))
    named = " ".join(word for word in words if word)
    return f"no identifier: {named or study['title']}"
