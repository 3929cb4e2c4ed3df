"""Hazard ratio and log-rank test of two groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remyelin.statistics.analysis.value import Bound, Estimate, nothing
from remyelin.statistics.arrays import BoolArray, FloatArray
from remyelin.statistics.cox import Fit, hazard_ratios, likelihood_bound
from remyelin.statistics.logrank import log_rank


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """A group beside the reference, from the patients of these two alone.

    Attributes
    ----------
    group, reference
        Names.
    events, patients
        Events and analysed patients of group and reference.
    hazard_ratio
        Of the group against the reference: Cox with Efron's ties and Wald interval; where one
        side has no events, the end of the profile likelihood interval.
    p_wald, log_rank, p_log_rank
        Wald test, log-rank statistic (chi-squared, one degree of freedom) and its p; nan where
        there is none.
    """

    group: str
    reference: str
    events: tuple[int, int]
    patients: tuple[int, int]
    hazard_ratio: Estimate
    p_wald: float
    log_rank: float
    p_log_rank: float


def contrast(
    names: tuple[str, str],
    time: FloatArray,
    event: BoolArray,
    is_group: BoolArray,
    *,
    level: float,
) -> Contrast:
    """Compare a group with the reference.

    Parameters
    ----------
    names
        Group and reference.
    time, event, is_group
        Days to event or censoring, whether it was the event, and whether the patient belongs to
        the group (else to the reference); shape (patients,).
    level
        Level of the interval.
    """
    from scipy.stats import norm

    fit = hazard_ratios(time, event, is_group, n_replicates=1)
    test = log_rank(time, event, (~is_group).astype(np.int64), n_groups=2)
    z = abs(np.log(fit.ratio[0])) / fit.log_se[0] if fit.fit[0] is Fit.FINITE else np.nan
    events = (int(event[is_group].sum()), int(event[~is_group].sum()))
    patients = (int(is_group.sum()), int((~is_group).sum()))
    if fit.fit[0] is Fit.FINITE:
        low, high = (float(end[0]) for end in fit.interval(level=level))
        ratio = Estimate(float(fit.ratio[0]), low, high)
    else:
        bound = likelihood_bound(time, event, is_group, level=level)
        ratio = _limit(names, fit.fit[0], bound, events=events, patients=patients)
    return Contrast(
        group=names[0],
        reference=names[1],
        events=events,
        patients=patients,
        hazard_ratio=ratio,
        p_wald=float(2 * norm.sf(z)),
        log_rank=test.statistic,
        p_log_rank=test.p,
    )


def _limit(
    names: tuple[str, str],
    fit: Fit,
    bound: float,
    *,
    events: tuple[int, int],
    patients: tuple[int, int],
) -> Estimate:
    """Say what is known of a hazard ratio that has no finite estimate."""
    for name, count in zip(names, patients, strict=True):
        if not count:
            return nothing(f"the event could be found in nobody of {name}")
    if not sum(events):
        return nothing(f"no events in {names[0]} and {names[1]}")
    for name, count in zip(names, events, strict=True):
        if not count and fit is Fit.NONE:
            return nothing(f"no events in {name}, and none while both groups were followed")
    if fit is Fit.NONE:
        return nothing("no event while both groups were followed")
    silent = names[0] if fit is Fit.ZERO else names[1]
    none = events[0] if fit is Fit.ZERO else events[1]
    note = f"no events in {silent}" + (" while both groups were followed" if none else "")
    if fit is Fit.ZERO:
        return Estimate(high=bound, bound=Bound.AT_MOST, note=note)
    return Estimate(low=bound, bound=Bound.AT_LEAST, note=note)
