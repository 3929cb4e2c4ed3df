"""A mapping: which datasets of a folder are read, and how their rows become remyelin's tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from remyelin.endpoints.columns import END_REASONS, MEASURE_NAMES
from remyelin.study.fields import Frozen, Number, Text
from remyelin.study.population import raise_problems
from remyelin.study.vocabulary import Mark

AMBULATION: Final = "ambulation"
"""Score of walking, read for `remyelin edss` beside the measurements of visits."""

VISIT_NAMES: Final = (*MEASURE_NAMES, AMBULATION)
"""What a test can be read as."""

_FILES: Final = re.compile(r"[A-Za-z0-9_?*-]{1,64}")


class Time(StrEnum):
    """What the times of a mapping are."""

    DATE = "date"
    """Dates; ISO 8601 in CDISC."""
    STUDY_DAY = "study_day"
    """Study days of CDISC: 1 is the first day, -1 the day before it; there is no day 0."""
    DAY = "day"
    """Days from any start."""


class Several(StrEnum):
    """What is done with several values of one test at one visit."""

    REFUSE = "refuse"
    """Values that differ are a problem."""
    MEAN = "mean"
    FIRST = "first"
    """The first, in the order of rows."""
    LAST = "last"
    """The last, in the order of rows."""


def _file_name(text: str) -> str:
    if not _FILES.fullmatch(text):
        raise ValueError("allowed: letters, digits, _ and -, with ? and * for any of them")
    return text


Column = Annotated[Text, Field(min_length=1, max_length=200)]
Columns = tuple[Column, ...]
Words = tuple[Text, ...]


class Files(Frozen):
    """Files of a dataset.

    Attributes
    ----------
    files
        Their names without ending, ``?`` for one and ``*`` for any letters; case does not count.
    optional
        Whether the folder may lack them.
    """

    files: Annotated[tuple[Annotated[str, AfterValidator(_file_name)], ...], Field(min_length=1)]
    optional: bool = False


class Condition(Frozen):
    """Rows whose column holds one of some words, or none of them.

    Attributes
    ----------
    column
        Column that is looked at.
    words, but
        The words, or all but them; case does not count, ``*`` stands for any letters, and an empty
        word for an empty cell.
    """

    column: Column
    words: Words = ()
    but: Words = ()

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if bool(self.words) == bool(self.but):
            raise ValueError("give either words or but")
        return self


class Rows(Frozen):
    """Rows of a dataset: whose they are, when they were, and which of them are kept.

    Attributes
    ----------
    dataset
        Name of the dataset.
    subject
        Column that names the patient.
    time
        Columns of the time; the first that is not empty counts.
    where
        Conditions; a row that fails one of them is dropped and told.
    optional
        Whether the dataset may lack the columns; then nothing is read of it, and that is told.
    """

    dataset: Column
    subject: Column = "USUBJID"
    time: Annotated[Columns, Field(min_length=1)]
    where: tuple[Condition, ...] = ()
    optional: bool = False

    def columns_read(self) -> Iterator[str]:
        """Names of the columns that are read."""
        yield self.subject
        yield from self.time
        yield from (condition.column for condition in self.where)


class Measure(Frozen):
    """What a test, or a column, is read as.

    Attributes
    ----------
    name
        Column of the visits, as ``edss``.
    several
        What is done with several values at one visit.
    missing
        Values that mean "not known", as 99.
    """

    name: Literal[VISIT_NAMES]  # type: ignore[valid-type]
    several: Several = Several.REFUSE
    missing: Words = ()


class VisitRows(Rows):
    """Measurements: one row per test (`test`, `tests`, `values`) or one column each (`columns`).

    Attributes
    ----------
    test, tests
        Columns that name the test of a row (code, name), and what each code or name is read as.
        Columns of one row that name two tests are a problem.
    values
        Columns of the value; the first that is not empty counts.
    unit, units
        Column of the unit, and what a value in each unit is multiplied by.
    columns
        What each column is read as.
    baseline
        Rows of the baseline visit; of several tests the EDSS counts.
    unscheduled
        Rows of visits that were not planned.
    """

    test: Columns = ()
    tests: dict[Column, Measure] = Field(default_factory=dict)
    values: Columns = ()
    unit: Text = ""
    units: dict[Text, Annotated[Number, Field(gt=0.0)]] = Field(default_factory=dict)
    columns: dict[Column, Measure] = Field(default_factory=dict)
    baseline: Condition | None = None
    unscheduled: Condition | None = None

    @model_validator(mode="after")
    def _form(self) -> VisitRows:
        by_row = (bool(self.test), bool(self.tests), bool(self.values))
        problems = []
        if any(by_row) and not all(by_row):
            problems.append("test, tests and values go together")
        if any(by_row) == bool(self.columns):
            problems.append("give either test, tests and values, or columns")
        if bool(self.unit) != bool(self.units):
            problems.append("unit and units go together")
        raise_problems(problems)
        return self

    def columns_read(self) -> Iterator[str]:
        """Names of the columns that are read."""
        yield from super().columns_read()
        yield from (*self.test, *self.values, *self.columns)
        yield from ((self.unit,) if self.unit else ())
        yield from (one.column for one in (self.baseline, self.unscheduled) if one is not None)


class EndRows(Rows):
    """Ends of observation.

    Attributes
    ----------
    reason, reasons
        Column of the reason, and what each word is read as (``*`` for any letters; the first that
        fits counts). A word that none fits is a problem.
    always
        Reason of every row; where neither is given, the rows tell an end without a reason.
    """

    reason: Text = ""
    reasons: dict[Text, Literal[END_REASONS]] = Field(default_factory=dict)  # type: ignore[valid-type]
    always: Literal[("", *END_REASONS)] = ""  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _form(self) -> EndRows:
        problems = []
        if bool(self.reason) != bool(self.reasons):
            problems.append("reason and reasons go together")
        if self.reason and self.always:
            problems.append("give either reason or always")
        raise_problems(problems)
        return self

    def columns_read(self) -> Iterator[str]:
        """Names of the columns that are read."""
        yield from super().columns_read()
        yield from ((self.reason,) if self.reason else ())


class TreatmentRows(Rows):
    """Treatments that were given; the time is their first day.

    Attributes
    ----------
    treatment
        Column that names the treatment.
    until
        Columns of the last day.
    ignored
        Names that are no treatment, as a placebo beside a drug.
    """

    treatment: Column
    until: Columns = ()
    ignored: Words = ()

    def columns_read(self) -> Iterator[str]:
        """Names of the columns that are read."""
        yield from super().columns_read()
        yield from (self.treatment, *self.until)


class SubjectRows(Rows):
    """Patients; the time is the first day of the study.

    Attributes
    ----------
    time
        The last visit with an EDSS up to it is baseline, where no row is marked as baseline. May be
        empty: with study days it is day 1, with others the first visit is baseline.
    arm
        Columns of the arm; the first that is not empty counts.
    """

    time: Columns = ()
    arm: Columns = ()

    def columns_read(self) -> Iterator[str]:
        """Names of the columns that are read."""
        yield from super().columns_read()
        yield from self.arm


class DataMapping(Frozen):
    """How the datasets of a folder become visits, relapses, patients and treatments.

    Attributes
    ----------
    label, source, mark
        What it is for, where its names come from, and how well they are known.
    time
        What all times are.
    datasets
        Files of each dataset.
    subjects
        Patients; rows of anybody else are dropped and told.
    visits, relapses, ends, treatments
        Where the rows of each table come from; without relapses it is not known who relapsed.
    """

    label: Annotated[Text, Field(min_length=1)]
    source: Text = ""
    mark: Mark = Mark.ASSUMED
    time: Time
    datasets: Annotated[dict[Column, Files], Field(min_length=1)]
    subjects: SubjectRows | None = None
    visits: Annotated[tuple[VisitRows, ...], Field(min_length=1)]
    relapses: tuple[Rows, ...] = ()
    ends: tuple[EndRows, ...] = ()
    treatments: tuple[TreatmentRows, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> DataMapping:
        problems = []
        used = {rows.dataset for rows in self.every()}
        for name in sorted(used - set(self.datasets)):
            problems.append(f"datasets: {name} is used, but its files are not given")
        for name in sorted(set(self.datasets) - used):
            problems.append(f"datasets: {name} is given, but nothing is read from it")
        if self.mark is not Mark.ASSUMED and not self.source.strip():
            problems.append(f"source: marked {self.mark}, but no source is given")
        raise_problems(problems)
        return self

    def every(self) -> Sequence[Rows]:
        """All rows that are read."""
        own = () if self.subjects is None else (self.subjects,)
        return (*own, *self.visits, *self.relapses, *self.ends, *self.treatments)

    def columns_of(self, dataset: str) -> frozenset[str]:
        """Names of all columns that are read of a dataset."""
        found = (rows.columns_read() for rows in self.every() if rows.dataset == dataset)
        return frozenset(name for names in found for name in names)
