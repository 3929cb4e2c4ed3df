"""The EDSS of ratings from outside: seven functional systems and ambulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from remyelin.endpoints.columns import SYSTEM_COLUMNS, NumberColumn
from remyelin.endpoints.conventions import FloatArray
from remyelin.endpoints.quality import Findings, Problem, is_empty, measured, sentences, texts
from remyelin.endpoints.reading import AS_WRITTEN, Reading
from remyelin.endpoints.renaming import check_renamed
from remyelin.endpoints.sheet import Sheet, Source, read_sheet
from remyelin.engine.numpy_backend import NUMPY
from remyelin.errors import InputError
from remyelin.model.edss import (
    AMBULATION_EDSS,
    BLADDER_CONVERTED,
    VISUAL_CONVERTED,
    EdssRule,
    edss_of_systems,
)

AMBULATION: Final = NumberColumn(
    name="ambulation", unit="", meaning="ambulation score", low=0, high=16, step=1
)

WALKING_ALONE_TELLS: Final = 4
"""From this ambulation score on the EDSS follows from walking, whatever the systems are."""

_VISUAL, _BLADDER, _MENTAL = 0, 5, 6
_ADVICE: Final = "Nothing was worked out. `remyelin edss --template` prints the columns."


class Scale(StrEnum):
    """How visual and bladder grades are given."""

    RAW = "raw"
    """As rated: both 0 to 6."""
    CONVERTED = "converted"
    """As they count: visual 0 to 4, bowel and bladder 0 to 5."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Ratings:
    """The EDSS of every row of a table.

    Attributes
    ----------
    rule, scale
        How it was worked out.
    frame
        The table as given with column ``edss`` (``edss_of_systems`` where an ``edss`` was given).
    edss
        The steps; nan where a grade is missing; shape (rows,).
    differs
        Rows in which the given EDSS is another one; 0 where none was given.
    repairs
        What was read otherwise than it stands.
    """

    rule: EdssRule
    scale: Scale
    frame: pd.DataFrame
    edss: FloatArray
    differs: int
    repairs: tuple[Problem, ...] = ()


def edss_of(
    systems: Mapping[str, FloatArray],
    ambulation: FloatArray,
    *,
    rule: EdssRule = EdssRule.NEUROSTATUS,
    scale: Scale = Scale.RAW,
) -> FloatArray:
    """EDSS of rated systems and ambulation; nan where a grade that is needed is missing.

    Parameters
    ----------
    systems
        Grades by column (``fs_visual`` to ``fs_mental``), each of shape (rows,).
    ambulation
        0 to 16; shape (rows,).
    rule
        What the grades stand for.
    scale
        Whether visual and bladder grades are raw or converted.
    """
    grades = [np.asarray(systems[column.name], dtype=np.float64) for column in SYSTEM_COLUMNS]
    missing = np.any([np.isnan(grade) for grade in grades], axis=0)
    counted = [np.nan_to_num(grade) for grade in grades]
    if scale is Scale.RAW:
        counted[_VISUAL] = np.take(VISUAL_CONVERTED, counted[_VISUAL].astype(np.int64))
        counted[_BLADDER] = np.take(BLADDER_CONVERTED, counted[_BLADDER].astype(np.int64))
    counted[_MENTAL] = np.where(counted[_MENTAL] == 1.0, 0.0, counted[_MENTAL])
    walked = np.nan_to_num(ambulation)
    floor = np.take(AMBULATION_EDSS[rule], walked.astype(np.int64))
    step = np.asarray(edss_of_systems(NUMPY, counted, rule), dtype=np.float64)
    told = ~missing | (walked >= WALKING_ALONE_TELLS)
    edss = np.where(walked >= WALKING_ALONE_TELLS, floor, np.maximum(step, floor))
    return np.where(told & ~np.isnan(ambulation), edss, np.nan)


def rate_table(
    source: Source | Sheet,
    *,
    rule: EdssRule = EdssRule.NEUROSTATUS,
    scale: Scale = Scale.RAW,
    renamed: Mapping[str, str] | None = None,
    reading: Reading = AS_WRITTEN,
) -> Ratings:
    """Work out the EDSS of every row of a table.

    Parameters
    ----------
    source
        A file, a pandas table or a table that was read, with the columns of `template`; further
        ones are kept as they are.
    rule, scale
        As in `edss_of`.
    renamed
        Names of columns in the table, and the names under which they are read.
    reading
        How numbers are read that can be read in more than one way; dates are kept as they stand.

    Raises
    ------
    InputError
        A column is missing or a grade is not one of its scale; every problem is named.
    """
    found = Findings()
    sheet = found.take(
        source
        if isinstance(source, Sheet)
        else read_sheet(
            source,
            name="ratings",
            wanted=None,
            renamed=renamed,
            may_be_empty=True,
            reading=reading,
        )
    )
    check_renamed({"ratings": sheet}, renamed or {})
    columns = tuple(_scaled(column, scale) for column in SYSTEM_COLUMNS)
    for column in (*columns, AMBULATION):
        if column.name not in sheet.columns:
            found.add(sheet, None, column.name, f"this column is missing ({column.meaning})")
    if not found.problems:
        systems = {column.name: measured(sheet, column, found) for column in columns}
        walked = measured(sheet, AMBULATION, found)
    if found.problems:
        raise InputError("data", list(sentences(found)), _ADVICE)
    edss = edss_of(systems, walked, rule=rule, scale=scale)
    frame, differs = _completed(sheet, edss)
    return Ratings(
        rule=rule,
        scale=scale,
        frame=frame,
        edss=edss,
        differs=differs,
        repairs=tuple(found.notes),
    )


def _scaled(column: NumberColumn, scale: Scale) -> NumberColumn:
    highest = {"fs_visual": VISUAL_CONVERTED[-1], "fs_bowel_bladder": BLADDER_CONVERTED[-1]}
    if scale is Scale.CONVERTED and column.name in highest:
        return replace(column, high=highest[column.name])
    return column


def _completed(sheet: Sheet, edss: FloatArray) -> tuple[pd.DataFrame, int]:
    """The table with the EDSS, and in how many rows the given one is another."""
    frame = pd.DataFrame(dict(sheet.columns))
    if "edss" not in frame:
        return frame.assign(edss=edss), 0
    given = _numbers(sheet.columns["edss"])
    both = ~np.isnan(given) & ~np.isnan(edss)
    return frame.assign(edss_of_systems=edss), int((given[both] != edss[both]).sum())


def _numbers(cells: NDArray[Any]) -> FloatArray:
    known = pd.Series(texts(cells), dtype=object).mask(is_empty(cells))
    known = known.str.replace(",", ".", regex=False)
    return pd.to_numeric(known, errors="coerce").to_numpy(np.float64)


def template() -> str:
    """A table to fill in: the columns and one made-up row."""
    columns = (*SYSTEM_COLUMNS, AMBULATION)
    head = ["subject_id", "date", *(column.name for column in columns)]
    row = ["A", "2024-03-31", "1", "0", "3", "2", "2", "1", "0", "1"]
    return ",".join(head) + "\n" + ",".join(row) + "\n"
