"""The drug on which participants come: stopped at baseline or continued, as their arm says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.enrolment import Cohort
from remyelin.cohorts.past import NOBODYS
from remyelin.engine import leaves
from remyelin.engine.population import Population
from remyelin.study.schema import Study
from remyelin.study.vocabulary import Covariate, PriorDrug
from remyelin.therapies import catalogue
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.timeline import FOREVER, Course
from remyelin.trials.allocation import Participants


def goes_on(study: Study, people: Participants) -> NDArray[np.bool_]:
    """Say which participants are in an arm that continues their drug."""
    kept = [arm.prior_drug is PriorDrug.CONTINUED for arm in study.arms]
    on: NDArray[np.bool_] = np.array(kept, dtype=bool)[people.arm]
    return on


def at_baseline(study: Study, cohort: Cohort, people: Participants) -> Population:
    """Give the participants with the levels of stopped drugs at nothing.

    What a stopped drug has done to the patient stays and wears off at its own pace.
    """
    arrived = cohort.population.take(people.source)
    stopped = arrived.untreated()
    on = goes_on(study, people)
    if not on.any():
        return stopped
    levels = leaves.own(stopped.levels, len(stopped))
    for level, before in zip(levels, arrived.levels, strict=True):
        level[on] = before[on]
    return replace(stopped, levels=levels)


def prior_courses(
    study: Study,
    cohort: Cohort,
    people: Participants,
    today: int,
    protocols: Mapping[str, Protocol],
) -> list[Course]:
    """Give the courses that participants were on when they came.

    Parameters
    ----------
    study, cohort, people
        The study, who was enrolled, and who is in which arm.
    today
        Day of enrolment on the clock of the trial; a stopped course ends then.
    protocols
        What can be given, by name.
    """
    protocol = cohort.prior_protocol[people.source]
    days = cohort.covariates[Covariate.DAYS_ON_DRUG][people.source]
    start = today - np.rint(days).astype(np.int64)
    stop = np.where(goes_on(study, people), FOREVER, today).astype(np.int64)
    courses = []
    for name in sorted(set(protocol) - {NOBODYS}):
        rows = np.flatnonzero(protocol == name)
        given = catalogue.acting(str(name), protocols, where="prior treatment")
        courses.append(Course(given, rows, start[rows], stop[rows]))
    return courses
