"""What a group file says: studies to run, cohorts of its own, and special targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from remyelin.comparison.scales import Scale
from remyelin.credibility.measures import AnyMeasure
from remyelin.credibility.measures.distribution import ShareBelow
from remyelin.study.fields import Frozen, Identifier, Number, Text, Whole
from remyelin.study.population import Era, raise_problems
from remyelin.study.vocabulary import Mark, Role

GROUP_PATTERN = r"^[a-z][a-z0-9-]{0,39}$"
"""Lower case letters, digits and hyphens, a letter first."""

Positive = Annotated[Whole, Field(ge=1, le=1_000_000)]


class StudyEntry(Frozen):
    """A study of the catalogue; its figures join the evidence base by themselves.

    Attributes
    ----------
    study
        Name of a study file.
    arms
        Only figures of these arms, for a group that is not about the others; empty for all.
    """

    study: Identifier
    arms: tuple[Identifier, ...] = ()


class CohortEntry(Frozen):
    """A cohort of the scoreboard's own, from which special targets are read.

    Attributes
    ----------
    cohort
        Name of a study file in the folder ``cohorts`` of this room.
    patients, replicates
        Size of the run; intervals are scaled to the size of the published figure.
    """

    cohort: Identifier
    patients: Positive
    replicates: Annotated[Whole, Field(ge=2, le=10_000)]


class Source(Frozen):
    """One published figure behind a target: a row of a special table.

    Attributes
    ----------
    row, source_id
        Its ``row_id`` and, against slips, its ``source_id``.
    cohort
        Whose patients they are; figures of one cohort count once. By default the source.
    factor
        What the figure is multiplied by to be in the unit of the target.
    n, n_note
        Patients or events behind it where the row has no number, and how that number is known.
    """

    row: Positive
    source_id: Text
    cohort: Text = ""
    factor: Annotated[Number, Field(gt=0.0)] = 1.0
    n: Positive | None = None
    n_note: Text = ""

    @model_validator(mode="after")
    def _explained(self) -> Source:
        if self.n is not None and not self.n_note:
            raise ValueError("n without n_note; say how the number is known")
        return self


class Derived(Frozen):
    """A published figure that was worked out from others of the base.

    Attributes
    ----------
    value, n
        The figure, and the patients behind it.
    source_id, citation, page, mark, how
        Where the parts stand, and the arithmetic.
    """

    value: Number
    n: Positive
    source_id: Text
    cohort: Text = ""
    citation: Text
    page: Text = ""
    mark: Mark
    how: Annotated[Text, Field(min_length=1)]


class Target(Frozen):
    """One quantity in one era, with the published figures on it.

    Attributes
    ----------
    target, title, quantity
        Name, words for people, and the quantity on which a cohort has one vote.
    era
        Calendar period of the cohorts.
    run
        Cohort or study from which it is read.
    arm
        Arm that counts; all by default.
    measure, scale, unit
        How it is read, compared and printed.
    kind_of_error
        How a standard error follows from a number alone: of a median time (half of the patients
        had the event), or not at all. Proportions need no word.
    borrows
        Whether a single cohort takes the spread between cohorts from other targets of its scale;
        not so for ages and for factors, which differ far less than times and rates do.
    role
        Must follow the rule: tune if any source is tune or the figure shaped a parameter.
    shaped
        Parameters that were chosen with this figure in view; empty where none was.
    table, sources, derived
        The special table and its rows, or one derived figure.
    note
        What makes the comparison less than exact.
    """

    target: Identifier
    title: Text
    quantity: Text
    era: Era
    run: Identifier
    arm: Identifier = "all"
    measure: AnyMeasure
    scale: Scale
    unit: Text = ""
    kind_of_error: Literal["", "median_time"] = ""
    borrows: Annotated[bool, Field(strict=True)] = True
    role: Role
    shaped: Text = ""
    table: Text = ""
    sources: tuple[Source, ...] = ()
    derived: Derived | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Target:
        if bool(self.sources) == (self.derived is not None):
            raise ValueError("give either sources or derived")
        if self.sources and not self.table:
            raise ValueError("sources need the name of their table")
        return self


class Distribution(Frozen):
    """A whole published distribution of the EDSS: one target for each window and threshold.

    Attributes
    ----------
    name, quantity, era, run, role, shaped, note
        As in `Target`; the figures share one vote.
    source_id, scale, stratum
        Which rows of the table of EDSS distributions.
    years, half_width
        Middles of the windows and their half width.
    below
        EDSS whose share below is compared.
    n, n_note
        Patients behind each window, and how that is known.
    """

    name: Identifier
    quantity: Text
    era: Era
    run: Identifier
    role: Role
    shaped: Text = ""
    source_id: Text
    scale: Text
    stratum: Literal["duration", "age"]
    years: tuple[Number, ...] = Field(min_length=1, max_length=60)
    half_width: Number
    below: tuple[Number, ...] = Field(min_length=1, max_length=20)
    n: Positive
    n_note: Annotated[Text, Field(min_length=1)]
    note: Text = ""

    def measure(self, years: float, below: float) -> ShareBelow:
        """Give the measure of one window and threshold."""
        return ShareBelow(axis=self.stratum, at=years, half_width=self.half_width, below=below)


class Group(Frozen):
    """A group of the scoreboard.

    Attributes
    ----------
    schema_version
        Version of this schema.
    group, title, summary
        Name in commands and results, and for people.
    replicates
        Repetitions of each study of the catalogue, by default.
    studies, cohorts, targets, distributions
        What is run, and what is read beside the endpoints of study files.
    quantities
        Quantity of the special targets that an outcome of a study file speaks of, so that a cohort
        that stands in both has one vote.
    left_out
        Published figures that are not compared, with the reason; printed on the page.
    """

    schema_version: Literal[1]
    group: Annotated[str, Field(strict=True, pattern=GROUP_PATTERN)]
    title: Text
    summary: Text
    replicates: Annotated[Whole, Field(ge=2, le=10_000)] = 20
    studies: tuple[StudyEntry, ...] = Field(default=(), max_length=500)
    cohorts: tuple[CohortEntry, ...] = Field(default=(), max_length=50)
    targets: tuple[Target, ...] = Field(default=(), max_length=2_000)
    distributions: tuple[Distribution, ...] = Field(default=(), max_length=50)
    quantities: dict[Identifier, Text] = Field(default_factory=dict)
    left_out: tuple[Text, ...] = Field(default=(), max_length=100)

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of all studies and cohorts, in order."""
        return (*(c.cohort for c in self.cohorts), *(s.study for s in self.studies))

    @model_validator(mode="after")
    def _consistent(self) -> Group:
        raise_problems(list(self._problems()))
        return self

    def _problems(self) -> Iterator[str]:
        if not self.runs:
            yield "give studies or cohorts"
        for label, names in (
            ("studies and cohorts", self.runs),
            ("targets", tuple(t.target for t in self.targets)),
            ("distributions", tuple(d.name for d in self.distributions)),
        ):
            for name in sorted({n for n in names if names.count(n) > 1}):
                yield f"{label}: {name} stands twice"
        for target in self.targets:
            if target.run not in self.runs:
                yield f"targets: {target.target}: unknown run {target.run!r}"
        for one in self.distributions:
            if one.run not in self.runs:
                yield f"distributions: {one.name}: unknown run {one.run!r}"
