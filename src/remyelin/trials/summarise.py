"""From the tallies of a run to its predictions, curves and baseline table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remyelin.statistics.arrays import group_sums
from remyelin.statistics.counted import Frame, Overview, Portion, counted_curves
from remyelin.statistics.estimate import Question
from remyelin.statistics.exact import totals
from remyelin.statistics.gather import item_of, items_needed
from remyelin.statistics.tally import Item, Reading, Tally
from remyelin.study.outcome import OutcomeKey
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Covariate
from remyelin.trials.predict import (
    Definitions,
    course_of,
    curved,
    keys_of,
    labelled,
    predictions_of,
)
from remyelin.trials.prediction import Curve, Prediction

if TYPE_CHECKING:
    import pandas as pd


def frame_of(study: Study, definitions: Definitions) -> Frame:
    """Say what has to be read of the patients of a study."""
    asked = [
        item_of(
            definitions[key.definition_id],
            outcome=key.outcome,
            measure=key.measure,
            months=key.time_months,
        )
        for key, _ in keys_of(study)
    ]
    return Frame(
        items_needed(asked, curved(study, definitions), definitions), definitions, study.arm_ids
    )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the tallies of a run say.

    Attributes
    ----------
    predictions, curves, edss_course
        As in `RunResult`.
    baseline
        ``arm_id`` (empty for all arms), ``covariate``, ``n``, ``mean`` and ``sd``.
    """

    predictions: tuple[Prediction, ...]
    curves: tuple[Curve, ...]
    edss_course: pd.DataFrame
    baseline: pd.DataFrame


Tallies = Callable[[], Iterable[Tally]]
"""Reads the tallies of a run anew; each holds whole replicates, in any order."""


def summarise_run(study: Study, frame: Frame, tallies: Tallies) -> Summary:
    """Work out everything that a study asks for.

    Parameters
    ----------
    study, frame
        What is asked for, and what was read for it.
    tallies
        Called twice; only one tally is held at a time.
    """
    overview = Overview(frame)
    for tally in tallies():
        overview.add(tally)
    keys = [key for key, _ in keys_of(study)]
    values: dict[OutcomeKey, list[NDArray[np.float64]]] = {key: [] for key in keys}
    numbers: list[NDArray[np.int64]] = []
    seen_at: list[Tally] = []

    def portions() -> Iterator[Portion]:
        for tally in tallies():
            portion = Portion(tally, overview)
            numbers.append(portion.number)
            for key in keys:
                values[key].append(_figure(portion, frame, key))
            seen_at.extend(portion.rows(Item(r)) for r in (Reading.COURSE, Reading.RATED))
            yield portion

    drawn = counted_curves(overview, curved(study, frame.definitions), portions())
    order = np.argsort(np.concatenate(numbers))
    return Summary(
        predictions=predictions_of(
            study, lambda key: np.concatenate(values[key])[order], frame.definitions
        ),
        curves=labelled(study, drawn),
        edss_course=_course(study, frame, Tally.joined(seen_at)),
        baseline=_baseline(frame, overview),
    )


def _figure(portion: Portion, frame: Frame, key: OutcomeKey) -> NDArray[np.float64]:
    question = Question(outcome=key.outcome, measure=key.measure, months=key.time_months)
    return portion.figure(frame.definitions[key.definition_id], question, key.arm)


def _course(study: Study, frame: Frame, seen: Tally) -> pd.DataFrame:
    import pandas as pd

    rated = seen.where(seen.item == frame.items.index(Item(Reading.RATED)))
    summed = seen.where(seen.item == frame.items.index(Item(Reading.COURSE)))
    place, group = np.unique(
        np.stack([summed.arm, summed.code, summed.replicate]), axis=1, return_inverse=True
    )
    group = group.reshape(-1)
    total = totals(summed.x, group, place.shape[1])
    names = np.asarray(frame.arm_ids, dtype=object)
    index = pd.MultiIndex.from_arrays(
        [names[place[0]], place[1], place[2]], names=["arm_id", "visit", "replicate"]
    )
    mean = pd.Series(total / group_sums(group, summed.n, place.shape[1]), index, name="edss")
    rows = pd.DataFrame({"arm_id": names[rated.arm], "visit": rated.code, "n": rated.n})
    size = rows.groupby(["arm_id", "visit"])["n"].sum()
    return course_of(study, mean.sort_index(), size / len(np.unique(rated.replicate)))


def _baseline(frame: Frame, overview: Overview) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for covariate in Covariate:
        tally = overview.rows(Item(Reading.BASELINE, covariate.value))
        for arm in (None, *range(len(frame.arm_ids))):
            mine = tally if arm is None else tally.where(tally.arm == arm)
            first = mine.where(mine.code == 1)
            n = int(first.n.sum())
            mean, sd = _moments(first.x, mine.x[mine.code == 2], n)
            name = "" if arm is None else frame.arm_ids[arm]
            rows.append((name, covariate.value, n, mean, sd))
    return pd.DataFrame(rows, columns=["arm_id", "covariate", "n", "mean", "sd"])


def _moments(
    values: NDArray[np.float64], squares: NDArray[np.float64], n: int
) -> tuple[float, float]:
    from fractions import Fraction

    if n == 0:
        return np.nan, np.nan
    total, square = (sum(map(Fraction, parts.tolist())) for parts in (values, squares))
    mean = total / n
    spread = (square - total * mean) / (n - 1) if n > 1 else None
    return float(mean), np.nan if spread is None else float(max(spread, Fraction(0))) ** 0.5
