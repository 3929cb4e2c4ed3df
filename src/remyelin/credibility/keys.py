"""Names of all published figures that are set beside a prediction, one for each cohort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from remyelin.comparison.join import published as outcomes_of
from remyelin.credibility import groups
from remyelin.credibility.observations import parts_of, targets_of
from remyelin.credibility.roles import cohort_of_study
from remyelin.credibility.running import endpoint_name
from remyelin.credibility.schema import Group, Target
from remyelin.study import catalogue
from remyelin.study.outcome import Outcome
from remyelin.study.schema import Study
from remyelin.trials.predict import keys_of


@dataclass(frozen=True, kw_only=True)
class FigureKey:
    """Name of one published figure.

    Attributes
    ----------
    group, row
        Group of the scoreboard and name of its row there.
    cohort
        Whose patients they are; a row that pools several cohorts has a key for each.
    run
        Study or cohort from which the prediction is read.
    quantity
        Outcome of a study's figure, or quantity of a target.
    origin
        ``study`` or ``target``.
    """

    group: str
    row: str
    cohort: str
    run: str
    quantity: str
    origin: str

    @property
    def name(self) -> str:
        """Row and cohort in one."""
        return self.row if self.origin == "study" else f"{self.row}@{self.cohort}"


@cache
def keys() -> tuple[FigureKey, ...]:
    """Give the names of all figures, in the order of the groups; no figure comes with them."""
    return tuple(key for name in groups.names() for key in _keys(groups.load(name)))


def _keys(group: Group) -> Iterator[FigureKey]:
    for target in targets_of(group):
        for cohort in dict.fromkeys(part.entry.cohort for part in parts_of(target)):
            yield FigureKey(
                group=group.group,
                row=target.target,
                cohort=cohort,
                run=target.run,
                quantity=target.quantity,
                origin="target",
            )
    for study, outcome in published(group):
        yield study_key(group, study, outcome)


def study_key(group: Group, study: Study, outcome: Outcome) -> FigureKey:
    """Name the figure of a study."""
    return FigureKey(
        group=group.group,
        row=f"{study.study_id}|{endpoint_name(outcome.key)}",
        cohort=cohort_of_study(outcome.key.study_id),
        run=study.study_id,
        quantity=outcome.key.outcome,
        origin="study",
    )


def published(group: Group) -> Iterator[tuple[Study, Outcome]]:
    """Give the published figures of a group's studies that its endpoints ask for."""
    for entry in group.studies:
        study = catalogue.load(entry.study)
        seen = {one.key: one for one in outcomes_of(study)}
        for key, _ in keys_of(study):
            if key in seen and (not entry.arms or key.arm in entry.arms):
                yield study, seen[key]


def targets_by_name(group: Group) -> dict[str, Target]:
    """Give the special targets of a group, those of distributions included, by name."""
    return {target.target: target for target in targets_of(group)}
