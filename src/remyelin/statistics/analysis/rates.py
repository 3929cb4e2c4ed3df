"""Annualised rates of recurrent events by group, and rate ratios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from remyelin.statistics.analysis.value import Bound, Estimate, nothing
from remyelin.statistics.arrays import FloatArray, IntArray
from remyelin.statistics.negative_binomial import RateFit, event_rates


@dataclass(frozen=True, kw_only=True)
class GroupRate:
    """Events per patient-year of one group.

    Attributes
    ----------
    group, patients, events, years
        Name, patients with follow-up, their events and years of follow-up.
    crude
        Events over years; nan without follow-up.
    rate
        As the model has it, with Wald interval on the log scale; without events the exact Poisson
        upper end alone.
    """

    group: str
    patients: int
    events: int
    years: float
    crude: float
    rate: Estimate


@dataclass(frozen=True, kw_only=True)
class RateRatio:
    """Rate of a group over that of the reference, with Wald interval and p (nan: none)."""

    group: str
    reference: str
    ratio: Estimate
    p: float


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rates of all groups from one model.

    Attributes
    ----------
    model
        What was fitted, in words, with the reason where it is not the negative binomial.
    dispersion
        Common dispersion; 0 for Poisson.
    groups, ratios
        Rate of each group, and ratio of each but the first to the first.
    """

    model: str
    dispersion: float
    groups: tuple[GroupRate, ...]
    ratios: tuple[RateRatio, ...]


def rates(
    names: tuple[str, ...], count: FloatArray, years: FloatArray, code: IntArray, *, level: float
) -> Rates:
    """Fit the rates of groups.

    Parameters
    ----------
    names
        Groups, the reference first.
    count, years, code
        Events, years of follow-up and place of the group of each patient; shape (patients,).
    level
        Level of the intervals.
    """
    use = (code >= 0) & (years > 0)
    count, years, code = count[use], years[use], code[use]
    fit = event_rates(count, years, code, n_groups=len(names))
    groups = tuple(_group(names, count, years, code, fit, level=level))
    return Rates(
        model=_model(fit),
        dispersion=fit.dispersion,
        groups=groups,
        ratios=tuple(_ratio(groups, place, fit, level) for place in range(1, len(names))),
    )


def _model(fit: RateFit) -> str:
    if not np.isfinite(fit.log_rate).any():
        return "none: there are no events; bounds are exact for a Poisson law"
    if not fit.is_bounded:
        return "Poisson regression: the dispersion of the negative binomial has no maximum"
    if fit.is_poisson:
        return "Poisson regression: counts are not overdispersed (negative binomial dispersion 0)"
    return f"negative binomial regression, common dispersion {fit.dispersion:.3g}"


def _group(
    names: tuple[str, ...],
    count: FloatArray,
    years: FloatArray,
    code: IntArray,
    fit: RateFit,
    *,
    level: float,
) -> Iterator[GroupRate]:
    from scipy.stats import norm

    z = norm.ppf(0.5 + level / 2)
    for place, name in enumerate(names):
        mine = code == place
        time, events = float(years[mine].sum()), int(count[mine].sum())
        if not time:
            rate = nothing("nobody was followed")
        elif not events:
            rate = Estimate(
                high=-np.log((1.0 - level) / 2) / time,
                bound=Bound.AT_MOST,
                note=f"no events in {time:,.1f} years",
            )
        else:
            log, half = fit.log_rate[place], z * fit.log_se[place]
            rate = _estimate(log, half)
        yield GroupRate(
            group=name,
            patients=int(mine.sum()),
            events=events,
            years=time,
            crude=events / time if time else np.nan,
            rate=rate,
        )


def _estimate(log: float, half: float) -> Estimate:
    """Estimate from a log and half its interval."""
    value, low, high = (float(end) for end in np.exp([log, log - half, log + half]))
    return Estimate(value, low, high)


def _ratio(groups: tuple[GroupRate, ...], place: int, fit: RateFit, level: float) -> RateRatio:
    from scipy.stats import norm

    one, two = groups[place], groups[0]
    p = float("nan")
    if not (one.years and two.years):
        ratio = nothing(f"nobody of {two.group if one.years else one.group} was followed")
    elif not (one.events or two.events):
        ratio = nothing(f"no events in {one.group} and {two.group}")
    elif not (one.events and two.events):
        ratio = _one_sided(one, two, level)
    else:
        log = fit.log_rate[place] - fit.log_rate[0]
        error = float(np.hypot(fit.log_se[place], fit.log_se[0]))
        half = norm.ppf(0.5 + level / 2) * error
        ratio = _estimate(log, half)
        p = float(2 * norm.sf(abs(log) / error))
    return RateRatio(group=one.group, reference=two.group, ratio=ratio, p=p)


def _one_sided(one: GroupRate, two: GroupRate, level: float) -> Estimate:
    """Exact end of a ratio of Poisson rates given the sum of events (Clopper-Pearson)."""
    tail = (1.0 - level) / 2
    share = tail ** (1.0 / max(one.events, two.events))  # lower end of a proportion of n in n
    odds = share / (1.0 - share)
    if one.events:
        low = odds * two.years / one.years
        return Estimate(low=low, bound=Bound.AT_LEAST, note=f"no events in {two.group}")
    high = two.years / one.years / odds
    return Estimate(high=high, bound=Bound.AT_MOST, note=f"no events in {one.group}")
