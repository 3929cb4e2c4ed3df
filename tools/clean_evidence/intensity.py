"""Intensity of conditioning by its drugs, as the European society (EBMT) sorts regimens.

Busulfan or total body irradiation: high. BEAM, or cyclophosphamide 200 mg/kg with ATG:
intermediate.
Where the drugs do not decide it, the word of the raw table stays and its scheme is unstated.
"""

from __future__ import annotations

import re

_HIGH = re.compile(r"busulfan|\bTBI\b", re.I)
_BEAM = re.compile(r"\bBEAM\b(?!-like)", re.I)
_CY_ATG = re.compile(r"cyclophosphamide 200 mg/kg \+ (?:rabbit )?ATG|ATG \+ cyclophosphamide 200")
_UNSURE = re.compile(r"\bor\b|mixed|mainly|also|modified|reduced|recalled|several|/ATG or", re.I)


def intensity_of(regimen: str, word: str) -> tuple[str, str]:
    """Intensity and the scheme that says so, from the drugs and the word of the raw table."""
    if regimen and not _UNSURE.search(regimen):
        if _HIGH.search(regimen):
            return "high", "ebmt"
        if _BEAM.search(regimen) or _CY_ATG.search(regimen):
            return "intermediate", "ebmt"
    return (word, "unstated") if word else ("", "")
