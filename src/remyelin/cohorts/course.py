"""The course of the disease: how relapsing and primary progressive patients begin.

Both run through the same model. A primary progressive patient has fewer focal lesions, more
smouldering, and years of silent disease before anybody recognises it. Secondary progressive MS is
no population of its own: it is what some relapsing patients come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from remyelin.engine.population import Population, at_onset
from remyelin.engine.streams import Streams
from remyelin.parameters import ParameterTable
from remyelin.study.population import Era
from remyelin.study.vocabulary import Phenotype, Region

_LIFE_TABLES: Mapping[Region, str] = MappingProxyType(
    {
        Region.US: "us",
        Region.UK: "england_wales",
        Region.SWEDEN: "sweden",
        Region.CANADA: "canada",
    }
)
"""Name of each country's life table; that of the United Kingdom is of England and Wales."""


class Course(StrEnum):
    """Population from which patients are enrolled."""

    RELAPSING = "relapsing"
    PRIMARY = "primary"


def course_of(phenotype: Phenotype) -> Course:
    """Give the population from which a phenotype is enrolled."""
    return Course.PRIMARY if phenotype is Phenotype.PPMS else Course.RELAPSING


def era_factor(table: ParameterTable, era: Era) -> float:
    """Give the factor on vulnerability of a calendar period."""
    return table[f"era_factor_{era.value}"].internal


def silent_days(table: ParameterTable, course: Course) -> float:
    """Give the days from biological to recognised onset; duration counts from the latter."""
    return table["ppms_silent_years"].internal if course is Course.PRIMARY else 0.0


def table_of(table: ParameterTable, course: Course) -> ParameterTable:
    """Give the parameters by which patients of a course are drawn."""
    if course is Course.RELAPSING:
        return table
    lesions = table["lesion_rate"].value * table["ppms_lesion_rate_factor"].value
    smouldering = table["smouldering_rate"].value * table["ppms_smouldering_factor"].value
    return table.with_values(
        {
            "lesion_rate": lesions,
            "smouldering_rate": smouldering,
            "onset_age": table["ppms_onset_age"].value,
            "onset_age_sd": table["ppms_onset_age_sd"].value,
            "female_share": table["ppms_female_share"].value,
        }
    )


def start(
    table: ParameterTable, streams: Streams, *, course: Course, era: Era, region: Region
) -> Population:
    """Draw patients and put them on the day of their biological onset.

    Parameters
    ----------
    table
        Parameters of the relapsing course.
    streams
        Identities; a patient's traits depend on nothing else.
    course, era, region
        Course of the disease, calendar period, and country whose life table they have.
    """
    return at_onset(
        table_of(table, course),
        streams,
        era_factor=era_factor(table, era),
        region=_LIFE_TABLES[region],
    )
