"""Checks of limits: what is left when a cause is taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.integrate import quad

from remyelin.engine.population import Population
from remyelin.units import DAYS_PER_YEAR
from remyelin.verification.bench import Bench
from remyelin.verification.check import MONTE_CARLO_Z, Check, Finding, Group, nothing

_YEARS: Final = 30
_FULL: Final = 100.0
_EULER: Final = (
    "global error of daily Euler steps: half the step times the integral of r^2 + |r'|, "
    "to first order, doubled"
)


def no_activity(bench: Bench) -> list[Finding]:
    """Take lesions and smouldering away and follow patients for 30 years."""
    people = _quiet(bench.newcomers(bench.size(300), replicate=9))
    days = round(_YEARS * DAYS_PER_YEAR)
    end, seen = bench.engine.advance(people, 0, days)
    damage = sum(
        float(np.abs(np.asarray(now) - np.asarray(then)).sum())
        for now, then in zip(end.state.deficit[:3], people.state.deficit[:3], strict=True)
    )
    ages = np.asarray(people.state.clock.age)
    alive = np.asarray(end.state.safety.alive) > 0.0
    worst = limit = 0.0
    for age, volume in zip(ages[alive], np.asarray(end.state.tissue.volume)[alive], strict=True):
        expected, error = _ageing(bench, float(age))
        off = abs(volume / (_FULL * expected) - 1.0) / error
        if off > worst:
            worst, limit = float(off), error
    relapses = len(seen.of("relapse")[0])
    return [
        nothing("lesions in 30 years", float(np.sum(end.state.lesions.t2_total))),
        nothing("enhancing lesions", float(np.sum(end.state.lesions.enhancing))),
        nothing("lasting damage added", damage),
        Finding(
            f"brain volume against the closed form of ageing, in limits ({limit:.1e} relative)",
            worst,
            0.0,
            1.0,
            _EULER,
        ),
        _background(bench, relapses, len(people)),
    ]


def _quiet(people: Population) -> Population:
    """Give the same patients without any cause of damage."""
    nil = np.zeros(len(people))
    traits, state = people.traits, people.state
    disease = traits.disease._replace(lesion_rate=nil, smouldering_rate=nil)
    tissue = state.tissue._replace(smouldering=nil, demyelinated=nil, dying_axons=nil, milieu=nil)
    return replace(
        people, traits=traits._replace(disease=disease), state=state._replace(tissue=tissue)
    )


def _ageing(bench: Bench, age: float) -> tuple[float, float]:
    """Share of brain volume left by ageing alone, and the error that daily steps may have."""
    base, slope = bench.value("volume_loss_ageing"), bench.value("volume_loss_ageing_slope")
    reference = bench.value("repair_age_reference")

    def rate(day: float) -> float:
        return (base + slope * max(age + day / DAYS_PER_YEAR - reference, 0.0)) / _FULL

    days = round(_YEARS * DAYS_PER_YEAR)
    kink = min(max((reference - age) * DAYS_PER_YEAR, 0.0), float(days))
    loss = quad(rate, 0.0, days, points=[kink])[0]
    square = quad(lambda day: rate(day) ** 2, 0.0, days, points=[kink])[0]
    return float(np.exp(-loss)), float(square + abs(rate(days) - rate(0.0)))


def _background(bench: Bench, relapses: int, people: int) -> Finding:
    """Expect relapses at the rate of those that no lesion explains, merged within their window."""
    rate = bench.value("background_relapse_rate")
    days = round(_YEARS * DAYS_PER_YEAR)
    expected = people * days * rate
    merged = expected * rate * bench.value("relapse_merge_window")
    width = MONTE_CARLO_Z * np.sqrt(expected)
    return Finding(
        "relapses that no lesion explains",
        float(relapses),
        expected - merged - width,
        expected + width,
        "Poisson: 3.72 standard deviations, and those merged within the relapse window",
    )


CHECKS = (
    Check(
        "no_activity",
        Group.LIMIT,
        "Without immune activity and smouldering there are no lesions and no damage, and the brain "
        "ages normally.",
        no_activity,
    ),
)
