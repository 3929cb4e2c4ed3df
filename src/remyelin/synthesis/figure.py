"""One published figure on its scale, with all that decides with which others it compares."""

from __future__ import annotations

from dataclasses import dataclass

from remyelin.study.vocabulary import Mark
from remyelin.synthesis.scale import Scale


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published figure of one cohort.

    Attributes
    ----------
    key
        Its row, and its cohort after ``@`` where a row speaks of several.
    group, origin, run
        Group of the scoreboard; ``study`` or ``target``; study or cohort from which it is read.
    study, arm
        Study or source, and arm or contrast.
    outcome, definition, measure
        What is counted, by which rule, and the kind of figure.
    outcome_class, quantity
        Class on which roles are balanced, and the quantity on which an overlap group has one vote.
    treatment, phenotype, era, year
        Class of treatment (of the first arm of a contrast), course of disease, calendar period,
        and year of publication; None where it is not known.
    months
        Time from baseline; None for the whole follow-up or for a figure without a time.
    scale, value, place
        Scale, the figure in its natural unit, and its place on the scale.
    error, error_from
        Standard error on the scale and from what it was worked out; None where nothing tells it.
    n, events, low, high
        Patients and events behind it, and its 95 % interval in natural units.
    overlap, vote
        Group of cohorts that share patients, and this figure's share of its vote.
    agrees
        Whether it is read as it was published: ``agrees``, ``differs`` or ``not known``.
    known
        Whether its row was shown beside a prediction before.
    mark, source
        How well the figure is known, and where it stands.
    """

    key: str
    group: str
    origin: str
    run: str
    study: str
    arm: str
    outcome: str
    definition: str
    measure: str
    outcome_class: str
    quantity: str
    treatment: str
    phenotype: str
    era: str
    year: int | None
    months: float | None
    scale: Scale
    value: float
    place: float
    error: float | None
    error_from: str
    n: int
    events: int | None
    low: float | None
    high: float | None
    overlap: str
    vote: float
    agrees: str
    known: bool
    mark: Mark
    source: str

    @property
    def is_contrast(self) -> bool:
        """Whether two arms are compared."""
        return "_vs_" in self.arm
