"""What a published figure must satisfy to enter the base."""

from __future__ import annotations

import math
from collections.abc import Iterator

from remyelin.study.definitions import definitions
from remyelin.study.outcome import Outcome
from remyelin.study.outcome_names import OUTCOME_NAMES
from remyelin.study.schema import CONTRAST_MEASURES, CONTRAST_SEPARATOR
from remyelin.study.vocabulary import IntervalKind, Mark, Measure

_SHARE_TOLERANCE = 0.006
"""A printed proportion is rounded to whole per cents at worst."""

_FROM_ZERO = frozenset({Measure.COUNT, Measure.RATE_PER_YEAR})


def outcome_problems(outcome: Outcome) -> Iterator[str]:
    """Yield one sentence for each rule that a figure breaks."""
    yield from _vocabulary(outcome)
    if math.isfinite(outcome.value):
        yield from _value(outcome)
        yield from _interval(outcome)
        yield from _events(outcome)


def _vocabulary(outcome: Outcome) -> Iterator[str]:
    key = outcome.key
    if key.outcome not in OUTCOME_NAMES:
        yield f"outcome: {key.outcome!r} given, allowed: {', '.join(OUTCOME_NAMES)}"
    if key.definition_id not in definitions():
        yield f"definition_id: {key.definition_id!r} given, allowed: {', '.join(definitions())}"
    if (CONTRAST_SEPARATOR in key.arm) != (key.measure in CONTRAST_MEASURES):
        yield f"arm: {key.arm!r} does not go with the measure {key.measure}"
    if key.time_months is not None and key.time_months < 0:
        yield f"time_months: {key.time_months:g} given, allowed: 0 or more, or nothing"
    if outcome.mark is Mark.SEEN and not outcome.page:
        yield "page is empty; a figure marked seen names where it was read"


def _value(outcome: Outcome) -> Iterator[str]:
    measure, value = outcome.key.measure, outcome.value
    if measure is Measure.PROPORTION and not 0.0 <= value <= 1.0:
        yield f"value: {value:g} given, allowed for a proportion: 0 to 1"
    if measure in _FROM_ZERO and value < 0.0:
        yield f"value: {value:g} given, allowed for a {measure}: 0 or more"
    if measure.is_ratio and value <= 0.0:
        yield f"value: {value:g} given, allowed for a {measure}: above 0"


def _interval(outcome: Outcome) -> Iterator[str]:
    low, high, kind = outcome.low, outcome.high, outcome.interval_kind
    if low is None and high is None and kind is None and outcome.level is None:
        return
    if low is None or high is None or kind is None:
        yield "low, high and interval_kind must be given together"
        return
    if not low <= outcome.value <= high:
        yield f"the interval {low:g} to {high:g} does not hold the value {outcome.value:g}"
    needs_level = kind in (IntervalKind.CI, IntervalKind.PREDICTION)
    level = outcome.level
    if level is None and needs_level:
        yield f"level is empty; an interval of kind {kind} needs one"
    if level is not None and not 0.0 < level < 1.0:
        yield f"level: {level:g} given, allowed: between 0 and 1"


def _events(outcome: Outcome) -> Iterator[str]:
    n, events, measure = outcome.n, outcome.events, outcome.key.measure
    if events is None:
        return
    if n is not None and events > n:
        yield f"events: {events} given with n {n}"
    if measure is Measure.COUNT and outcome.value != events:
        yield f"events: {events} given with the count {outcome.value:g}"
    if measure is Measure.PROPORTION and n and abs(events / n - outcome.value) > _SHARE_TOLERANCE:
        yield f"value: {outcome.value:g} given, but {events} of {n} is {events / n:.3f}"
