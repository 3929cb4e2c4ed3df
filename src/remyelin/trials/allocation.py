"""Allocation: who gets which arm, which protocol, and how long each is followed.

Every decision is a function of seed, replicate and patient (of the block, for randomisation).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.cohorts.enrolment import Cohort
from remyelin.engine.streams import Streams
from remyelin.model.stage import WORDS_PER_BLOCK, Purpose
from remyelin.study.design import Design
from remyelin.study.schema import Study
from remyelin.trials.plan import UNTREATED, Plan, options_of
from remyelin.units import DAYS_PER_YEAR, months_to_days


@dataclass(frozen=True)
class Participants:
    """Patients in arms; a twin stands once in every arm.

    Attributes
    ----------
    source
        Position of the patient in the cohort.
    arm
        Position of the arm in the study.
    protocol_id
        Protocol given at the start, `UNTREATED` where nothing is given.
    planned_end, dropout
        Last day of administrative follow-up, and day of dropout.
    """

    source: NDArray[np.intp]
    arm: NDArray[np.intp]
    protocol_id: NDArray[np.object_]
    planned_end: NDArray[np.int64]
    dropout: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the participants."""
        return len(self.source)


def allocate(plan: Plan, cohort: Cohort, *, before: int = 0) -> Participants:
    """Put a cohort into the arms of its study.

    Parameters
    ----------
    plan, cohort
        The trial, and who takes part.
    before
        Patients of the same replicate who were enrolled before the first one of this cohort;
        other than 0 only for a cohort of one replicate.
    """
    study, seed = plan.study, plan.settings.seed
    if plan.settings.twins:
        arms = len(study.arms)
        source = np.repeat(np.arange(len(cohort)), arms)
        arm = np.tile(np.arange(arms), len(cohort))
    else:
        source = np.arange(len(cohort))
        arm = _randomised(study, seed, cohort.replicate, before)
    streams = cohort.population.streams.take(source)
    last = plan.visits[-1].day
    return Participants(
        source,
        arm,
        _protocols(study, streams, arm),
        np.minimum(_planned_end(study.design, streams), last),
        _dropout(study.design, streams),
    )


def _randomised(
    study: Study, seed: int, replicate: NDArray[np.int64], before: int
) -> NDArray[np.intp]:
    """Give arms in permuted blocks that hold every arm by its share."""
    block = np.repeat(np.arange(len(study.arms)), [arm.share for arm in study.arms])
    size = len(block)
    first = np.searchsorted(replicate, replicate)
    order = np.arange(len(replicate)) - first + before
    streams = Streams.of(seed, replicate, order // size)
    words = streams.uniforms(0, Purpose.ALLOCATION, ceil(size / WORDS_PER_BLOCK))
    rank = np.argsort(np.stack(words[:size], axis=1), axis=1, kind="stable")
    place = rank[np.arange(len(replicate)), order % size]
    chosen: NDArray[np.intp] = block[place]
    return chosen


def _protocols(study: Study, streams: Streams, arm: NDArray[np.intp]) -> NDArray[np.object_]:
    choose = streams.uniforms(0, Purpose.TREATMENT, 1)[0]
    start = streams.uniforms(0, Purpose.NOT_STARTED, 1)[0]
    given = np.empty(len(arm), dtype=object)
    for position, spec in enumerate(study.arms):
        mine = arm == position
        names, shares = options_of(spec)
        pick = np.searchsorted(np.cumsum(shares)[:-1], choose, side="right")
        given[mine] = np.array(names, dtype=object)[pick[mine]]
        if spec.not_started is not None:
            given[mine & (start < spec.not_started.value)] = UNTREATED
    return given


def _planned_end(design: Design, streams: Streams) -> NDArray[np.int64]:
    months = np.full(len(streams), design.follow_up.months)
    if design.follow_up.quantiles:
        shares = [point.share for point in design.follow_up.quantiles]
        points = [point.months for point in design.follow_up.quantiles]
        months = np.interp(streams.uniforms(0, Purpose.FOLLOW_UP, 1)[0], shares, points)
    return np.rint(months_to_days(1.0) * months).astype(np.int64)


_NEVER: Final = np.iinfo(np.int64).max // 2


def _dropout(design: Design, streams: Streams) -> NDArray[np.int64]:
    rate = design.dropout_per_year.value / DAYS_PER_YEAR
    if rate <= 0.0:
        return np.full(len(streams), _NEVER, dtype=np.int64)
    wait = -np.log(streams.uniforms(0, Purpose.DROPOUT, 1)[0]) / rate
    return np.ceil(np.minimum(wait, float(_NEVER))).astype(np.int64)
