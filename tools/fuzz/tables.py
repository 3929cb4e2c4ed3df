"""Damage to tables: cells, rows, columns and their kinds, in CSV, Parquet and pandas."""

from __future__ import annotations

import csv
import decimal
import io
from collections.abc import Callable
from random import Random
from typing import Any, Final

import numpy as np
import pandas as pd

from tools.fuzz.mutators import ODD, Gentle, spoil_bytes


def csv_input(text: str, random: Random) -> bytes:
    """Spoilt CSV."""
    if isinstance(random, Gentle):
        return text.encode()
    rows = list(csv.reader(io.StringIO(text)))
    for _ in range(random.choice((1, 1, 2, 6))):
        if rows:
            _spoil_rows(rows, random)
    stream = io.StringIO()
    mark = random.choice((",", ",", ",", ",", ";", "\t", "|"))
    csv.writer(stream, delimiter=mark, escapechar="\\").writerows(rows)
    made = stream.getvalue().encode("utf-8", "surrogatepass")
    return spoil_bytes(made, random) if random.random() < 0.3 else made


def _spoil_rows(rows: list[list[str]], random: Random) -> None:
    place = random.randrange(len(rows))
    row, way = rows[place], random.randrange(11)
    if way >= 8 and rows[0]:
        _spoil_columns(rows, way, random)
    elif way <= 3 and row:
        row[random.randrange(len(row))] = random.choice(ODD)
    elif way == 4:
        rows.insert(random.randrange(len(rows) + 1), list(random.choice(rows)))
    elif way == 5:
        del rows[place]
    elif way == 6 and row:
        del row[random.randrange(len(row))]
    else:
        row.append(random.choice(ODD))


def _spoil_columns(rows: list[list[str]], way: int, random: Random) -> None:
    """Swap two columns, with or without their names; fill one; leave one out or double it."""
    one, two = (random.randrange(len(rows[0])) for _ in range(2))
    cell, drop = random.choice(ODD), random.random() < 0.5
    for cells in rows[0 if way == 10 or drop else 1 :]:
        if max(one, two) >= len(cells):
            continue
        if way == 8:
            cells[one], cells[two] = cells[two], cells[one]
        elif way == 9:
            cells[one] = cell
        else:
            cells[one : one + 1] = [] if drop else [cells[one]] * 2


_COLUMNS: Final[tuple[Callable[[int, Random], Any], ...]] = (
    lambda n, r: pd.Categorical([r.choice(("a", "b")) for _ in range(n)]),
    lambda n, r: [[1, 2]] * n,
    lambda n, r: [{"a": 1}] * n,
    lambda n, r: pd.date_range("2000-01-01", periods=n, tz="UTC"),
    lambda n, r: pd.date_range("2000-01-01", periods=n),
    lambda n, r: pd.to_timedelta(range(n), unit="D"),
    lambda n, r: [b"\xff\0"] * n,
    lambda n, r: [b"a"] * n,
    lambda n, r: [None] * n,
    lambda n, r: pd.array([1, *[pd.NA] * (n - 1)] if n else [], dtype="Int64"),
    lambda n, r: [True] * n,
    lambda n, r: [decimal.Decimal("3.5")] * n,
    lambda n, r: [decimal.Decimal("9" * 30)] * n,
    lambda n, r: np.full(n, r.choice((np.inf, -np.inf, np.nan, 1e308, -1, 2.0**62))),
    lambda n, r: np.full(n, r.choice((2**63 - 1, -(2**63)))),
    lambda n, r: [r.choice(ODD).replace("\x00", "") for _ in range(n)],
    lambda n, r: pd.array(["x"] * n, dtype="string"),
    lambda n, r: np.arange(n, dtype=np.float16),
)


def spoil_frame(frame: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Change the kind of a column, or columns and rows as a whole."""
    frame = frame.copy()
    if isinstance(random, Gentle):
        return frame
    for _ in range(random.choice((1, 1, 2))):
        way = random.randrange(10)
        name = random.choice(list(frame.columns)) if len(frame.columns) else "x"
        if way <= 5:
            frame[name] = random.choice(_COLUMNS)(len(frame), random)
        elif way == 6 and name in frame:
            frame = frame.drop(columns=name)
        elif way == 7:
            frame = frame.iloc[: random.choice((0, 1, 3))].reset_index(drop=True)
        elif way == 8:
            frame = frame.rename(columns={name: random.choice((*ODD[:20], "day", "date"))})
        else:
            frame = pd.concat([frame, frame.iloc[: random.choice((1, 5))]], ignore_index=True)
        if not frame.columns.is_unique:
            break
    return frame


def parquet_input(text: str, random: Random) -> bytes:
    """Spoilt Parquet."""
    frame = pd.read_csv(io.StringIO(text))
    stream = io.BytesIO()
    try:
        spoilt = spoil_frame(frame, random)
        packed = random.choice(("snappy", "zstd", None))
        spoilt.to_parquet(stream, compression=packed)
    except Exception:  # what Parquet cannot hold is left as it was
        stream = io.BytesIO()
        frame.to_parquet(stream)
    made = stream.getvalue()
    if isinstance(random, Gentle) or random.random() < 0.6:
        return made
    return spoil_bytes(made, random)
