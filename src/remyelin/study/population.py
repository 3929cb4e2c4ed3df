"""Who is in a study: criteria, baseline table, default population."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, model_validator

from remyelin.study.fields import BaselineRow, Frozen, Identifier, Number, Range, Text
from remyelin.study.past import PriorTreatment
from remyelin.study.vocabulary import Covariate, Phenotype, Region

COVARIATE_LIMITS: Mapping[Covariate, Range] = MappingProxyType(
    {
        Covariate.AGE: Range(min=0.0, max=120.0),
        Covariate.FEMALE: Range(min=0.0, max=1.0),
        Covariate.EDSS: Range(min=0.0, max=10.0),
        Covariate.DURATION: Range(min=0.0, max=80.0),
        Covariate.RELAPSES_12M: Range(min=0.0, max=50.0),
        Covariate.RELAPSES_24M: Range(min=0.0, max=100.0),
        Covariate.DAYS_SINCE_RELAPSE: Range(min=0.0, max=30_000.0),
        Covariate.GD_LESIONS: Range(min=0.0, max=1_000.0),
        Covariate.EDSS_RISE_12M: Range(min=-10.0, max=10.0),
        Covariate.EDSS_RISE_24M: Range(min=-10.0, max=10.0),
        Covariate.EDSS_WORSENED_24M: Range(min=0.0, max=1.0),
        Covariate.T2_LESIONS: Range(min=0.0, max=2_000.0),
        Covariate.BRAIN_VOLUME: Range(min=30.0, max=105.0),
        Covariate.DAYS_ON_DRUG: Range(min=0.0, max=30_000.0),
        Covariate.RELAPSES_ON_DRUG_12M: Range(min=0.0, max=50.0),
    }
)
"""Values beyond these are taken for slips of the pen."""

IMPLIED_CRITERIA: Mapping[Phenotype, Mapping[Covariate, Range]] = MappingProxyType(
    {
        Phenotype.RRMS: MappingProxyType({}),
        Phenotype.SPMS: MappingProxyType(
            {
                Covariate.EDSS: Range(min=3.0),
                Covariate.EDSS_WORSENED_24M: Range(min=1.0),
            }
        ),
        Phenotype.PPMS: MappingProxyType({Covariate.RELAPSES_24M: Range(max=0.0)}),
    }
)
"""What a course of the disease asks of a patient where a study says nothing of the covariate.

SPMS is an outcome of the relapsing course: EDSS from 3.0 and a documented rise, as trials of SPMS
ask (ASCEND, trial record NCT01416181; EXPAND, doi:10.1016/S0140-6736(18)30475-6). PPMS is a course
without relapses.
"""

ON_DRUG = frozenset({Covariate.DAYS_ON_DRUG, Covariate.RELAPSES_ON_DRUG_12M})
"""Covariates of which only a population with prior treatment has more than zeros."""


class Era(StrEnum):
    """Calendar period of a cohort; older cohorts worsened faster."""

    MODERN = "modern"
    HISTORICAL = "historical"


class DefaultPopulation(Frozen):
    """A published population that supplies covariates which a study's own table lacks.

    Attributes
    ----------
    name
        The name by which a study file refers to it.
    label, citation
        For people.
    phenotype
        Course of the disease.
    baseline
        Rows by covariate.
    """

    name: Identifier
    label: Text
    citation: Text
    phenotype: Phenotype
    baseline: dict[Covariate, BaselineRow]

    @model_validator(mode="after")
    def _sane(self) -> DefaultPopulation:
        raise_problems(baseline_problems(self.baseline, {}))
        return self


class Population(Frozen):
    """Who is enrolled.

    Attributes
    ----------
    phenotype, era
        Course of the disease and calendar period.
    criteria
        Eligibility by covariate.
    baseline
        Published baseline table, all arms together, by covariate.
    default_population
        Name of the population that supplies what ``baseline`` lacks.
    max_duration_years
        Virtual patients are screened until this long after disease onset.
    region
        Whose life table holds.
    prior_treatment
        What patients are given before they are enrolled; absent: nothing.
    """

    phenotype: Phenotype
    era: Era
    criteria: dict[Covariate, Range]
    baseline: dict[Covariate, BaselineRow]
    default_population: Identifier
    max_duration_years: Annotated[Number, Field(gt=0.0, le=80.0)]
    region: Region = Region.US
    prior_treatment: PriorTreatment | None = None

    @property
    def eligibility(self) -> Mapping[Covariate, Range]:
        """Criteria in force: the study's own, and what its course of the disease implies."""
        return {**IMPLIED_CRITERIA[self.phenotype], **self.criteria}

    @model_validator(mode="after")
    def _sane(self) -> Population:
        problems: list[str] = []
        if self.prior_treatment is None:
            problems += [
                f"{part}.{covariate}: patients come untreated; give prior_treatment too"
                for part, named in (("criteria", self.criteria), ("baseline", self.baseline))
                for covariate in named
                if covariate in ON_DRUG
            ]
        problems += [
            f"criteria.{covariate}: {end:g} given, allowed {COVARIATE_LIMITS[covariate]}"
            for covariate, limits in self.criteria.items()
            for end in (limits.min, limits.max)
            if end is not None and not COVARIATE_LIMITS[covariate].holds(end)
        ]
        problems += baseline_problems(self.baseline, self.eligibility)
        raise_problems(problems)
        return self


def baseline_problems(
    baseline: Mapping[Covariate, BaselineRow], criteria: Mapping[Covariate, Range]
) -> list[str]:
    """Sentences on rows that cannot be: beyond the covariate's limits or the study's criteria."""
    problems: list[str] = []
    for covariate, row in baseline.items():
        for kind, limits in (("limits", COVARIATE_LIMITS), ("criteria", criteria)):
            allowed = limits.get(covariate)
            if allowed is not None and not allowed.holds(row.mean):
                problems.append(
                    f"baseline.{covariate}: mean {row.mean:g} lies outside the {kind} {allowed}"
                )
        widest = COVARIATE_LIMITS[covariate].max
        if row.sd is not None and widest is not None and row.sd > widest / 2:
            problems.append(
                f"baseline.{covariate}: sd {row.sd:g} given, allowed up to {widest / 2:g}"
            )
    return problems


def raise_problems(problems: list[str]) -> None:
    """Raise all problems at once, one a line, as a validator is expected to."""
    if problems:
        raise ValueError("\n".join(problems))
