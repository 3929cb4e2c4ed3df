"""Figures and curves of a study from tallies, by the same rules as from its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from remyelin.endpoints import Status
from remyelin.statistics import figures
from remyelin.statistics.arms import Replicates, members_of
from remyelin.statistics.arrays import BoolArray, FloatArray, IntArray
from remyelin.statistics.curves import ArmCurve, CurveBuilder
from remyelin.statistics.estimate import Question, check_measure, combined
from remyelin.statistics.exact import totals
from remyelin.statistics.gather import STATUSES, has_window, item_of
from remyelin.statistics.summaries import ratio
from remyelin.statistics.tally import Item, Reading, Tally
from remyelin.study.definition import Definition
from remyelin.study.vocabulary import Measure
from remyelin.units import DAYS_PER_YEAR


@dataclass(frozen=True, eq=False)
class CountedEvents:
    """Events of counts of equal patients; as an `EventTable`, each of shape (rows,).

    Attributes
    ----------
    definition
        What was looked for.
    code
        Position of the status in `STATUSES`.
    time, followed
        Days to event or censoring, and last day of observation.
    """

    definition: Definition
    code: IntArray
    time: FloatArray
    followed: FloatArray

    @property
    def event(self) -> BoolArray:
        """Whether the event was found."""
        return self.has(Status.EVENT)

    @property
    def evaluable(self) -> BoolArray:
        """Whether there is a baseline to which the definition applies."""
        return ~self.has(Status.NO_BASELINE)

    def has(self, status: Status) -> BoolArray:
        """Whether a status is that of the row."""
        return np.asarray(self.code == STATUSES.index(status), dtype=np.bool_)


@dataclass(frozen=True)
class Frame:
    """What is read, under which definitions, in which arms of the study."""

    items: tuple[Item, ...]
    definitions: Mapping[str, Definition]
    arm_ids: tuple[str, ...]

    def rows(self, tally: Tally, item: Item) -> Tally:
        """Rows of one item; none where it is not read."""
        if item not in self.items:
            return Tally.empty()
        low, high = np.searchsorted(
            tally.item, [self.items.index(item), self.items.index(item) + 1]
        )
        return tally.where(np.arange(low, high))


@dataclass(eq=False)
class Overview:
    """What the figures of every replicate depend on and only the whole run knows.

    Add every portion once, in any order.
    """

    frame: Frame
    _sum: Tally = field(default_factory=Tally.empty)
    _first: dict[int, int] = field(default_factory=dict)

    def add(self, tally: Tally) -> None:
        """Add a portion of the run."""
        patients = self.frame.rows(tally, Item(Reading.PATIENTS))
        for arm in np.unique(patients.arm):
            first = int(patients.replicate[patients.arm == arm].min())
            self._first[int(arm)] = min(first, self._first.get(int(arm), first))
        wanted = (Reading.SEEN, Reading.GAPS, Reading.EVENTS, Reading.UNSEEN, Reading.BASELINE)
        kept = np.array([item.reading in wanted for item in self.frame.items])[tally.item]
        both = Tally.joined([self._sum, tally.where(kept).pooled()])
        self._sum = both.compact(self.frame.items)

    @property
    def arms(self) -> tuple[int, ...]:
        """Arms that have somebody, in the order in which tables would show them."""
        names = self.frame.arm_ids
        return tuple(sorted(self._first, key=lambda arm: (self._first[arm], names[arm])))

    def rows(self, item: Item) -> Tally:
        """Rows of one item, all replicates together."""
        return self.frame.rows(self._sum, item)

    def is_seen(self, name: str) -> bool:
        """Whether every component of a composite could be found in somebody."""
        rows = self.rows(Item(Reading.SEEN, name))
        return bool(np.all(rows.n > 0))

    def window(self, name: str) -> float:
        """Most days between a time and the visit at which a level is read for it."""
        gaps = self.rows(Item(Reading.GAPS, name))
        if not len(gaps):
            return np.inf
        everything = np.ones(len(gaps), dtype=bool)
        one = Replicates(np.zeros(1, dtype=np.int64), np.zeros(len(gaps), dtype=np.int64), gaps.n)
        return float(one.median(gaps.x, everything)[0]) / 2


class Portion:
    """Some whole replicates of a run.

    Parameters
    ----------
    tally
        Their tally.
    overview
        What is known of the whole run.
    """

    def __init__(self, tally: Tally, overview: Overview) -> None:
        self._tally, self._overview, self._frame = tally, overview, overview.frame
        self.number = np.unique(self.rows(Item(Reading.PATIENTS)).replicate)

    def rows(self, item: Item) -> Tally:
        """Rows of one item."""
        return self._frame.rows(self._tally, item)

    def replicates(self, rows: Tally) -> Replicates:
        """Replicates of rows, with the patients that each row stands for."""
        return Replicates(self.number, np.searchsorted(self.number, rows.replicate), rows.n)

    def events(self, name: str) -> tuple[CountedEvents, Tally]:
        """Events under a definition, and the rows from which they were read."""
        item = Item(Reading.EVENTS, name)
        if not self._overview.is_seen(name):
            item = Item(Reading.UNSEEN, name)
        rows = self.rows(item)
        followed = self._last(self.rows(Item(Reading.LAST, name)), rows)
        return CountedEvents(self._frame.definitions[name], rows.code, rows.x, followed), rows

    def _last(self, last: Tally, rows: Tally) -> FloatArray:
        """Last day of observation of anybody in the replicate and arm of each row."""
        latest = np.full((self.number.size, len(self._frame.arm_ids)), -np.inf)
        place = np.searchsorted(self.number, last.replicate)
        np.maximum.at(latest, (place, last.arm), last.x)
        found: FloatArray = latest[np.searchsorted(self.number, rows.replicate), rows.arm]
        return found

    def figure(self, definition: Definition, question: Question, arm: str) -> FloatArray:
        """Estimate one outcome in every replicate of the portion.

        Raises
        ------
        UsageError
            The measure does not go with the definition or with an arm or contrast.
        UnknownNameError
            The arm does not exist.
        """
        measure = question.measure
        item = item_of(
            definition, outcome=question.outcome, measure=measure, months=question.months
        )
        if item.reading is Reading.EVENTS:
            return self._event_figure(definition, question, arm)
        rows = self.rows(item)
        groups = members_of(rows.arm, self._frame.arm_ids, arm)
        check_measure(definition, measure, contrast=len(groups) > 1, arm=arm)
        if has_window(definition, item.months):
            near = rows.y <= self._overview.window(definition.definition_id)
            groups = tuple(member & near for member in groups)
        read = {Reading.VALUES: self._median, Reading.RATE: self._rate}.get(
            item.reading, self._mean
        )
        return combined([read(rows, member) for member in groups], measure)

    def _event_figure(self, definition: Definition, question: Question, arm: str) -> FloatArray:
        table, rows = self.events(definition.definition_id)
        groups = members_of(rows.arm, self._frame.arm_ids, arm)
        check_measure(definition, question.measure, contrast=len(groups) > 1, arm=arm)
        replicates = self.replicates(rows)
        if question.measure is Measure.HAZARD_RATIO:
            return figures.event_hazard_ratio(
                table, replicates, groups[0], groups[1], months=question.months
            )
        parts = [question.of_events(table, replicates, member) for member in groups]
        return combined(parts, question.measure)

    def _mean(self, rows: Tally, member: BoolArray) -> FloatArray:
        replicates = self.replicates(rows)
        total = totals(rows.x[member], replicates.code[member], replicates.n)
        return ratio(total, replicates.count(member))

    def _median(self, rows: Tally, member: BoolArray) -> FloatArray:
        return self.replicates(rows).median(rows.x, member)

    def _rate(self, rows: Tally, member: BoolArray) -> FloatArray:
        replicates = self.replicates(rows)
        days = totals(rows.x[member], replicates.code[member], replicates.n)
        return ratio(replicates.count(member), days / DAYS_PER_YEAR)


def curve_builders(overview: Overview, name: str) -> Iterator[tuple[int, CurveBuilder]]:
    """Begin the curves of a definition, for every arm in which an event could be found."""
    frame = overview.frame
    reading = Reading.EVENTS if overview.is_seen(name) else Reading.UNSEEN
    rows = overview.rows(Item(reading, name))
    table = CountedEvents(frame.definitions[name], rows.code, rows.x, np.zeros(len(rows)))
    for arm in overview.arms:
        member = (rows.arm == arm) & table.evaluable
        if member.any():
            last = float(table.time[member].max())
            yield arm, CurveBuilder(table.definition, frame.arm_ids[arm], last)


def counted_curves(
    overview: Overview, names: Sequence[str], portions: Iterable[Portion]
) -> tuple[ArmCurve, ...]:
    """Kaplan-Meier curves of all arms under some definitions, from portions in their order."""
    builders = [(name, *pair) for name in names for pair in curve_builders(overview, name)]
    for portion in portions:
        for name, arm, builder in builders:
            table, rows = portion.events(name)
            member = (rows.arm == arm) & table.evaluable
            builder.add(table, portion.replicates(rows), member)
    return tuple(builder.curve() for _, _, builder in builders)
