"""Draws of the parameters: one point, draws from the priors, or draws of a posterior."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.errors import InputError, ParameterError, UsageError
from remyelin.files import shown
from remyelin.parameters.law import quantile
from remyelin.parameters.parameter import Prior
from remyelin.parameters.table import ParameterTable

MOST_DRAWS: Final = 100_000
"""Most draws of one set."""

_ATTEMPTS: Final = 1_000
"""Joint draws that may be refused by the rules between parameters before that is an error."""

_BITS: Final = 53
_HEAD: Final = "# remyelin parameter draws "


class Origin(StrEnum):
    """Where draws come from."""

    POINT = "point"
    """The values of the table, once."""
    PRIOR = "prior"
    """The priors of the table, within the rules between parameters."""
    POSTERIOR = "posterior"
    """A calibration, read from a file."""


_DRAWN: Final = (Origin.PRIOR.value, Origin.POSTERIOR.value)


@dataclass(frozen=True)
class ParameterDraws:
    """Sets of parameter values, one for each draw.

    Attributes
    ----------
    base
        The table that holds what is not drawn.
    keys
        Parameters that are drawn, in the order of the columns of ``values``.
    values
        In each parameter's own unit, shape (draws, keys).
    origin
        Where the draws come from.
    """

    base: ParameterTable
    keys: tuple[str, ...]
    values: NDArray[np.float64] = field(compare=False)
    origin: Origin

    def __post_init__(self) -> None:
        """Refuse what is no set of draws.

        Raises
        ------
        UsageError
            There are none, or too many, or the shape does not fit the keys.
        """
        if self.values.ndim != 2 or self.values.shape[1] != len(self.keys):
            raise UsageError(
                f"draws of {len(self.keys)} parameters have the shape {self.values.shape}; "
                f"it must be (draws, {len(self.keys)})"
            )
        if not 1 <= len(self.values) <= MOST_DRAWS:
            raise UsageError(
                f"{len(self.values)} draws were asked for; allowed are 1 to {MOST_DRAWS}"
            )

    @classmethod
    def point(cls, table: ParameterTable) -> ParameterDraws:
        """Give the one draw that has the values of the table."""
        return cls(table, (), np.empty((1, 0)), Origin.POINT)

    @classmethod
    def prior(
        cls,
        table: ParameterTable,
        draws: int,
        *,
        seed: int,
        keys: Iterable[str] | None = None,
        medians: Mapping[str, float] | None = None,
    ) -> ParameterDraws:
        """Draw from the priors.

        A value is a function of seed, draw and key: another key or another number of draws
        changes no other value, unless a rule between parameters refuses the joint draw, which is
        then made again as a whole.

        Parameters
        ----------
        table
            Priors, and values of what is not drawn.
        draws
            How many (1 to 100,000).
        seed
            Seed of the draws.
        keys
            What is drawn; None: everything with a prior. Fixed parameters are left out.
        medians
            Other middles of some priors, in the parameters' units.

        Raises
        ------
        UnknownNameError
            A key is not in the table.
        ParameterError
            The rules between parameters refuse nearly every draw.
        UsageError
            The number of draws is not allowed.
        """
        if not 1 <= draws <= MOST_DRAWS:
            raise UsageError(f"{draws} draws were asked for; allowed are 1 to {MOST_DRAWS}")
        wanted = [p.key for p in table] if keys is None else list(dict.fromkeys(keys))
        doubtful = tuple(key for key in wanted if table[key].prior is not Prior.FIXED)
        middle = medians or {}
        rows = [_joint(table, doubtful, middle, seed, draw) for draw in range(draws)]
        values = np.array(rows, dtype=np.float64).reshape(draws, len(doubtful))
        return cls(table, doubtful, values, Origin.PRIOR)

    @classmethod
    def parse(
        cls,
        text: str,
        table: ParameterTable,
        *,
        name: str = "parameter draws",
        check: bool = True,
    ) -> ParameterDraws:
        """Read draws from the text that `text` gives; one that names no origin is a posterior.

        Parameters
        ----------
        text, table
            The draws, and the table for which they were made.
        name
            What messages call them.
        check
            Whether every draw is held to the rules of the table at once; else when it is used.

        Raises
        ------
        InputError
            It is no such text, was made for another table, or holds values that the table
            refuses; the draws concerned are named.
        """
        about, keys, values = _read(text, name)
        problems = [f"{key} is no parameter" for key in keys if key not in table]
        made_for = about.get("table")
        if not problems and made_for != table.digest():
            problems.append(
                f"it was made for parameter table {shown(made_for)}; this one is {table.digest()}"
            )
        origin = about.get("origin", Origin.POSTERIOR.value)
        if origin not in _DRAWN:
            problems.append(f"its origin is {shown(origin)}; allowed: {', '.join(_DRAWN)}")
            origin = Origin.POSTERIOR.value
        found = cls(table, keys, values, Origin(str(origin)))
        if check and not problems:
            problems += list(found._refused())
        if problems:
            advice = "Give draws of the parameter table of this version."
            raise InputError(name, problems, advice)
        return found

    def _refused(self) -> Iterable[str]:
        for draw in range(len(self)):
            try:
                self.table(draw)
            except ParameterError as error:
                yield f"draw {draw}: {str(error).splitlines()[0]}"

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.values)

    def table(self, draw: int) -> ParameterTable:
        """Give the parameters of a draw.

        Raises
        ------
        UsageError
            There is no such draw.
        ParameterError
            The values are outside their limits or at odds with each other.
        """
        if not 0 <= draw < len(self):
            raise UsageError(f"draw {draw} was asked for; there are draws 0 to {len(self) - 1}")
        if not self.keys:
            return self.base
        return self.base.with_values(
            dict(zip(self.keys, map(float, self.values[draw]), strict=True))
        )

    def first(self, draws: int) -> ParameterDraws:
        """Give the first draws.

        Raises
        ------
        UsageError
            There are fewer.
        """
        if not 1 <= draws <= len(self):
            raise UsageError(
                f"{draws} draws were asked for; allowed are 1 to {len(self)}, as many as there are"
            )
        return ParameterDraws(self.base, self.keys, self.values[:draws], self.origin)

    def thinned(self, draws: int) -> ParameterDraws:
        """Give so many draws, evenly spaced: those of a chain that lie side by side are alike.

        Raises
        ------
        UsageError
            There are fewer.
        """
        if draws == len(self):
            return self
        self.first(draws)
        rows = np.linspace(0.0, len(self) - 1.0, draws).round().astype(np.intp)
        return ParameterDraws(self.base, self.keys, self.values[rows], self.origin)

    def digest(self) -> str:
        """Give a hash of the base table, the keys and every value."""
        found = hashlib.sha256()
        for part in (self.origin.value, self.base.digest(), *self.keys):
            found.update(part.encode() + b"\0")
        found.update(np.ascontiguousarray(self.values, dtype="<f8").tobytes())
        return found.hexdigest()[:16]

    def text(self) -> str:
        """Give the draws as CSV text, with a first line that says for which table they are.

        `parse` gives back the same bits and the origin, if they were drawn.
        """
        about = {
            "format": 1,
            "table": self.base.digest(),
            "origin": self.origin.value,
            "draws": len(self),
        }
        out = io.StringIO()
        out.write(_HEAD + json.dumps(about) + "\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("draw", *self.keys))
        writer.writerows(
            (draw, *(repr(float(v)) for v in row)) for draw, row in enumerate(self.values)
        )
        return out.getvalue()


def _joint(
    table: ParameterTable,
    keys: Sequence[str],
    medians: Mapping[str, float],
    seed: int,
    draw: int,
) -> list[float]:
    for attempt in range(_ATTEMPTS):
        row = [
            quantile(table[key], _word(seed, draw, attempt, key), median=medians.get(key))
            for key in keys
        ]
        try:
            table.with_values(dict(zip(keys, row, strict=True)))
        except ParameterError as error:
            why = str(error)
            continue
        return row
    raise ParameterError(
        f"draw {draw}: the rules between parameters refused {_ATTEMPTS} draws from the priors; "
        f"the last one because {why}\nNarrow the priors, or draw fewer parameters."
    )


def _word(seed: int, draw: int, attempt: int, key: str) -> float:
    """Give a uniform strictly between 0 and 1 as a function of its address."""
    address = f"{seed}\0{draw}\0{attempt}\0{key}".encode()
    number = int.from_bytes(hashlib.sha256(address).digest()[:8], "big") >> (64 - _BITS)
    return (number + 0.5) / 2.0**_BITS


def _read(
    text: str, name: str
) -> tuple[Mapping[str, object], tuple[str, ...], NDArray[np.float64]]:
    head, _, body = text.partition("\n")
    try:
        about = json.loads(head.removeprefix(_HEAD)) if head.startswith(_HEAD) else None
        rows = list(csv.reader(io.StringIO(body), strict=True))
    except (ValueError, csv.Error) as error:
        raise InputError(name, [f"it cannot be read: {error}"]) from None
    if not isinstance(about, dict) or about.get("format") != 1 or not rows:
        raise InputError(
            name,
            ["it is no file of parameter draws"],
            "Give the draws.csv of a run folder, the draws of a calibration, or point or prior.",
        )
    columns = tuple(rows[0])
    problems = [] if columns[:1] == ("draw",) else ["the first column must be draw"]
    if len(set(columns)) != len(columns):
        problems.append("a column stands there twice")
    values: list[list[float]] = []
    for number, row in enumerate(rows[1:]):
        try:
            numbers = [float(cell) for cell in row[1:]]
        except ValueError:
            numbers = []
        if (
            len(numbers) != len(columns) - 1
            or row[:1] != [str(number)]
            or not all(map(math.isfinite, numbers))
        ):
            problems.append(
                f"row {number + 3} is not draw {number} with {len(columns) - 1} numbers"
            )
            continue
        values.append(numbers)
    if about.get("draws") != len(rows) - 1:
        problems.append(
            f"it should hold {shown(about.get('draws'))} draws; there are {len(rows) - 1}"
        )
    if not 1 <= len(values) <= MOST_DRAWS:
        problems.append(f"it holds {len(values)} draws; allowed are 1 to {MOST_DRAWS}")
    if problems:
        raise InputError(name, problems[:20])
    return (
        about,
        columns[1:],
        np.array(values, dtype=np.float64).reshape(len(values), len(columns) - 1),
    )
