"""The mean field: differential equations of the model without noise, worked out from its stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from remyelin.engine.algebra import Algebra, compute
from remyelin.engine.fused.layout import LEVEL_LEAVES, PARTS, STATE_LEAVES, TRAIT_LEAVES
from remyelin.engine.fused.shared import flat
from remyelin.engine.graph import Graph, Op
from remyelin.engine.means import Means
from remyelin.engine.series import MeanError, Series
from remyelin.model.day import STAGES
from remyelin.model.mean import EVENTS, reason_left_out, value_held
from remyelin.model.stage import WORDS_PER_BLOCK, Stage
from remyelin.parameters import ParameterTable, bind

_PULSE = "pulse"
_TRIALS = 32
"""Made-up patients on which it is tried whether a value stays what it was."""


@dataclass(frozen=True)
class MeanField:
    """Differential equations.

    Attributes
    ----------
    graph
        Every expression.
    slopes
        Node of the change per day of each leaf that moves.
    settled
        Node of each leaf that follows from the others at once.
    rates
        Node of the expected number per day, for leaves that count what a day brings.
    held
        Value of each leaf that stays.
    left_out
        Stages that are not in, with the reason.
    blind
        Stages that ask whether today brought something: in the mean, no day ever does.
    parameters
        Values of the parameters that are read, in internal units.
    """

    graph: Graph
    slopes: Mapping[str, int]
    settled: Mapping[str, int]
    rates: Mapping[str, int]
    held: Mapping[str, float]
    left_out: Mapping[str, str]
    blind: tuple[str, ...]
    parameters: Mapping[str, float]

    @property
    def nodes(self) -> list[int]:
        """Nodes of all expressions."""
        return [*self.slopes.values(), *self.settled.values(), *self.rates.values()]

    def euler(
        self, start: Mapping[str, float], others: Mapping[str, float], *, step: float, steps: int
    ) -> dict[str, float]:
        """Carry one patient by Euler's rule with steps of one length.

        Parameters
        ----------
        start
            Every leaf of the state at first.
        others
            Traits and levels.
        step, steps
            Length in days, and how many.
        """
        fixed = {**self.parameters, **others, **self.held}
        settle = [self._run(leaf, fixed) for leaf in self.settled]
        move = compute(self.graph, list(self.slopes.values()), fixed)
        now = {**start, **self.held}
        for _ in range(steps):
            self._settle(settle, now)
            changes = move(now)
            for leaf, change in zip(self.slopes, changes, strict=True):
                now[leaf] += step * change
        self._settle(settle, now)
        return now

    def _run(self, leaf: str, fixed: dict[str, float]) -> Any:
        return leaf, compute(self.graph, [self.settled[leaf]], fixed)

    @staticmethod
    def _settle(settle: Sequence[Any], now: dict[str, float]) -> None:
        for leaf, work in settle:
            now[leaf] = work(now)[0]


def mean_field(table: ParameterTable, stages: Sequence[Stage] = STAGES) -> MeanField:
    """Work out the mean field of the model.

    Every stage is run on series in the length of its step, in the order of the day. What a day
    does in the limit of short days is the sum of what its stages do.

    Parameters
    ----------
    table
        Parameters.
    stages
        Stages of a day.
    """
    return _Builder(table).build(stages)


class _Builder:
    def __init__(self, table: ParameterTable) -> None:
        self.table = table
        self.graph = Graph()
        self.m = Means(Algebra(self.graph))
        self.now: dict[str, Series] = {
            leaf: self.m.node(self.graph.value(leaf))
            for leaf in (*STATE_LEAVES, *LEVEL_LEAVES, *TRAIT_LEAVES)
        }
        self.held = {
            leaf: value for leaf in STATE_LEAVES if (value := value_held(leaf)) is not None
        }
        self.now |= {leaf: self.m.constant(value) for leaf, value in self.held.items()}
        self.parameters: dict[str, float] = {}
        self.left_out: dict[str, str] = {}
        self.blind: list[str] = []

    def build(self, stages: Sequence[Stage]) -> MeanField:
        for stage in stages:
            reason = reason_left_out(stage.name)
            if _PULSE in stage.reads:
                reason = "it acts on the day of a pulse only"
            if reason is None:
                self.m.asks_for_today = False
                try:
                    self._stage(stage)
                    self.blind += [stage.name] if self.m.asks_for_today else []
                except MeanError as problem:
                    reason = str(problem)
            if reason is not None:
                self.left_out[stage.name] = reason
        return self._sorted()

    def _stage(self, stage: Stage) -> None:
        event = EVENTS.get(stage.name)
        asked = {leaf: self._at_once(leaf, value) for leaf, value in self.now.items()}
        if event is not None:
            asked[event.count] = self.m.constant(event.given)
        parameters = bind(stage.parameters, self.table)
        bound = self._symbols(stage.parameters)
        words = [self.m.uniform() for _ in range(stage.blocks * WORDS_PER_BLOCK)]
        parts = {name: self._part(name, asked) for name in stage.reads if name != "u"}
        given: dict[str, Any] = {**parts, **({"u": words} if "u" in stage.reads else {})}
        ways = self.m.ways(lambda: self._changes(stage, bound, given))
        many: Any = self.m.one if event is None else self.now[event.count]
        if stage.every > 1:
            many = self.m.step / float(stage.every)
        new = {leaf: self._mean(leaf, asked, ways, many) for leaf in ways[0][1]}
        for leaf, value in new.items():
            if value.slope is None and value.first == asked[leaf].first:
                raise MeanError(f"the change of {leaf} in the limit of short steps is not known")
        self.parameters |= {name.split(".")[-1]: v for name, v in flat(parameters).items()}
        kept = {*self.held, *([] if event is None else [event.count])}
        self.now |= {leaf: value for leaf, value in new.items() if leaf not in kept}

    def _changes(self, stage: Stage, bound: Any, given: dict[str, Any]) -> dict[str, Series]:
        new = stage.step(self.m, bound, self.m.step, **given)
        return {
            f"{part}.{name}": self.m.plain(value)
            for part, group in new.items()
            for name, value in zip(group._fields, group, strict=True)
        }

    def _mean(
        self, leaf: str, asked: dict[str, Series], ways: Sequence[Any], many: Series
    ) -> Series:
        """Weigh the ways; a stage that is one event of several adds its change for each."""
        first: Series = ways[0][1][leaf]
        mean = first
        for weight, result in ways[1:]:
            mean = mean + weight * (result[leaf] - first)
        if many is not self.m.one:
            mean = asked[leaf] + many * (mean - asked[leaf])
        before, here = self.now[leaf].slope, asked[leaf].slope
        if before == here or before is None or mean.slope is None:
            return mean
        return Series(self.m, mean.first, self.m.algebra.apply(Op.ADD, before, mean.slope))

    def _at_once(self, leaf: str, value: Series) -> Series:
        """Give what a stage meets: slopes of stages before it add up, they do not compound.

        What vanishes with the step, such as a count of today, keeps its slope.
        """
        if value.first == self.m.zero.first:
            return value
        return self.m.node(value.first)

    def _part(self, part: str, values: dict[str, Series]) -> Any:
        shape = PARTS[part]
        return shape(*(values[f"{part}.{name}"] for name in shape._fields))

    def _symbols(self, shape: type[Any]) -> Any:
        hints = get_type_hints(shape)
        found = []
        for name in shape._fields:
            hint = hints.get(name)
            nested = isinstance(hint, type) and hasattr(hint, "_fields")
            symbol = self.m.node(self.graph.parameter(name))
            found.append(self._symbols(hint) if nested else symbol)  # type: ignore[arg-type]
        return shape(*found)

    def _sorted(self) -> MeanField:
        slopes: dict[str, int] = {}
        settled: dict[str, int] = {}
        rates: dict[str, int] = {}
        zero = self.m.zero.first
        for leaf in STATE_LEAVES:
            value = self.now[leaf]
            if leaf in self.held:
                continue
            if value.first == zero:
                rates[leaf] = zero if value.slope is None else value.slope
            elif value.first == self.graph.value(leaf) or self._stays(leaf, value.first):
                slopes[leaf] = self._known(leaf, value)
            else:
                settled[leaf] = value.first
        return MeanField(
            self.graph,
            slopes,
            settled,
            rates,
            self.held,
            self.left_out,
            tuple(self.blind),
            self.parameters,
        )

    def _known(self, leaf: str, value: Series) -> int:
        if value.slope is None:
            raise MeanError(f"the change of {leaf} in the limit of short steps is not known")
        return value.slope

    def _stays(self, leaf: str, node: int) -> bool:
        """Say whether a value is, limits aside, what it was; tried on made-up patients."""
        random = np.random.default_rng(1)
        names = (*STATE_LEAVES, *LEVEL_LEAVES, *TRAIT_LEAVES)
        same = 0
        for _ in range(_TRIALS):
            made_up = {name: float(random.uniform(0.2, 0.9)) for name in names}
            try:
                found = compute(self.graph, [node], {**self.parameters, **made_up})({})[0]
            except (ArithmeticError, ValueError):
                continue
            same += abs(found - made_up[leaf]) <= 1e-9
        return 2 * same > _TRIALS
