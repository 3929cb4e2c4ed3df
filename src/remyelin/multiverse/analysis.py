"""All definitions on one set of data: estimates, agreement, and which choice moves the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from remyelin.endpoints import Dataset, EventTable, events, not_applicable
from remyelin.endpoints.groups import Groups
from remyelin.errors import InputError, UsageError
from remyelin.multiverse.agreement import Agreement, agreement
from remyelin.multiverse.choices import Choice
from remyelin.multiverse.decomposition import Decomposition, decompose
from remyelin.multiverse.estimate import Estimate, estimate, usual_month
from remyelin.multiverse.family import ANCHORS, Family, family_of
from remyelin.multiverse.grid import Variant, variants
from remyelin.study.definition import Definition

SHARE = "share with the event"
"""Measure that is decomposed in any case: one less Kaplan-Meier."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one definition answers, or why it cannot be applied.

    Attributes
    ----------
    definition, family
        What was applied.
    estimate
        None where it cannot be applied.
    against, agreement
        Definition with which it is compared, and how far both find the same patients.
    levels
        In a grid: level of each choice.
    is_base
        In a grid: whether it is the definition that was varied.
    not_applicable
        Why it cannot be applied; empty where it can.
    """

    definition: Definition
    family: Family
    estimate: Estimate | None = None
    against: str = ""
    agreement: Agreement | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    is_base: bool = False
    not_applicable: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Multiverse:
    """What all definitions answer on one set of data.

    Attributes
    ----------
    month
        Month for which Kaplan-Meier shares are read.
    groups
        Groups that are compared, or None.
    answers
        One for each definition of the library that was asked for.
    base, choices, grid
        Definition that is varied, its choices, and one answer for each combination; empty without
        a grid.
    decompositions
        Of the share, and of the logarithm of each hazard ratio, over the grid.
    """

    month: float
    groups: Groups | None
    answers: tuple[Answer, ...]
    base: Definition | None = None
    choices: tuple[Choice, ...] = ()
    grid: tuple[Answer, ...] = ()
    decompositions: tuple[Decomposition, ...] = ()


def explore(
    data: Dataset,
    asked: Sequence[Definition],
    definitions: Mapping[str, Definition],
    *,
    month: float | None = None,
    groups: Groups | None = None,
    against: str | None = None,
    base: Definition | None = None,
    picked: tuple[Choice, ...] = (),
) -> Multiverse:
    """Apply definitions, and the grid over one of them, to a set of data.

    Parameters
    ----------
    data
        As `remyelin.endpoints.read_dataset` gives it.
    asked
        Definitions that are applied one by one.
    definitions
        Library for the components of composites and the levels of choices.
    month
        Month for which Kaplan-Meier shares are read; None: `usual_month`.
    groups
        Groups that are compared by hazard ratios.
    against
        Definition with which all are compared; None: that of `ANCHORS` for each family, or its
        first that can be applied, and in the grid the base.
    base, picked
        Definition that is varied, and its choices; see `remyelin.multiverse.grid.chosen`.

    Raises
    ------
    UsageError
        ``against`` cannot be applied to the data.
    """
    time = usual_month(data) if month is None else month
    reader = _Reader(data, definitions, time, groups)
    common = None
    if against is not None:
        table = reader.table(definitions[against])
        if isinstance(table, str):
            raise UsageError(f"--against {against} cannot be applied: {table}")
        common = table
    answers = reader.library(asked, common)
    if base is None:
        return Multiverse(month=time, groups=groups, answers=answers)
    grid = reader.grid(variants(base, picked, definitions), base, common)
    return Multiverse(
        month=time,
        groups=groups,
        answers=answers,
        base=base,
        choices=picked,
        grid=grid,
        decompositions=tuple(_decompositions(grid, time, groups)),
    )


@dataclass(eq=False)
class _Reader:
    """Applies definitions to one set of data."""

    data: Dataset
    definitions: Mapping[str, Definition]
    month: float
    groups: Groups | None

    def table(self, definition: Definition) -> EventTable | str:
        """Events under a definition, or why there are none."""
        if definition.kind.is_measured:
            return "it gives a number for each patient and no event"
        reason = not_applicable(self.data, definition, self.definitions)
        if reason:
            return reason
        try:
            return events(self.data.history, definition, self.definitions)
        except InputError as error:
            return "; ".join(str(error).splitlines())

    def library(self, asked: Iterable[Definition], common: EventTable | None) -> tuple[Answer, ...]:
        tables = [(definition, self.table(definition)) for definition in asked]
        anchors: dict[Family, EventTable] = {}
        for definition, table in tables:
            family = family_of(definition)
            is_anchor = ANCHORS.get(family) == definition.definition_id
            if isinstance(table, EventTable) and (is_anchor or family not in anchors):
                anchors[family] = table
        made = []
        for definition, table in tables:
            if isinstance(table, EventTable):
                other = common or anchors[family_of(definition)]
                made.append(self._answer(definition, table, other))
            else:
                made.append(_refused(definition, table))
        return tuple(made)

    def grid(
        self, cells: Iterable[Variant], base: Definition, common: EventTable | None
    ) -> tuple[Answer, ...]:
        own = self.table(base)
        made = []
        for cell in cells:
            problems = "; ".join(cell.problems)
            table = problems or self.table(cell.definition)
            about = {"levels": cell.levels, "is_base": cell.is_base}
            if isinstance(table, EventTable):
                other = common or (own if isinstance(own, EventTable) else table)
                made.append(self._answer(cell.definition, table, other, **about))
            else:
                made.append(_refused(cell.definition, table, **about))
        return tuple(made)

    def _answer(
        self, definition: Definition, table: EventTable, other: EventTable, **about: object
    ) -> Answer:
        return Answer(
            definition=definition,
            family=family_of(definition),
            estimate=estimate(table, self.month, self.groups),
            against=other.definition.definition_id,
            agreement=agreement(table, other),
            **about,  # type: ignore[arg-type]
        )


def _refused(definition: Definition, why: str, **about: object) -> Answer:
    return Answer(
        definition=definition,
        family=family_of(definition),
        not_applicable=why,
        **about,  # type: ignore[arg-type]
    )


def _decompositions(
    grid: Sequence[Answer], month: float, groups: Groups | None
) -> list[Decomposition]:
    cells = [answer.levels for answer in grid]

    def over(measure: str, values: list[float]) -> Decomposition:
        return decompose(measure, values, cells)

    shares = [np.nan if a.estimate is None else a.estimate.km_share for a in grid]
    made = [over(f"{SHARE} by month {month:g}", shares)]
    for place, name in enumerate(() if groups is None else groups.names[1:]):
        ratios = np.array(
            [np.nan if a.estimate is None else a.estimate.contrasts[place].ratio for a in grid]
        )
        with np.errstate(divide="ignore"):
            logs = np.log(ratios)
        title = f"log hazard ratio, {name} against {groups.reference}" if groups else ""
        made.append(over(title, list(logs)))
    return made
