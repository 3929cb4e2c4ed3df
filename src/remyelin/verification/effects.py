"""Checks of effects on lasting damage: where the mechanism says that they are smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.population import Population
from remyelin.model.schedule import Schedule
from remyelin.therapies import catalogue
from remyelin.therapies.timeline import FOREVER, Course, Window, entries
from remyelin.units import DAYS_PER_YEAR
from remyelin.verification.bench import Bench
from remyelin.verification.check import MONTE_CARLO, MONTE_CARLO_Z, Check, Finding, Group

_CANDIDATES: Final = 5000
_YOUNG_YEARS: Final = 4
_OLD_YEARS: Final = 22
_FOLLOW_YEARS: Final = 2
_GRAFT_YEARS: Final = 4
_ACTIVE_DAYS: Final = 365
_QUIET_DAYS: Final = 730
_PROGRESSIVE_DAMAGE: Final = 2.0
"""Lasting spinal deficit (latent units) of those who have come far."""


@dataclass(frozen=True)
class Effect:
    """Share of the damage of untreated twins that a therapy leaves, with its standard error."""

    left: float
    error: float
    patients: int


def effect(bench: Bench, people: Population, protocol: str, years: int) -> Effect:
    """Follow twins with and without a therapy; damage is the lasting deficit that is added.

    Parameters
    ----------
    bench
        Bench.
    people
        Patients at its start.
    protocol
        Name of the protocol.
    years
        Years of follow-up.
    """
    count, days = len(people), round(years * DAYS_PER_YEAR)
    course = Course(
        catalogue.load(protocol),
        np.arange(count),
        np.zeros(count, dtype=np.int64),
        np.full(count, FOREVER),
    )
    plan = Schedule(entries(course, bench.table, Window(0, days)))
    start = _damage(people)
    treated = _damage(bench.engine.advance(people, 0, days, plan)[0]) - start
    untreated = _damage(bench.engine.advance(people, 0, days)[0]) - start
    left = float(treated.mean() / untreated.mean())
    error = (treated - left * untreated).std(ddof=1) / np.sqrt(count) / untreated.mean()
    return Effect(left, float(error), count)


def _damage(people: Population) -> NDArray[np.float64]:
    lasting = np.asarray(people.state.deficit[:3])
    total: NDArray[np.float64] = lasting.sum(axis=0)
    return total


def _smaller(weaker: Effect, stronger: Effect, text: str) -> list[Finding]:
    z = (weaker.left - stronger.left) / float(np.hypot(weaker.error, stronger.error))
    return [
        Finding(
            f"{text} ({stronger.left:.2f} in {stronger.patients} patients, "
            f"{weaker.left:.2f} in {weaker.patients}), in standard errors",
            z,
            MONTE_CARLO_Z,
            np.inf,
            MONTE_CARLO,
        )
    ]


def _at(bench: Bench, years: float, replicate: int) -> Population:
    people = bench.newcomers(bench.size(_CANDIDATES), replicate=replicate)
    return bench.engine.advance(people, 0, round(years * DAYS_PER_YEAR))[0]


def fades_with_age(bench: Bench) -> list[Finding]:
    """Give natalizumab for two years to patients early and late in their disease."""
    young, old = _at(bench, _YOUNG_YEARS, 17), _at(bench, _OLD_YEARS, 17)
    effects = [effect(bench, p, "natalizumab", _FOLLOW_YEARS) for p in (young, old)]
    return _smaller(
        effects[1],
        effects[0],
        f"share of lasting damage left under natalizumab, mean age "
        f"{young.state.clock.age.mean():.0f} and {old.state.clock.age.mean():.0f}",
    )


def progressive_benefit(bench: Bench) -> list[Finding]:
    """Transplant active relapsing patients, and disabled ones without a relapse in two years."""
    early, late = _at(bench, _YOUNG_YEARS, 18), _at(bench, _OLD_YEARS, 18)
    active = early.take(np.flatnonzero(early.state.relapses.days_since < _ACTIVE_DAYS))
    quiet = late.state.relapses.days_since > _QUIET_DAYS
    far = late.state.deficit.lasting_spinal > _PROGRESSIVE_DAMAGE
    progressive = late.take(np.flatnonzero(quiet & far))
    effects = [
        effect(bench, people, "ahsct_cy200_ratg6", _GRAFT_YEARS) for people in (active, progressive)
    ]
    return _smaller(
        effects[1],
        effects[0],
        "share of lasting damage left after a transplant, active relapsing and late quiet disease",
    )


CHECKS = (
    Check(
        "fades_with_age",
        Group.EFFECT,
        "A drug on traffic spares less of the damage in older patients.",
        fades_with_age,
    ),
    Check(
        "progressive_benefit",
        Group.EFFECT,
        "A transplant spares less of the damage in late disease without relapses than in active "
        "relapsing ones.",
        progressive_benefit,
    ),
)
