"""How numbers, names and verdicts are worded for people, on paper and on screen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from remyelin.study.vocabulary import Role

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedRun
    from remyelin.study.outcome import Outcome, OutcomeKey

DISCLAIMER = (
    "This is research software. It simulates virtual patients; it gives no medical advice "
    "and must not be used to decide about the care of a person."
)
OWN_DATA_DISCLAIMER = (
    "Research software: figures worked out from the tables that were given, by the definitions "
    "that are named here. No medical advice; not to be used to decide about the care of a person."
)
NOT_PUBLISHED = "not published"
NO_VALUE = "-"
_CAPITALS = {
    "ahsct": "AHSCT",
    "arr": "ARR",
    "edss": "EDSS",
    "gd": "Gd",
    "mri": "MRI",
    "neda3": "NEDA-3",
    "neda4": "NEDA-4",
    "pct": "%",
    "pira": "PIRA",
    "raw": "RAW",
    "spms": "SPMS",
    "t2": "T2",
}
_SIGNIFICANT = 3
_MOST_DECIMALS = 3
_SMALL = 1e-3
_THOUSAND = 1000.0
_HUNDRED = 100.0


IN_SAMPLE = (
    "In-sample: this study helped to shape the model, so a figure inside its interval proves "
    "nothing."
)
"""Caution beside the score of a study whose role is tune."""

OTHER_SIZE = (
    "Not scored: the run has another number of patients than the study, so its intervals are not "
    "those of the study."
)
"""Why a run of another size is not scored."""

ENOUGH_REPLICATES = 20
"""Replicates from which on the ends of a 5 to 95 % interval are more than single runs."""

FEW_REPLICATES = (
    f"With fewer than {ENOUGH_REPLICATES} replicates the ends of the intervals are rough; "
    "ask for more with --replicates."
)
"""Caution beside the intervals of a short run."""


def too_few(least: int) -> str:
    """Say why a run of very few replicates is not scored."""
    return (
        f"Not scored: too few replicates for an interval: n < {least}; no verdict and no z. "
        "Ask for more with --replicates."
    )


def cautions(result: ComparedRun) -> list[str]:
    """Say what a reader must know before trusting the score of a run."""
    from remyelin.statistics.scoring import MIN_SCORED

    said = []
    if result.role is Role.TUNE and any(p.observed is not None for p in result.predictions):
        said.append(IN_SAMPLE)
    if result.settings.patients != result.study.design.n:
        said.append(OTHER_SIZE)
    if result.settings.replicates < MIN_SCORED:
        said.append(too_few(MIN_SCORED))
    elif result.settings.replicates < ENOUGH_REPLICATES:
        said.append(FEW_REPLICATES)
    said += [f"{NO_DATA_SIGN} Arm {arm}: {text}." for arm, text in without_data(result).items()]
    late = result.record.get("seen_too_late", [])
    said += [f"Asked for too early: {text}." for text in late] if isinstance(late, list) else []
    return said


_DRAWN_FROM = {"prior": "from the priors", "posterior": "from a calibration"}


def parameters_used(result: ComparedRun) -> str:
    """Say whether the parameters of a run were a point or draws, and how many."""
    drawn = result.drawn
    if drawn is None:
        return "Parameters: a point, the values of the parameter table."
    number, replicates = len(drawn), result.settings.replicates
    origin = _DRAWN_FROM[drawn.origin.value]
    said = f"Parameters: {number} draw{'s' if number > 1 else ''} {origin}; "
    if more := replicates % number:
        return (
            f"{said}each is that of {replicates // number} replicates, the first {more} of them "
            "of one more."
        )
    each = replicates // number
    return f"{said}each is that of {each} replicate{'s' if each > 1 else ''}."


NO_DATA_SIGN = "(!)"
"""Stands beside a figure of an arm whose cells lack data."""


def without_data(result: ComparedRun) -> Mapping[str, str]:
    """Give the arms whose cell products lack data, and what is lacking."""
    found = result.record.get("cells_without_data", {})
    return found if isinstance(found, Mapping) else {}


def flagged(text: str, key: OutcomeKey, arms: Mapping[str, str]) -> str:
    """Put a sign beside a figure of an arm, or of a contrast with one, whose cells lack data."""
    named = key.arm.split("_vs_")
    return f"{text} {NO_DATA_SIGN}" if any(name in arms for name in named) else text


def printable(text: str) -> str:
    """Text with every control or invisible character written as an escape; new lines stay."""
    return "".join(
        char
        if char.isprintable() or char == "\n"
        else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in text
    )


def number(value: float | None) -> str:
    """Number with about three significant figures; ``-`` where there is none."""
    if value is None or math.isnan(value):
        return NO_VALUE
    if abs(value) >= _THOUSAND:
        return f"{value:.0f}"
    if abs(value) >= _HUNDRED:
        return f"{value:.4g}"
    return f"{value:.3g}"


def score(z: float | None) -> str:
    """Z with two decimals; ``-`` where there is none."""
    return NO_VALUE if z is None or math.isnan(z) else f"{z:.2f}"


def interval(low: float | None, high: float | None) -> str:
    """Interval in square brackets; empty where one end is missing."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    return f"[{number(low)}, {number(high)}]"


def predicted(median: float, low: float, high: float) -> str:
    """Median with its prediction interval in the same decimals, or that there is none."""
    if math.isnan(median):
        return "not estimable"
    if math.isnan(low) or math.isnan(high):
        return number(median)
    largest = max(abs(value) for value in (median, low, high, 0.0) if math.isfinite(value))
    if 0 < largest < _SMALL:
        return f"{number(median)} {interval(low, high)}"
    order = math.floor(math.log10(largest)) if largest else 0
    decimals = min(max(_SIGNIFICANT - 1 - order, 0), _MOST_DECIMALS)
    return f"{median:.{decimals}f} [{low:.{decimals}f}, {high:.{decimals}f}]"


def interval_kind(outcome: Outcome) -> str:
    """What the published interval means, such as ``95 % CI``; empty where there is none."""
    if outcome.interval_kind is None or outcome.low is None:
        return ""
    kind = outcome.interval_kind.value
    name = kind.upper() if kind in ("ci", "iqr", "sd") else kind
    return name if outcome.level is None else f"{outcome.level:.0%} {name}".replace("%", " %")


def observed(outcome: Outcome | None) -> str:
    """Published figure with its interval in the digits published, or ``not published``."""
    if outcome is None:
        return NOT_PUBLISHED
    if outcome.low is None or outcome.high is None:
        return f"{outcome.value:g}"
    return f"{outcome.value:g} [{outcome.low:g}, {outcome.high:g}]"


def words(identifier: str) -> str:
    """Identifier as words, with the usual capitals."""
    return " ".join(_CAPITALS.get(word, word) for word in identifier.split("_"))


def verdict(name: str) -> str:
    """Verdict as words; what needs the eye is in capitals."""
    return "OUT" if name == "out" else words(name)


def arm(key: OutcomeKey) -> str:
    """Arm or contrast as words."""
    return key.arm.replace("_vs_", " vs ")


def when(months: float | None) -> str:
    """Time from baseline; ``whole`` for the whole follow-up."""
    return "whole" if months is None or math.isnan(months) else f"{months:g}"


def percent(share: float) -> str:
    """Share as per cent."""
    return f"{100 * share:.0f} %"


def sentence(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]
