"""Switching: a change of protocol after an event that the visits have shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints import events
from remyelin.engine.streams import Streams
from remyelin.model.stage import Purpose
from remyelin.study.arm import Arm, Switch
from remyelin.therapies.timeline import FOREVER, Course
from remyelin.trials.plan import Plan, Visit
from remyelin.units import months_to_days

if TYPE_CHECKING:
    import pandas as pd

_NOT_YET: Final = -1


class Switcher:
    """Decides at each visit who switches; each patient switches at most once.

    Parameters
    ----------
    plan
        The trial made ready.
    arm
        Position of each participant's arm.
    streams
        Random streams of the participants.
    """

    def __init__(self, plan: Plan, arm: NDArray[np.intp], streams: Streams) -> None:
        self._plan = plan
        self._arm = arm
        self._draw = streams.uniforms(0, Purpose.SWITCH, 1)[0]
        self._day: NDArray[np.int64] = np.full(len(arm), _NOT_YET, dtype=np.int64)

    @property
    def anybody(self) -> bool:
        """Whether any arm allows a switch."""
        return any(arm.switch for arm in self._plan.study.arms)

    @property
    def day(self) -> NDArray[np.float64]:
        """Day of each participant's switch; nan where there is none."""
        return np.where(self._day == _NOT_YET, np.nan, self._day)

    def decide(self, visit: Visit, known: Mapping[str, pd.DataFrame]) -> Iterator[Course]:
        """Give the courses that begin because of what is known at a visit.

        Parameters
        ----------
        visit
            The visit that has just been made.
        known
            Longitudinal tables up to this visit, subjects in the order of the participants.
        """
        for position, arm in enumerate(self._plan.study.arms):
            if arm.switch and visit.day >= months_to_days(arm.switch.earliest_months) - 1.0:
                yield from self._switch(position, arm, arm.switch, visit, known)

    def _switch(
        self,
        position: int,
        arm: Arm,
        switch: Switch,
        visit: Visit,
        known: Mapping[str, pd.DataFrame],
    ) -> Iterator[Course]:
        catalogue = self._plan.inputs.definitions
        shown = events(known, catalogue[switch.after], catalogue, seen=True).event
        open_ = (self._arm == position) & (self._day == _NOT_YET)
        willing = self._draw < switch.probability.value
        rows = np.flatnonzero(shown & open_ & willing)
        if len(rows):
            start = np.full(len(rows), visit.day + switch.delay_days, dtype=np.int64)
            self._day[rows] = start
            protocol = self._plan.protocols[switch.protocol_id]
            yield Course(protocol, rows, start, np.full(len(rows), FOREVER))
