"""Cells in a trial: each patient's batch, and manufactures that fail, are repeated or given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.numpy_backend import NUMPY
from remyelin.engine.population import Population
from remyelin.engine.streams import Streams
from remyelin.model.stage import Purpose
from remyelin.study.schema import Study
from remyelin.therapies.batches import Donors, Uniforms, made_for, release
from remyelin.therapies.product_rules import unknown_of
from remyelin.therapies.protocol import Protocol
from remyelin.therapies.timeline import Course

MADE_AGAIN = "made again after a failed batch"
NOT_RELEASED = "no batch released"

_EVERYBODY = 1 << 62
"""Identity under which what all patients of a replicate share is drawn."""


@dataclass(frozen=True)
class Receivers:
    """Participants who may be given cells.

    Attributes
    ----------
    age
        Age at enrolment (years).
    streams
        Random streams.
    """

    age: NDArray[np.float64]
    streams: Streams

    @classmethod
    def of(cls, population: Population) -> Receivers:
        """Take the participants on the day of enrolment."""
        return cls(np.array(population.state.clock.age, dtype=np.float64), population.streams)

    def donors(self, rows: NDArray[np.intp]) -> Donors:
        """Give some of them as receivers of one course."""
        mine = self.streams.take(rows)
        same = np.full(len(rows), _EVERYBODY, dtype=np.uint64)
        shared = replace(mine, patient=same)

        def own(number: int) -> Uniforms:
            return mine.uniforms(number, Purpose.CELL_BATCH, 1)

        def common(number: int) -> Uniforms:
            return shared.uniforms(number, Purpose.CELL_PRODUCT, 1)

        return Donors(self.age[rows], own, common, NUMPY)

    def courses(self, course: Course) -> Iterator[Course]:
        """Give a course with its cells: as planned, delayed, or never given.

        Those for whom nothing is released have a course that is over on its first day.
        """
        product = made_for(course.protocol)
        if product is None:
            yield replace(course, donors=self.donors(course.rows))
            return
        made = release(product, self.donors(course.rows))
        for kept, reason in (
            (made.given & (made.delay == 0), ""),
            (made.given & (made.delay > 0), MADE_AGAIN),
            (~made.given, NOT_RELEASED),
        ):
            if kept.any():
                start = course.start[kept] + made.delay[kept]
                stop = np.maximum(course.stop[kept], start)
                yield replace(
                    course,
                    rows=course.rows[kept],
                    start=start,
                    stop=start if reason == NOT_RELEASED else stop,
                    donors=self.donors(course.rows[kept]),
                    reason=reason,
                )


def gaps_of(study: Study, protocols: Mapping[str, Protocol]) -> dict[str, str]:
    """Say for each arm that is given cells what of its products nobody has measured.

    Parameters
    ----------
    study, protocols
        The study, and its protocols by name.
    """
    found: dict[str, str] = {}
    for arm in study.arms:
        said = [
            f"{step.product}: {gap}"
            for option in arm.treatment
            for step in protocols[option.protocol_id].steps
            if (gap := unknown_of(step))
        ]
        if said:
            found[arm.arm_id] = "; ".join(dict.fromkeys(said))
    return found


def has_begun(course: Course) -> NDArray[np.bool_]:
    """Say who was given a course, or waited in vain for it: not who switched before its start."""
    waited = course.start == course.stop if course.reason == NOT_RELEASED else False
    begun: NDArray[np.bool_] = (course.start < course.stop) | waited
    return begun
