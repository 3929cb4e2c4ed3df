"""Rows of the scoreboard: one published figure beside the prediction, with its score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from remyelin.comparison.scales import Z_90, Z_95, Scale, distance, scale_of
from remyelin.credibility.observations import Observation
from remyelin.credibility.overlap import shares_tuned
from remyelin.credibility.roles import cohort_of_study
from remyelin.credibility.running import GroupRun, Job, endpoint_name
from remyelin.credibility.schema import Target
from remyelin.credibility.store import Finished
from remyelin.evidence.base import EvidenceBase
from remyelin.statistics.scoring import MIN_REPLICATES, Verdict, interval_score, score, summarise
from remyelin.study.outcome import WHOLE, Outcome
from remyelin.study.vocabulary import IntervalKind, Mark, Role
from remyelin.trials.predict import keys_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the scoreboard.

    Attributes
    ----------
    name, title, quantity
        Key of the figure within its group, words for people, and the quantity it speaks of.
    origin
        ``study``: a figure of a study file; ``target``: a special target.
    run
        Study or cohort from which it is predicted.
    era, unit, scale
        Calendar period, unit, and how figures of its kind are compared.
    role, overlaps_tune
        Tune rows are in-sample; a test row that shares patients with a tuned study is no clean
        test.
    cohort, weight
        Whose patients they are, and the share of that cohort's vote on the quantity.
    observed, observed_low, observed_high
        The published figure and its 95 % interval, where there is one.
    observed_n, studies, between_sd
        Patients or events behind it, cohorts pooled, and their between-study SD on the scale.
    borrowed
        Whether the between-study SD comes from other quantities, for want of a second cohort.
    median, low, high
        Prediction and its 5 to 95 % interval.
    strict_low, strict_high
        The interval without the between-study SD; the same for figures of one study.
    replicates, patients
        Replicates with an estimate, and virtual patients (or events) in each.
    verdict, strict_verdict
        In or out of either interval, or why it is not scored.
    z, interval_score
        As in `remyelin.statistics.scoring`, on the scale and in natural units.
    off
        Ratio, odds ratio or combined standard errors between median and observed figure.
    within_factor_2
        Whether ``off`` is within the limit of the rule; None where it cannot be formed.
    mark, source, note
        How well the published figure is known, where it stands, and what limits the comparison.
    """

    name: str
    title: str
    quantity: str
    origin: str
    run: str
    era: str
    unit: str
    scale: Scale
    role: Role
    overlaps_tune: bool
    cohort: str
    weight: float
    observed: float
    observed_low: float | None
    observed_high: float | None
    observed_n: int | None
    studies: int
    between_sd: float
    borrowed: bool
    median: float
    low: float
    high: float
    strict_low: float
    strict_high: float
    replicates: int
    patients: float
    verdict: Verdict
    strict_verdict: Verdict
    z: float | None
    interval_score: float | None
    off: float | None
    within_factor_2: bool | None
    mark: Mark
    source: str
    note: str


def rows_of(run: GroupRun) -> tuple[Row, ...]:
    """Score everything that a group compares.

    Each cohort has one vote on a quantity, shared equally by the rows in which it stands; the
    weight of a row is the mean of the shares that its cohorts give it.
    """
    return weighted([*_target_rows(run), *_study_rows(run)])


def weighted(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Give rows the weights that follow from their cohorts and quantities."""
    votes = Counter((cohort, row.quantity) for row in rows for cohort in _cohorts(row))
    return tuple(
        replace(
            row,
            weight=fmean(1.0 / votes[cohort, row.quantity] for cohort in _cohorts(row)),
        )
        for row in rows
    )


COHORT_SEPARATOR = "+"
"""Stands between the cohorts of a pooled figure."""


def _cohorts(row: Row) -> list[str]:
    return row.cohort.split(COHORT_SEPARATOR)


def _study_rows(run: GroupRun) -> Iterator[Row]:
    chosen = {entry.study: entry.arms for entry in run.group.studies}
    for job in run.jobs:
        arms = chosen.get(job.study.study_id)
        done = run.finished.get(job.study.study_id)
        if arms is None or done is None or job.study.evidence_id is None:
            continue
        published = EvidenceBase.load().outcomes(job.study.evidence_id)
        seen = {outcome.key: outcome for outcome in published}
        for key, _ in keys_of(job.study):
            if key in seen and (not arms or key.arm in arms):
                row = _study_row(job, done, seen[key])
                quantity = run.group.quantities.get(key.outcome)
                yield row if quantity is None else replace(row, quantity=quantity)


def _study_row(job: Job, done: Finished, observed: Outcome) -> Row:
    key = observed.key
    values = done.endpoints[endpoint_name(key)]
    summary, judged = summarise(values), score(values, observed)
    scale = scale_of(key.measure, key.outcome)
    same_size = done.patients == job.study.design.n
    verdict = judged.verdict if same_size else Verdict.NOT_SCORABLE
    error = _combined_error(observed, summary.sd, summary.n_replicates)
    off = distance(scale, summary.median, observed.value, error, n=observed.n)
    time = "" if key.time_months is None else f", month {key.time_months:g}"
    part = "" if key.subgroup == WHOLE else f" ({key.subgroup})"
    is_ci = observed.interval_kind is IntervalKind.CI
    study = EvidenceBase.load().study(key.study_id)
    return Row(
        name=f"{job.study.study_id}|{endpoint_name(key)}",
        title=f"{_words(key.outcome)}, {_words(key.arm)}{part}{time}, {_words(key.measure.value)}",
        quantity=f"{key.outcome} ({key.measure.value})",
        origin="study",
        run=job.study.study_id,
        era=job.study.population.era.value,
        unit="",
        scale=scale,
        role=study.role,
        overlaps_tune=shares_tuned(study.role, [cohort_of_study(key.study_id)]),
        cohort=cohort_of_study(key.study_id),
        weight=1.0,
        observed=observed.value,
        observed_low=observed.low if is_ci else None,
        observed_high=observed.high if is_ci else None,
        observed_n=observed.n,
        studies=1,
        between_sd=0.0,
        borrowed=False,
        median=summary.median,
        low=summary.low,
        high=summary.high,
        strict_low=summary.low,
        strict_high=summary.high,
        replicates=summary.n_replicates,
        patients=float(done.patients),
        verdict=verdict,
        strict_verdict=verdict,
        z=judged.z if same_size else None,
        interval_score=judged.interval_score if same_size else None,
        off=off,
        within_factor_2=None if off is None else off <= scale.limit,
        mark=observed.mark,
        source=observed.source,
        note=observed.definition_text,
    )


def _words(identifier: str) -> str:
    return identifier.replace("_", " ")


def _combined_error(observed: Outcome, sd: float, replicates: int) -> float | None:
    """Give the standard error of prediction and published figure together.

    The published one comes from its interval, else it is the spread of replicates of that size.
    """
    if not sd > 0.0 or replicates < MIN_REPLICATES:
        return None
    own = sd
    kind, low, high = observed.interval_kind, observed.low, observed.high
    if kind is IntervalKind.CI and low is not None and high is not None:
        own = (high - low) / (2.0 * Z_95)
    return math.hypot(own, sd / math.sqrt(replicates))


def _target_rows(run: GroupRun) -> Iterator[Row]:
    for target, seen in run.targets:
        done = run.finished.get(target.run)
        if done is not None:
            yield target_row(target, seen, *done.measures[target.target])


def target_row(
    target: Target, seen: Observation, values: Sequence[float], units: Sequence[float]
) -> Row:
    r"""Score a special target.

    Predictions are taken to be normal on the target's scale, with the mean :math:`m` and SD
    :math:`s` of the :math:`R` replicates of :math:`v` virtual patients (relapses, events) each. At
    the size :math:`n` of the published figure the variance of the prediction is
    :math:`s^2 v / n + s^2 / R`: the sampling error of a cohort of that size, and the Monte Carlo
    error of the mean. Where only a standard error is published, its square stands in the place of
    :math:`s^2 v / n`. The between-study variance is added for the verdict and left out for the
    strict one.
    """
    scale = target.scale
    natural = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(natural)
    placed = scale.forward(natural[known])
    size = float(np.mean(np.asarray(units)[known])) if known.any() else 0.0
    strict = _spread(placed, size, seen)
    if strict is None:
        return _row(target, seen, natural, size, None)
    wide = math.hypot(strict, seen.between_sd)
    centre = float(placed.mean())
    return _row(target, seen, natural, size, (centre, strict, wide))


def _spread(
    placed: np.ndarray[tuple[int], np.dtype[np.float64]], size: float, seen: Observation
) -> float | None:
    """Give the SD of the prediction at the size of the published figure; None: not to be formed."""
    count = placed.size
    if count < MIN_REPLICATES or not np.isfinite(placed).all():
        return None
    variance = float(placed.var(ddof=1))
    if seen.n is not None and size > 0.0:
        sampling = variance * size / seen.n
    elif seen.error is not None:
        sampling = seen.error**2
    else:
        sampling = variance
    return math.sqrt(sampling + variance / count)


def _row(
    target: Target,
    seen: Observation,
    natural: np.ndarray[tuple[int], np.dtype[np.float64]],
    size: float,
    normal: tuple[float, float, float] | None,
) -> Row:
    scale, summary = target.scale, summarise(natural)
    low, high, strict_low, strict_high = (summary.low, summary.high) * 2
    median, z, error = summary.median, None, None
    if normal is not None:
        centre, strict, wide = normal
        median = scale.back(centre)
        low, high = scale.back(centre - Z_90 * wide), scale.back(centre + Z_90 * wide)
        strict_low = scale.back(centre - Z_90 * strict)
        strict_high = scale.back(centre + Z_90 * strict)
        gap = float(scale.forward(seen.value)) - centre
        z = gap / wide if wide > 0.0 and math.isfinite(gap) else None
        error = _errors(seen, strict, summary.sd, summary.n_replicates)
    verdict = _verdict(seen, summary.n_replicates, low, high)
    scored = verdict in (Verdict.IN, Verdict.OUT)
    off = distance(scale, median, seen.value, error, n=seen.n)
    return Row(
        name=target.target,
        title=target.title,
        quantity=target.quantity,
        origin="target",
        run=target.run,
        era=target.era.value,
        unit=target.unit,
        scale=scale,
        role=target.role,
        overlaps_tune=shares_tuned(target.role, seen.cohorts),
        cohort=COHORT_SEPARATOR.join(seen.cohorts),
        weight=1.0,
        observed=seen.value,
        observed_low=seen.low,
        observed_high=seen.high,
        observed_n=seen.n,
        studies=len(seen.cohorts),
        between_sd=seen.between_sd,
        borrowed=seen.borrowed,
        median=median,
        low=low,
        high=high,
        strict_low=strict_low,
        strict_high=strict_high,
        replicates=summary.n_replicates,
        patients=size,
        verdict=verdict,
        strict_verdict=_verdict(seen, summary.n_replicates, strict_low, strict_high),
        z=z if scored else None,
        interval_score=interval_score(low, high, seen.value) if scored else None,
        off=off,
        within_factor_2=None if off is None else off <= scale.limit,
        mark=seen.mark,
        source=seen.source,
        note=target.note,
    )


def _errors(seen: Observation, strict: float, sd: float, replicates: int) -> float:
    """Give the combined standard error for signed changes.

    The SD of the strict interval holds the Monte Carlo error already.
    """
    return strict if seen.error is None else math.hypot(seen.error, sd / math.sqrt(replicates))


def _verdict(seen: Observation, replicates: int, low: float, high: float) -> Verdict:
    if not seen.scorable:
        return Verdict.NOT_SCORABLE
    if replicates < MIN_REPLICATES:
        return Verdict.NOT_SCORABLE if replicates else Verdict.NOT_ESTIMABLE
    return Verdict.IN if low <= seen.value <= high else Verdict.OUT
