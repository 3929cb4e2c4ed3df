"""What of the lead-in, before day 0, a trial still finds when its follow-up begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remyelin.engine.population import Population
from remyelin.model.day import ALWAYS, Signal
from remyelin.study.vocabulary import OTHER_CAUSE

DEATHS = frozenset({"death", OTHER_CAUSE})
"""Events that a trial hears of whenever they come, as they end its follow-up."""


def found_on_day_0(
    signal: Signal,
    people: Population,
    rows: NDArray[np.intp],
    *,
    dead: NDArray[np.bool_],
    here: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Say which events of the lead-in are written on day 0.

    Follow-up counts from day 0: a relapse, an infection or a reaction that is over by then is
    none of its events. A death is, and so is a condition of the living that still holds on day 0.

    Parameters
    ----------
    signal
        Kind of the events.
    people
        Patients as they stand on day 0.
    rows
        Patient of each event, by position in ``people``; shape (events,).
    dead, here
        Whether he is dead by day 0, and whether he enters follow-up; shape (events,).
    """
    if signal.event in DEATHS:
        return dead
    if signal.lasts is None:
        return np.zeros(len(rows), dtype=np.bool_)
    if signal.lasts == ALWAYS:
        return here
    holds: NDArray[np.bool_] = getattr(people.state.harm, signal.lasts)[rows] > 0.0
    return holds & here
