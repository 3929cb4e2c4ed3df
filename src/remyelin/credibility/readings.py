"""Whether each published figure is read as it was published, as data."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from remyelin.credibility.keys import FigureKey
from remyelin.errors import InputError
from remyelin.evidence.special import parse_rows
from remyelin.study.table_schema import parse_table_schema
from remyelin.study.vocabulary import Mark

TABLE = "readings"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How one figure, or a class of them, was published; columns as in ``readings.yaml``."""

    group: str
    row: str
    cohort: str
    published: str
    basis: Mark
    agrees: str
    differs_in: str
    effect: str
    right: str
    state: str

    def covers(self, key: FigureKey) -> bool:
        """Say whether it speaks of a figure."""
        return (
            self.group == key.group
            and fnmatchcase(key.row, self.row)
            and self.cohort in ("", key.cohort)
        )


@cache
def readings() -> tuple[Reading, ...]:
    """Read the table.

    Raises
    ------
    InputError
        It is malformed; every bad row is named.
    """
    folder = resources.files("remyelin.credibility") / "data"
    schema = parse_table_schema(
        (folder / f"{TABLE}.yaml").read_text(encoding="utf-8"), where=f"{TABLE}.yaml"
    )
    text = (folder / f"{TABLE}.csv").read_text(encoding="utf-8")
    rows = parse_rows(text, schema, where=f"{TABLE}.csv")
    return tuple(
        Reading(
            basis=Mark(str(row["basis"])),
            **{name: str(row[name] or "") for name in schema.names if name != "basis"},
        )
        for row in rows
    )


def reading_of(key: FigureKey) -> Reading:
    """Find the one reading of a figure.

    Raises
    ------
    InputError
        There is none, or more than one.
    """
    found = [one for one in readings() if one.covers(key)]
    if len(found) != 1:
        told = f"{key.group}: {key.name} has {len(found)} readings; each figure needs one"
        raise InputError(f"{TABLE}.csv", [told], "Write down how the figure was published.")
    return found[0]
