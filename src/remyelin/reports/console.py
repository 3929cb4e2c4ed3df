"""The table that the command line prints after a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from remyelin.reports import wording
from remyelin.reports.scores import tally
from remyelin.statistics.scoring import Verdict
from remyelin.study.definition import DAYS_PER_WEEK
from remyelin.study.vocabulary import Mark

if TYPE_CHECKING:
    from remyelin.comparison.compared import ComparedFigure, ComparedRun

_STYLES = {Verdict.IN: "green", Verdict.OUT: "bold red"}
_RECALLED = "*"
_WIDE = 110
_SHORT = {
    "hazard_ratio": "HR",
    "rate_ratio": "rate ratio",
    "proportion": "",
    "rate_per_year": "per year",
    "mean_difference": "difference",
    "mean_change": "change",
}


def _text(content: str, style: str = "") -> Text:
    return Text(wording.printable(content), style=style)


def _what(prediction: ComparedFigure) -> str:
    key = prediction.key
    name = key.measure.value
    parts = (wording.words(key.outcome), _SHORT.get(name, wording.words(name)))
    return " ".join(part for part in parts if part)


_Label = tuple[str, str, str]


def _label(prediction: ComparedFigure) -> _Label:
    key = prediction.key
    return _what(prediction), wording.arm(key), wording.when(key.time_months)


def _told_apart(predictions: Sequence[ComparedFigure]) -> Iterator[str]:
    """Give what each row speaks of, with its definition in short where others read the same."""
    alike: dict[_Label, set[str]] = {}
    for prediction in predictions:
        alike.setdefault(_label(prediction), set()).add(prediction.key.definition_id)
    several = {what for (what, _, _), names in alike.items() if len(names) > 1}
    for prediction in predictions:
        what = _what(prediction)
        yield f"{what} ({_definition(prediction)})" if what in several else what


def _definition(prediction: ComparedFigure) -> str:
    """Give a definition in short: its name, and how long a change must last."""
    definition = prediction.definition
    name = wording.words(definition.definition_id)
    days = definition.confirmation_days
    return name if days is None else f"{name}: {round(days / DAYS_PER_WEEK)} weeks"


def _folded(text: str, *, narrow: bool) -> str:
    return text.replace(" [", "\n[", 1) if narrow else text


def _observed(prediction: ComparedFigure, *, narrow: bool) -> Text:
    seen = prediction.observed
    sign = _RECALLED if seen is not None and seen.mark is not Mark.SEEN else ""
    shown = _folded(wording.observed(seen) + sign, narrow=narrow)
    return _text(shown, "" if seen is not None else "dim")


def _row(
    what: str, prediction: ComparedFigure, lacking: Mapping[str, str], *, narrow: bool
) -> tuple[Text, ...]:
    verdict = prediction.verdict
    is_scored = verdict in _STYLES
    predicted = wording.predicted(prediction.median, prediction.low, prediction.high)
    predicted = wording.flagged(predicted, prediction.key, lacking)
    return (
        _text(what),
        _text(wording.arm(prediction.key)),
        _text(wording.when(prediction.key.time_months)),
        _text(_folded(predicted, narrow=narrow)),
        _observed(prediction, narrow=narrow),
        _text(wording.verdict(verdict.value) if is_scored else "", _STYLES.get(verdict, "")),
        _text(wording.score(prediction.z)),
    )


def summary(result: ComparedRun, *, narrow: bool = False) -> Group:
    """Predicted and observed side by side, with the score and the notice below.

    Parameters
    ----------
    result
        The run.
    narrow
        Put intervals below their figure, for terminals of usual width.
    """
    settings = result.settings
    heading = (
        f"{result.study.title}: {settings.patients} virtual patients, "
        f"{settings.replicates} replicates, seed {settings.seed}"
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Outcome", overflow="fold", min_width=10)
    table.add_column("Arm", overflow="fold", min_width=5)
    table.add_column("Mo", justify="right", no_wrap=True)
    table.add_column(
        "Predicted" + ("\n" if narrow else " ") + "[5-95 %]", overflow="fold", min_width=14
    )
    table.add_column("Observed", overflow="fold", min_width=13)
    table.add_column("", no_wrap=True)
    table.add_column("z", justify="right", no_wrap=True)
    lacking = wording.without_data(result)
    for what, prediction in zip(_told_apart(result.predictions), result.predictions, strict=True):
        table.add_row(*_row(what, prediction, lacking, narrow=narrow))
    lines = [tally(result.predictions).sentence]
    if result.drawn is not None:
        lines.insert(0, wording.parameters_used(result))
    if any(p.observed is not None and p.observed.mark is not Mark.SEEN for p in result.predictions):
        lines.append(f"{_RECALLED} recalled, not read at its source.")
    lines += wording.cautions(result)
    if settings.twins:
        lines.append("Twin run: not a prediction interval of a trial.")
    lines.append(wording.DISCLAIMER)
    return Group(_text(heading, "bold"), table, *(_text(line) for line in lines))


def show(result: ComparedRun, *, console: Console | None = None) -> None:
    """Print the summary; without colours or control codes where no terminal reads it."""
    screen = console or Console(highlight=False)
    screen.print(summary(result, narrow=screen.width < _WIDE))
