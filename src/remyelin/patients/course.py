"""The course of a virtual patient under each option: tables of weeks, visits and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from remyelin.core.digest import provenance
from remyelin.engine.backends import carrier, rater
from remyelin.engine.population import Population
from remyelin.errors import InputError
from remyelin.inputs import Inputs
from remyelin.patients.description import Description, default_patient
from remyelin.patients.follow import VISIT_DAYS, Follower
from remyelin.patients.judging import findings
from remyelin.patients.matching import Matched, match
from remyelin.patients.options import Option, options_of
from remyelin.patients.settings import Settings
from remyelin.therapies.findings import errors, warnings
from remyelin.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

NOTICE: Final = (
    "Same virtual patient, not a forecast for a person. Research only, no medical advice."
)
"""Said on every output of a course."""

_MATCHING_SHARE: Final = 0.3

Report = Callable[[float, str], None]
"""Called with the share of the work done, 0 to 1, and what is being done."""


@dataclass(frozen=True)
class Course:
    """One virtual patient, or several like it, under each option with the same random numbers.

    Attributes
    ----------
    description, settings
        Who was described, and how the course was made.
    parameters
        Hash of the parameter table.
    inputs
        Hash of all that the course depends on beside its settings.
    matched
        Which virtual patients were taken, and from how many.
    options
        What was given.
    sources
        Citations of the protocols.
    warnings
        What the rules on treatments warn of, one sentence each.
    weekly
        A row per option, draw and week, and per day after a depletion: true state.
    visits
        A row per option, draw and quarterly visit: EDSS as rated.
    events
        A row per relapse, infection, adverse event or death; relapses with their severity.
    ended
        How the observation of each option and draw ended, and on which day.
    """

    description: Description
    settings: Settings
    parameters: str
    inputs: str
    matched: Matched
    options: tuple[Option, ...]
    sources: tuple[str, ...]
    warnings: tuple[str, ...]
    weekly: pd.DataFrame
    visits: pd.DataFrame
    events: pd.DataFrame
    ended: pd.DataFrame

    @property
    def notice(self) -> str:
        """What every output says."""
        return NOTICE

    def of(self, table: str, option: str, draw: int = 0) -> pd.DataFrame:
        """Give the rows of one option and draw of a table (``weekly``, ``visits``, ``events``)."""
        frame: pd.DataFrame = getattr(self, table)
        mine = (frame["option"] == option) & (frame["draw"] == draw)
        return frame[mine].reset_index(drop=True)

    def yearly(self) -> pd.DataFrame:
        """Give one row per option and year of the first draw: what happened, and where it ended."""
        from remyelin.patients.yearly import yearly

        return yearly(self)

    def record(self) -> Mapping[str, object]:
        """Give what is needed to repeat the course, as plain values."""
        return {
            "package": "remyelin",
            "notice": self.notice,
            "description": self.description.model_dump(mode="json"),
            "years": self.settings.years,
            "options": list(self.settings.options),
            "seed": self.settings.seed,
            "draws": self.settings.draws,
            "backend": self.settings.backend.value,
            "parameters": self.parameters,
            "inputs": self.inputs,
            "provenance": provenance().digest(),
            "matched": {
                "found": self.matched.found,
                "screened": self.matched.screened,
                "widened": self.matched.widened,
                "tolerances": {k.value: v for k, v in self.matched.tolerances.items()},
                "first": {
                    k.value: float(v[0])
                    for k, v in self.matched.covariates.items()
                    if k in self.matched.tolerances
                },
            },
            "sources": list(self.sources),
            "warnings": list(self.warnings),
        }


def simulate(
    description: Description | None = None,
    settings: Settings | None = None,
    report: Report | None = None,
    *,
    inputs: Inputs,
) -> Course:
    """Find a virtual patient like the described one and follow it under each option.

    Parameters
    ----------
    description
        What is known of the patient; by default the patient of the template.
    settings
        Years, options, seed, draws.
    report
        Told how far the work has come.
    inputs
        Parameters and protocols.

    Raises
    ------
    InputError
        A setting is outside its limits, an option is unknown, or a rule on treatments forbids it
        beside the drugs given before; every problem is listed.
    CohortError
        There is no virtual patient like this.
    """
    settings = settings or Settings()
    if problems := settings.problems():
        raise InputError("settings", problems)
    description = description or default_patient()
    tell = report or (lambda share, what: None)
    table = inputs.parameters
    judged = findings(description, settings, inputs)
    if told := errors(judged):
        raise InputError("settings", [f"therapy: {text}" for text in told])
    matched = match(
        description,
        settings.draws,
        inputs,
        seed=settings.seed,
        backend=settings.backend,
        report=lambda share: tell(_MATCHING_SHARE * share, "Finding a virtual patient"),
    )
    days = round(settings.years * DAYS_PER_YEAR)
    options, schedule = options_of(settings.options, settings.draws, days, inputs)
    follower = Follower(
        carrier(table, settings.backend),
        rater(table, settings.backend),
        rater(table, settings.backend, noise=False),
        schedule=schedule,
        options=options,
        draws=settings.draws,
    )
    twins = Population.joined([matched.population] * len(options))
    tables = follower.follow(
        twins,
        days,
        lambda share: tell(_MATCHING_SHARE + (1.0 - _MATCHING_SHARE) * share, "Following"),
    )
    sources = tuple(dict.fromkeys(f"{o.label}: {o.source}" for o in options if o.source))
    warned = (*warnings(judged), *_not_modelled(description))
    return Course(
        description,
        settings,
        table.digest(),
        inputs.digest(),
        matched,
        options,
        sources,
        warned,
        **tables,
    )


def _not_modelled(description: Description) -> Iterator[str]:
    """Say what of the past only the rules know."""
    for drug in description.prior_drugs:
        if drug.stopped_days_ago:
            yield (
                f"prior_drugs {drug.name}: stopped {drug.stopped_days_ago} days ago counts for the "
                "rules only; the virtual patient comes on it and stops it at the start"
            )


__all__ = ["NOTICE", "VISIT_DAYS", "Course", "Report", "simulate"]
