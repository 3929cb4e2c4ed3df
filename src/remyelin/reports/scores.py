"""How many published figures the predictions met, counted once for all faces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from statistics import median
from typing import TYPE_CHECKING

from remyelin.reports.wording import number, words
from remyelin.statistics.scoring import Verdict
from remyelin.study.vocabulary import Mark

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedFigure


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of verdicts.

    Attributes
    ----------
    counts
        Predictions by verdict, every verdict present.
    widths
        Median width of the prediction intervals by measure, scored predictions only.
    recalled, recalled_inside
        Scored figures that are recalled instead of read, and those of them that are inside.
    """

    counts: Mapping[Verdict, int]
    widths: Mapping[str, float]
    recalled: int = 0
    recalled_inside: int = 0

    @property
    def scored(self) -> int:
        """Predictions that could be held against a published figure."""
        return self.counts[Verdict.IN] + self.counts[Verdict.OUT]

    @property
    def _hits(self) -> str:
        inside = self.counts[Verdict.IN]
        if not self.scored:
            return "No published figure is scored"
        where = "inside the 5 to 95 % prediction interval"
        if not self.recalled:
            return f"{inside} of {self.scored} published figures lie {where}"
        read, read_inside = self.scored - self.recalled, inside - self.recalled_inside
        return (
            f"{read_inside} of {read} published figures read at their source and "
            f"{self.recalled_inside} of {self.recalled} recalled ones lie {where}"
        )

    @property
    def sentence(self) -> str:
        """The counts in words, with the widths, so that wide intervals do not pay."""
        text = self._hits
        if self.widths:
            parts = (f"{words(name)} {number(width)}" for name, width in self.widths.items())
            text += f" (median width of these intervals: {', '.join(parts)})"
        rest = (Verdict.NOT_PUBLISHED, Verdict.NOT_SCORABLE, Verdict.NOT_ESTIMABLE)
        others = [f"{self.counts[kind]} {words(kind.value)}" for kind in rest if self.counts[kind]]
        return f"{text}; {', '.join(others)}." if others else f"{text}."


def tally(predictions: Iterable[ComparedFigure]) -> Tally:
    """Count the verdicts of the predictions."""
    counts = dict.fromkeys(Verdict, 0)
    recalled = recalled_inside = 0
    widths: dict[str, list[float]] = {}
    for prediction in predictions:
        counts[prediction.verdict] += 1
        if prediction.verdict in (Verdict.IN, Verdict.OUT):
            width = prediction.high - prediction.low
            if not isnan(width):
                widths.setdefault(prediction.key.measure.value, []).append(width)
            if prediction.observed and prediction.observed.mark is not Mark.SEEN:
                recalled += 1
                recalled_inside += prediction.verdict is Verdict.IN
    return Tally(
        counts=counts,
        widths={name: median(all_) for name, all_ in widths.items()},
        recalled=recalled,
        recalled_inside=recalled_inside,
    )
