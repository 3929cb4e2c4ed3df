"""The part of the report that holds predictions against published figures."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING

from remyelin.comparison.predictive import Part
from remyelin.reports import wording
from remyelin.reports.markup import Content, Markup, element, joined, table
from remyelin.statistics.scoring import Verdict
from remyelin.study.outcome import WHOLE
from remyelin.study.vocabulary import Mark

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedFigure, ComparedRun
    from remyelin.study.outcome import Outcome, OutcomeKey

_HEADER = (
    "Outcome",
    "Arm or contrast",
    "Months",
    "Predicted median [90 % interval]",
    "Observed [interval]",
    "Mark",
    "Verdict",
    "z",
    "Source",
)
_NUMERIC = frozenset({2, 3, 4, 7})


def mark_tag(mark: Mark | str) -> Markup:
    """Mark of a figure as a small tag."""
    return element("span", str(mark), class_=f"tag {mark}")


def _outcome(key: OutcomeKey, definition: str) -> Markup:
    what = f"{wording.words(key.outcome)}, {wording.words(key.measure.value)}"
    if key.subgroup != WHOLE:
        what += f", {wording.words(key.subgroup)}"
    under = element("div", definition, class_="soft")
    return joined((element("span", what), under)) if definition else element("span", what)


def _source(outcome: Outcome) -> Content:
    remarks = "; ".join(part for part in (outcome.definition_text, outcome.note) if part)
    if not remarks:
        return outcome.source
    return joined((outcome.source, element("div", remarks, class_="soft")))


def _observed(outcome: Outcome | None) -> Content:
    kind = "" if outcome is None else wording.interval_kind(outcome)
    text = wording.observed(outcome)
    return joined((text, element("div", kind, class_="soft"))) if kind else text


def _row(prediction: ComparedFigure, lacking: Mapping[str, str]) -> tuple[Content, ...]:
    seen = prediction.observed
    verdict = prediction.verdict
    shown = element(
        "span",
        wording.verdict(verdict.value),
        class_=verdict.value if verdict in (Verdict.IN, Verdict.OUT) else "soft",
    )
    figure = wording.predicted(prediction.median, prediction.low, prediction.high)
    predicted: Content = wording.flagged(figure, prediction.key, lacking)
    if prediction.n_not_estimable:
        total = prediction.n_replicates + prediction.n_not_estimable
        missing = f"{prediction.n_not_estimable} of {total} replicates not estimable"
        note = element("div", missing, class_="soft")
        predicted = joined((predicted, note))
    return (
        _outcome(prediction.key, prediction.definition.label),
        wording.arm(prediction.key),
        wording.when(prediction.key.time_months),
        predicted,
        _observed(seen),
        "" if seen is None else mark_tag(seen.mark),
        shown,
        wording.score(prediction.z),
        "" if seen is None else _source(seen),
    )


def _is_recalled(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.mark is not Mark.SEEN


def _unmatched_row(outcome: Outcome) -> tuple[Content, ...]:
    return (
        _outcome(outcome.key, outcome.definition_text),
        wording.arm(outcome.key),
        wording.when(outcome.key.time_months),
        _observed(outcome),
        mark_tag(outcome.mark),
        outcome.note,
        outcome.source,
    )


_ASSUMED = (Part.BETWEEN_STUDIES, Part.DISCREPANCY)
"""Parts that no replicate shows: they come from outside the run."""


def parts_sentence(result: ComparedRun) -> str:
    """Say what the intervals are made of: the mean share of each part, and what is assumed."""
    found = [p.parts for p in result.predictions if p.parts.variance > 0.0]
    if not found:
        return "No interval could be formed, so there is nothing to say of its parts."
    mean = {part: fmean(one.shares[part] for one in found) for part in Part}
    shares = ", ".join(f"{part.value} {wording.percent(share)}" for part, share in mean.items())
    assumed = sum(mean[part] for part in _ASSUMED)
    text = f"Parts of the variance of these intervals, mean over outcomes: {shares}. "
    if not all(one.told_apart for one in found):
        text += "With one replicate a draw, sampling holds the part of the parameters too. "
    if assumed > 0.0:
        return f"{text}Assumed, not simulated: {wording.percent(assumed)}."
    return (
        f"{text}Nothing is assumed for the spread between studies or for what the model gets "
        "wrong, so the intervals are too narrow for a study that was really done."
    )


def section(result: ComparedRun) -> Markup:
    """Table of predictions beside published figures, and of figures that are not predicted."""
    intro = element(
        "p",
        "In: the published value lies in the 90 % prediction interval of a study of this size. The "
        "interval holds its level at any number of replicates from 5 on. z = (observed - mean) / "
        "sd on the figure's scale: proportions as logits, ratios as logs. Rows in "
        "italics with a dashed tag were "
        "recalled, not read at their source. Proportions are 0 to 1.",
        class_="soft",
    )
    lacking = wording.without_data(result)
    made_of = element("p", parts_sentence(result), class_="soft")
    rows = [_row(prediction, lacking) for prediction in result.predictions]
    classes = ["recalled" if _is_recalled(p.observed) else "" for p in result.predictions]
    parts = [
        intro,
        made_of,
        table("Predicted and published figures", _HEADER, rows, numeric=_NUMERIC, classes=classes),
    ]
    if result.unmatched:
        header = ("Outcome", "Arm", "Months", "Observed", "Mark", "Why not", "Source")
        parts.append(element("h3", "Published, but not predicted by this run"))
        parts.append(
            table(
                "Published figures without a prediction",
                header,
                [_unmatched_row(outcome) for outcome in result.unmatched],
                numeric=frozenset({2, 3}),
                classes=["recalled" if _is_recalled(o) else "" for o in result.unmatched],
            )
        )
    return joined(parts)
