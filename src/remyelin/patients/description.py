"""What is known of a patient: read from a file and checked, all problems at once."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError, model_validator

from remyelin.errors import InputError, UnknownNameError
from remyelin.files import parse_yaml, read_yaml, shown
from remyelin.study.fields import Frozen, Number, ProtocolName
from remyelin.study.problems import problems_of
from remyelin.study.vocabulary import Phenotype
from remyelin.therapies import catalogue
from remyelin.therapies.dose_units import daily, unit_of
from remyelin.therapies.known_names import unknown_protocol

YOUNGEST_ONSET: Final = 10.0
"""Age at onset below which a description is taken for a slip of the pen, years."""

_DAYS_OF_12_MONTHS: Final = 366
_TEMPLATE: Final = "template.yaml"
ADVICE: Final = "Print a file to fill in with: remyelin patient --template"
"""What to do after a description was refused."""


class Sex(StrEnum):
    """Sex of the patient."""

    FEMALE = "female"
    MALE = "male"


def _half_point(value: float) -> float:
    if value == 0.5 or not (2.0 * value).is_integer():
        raise ValueError("this is no step of the EDSS; allowed are 0 and 1 to 9.5 in steps of 0.5")
    return value


Count = Annotated[int, Field(strict=True, ge=0, le=50)]
Edss = Annotated[Number, Field(ge=0.0, le=9.5), AfterValidator(_half_point)]


class PriorDrug(Frozen):
    """A drug that was given before.

    Attributes
    ----------
    name
        Protocol, or a drug or brand with one standard protocol.
    stopped_days_ago
        Days since it was stopped; 0: it is stopped at the start.
    lasted_days
        Days for which it was given; absent: not known.
    total_dose, unit
        Sum of all that was given, where it is known: it counts for limits of a lifetime.
    """

    name: ProtocolName
    stopped_days_ago: Annotated[int, Field(strict=True, ge=0, le=30_000)] = 0
    lasted_days: Annotated[int, Field(strict=True, ge=1, le=30_000)] | None = None
    total_dose: Annotated[Number, Field(gt=0.0)] | None = None
    unit: str = ""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, data: object) -> object:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _whole(self) -> PriorDrug:
        unit = unit_of(self.unit)
        if (self.total_dose is None) != (not self.unit):
            raise ValueError("total_dose: total_dose and unit go together: give both or neither")
        if self.unit and (unit is None or not unit.is_amount or daily(self.unit)):
            raise ValueError(f"unit: {shown(self.unit)} given, allowed: an amount, as mg or mg/m2")
        return self

    @property
    def protocol_id(self) -> str:
        """The protocol that the name stands for."""
        return catalogue.resolved(self.name)


class Description(Frozen):
    """What is known of a patient.

    Attributes
    ----------
    age_years, sex, phenotype
        Who it is and how the disease runs.
    disease_duration_years
        Years since the first symptom.
    edss
        Last rating.
    relapses_last_12_months, relapses_last_24_months, days_since_relapse
        Relapse history; what is absent is not conditioned on.
    gd_lesions
        Enhancing lesions on the last scan.
    prior_drugs
        Drugs given before: names, or names with what is known of them.
    """

    age_years: Annotated[Number, Field(ge=18.0, le=80.0)]
    sex: Sex
    phenotype: Phenotype
    disease_duration_years: Annotated[Number, Field(ge=0.25, le=60.0)]
    edss: Edss
    relapses_last_12_months: Count | None = None
    relapses_last_24_months: Count | None = None
    days_since_relapse: Annotated[int, Field(strict=True, ge=0, le=30_000)] | None = None
    gd_lesions: Count | None = None
    prior_drugs: Annotated[tuple[PriorDrug, ...], Field(max_length=20)] = ()

    def words(self) -> str:
        """One line for people."""
        who = "woman" if self.sex is Sex.FEMALE else "man"
        parts = [
            f"{who}, {self.age_years:g} years",
            self.phenotype.value.upper(),
            f"{self.disease_duration_years:g} years since onset",
            f"EDSS {self.edss:g}",
        ]
        for value, name in (
            (self.relapses_last_12_months, "relapses in 12 months"),
            (self.relapses_last_24_months, "relapses in 24 months"),
            (self.gd_lesions, "enhancing lesions"),
        ):
            parts += [] if value is None else [f"{name}: {value}"]
        return ", ".join(parts)


def template() -> str:
    """Text of a patient file to fill in; it describes the default patient."""
    return files("remyelin.patients").joinpath(_TEMPLATE).read_text(encoding="utf-8")


@cache
def default_patient() -> Description:
    """Give the patient who is simulated where nobody is described: the one of the template."""
    return described(parse_yaml(template(), where=_TEMPLATE), where=_TEMPLATE)


def read_description(path: str | os.PathLike[str]) -> Description:
    """Read a patient file.

    Raises
    ------
    InputError
        The file cannot be read, or describes nobody; every problem is listed.
    """
    return described(read_yaml(path), where=shown(str(path)))


def described(data: object, *, where: str) -> Description:
    """Check what is known of a patient.

    Parameters
    ----------
    data
        Plain data of a patient file.
    where
        Name of the data in messages.

    Raises
    ------
    InputError
        Something is missing, unknown, of the wrong kind or impossible; every problem is listed.
    """
    problems: list[str] = []
    found: Description | None = None
    try:
        found = Description.model_validate(data)
    except ValidationError as error:
        problems = list(dict.fromkeys(problems_of(error, Description)))
    if isinstance(data, Mapping):
        problems += _contradictions(data)
    if found is None or problems:
        raise InputError(where, problems, ADVICE)
    return found


def _contradictions(data: Mapping[object, object]) -> Iterator[str]:
    """Give what no single key shows; keys that are themselves wrong are left to the schema."""
    age, duration = _number(data, "age_years"), _number(data, "disease_duration_years")
    if age is not None and duration is not None:
        if duration > age:
            yield f"disease_duration_years: {duration:g} given, longer than a life of {age:g} years"
        elif age - duration < YOUNGEST_ONSET:
            yield (
                f"disease_duration_years: {duration:g} given at the age of {age:g}: onset at "
                f"{age - duration:g}; allowed is onset at {YOUNGEST_ONSET:g} years or later"
            )
    year, two = _number(data, "relapses_last_12_months"), _number(data, "relapses_last_24_months")
    if year is not None and two is not None and two < year:
        yield (
            f"relapses_last_24_months: {two:g} given, fewer than the {year:g} of the last 12 months"
        )
    since = _number(data, "days_since_relapse")
    if since is not None and year is not None and (since < _DAYS_OF_12_MONTHS) != (year > 0):
        yield (
            f"days_since_relapse: {since:g} given, which contradicts {year:g} relapses in the last "
            "12 months"
        )
    drugs = data.get("prior_drugs")
    for entry in drugs if isinstance(drugs, list | tuple) else ():
        name = entry.get("name") if isinstance(entry, Mapping) else entry
        name = name.name if isinstance(name, PriorDrug) else name
        if isinstance(name, str) and (told := therapy_problem(name)):
            yield f"prior_drugs: {told}"


def _number(data: Mapping[object, object], key: str) -> float | None:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e9 and math.isfinite(value) else None


def therapy_problem(name: str) -> str:
    """Say what is wrong with the name of a therapy; nothing where it can be given."""
    try:
        return catalogue.why_idle(catalogue.load(catalogue.resolved(name)), catalogue.names())
    except UnknownNameError:
        return str(unknown_protocol(name, catalogue.labels(), kind="therapy")).replace("\n", " ")
    except InputError as error:
        return "; ".join(error.problems)
