"""From the longitudinal tables of some patients to the tally that the figures of a study need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from remyelin.endpoints import (
    EventTable,
    History,
    Status,
    components_seen,
    event_counts,
    events,
    intervals,
    level,
    slope,
)
from remyelin.statistics.arrays import FloatArray, IntArray
from remyelin.statistics.figures import CHANGES
from remyelin.statistics.tally import POOLED, Item, Reading, Tally
from remyelin.study.definition import Definition, EventKind
from remyelin.study.measures import RATE_MEASURES
from remyelin.study.vocabulary import Covariate, Measure
from remyelin.units import months_to_days

if TYPE_CHECKING:
    import pandas as pd

STATUSES: Final = (Status.EVENT, Status.CENSORED, Status.NOT_CONFIRMABLE, Status.NO_BASELINE)
"""What became of a patient under a definition, in the order of the codes of a tally."""


def item_of(
    definition: Definition, *, outcome: str, measure: Measure, months: float | None
) -> Item:
    """Say what a figure is made of."""
    if definition.kind.is_measured:
        changed = measure in (Measure.MEAN_CHANGE, Measure.MEAN_DIFFERENCE) or outcome in CHANGES
        reading = Reading.VALUES if measure is Measure.MEDIAN else Reading.SUM
        return Item(reading, definition.definition_id, months, changed)
    if measure in RATE_MEASURES:
        return Item(Reading.RATE, definition.definition_id, months)
    return Item(Reading.EVENTS, definition.definition_id)


def has_window(definition: Definition, months: float | None) -> bool:
    """Whether a level is read at the visit nearest to a time, if one is near enough."""
    return definition.kind is EventKind.LEVEL and bool(months)


def items_needed(
    asked: Iterable[Item], curved: Iterable[str], definitions: Mapping[str, Definition]
) -> tuple[Item, ...]:
    """List everything that has to be read, each once.

    Parameters
    ----------
    asked
        What the figures are made of.
    curved
        Definitions that are drawn as curves.
    definitions
        Catalogue of definitions.
    """
    found: dict[Item, None] = {
        Item(Reading.PATIENTS): None,
        Item(Reading.COURSE): None,
        Item(Reading.RATED): None,
    }
    found.update({Item(Reading.BASELINE, covariate.value): None for covariate in Covariate})
    for item in (*asked, *(Item(Reading.EVENTS, name) for name in curved)):
        found[item] = None
        definition = definitions[item.name]
        if item.reading is Reading.EVENTS:
            found[Item(Reading.LAST, item.name)] = None
        if item.reading is Reading.EVENTS and definition.kind.is_composite:
            found[Item(Reading.SEEN, item.name)] = None
            found[Item(Reading.UNSEEN, item.name)] = None
        if has_window(definition, item.months):
            found[Item(Reading.GAPS, item.name)] = None
    return tuple(found)


def gather(
    tables: Mapping[str, pd.DataFrame],
    items: Sequence[Item],
    definitions: Mapping[str, Definition],
    arm_ids: Sequence[str],
) -> Tally:
    """Tally some patients of a study.

    Parameters
    ----------
    tables
        Their longitudinal tables.
    items
        What is to be read.
    definitions
        Catalogue of definitions.
    arm_ids
        Arms of the study; a tally names them by their position.
    """
    reader = _Reader(tables, History.of(tables), definitions, tuple(arm_ids))
    parts = [reader.read(number, item) for number, item in enumerate(items)]
    return Tally.joined([Tally.empty(), *parts]).compact(items)


@dataclass(frozen=True, eq=False)
class _Reader:
    tables: Mapping[str, pd.DataFrame]
    history: History
    definitions: Mapping[str, Definition]
    arm_ids: tuple[str, ...]

    @property
    def arm(self) -> IntArray:
        place = [self.arm_ids.index(name) for name in self.history.arm_ids]
        return np.asarray(place, dtype=np.int64)[self.history.arm]

    def read(self, number: int, item: Item) -> Tally:
        return _READ[item.reading](self, number, item)

    def patients(self, number: int, _item: Item) -> Tally:
        return Tally.rows(number, self.history.replicate, self.arm)

    def events(self, number: int, item: Item) -> Tally:
        return self._event_rows(number, self._found(item, seen=True))

    def unseen(self, number: int, item: Item) -> Tally:
        definition = self.definitions[item.name]
        if all(components_seen(self.history, definition, self.definitions)):
            return Tally.empty()
        return self._event_rows(number, self._found(item, seen=False))

    def _found(self, item: Item, *, seen: bool) -> EventTable:
        return events(self.history, self.definitions[item.name], self.definitions, seen=seen)

    def _event_rows(self, number: int, table: EventTable) -> Tally:
        code = np.zeros(self.history.n, dtype=np.int64)
        for position, status in enumerate(STATUSES):
            code[table.has(status)] = position
        return Tally.rows(number, self.history.replicate, self.arm, code=code, x=table.time)

    def last(self, number: int, item: Item) -> Tally:
        table = self._found(item, seen=True)
        rows = Tally.rows(number, self.history.replicate, self.arm, x=table.followed)
        rows = rows.where(table.evaluable)
        order = np.lexsort((-rows.x, rows.arm, rows.replicate))
        rows = rows.where(order)
        first = np.ones(len(rows), dtype=bool)
        first[1:] = (rows.arm[1:] != rows.arm[:-1]) | (rows.replicate[1:] != rows.replicate[:-1])
        return rows.where(first)

    def seen(self, number: int, item: Item) -> Tally:
        found = components_seen(self.history, self.definitions[item.name], self.definitions)
        return self._pooled(number, code=np.arange(len(found)), n=np.asarray(found, dtype=np.int64))

    def gaps(self, number: int, item: Item) -> Tally:
        days = intervals(self.history, self.definitions[item.name])
        return self._pooled(number, code=np.zeros(days.size, dtype=np.int64), x=days)

    @staticmethod
    def _pooled(
        number: int, *, code: IntArray, x: FloatArray | float = 0.0, n: IntArray | int = 1
    ) -> Tally:
        nobody = np.full(code.size, POOLED, dtype=np.int64)
        return Tally.rows(number, nobody, nobody, code=code, x=x, n=n)

    def rate(self, number: int, item: Item) -> Tally:
        counts = event_counts(self.history, self.definitions[item.name], until_months=item.months)
        n = counts.count.astype(np.int64)
        return Tally.rows(number, self.history.replicate, self.arm, x=counts.days, n=n)

    def measured(self, number: int, item: Item) -> Tally:
        definition = self.definitions[item.name]
        away = np.zeros(self.history.n)
        if definition.kind is EventKind.SLOPE:
            table = slope(self.history, definition, until_months=item.months)
        else:
            table = level(self.history, definition, time_months=item.months, window_days=np.inf)
            if has_window(definition, item.months):
                day = table.frame["day"].to_numpy(np.float64)
                away = np.abs(day - months_to_days(item.months or 0.0))
        values = table.change if item.changed else table.value
        rows = Tally.rows(number, self.history.replicate, self.arm, x=values + 0.0, y=away)
        return rows.where(~np.isnan(values))

    def visits(self, number: int, item: Item) -> Tally:
        visits = self.tables["visits"]
        visits = visits[visits["scheduled"]]
        arm = np.array([self.arm_ids.index(name) for name in visits["arm_id"]], dtype=np.int64)
        edss = visits["edss"].to_numpy(np.float64)
        summed = item.reading is Reading.COURSE
        rows = Tally.rows(
            number,
            visits["replicate"].to_numpy(np.int64),
            arm,
            code=visits["visit"].to_numpy(np.int64),
            x=edss if summed else 0.0,
        )
        return rows.where(~np.isnan(edss)) if summed else rows

    def baseline(self, number: int, item: Item) -> Tally:
        subjects = self.tables["subjects"]
        if item.name not in subjects:
            return Tally.empty()
        values = subjects[item.name].to_numpy(np.float64)
        nobody = np.full(values.size, POOLED, dtype=np.int64)
        powers = (
            Tally.rows(number, nobody, self.arm, code=power, x=values**power) for power in (1, 2)
        )
        return Tally.joined([part.where(~np.isnan(values)) for part in powers])


_READ: Final[Mapping[Reading, Callable[[_Reader, int, Item], Tally]]] = {
    Reading.PATIENTS: _Reader.patients,
    Reading.EVENTS: _Reader.events,
    Reading.UNSEEN: _Reader.unseen,
    Reading.LAST: _Reader.last,
    Reading.SEEN: _Reader.seen,
    Reading.GAPS: _Reader.gaps,
    Reading.RATE: _Reader.rate,
    Reading.SUM: _Reader.measured,
    Reading.VALUES: _Reader.measured,
    Reading.COURSE: _Reader.visits,
    Reading.RATED: _Reader.visits,
    Reading.BASELINE: _Reader.baseline,
}
