"""Virtual patients like a described one: the cohorts room screens, the nearest are taken.

Candidates live through their disease from onset on. One that stands within the tolerances at a
quarterly look is kept; the nearest of the first 64 kept are taken. Where too few are found the
tolerances are widened, and the course says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.enrolment import Cohort, Recruiter, screened
from remyelin.cohorts.weighting import Weighting
from remyelin.engine.backends import Backend
from remyelin.engine.population import Population
from remyelin.errors import CohortError
from remyelin.inputs import Inputs
from remyelin.patients.description import Description, Sex
from remyelin.study.fields import Range
from remyelin.study.population import COVARIATE_LIMITS, DefaultPopulation, Era
from remyelin.study.population import Population as StudyPopulation
from remyelin.study.vocabulary import Covariate

TOLERANCES: Final[Mapping[Covariate, float]] = {
    Covariate.AGE: 3.0,
    Covariate.FEMALE: 0.0,
    Covariate.EDSS: 0.5,
    Covariate.DURATION: 1.0,
    Covariate.RELAPSES_12M: 0.0,
    Covariate.RELAPSES_24M: 1.0,
    Covariate.DAYS_SINCE_RELAPSE: 90.0,
    Covariate.GD_LESIONS: 1.0,
}
"""Largest distance from what was described, before tolerances are widened."""

WIDENED: Final[Mapping[Covariate, float]] = {
    **{name: 2.0 * width for name, width in TOLERANCES.items()},
    Covariate.RELAPSES_12M: 1.0,
    Covariate.RELAPSES_24M: 2.0,
}
"""Tolerances where too few were found within the first."""

_POOL: Final = 64
_SMALL_POOL: Final = 12
_MOST_CANDIDATES: Final = 32_768
_FIRST_WAVE: Final = 1024
_LARGEST_WAVE: Final = 8192
"""Candidates that live at a time: few at first, for most descriptions are common."""

_EVERYBODY: Final = 1e-9
"""Cap of the weights at which every candidate with a look inside the tolerances is kept."""

_EVERY_LOOK: Final = Weighting((), np.zeros(0), _EVERYBODY, 1.0, (), ())
"""Keeps every look inside the criteria."""

_LADDER: Final = (TOLERANCES, WIDENED)

_EXACT_ZERO: Final = frozenset({Covariate.GD_LESIONS})
"""Counts of which none is told from some: none described, none allowed."""


@dataclass(frozen=True)
class Matched:
    """Virtual patients like the described one, nearest first.

    Attributes
    ----------
    population
        Where they stand, untreated.
    found
        Virtual patients inside the tolerances.
    screened
        Candidates looked at until then.
    tolerances
        Largest distance allowed, by covariate.
    widened
        Whether these are the wider ones.
    covariates
        What the screening visit found of each.
    distance
        Root mean square of the distances in units of the tolerances.
    """

    population: Population
    found: int
    screened: int
    tolerances: Mapping[Covariate, float]
    widened: bool
    covariates: Mapping[Covariate, NDArray[np.float64]]
    distance: NDArray[np.float64]

    def words(self) -> str:
        """One sentence for people."""
        wide = ", after the tolerances were widened" if self.widened else ""
        return f"{self.found} of {self.screened:,} candidates were like this{wide}"


def wanted(description: Description) -> dict[Covariate, float]:
    """Give what a virtual patient shall have, by covariate; what is not known is left out."""
    values = {
        Covariate.AGE: description.age_years,
        Covariate.FEMALE: 1.0 if description.sex is Sex.FEMALE else 0.0,
        Covariate.EDSS: description.edss,
        Covariate.DURATION: description.disease_duration_years,
        Covariate.RELAPSES_12M: description.relapses_last_12_months,
        Covariate.RELAPSES_24M: description.relapses_last_24_months,
        Covariate.DAYS_SINCE_RELAPSE: description.days_since_relapse,
        Covariate.GD_LESIONS: description.gd_lesions,
    }
    return {name: float(value) for name, value in values.items() if value is not None}


def match(
    description: Description,
    count: int,
    inputs: Inputs,
    *,
    seed: int,
    backend: Backend,
    report: Callable[[float], None] | None = None,
) -> Matched:
    """Find virtual patients like the described one.

    Parameters
    ----------
    description
        What is known.
    count
        How many; the first ones do not depend on it.
    inputs, seed, backend
        Parameters and protocols, seed of the run, engine.
    report
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    CohortError
        There is no virtual patient like this.
    """
    target = wanted(description)
    search = _Search.of(description, target, inputs, seed=seed, backend=backend)
    for tolerances, cohort in search.found(count, report):
        return _nearest(cohort, target, tolerances, count)
    raise CohortError(
        f"no {count} virtual patients like this were found among {_MOST_CANDIDATES:,} candidates: "
        f"{description.words()}. Leave out what is not certain, or ask for fewer --draws."
    )


@dataclass(frozen=True)
class _Search:
    """One pass over the candidates with the first and the widened tolerances."""

    recruiters: tuple[Recruiter, ...]

    @classmethod
    def of(
        cls,
        description: Description,
        target: Mapping[Covariate, float],
        inputs: Inputs,
        *,
        seed: int,
        backend: Backend,
    ) -> _Search:
        populations = (
            _specification(description, target, tolerances, inputs.populations)
            for tolerances in _LADDER
        )
        return cls(tuple(Recruiter(inputs, one, _EVERY_LOOK, seed, backend) for one in populations))

    def found(
        self, count: int, report: Callable[[float], None] | None
    ) -> Iterator[tuple[Mapping[Covariate, float], Cohort]]:
        """Give those who are like the described one, as soon as there are enough.

        A full pool is taken within the first tolerances, else a small one where few are asked
        for, else the same within the widened ones.
        """
        near, wide = self._screened(report)
        pools = (_POOL, _SMALL_POOL) if count <= _SMALL_POOL else (_POOL,)
        for tolerances, cohort in zip(_LADDER, (near, wide), strict=True):
            for pool in pools:
                if len(cohort) >= pool:
                    yield tolerances, cohort.part(0, pool)

    def _screened(self, report: Callable[[float], None] | None) -> list[Cohort]:
        parts: list[tuple[Cohort, ...]] = []
        screened_so_far, size = 0, _FIRST_WAVE
        while screened_so_far < _MOST_CANDIDATES:
            size = min(size, _MOST_CANDIDATES - screened_so_far)
            number = np.arange(screened_so_far, screened_so_far + size, dtype=np.int64)
            parts.append(screened(self.recruiters, np.zeros(size, dtype=np.int64), number))
            screened_so_far += size
            size = min(2 * size, _LARGEST_WAVE)
            near = sum(len(cohorts[0]) for cohorts in parts)
            if report:
                report(max(near / _POOL, screened_so_far / _MOST_CANDIDATES))
            if near >= _POOL:
                break
        return [Cohort.joined(each) for each in zip(*parts, strict=True)]


def _specification(
    description: Description,
    target: Mapping[Covariate, float],
    tolerances: Mapping[Covariate, float],
    known: Mapping[str, DefaultPopulation],
) -> StudyPopulation:
    fitting = (name for name, row in known.items() if row.phenotype is description.phenotype)
    criteria = {name: _range(name, value, tolerances[name]) for name, value in target.items()}
    fields: dict[str, object] = {}
    if description.prior_drugs:
        criteria[Covariate.DAYS_ON_DRUG] = Range(min=1.0)
        fields["prior_treatment"] = {
            "protocols": [{"protocol_id": name} for name in _prior(description)],
            "share": {"value": 1.0},
            "start_years": {"value": description.disease_duration_years / 2.0},
        }
    return StudyPopulation.model_validate(
        {
            "phenotype": description.phenotype,
            "era": Era.MODERN,
            "criteria": criteria,
            "baseline": {},
            "default_population": next(fitting, next(iter(known))),
            "max_duration_years": (
                description.disease_duration_years + tolerances[Covariate.DURATION]
            ),
            **fields,
        }
    )


def _prior(description: Description) -> tuple[str, ...]:
    return tuple(dict.fromkeys(drug.protocol_id for drug in description.prior_drugs))


def _range(name: Covariate, value: float, width: float) -> Range:
    if name in _EXACT_ZERO and value == 0.0:
        return Range(min=0.0, max=0.0)
    limits = COVARIATE_LIMITS[name]
    low = max(value - width, 1.0 if name in _EXACT_ZERO else limits.min or 0.0)
    return Range(
        min=low, max=value + width if limits.max is None else min(value + width, limits.max)
    )


def _nearest(
    cohort: Cohort,
    target: Mapping[Covariate, float],
    tolerances: Mapping[Covariate, float],
    count: int,
) -> Matched:
    squares = [
        ((cohort.covariates[name] - value) / (TOLERANCES[name] or 1.0)) ** 2
        for name, value in target.items()
    ]
    distance = np.sqrt(np.mean(squares, axis=0))
    rows = np.lexsort((cohort.number, distance))[:count]
    return Matched(
        population=cohort.population.untreated().take(rows),
        found=len(cohort),
        screened=int(cohort.number.max()) + 1,
        tolerances={name: tolerances[name] for name in target},
        widened=tolerances is WIDENED,
        covariates={name: values[rows] for name, values in cohort.covariates.items()},
        distance=distance[rows],
    )
