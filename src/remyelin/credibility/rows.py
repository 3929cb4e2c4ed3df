"""Rows of the scoreboard: one published figure beside the prediction, with its score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from remyelin.comparison.classes import outcome_classes, treatment_of
from remyelin.comparison.join import judged, predictive_of, published, role_of, size_of
from remyelin.comparison.judgement import Judgement, judge
from remyelin.comparison.posterior import Correction, carried_by, effects_beside
from remyelin.comparison.predictive import Predictive
from remyelin.comparison.scales import Z_95, Scale, distance, scale_of
from remyelin.credibility.observations import Observation, typical_spread
from remyelin.credibility.overlap import shares_tuned
from remyelin.credibility.roles import cohort_of_study
from remyelin.credibility.running import GroupRun, Job, endpoint_name
from remyelin.credibility.schema import Target
from remyelin.credibility.store import Finished
from remyelin.statistics.scoring import MIN_REPLICATES, Verdict, summarise
from remyelin.study.outcome import WHOLE, Outcome
from remyelin.study.schema import CONTRAST_SEPARATOR, Study
from remyelin.study.vocabulary import IntervalKind, Mark, Role
from remyelin.synthesis.effects import Carried, carried
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
        Median of the replicates and the 90 % interval of a study's figure.
    strict_low, strict_high
        The interval without the between-study SD.
    replicates, patients
        Replicates with an estimate, and virtual patients (or events) in each.
    verdict, strict_verdict
        In or out of either interval, or why it is not scored.
    z, interval_score
        As in `remyelin.comparison.predictive`, on the scale and in natural units.
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
    typical = typical_spread(run.targets)
    for job in run.jobs:
        arms = chosen.get(job.study.study_id)
        done = run.finished.get(job.study.study_id)
        if arms is None or done is None:
            continue
        seen = {outcome.key: outcome for outcome in published(job.study)}
        for key, _ in keys_of(job.study):
            if key in seen and (not arms or key.arm in arms):
                row = _study_row(job, done, seen[key], typical)
                quantity = run.group.quantities.get(key.outcome)
                yield row if quantity is None else replace(row, quantity=quantity)


def _study_row(job: Job, done: Finished, observed: Outcome, typical: Mapping[Scale, float]) -> Row:
    """Score a figure of one study.

    A single study cannot tell how far another one would lie from it: its levels borrow the typical
    between-study SD of the group, as targets of one cohort do. Contrasts of two arms borrow
    nothing, for what studies differ by moves their arms alike.
    """
    key = observed.key
    scale = scale_of(key.measure, key.outcome)
    values = np.asarray(done.endpoints[endpoint_name(key)])
    borrowed = typical.get(scale, 0.0) if key.arm in job.study.arm_ids else 0.0
    found = _effects(job, carried_by(job.study, key), values)
    between_sd = borrowed if found is None else found.study_sd
    predictive = predictive_of(
        key,
        values if found is None else found.values,
        draws=draws_of(job, len(values)),
        size=size_of(job.study, key.arm, done.patients),
        study_sd=between_sd,
        discrepancy_sd=0.0 if found is None else found.discrepancy_sd,
    )
    judgement = judged(predictive, observed, scored=done.patients == job.study.design.n)
    summary = summarise(predictive.values)
    error = _combined_error(observed, summary.sd, summary.n_replicates)
    off = distance(scale, summary.median, observed.value, error, n=observed.n)
    time = "" if key.time_months is None else f", month {key.time_months:g}"
    part = "" if key.subgroup == WHOLE else f" ({key.subgroup})"
    is_ci = observed.interval_kind is IntervalKind.CI
    role = role_of(job.study) or Role.TEST
    return Row(
        name=f"{job.study.study_id}|{endpoint_name(key)}",
        title=f"{_words(key.outcome)}, {_words(key.arm)}{part}{time}, {_words(key.measure.value)}",
        quantity=f"{key.outcome} ({key.measure.value})",
        origin="study",
        run=job.study.study_id,
        era=job.study.population.era.value,
        unit="",
        scale=scale,
        role=role,
        overlaps_tune=shares_tuned(role, [cohort_of_study(key.study_id)]),
        cohort=cohort_of_study(key.study_id),
        weight=1.0,
        observed=observed.value,
        observed_low=observed.low if is_ci else None,
        observed_high=observed.high if is_ci else None,
        observed_n=observed.n,
        studies=1,
        between_sd=between_sd,
        borrowed=found is None and between_sd > 0.0,
        replicates=summary.n_replicates,
        patients=float(done.patients),
        off=off,
        within_factor_2=None if off is None else off <= scale.limit,
        mark=observed.mark,
        source=observed.source,
        note=observed.definition_text,
        **_judged_cells(predictive, judgement),
    )


def draws_of(job: Job, replicates: int) -> tuple[int, ...]:
    """Give the draw of the job behind each replicate; none where the parameters are a point."""
    return () if job.draws is None else tuple(k % len(job.draws) for k in range(replicates))


def _effects(job: Job, carries: Carried | None, values: NDArray[np.float64]) -> Correction | None:
    """Give what a calibration adds to a figure; None where the run has no draws of it."""
    beside = effects_beside(job.draws)
    if beside is None or carries is None:
        return None
    return beside.corrected(values, carries, np.array(draws_of(job, len(values))))


class _Judged(TypedDict):
    median: float
    low: float
    high: float
    strict_low: float
    strict_high: float
    verdict: Verdict
    strict_verdict: Verdict
    z: float | None
    interval_score: float | None


def _judged_cells(predictive: Predictive, found: Judgement) -> _Judged:
    """Give the cells that the one rule of scoring fills, of studies and of targets."""
    return _Judged(
        median=predictive.median,
        low=found.low,
        high=found.high,
        strict_low=found.strict_low,
        strict_high=found.strict_high,
        verdict=found.verdict,
        strict_verdict=found.strict_verdict,
        z=found.z,
        interval_score=found.interval_score,
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
    jobs = {job.study.study_id: job for job in run.jobs}
    for target, seen in run.targets:
        done = run.finished.get(target.run)
        if done is not None:
            yield target_row(target, seen, *done.measures[target.target], job=jobs.get(target.run))


def target_row(
    target: Target,
    seen: Observation,
    values: Sequence[float],
    units: Sequence[float],
    *,
    job: Job | None = None,
) -> Row:
    """Score a special target.

    The prediction is made of replicates of so many virtual patients (relapses, events) each, and
    is that of a cohort of the size of the published figure. Where only a standard error is
    published, it stands in the place of the sampling error of that size. The between-study
    variance is added for the verdict and left out for the strict one.
    """
    natural = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(natural)
    size = float(np.mean(np.asarray(units)[known])) if known.any() else 0.0
    found = None if job is None else _effects(job, _carried(target, job.study), natural)
    between_sd = seen.between_sd if found is None else found.study_sd
    predictive = Predictive.of(
        natural if found is None else found.values,
        scale=target.scale,
        draws=() if job is None else draws_of(job, len(natural)),
        size=size or None,
        study_size=seen.n,
        sampling_sd=seen.error if seen.n is None else None,
        study_sd=between_sd,
        discrepancy_sd=0.0 if found is None else found.discrepancy_sd,
    )
    judgement = judge(predictive, seen.value, scorable=seen.scorable)
    summary = summarise(predictive.values)
    strict_sd = replace(predictive, study_sd=0.0).sd
    error = _errors(seen, strict_sd, summary.sd, summary.n_replicates)
    off = distance(target.scale, predictive.median, seen.value, error, n=seen.n)
    return Row(
        name=target.target,
        title=target.title,
        quantity=target.quantity,
        origin="target",
        run=target.run,
        era=target.era.value,
        unit=target.unit,
        scale=target.scale,
        role=target.role,
        overlaps_tune=shares_tuned(target.role, seen.cohorts),
        cohort=COHORT_SEPARATOR.join(seen.cohorts),
        weight=1.0,
        observed=seen.value,
        observed_low=seen.low,
        observed_high=seen.high,
        observed_n=seen.n,
        studies=len(seen.cohorts),
        between_sd=between_sd,
        borrowed=seen.borrowed and found is None,
        replicates=summary.n_replicates,
        patients=size,
        off=off,
        within_factor_2=None if off is None else off <= target.scale.limit,
        mark=seen.mark,
        source=seen.source,
        note=target.note,
        **_judged_cells(predictive, judgement),
    )


def _carried(target: Target, study: Study) -> Carried:
    return carried(
        target.quantity,
        outcome_classes()[target.quantity],
        target.scale,
        treatment_of(study, target.arm),
        contrast=CONTRAST_SEPARATOR in target.arm,
    )


def _errors(seen: Observation, strict: float, sd: float, replicates: int) -> float | None:
    """Give the combined standard error for signed changes; None where it cannot be formed.

    The SD of the strict interval holds the Monte Carlo error already.
    """
    if math.isnan(strict):
        return None
    return strict if seen.error is None else math.hypot(seen.error, sd / math.sqrt(replicates))
