"""The calendar of a trial: the day on which each participant comes to each visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.streams import Streams
from remyelin.model.stage import Purpose
from remyelin.study.measurement import Measurement
from remyelin.trials.plan import Visit

MISSED: Final = -1
"""Day of a visit that is missed."""


@dataclass(frozen=True)
class Calendar:
    """Days of visits.

    Attributes
    ----------
    day
        Day from baseline on which each participant comes to each visit, `MISSED` where the visit
        is missed; shape (participants, visits).
    latest
        Last day on which anybody could come to each visit, whoever takes part; shape (visits,).
    """

    day: NDArray[np.int64]
    latest: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        visits: Sequence[Visit],
        settings: Measurement,
        streams: Streams,
        last_day: NDArray[np.int64],
    ) -> Calendar:
        """Give every participant a calendar.

        A visit strays from its plan by whole days of a normal law cut off at the limit. A visit
        planned within follow-up never falls after it, and one planned later never before.

        Parameters
        ----------
        visits
            Planned visits in the order of their numbers; baseline is always kept.
        settings
            How visits stray.
        streams
            Random streams of the participants.
        last_day
            Last day of each participant's administrative follow-up.
        """
        planned = np.array([visit.day for visit in visits], dtype=np.int64)
        day = np.tile(planned, (len(streams), 1))
        latest = planned.copy()
        for k in range(1, len(visits)):
            number = visits[k].number
            limit = _limit(planned, k, settings.visit_jitter_limit_days)
            if settings.visit_jitter_days > 0.0 and limit > 0:
                u = streams.uniforms(number, Purpose.VISIT_JITTER, 1)[0]
                latest[k] += limit
                moved = planned[k] + _stray(u, settings.visit_jitter_days, limit)
                inside = planned[k] <= last_day
                day[:, k] = np.where(
                    inside, np.minimum(moved, last_day), np.maximum(moved, last_day + 1)
                )
            if settings.missed_share > 0.0:
                u = streams.uniforms(number, Purpose.VISIT_MISSED, 1)[0]
                day[u < settings.missed_share, k] = MISSED
        return cls(day, latest)

    def stops(self, rows: NDArray[np.intp], visit: Visit) -> list[int]:
        """Give the days on which any of some participants comes to a visit, in order.

        The last one is the last day of the visit for whoever takes part, so that what is decided
        on it does not depend on who stands beside whom.

        Parameters
        ----------
        rows
            Participants by position.
        visit
            The visit.
        """
        days = self.day[rows, visit.number]
        days = np.unique(days[days != MISSED])
        last = max(int(self.latest[visit.number]), visit.day)
        if not len(days) or days[-1] < last:
            days = np.append(days, last)
        return [int(day) for day in days]

    def comes(self, rows: NDArray[np.intp], visit: Visit, day: int) -> NDArray[np.bool_]:
        """Say which participants come to a visit on a day."""
        coming: NDArray[np.bool_] = self.day[rows, visit.number] == day
        return coming

    def anything(self, rows: NDArray[np.intp], day: int) -> NDArray[np.bool_]:
        """Say which participants come to any visit on a day."""
        coming: NDArray[np.bool_] = (self.day[rows] == day).any(axis=1)
        return coming


def _limit(planned: NDArray[np.int64], k: int, most: int) -> int:
    """Give how far a visit may stray so that the order of visits stays."""
    gap = planned[k] - planned[k - 1]
    if k + 1 < len(planned):
        gap = min(gap, planned[k + 1] - planned[k])
    return min(most, max(0, (int(gap) - 1) // 2))


def _stray(u: NDArray[np.float64], sd: float, limit: int) -> NDArray[np.int64]:
    days = np.arange(-limit, limit + 1)
    weight = np.exp(-0.5 * (days / sd) ** 2)
    share = np.cumsum(weight) / weight.sum()
    place = np.searchsorted(share[:-1], u, side="right")
    strayed: NDArray[np.int64] = days[place]
    return strayed
