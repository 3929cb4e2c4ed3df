"""Cells of CSV files that a spreadsheet would run as a formula.

A text from outside that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end is run as a
formula by spreadsheets. In every CSV that remyelin writes such a text gets one apostrophe before
it, which a spreadsheet takes for "this is text"; so does one that already begins with apostrophes
before such a sign, so that one apostrophe fewer always gives the text back. Plain numbers, as
``-3.5``, and a sign alone stay as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_GUARD = "'"
_RUN = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20].", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf")


def guarded(text: str) -> str:
    """Give a text as it is written into a CSV file."""
    if _RUN.match(text) and not _NUMBER.fullmatch(text):
        return _GUARD + text
    return text


def unguarded(text: str) -> str:
    """Give the text of a cell of a CSV file that remyelin wrote."""
    return text[1:] if text.startswith(_GUARD) and _RUN.match(text) else text


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table with every text, names of columns too, as it is written into a CSV file."""

    def cell(value: object) -> object:
        return guarded(value) if isinstance(value, str) else value

    made = frame.copy(deep=False)
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "biufcmM":
            made.isetitem(place, frame.iloc[:, place].astype(object).map(cell).to_numpy())
    return made.rename(columns=cell)
