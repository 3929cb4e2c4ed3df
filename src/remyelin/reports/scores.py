"""How many published figures the predictions met, counted once for all faces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from remyelin.reports.wording import number, words
from remyelin.statistics.scoring import Verdict

if TYPE_CHECKING:
    from remyelin.trials.prediction import Prediction


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of verdicts.

    Attributes
    ----------
    counts
        Predictions by verdict, every verdict present.
    widths
        Median width of the prediction intervals by measure, scored predictions only.
    """

    counts: Mapping[Verdict, int]
    widths: Mapping[str, float]

    @property
    def scored(self) -> int:
        """Predictions that could be held against a published figure."""
        return self.counts[Verdict.IN] + self.counts[Verdict.OUT]

    @property
    def sentence(self) -> str:
        """The counts in words, with the widths, so that wide intervals do not pay."""
        inside = self.counts[Verdict.IN]
        text = (
            f"{inside} of {self.scored} published figures lie inside the 5 to 95 % prediction "
            f"interval"
            if self.scored
            else "No published figure is scored"
        )
        if self.widths:
            parts = (f"{words(name)} {number(width)}" for name, width in self.widths.items())
            text += f" (median width of these intervals: {', '.join(parts)})"
        rest = (Verdict.NOT_PUBLISHED, Verdict.NOT_SCORABLE, Verdict.NOT_ESTIMABLE)
        others = [f"{self.counts[kind]} {words(kind.value)}" for kind in rest if self.counts[kind]]
        return f"{text}; {', '.join(others)}." if others else f"{text}."


def tally(predictions: Iterable[Prediction]) -> Tally:
    """Count the verdicts of the predictions."""
    counts = dict.fromkeys(Verdict, 0)
    widths: dict[str, list[float]] = {}
    for prediction in predictions:
        counts[prediction.verdict] += 1
        if prediction.verdict in (Verdict.IN, Verdict.OUT):
            width = prediction.high - prediction.low
            widths.setdefault(prediction.key.measure.value, []).append(width)
    return Tally(counts=counts, widths={name: median(all_) for name, all_ in widths.items()})
