"""Conventions of reading endpoints from visits, each with its reason."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remyelin.endpoints.choices import choices

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

VISIT_TOLERANCE_DAYS: Final = choices()["visit_tolerance"].value
"""Days by which a visit may miss its month and still stand for it.

Half a month. Visits six months apart fall 182 to 184 days apart, trials allow a visit a week
early or late, and 12 and 24 weeks are read as 3 and 6 months. With half a month all of these
count, while the visit before (a month or more away) never does. Convention, not from one source.
"""

LOWER_IS_WORSE: Final = frozenset({"sdmt"})
"""Columns of which a lower score is the worse one."""

EPSILON: Final = 1e-9
"""Slack for comparing ratings; EDSS moves in half points, so it only absorbs rounding."""


class Status(StrEnum):
    """What became of a patient under a definition."""

    EVENT = "event"
    """The event was found."""
    CENSORED = "censored"
    """It could have been found and was not."""
    NOT_CONFIRMABLE = "not_confirmable"
    """Too few visits for any event to be found (and confirmed)."""
    NO_BASELINE = "no_baseline"
    """No baseline to compare with, or a baseline to which the definition does not apply."""


class Censoring(StrEnum):
    """On which day a patient without event leaves the patients at risk."""

    LAST_ASSESSMENT = "last_assessment"
    """The last assessment under observation.

    Published trials do this, hence it is the default: a predicted figure is to be read in the
    same way as the published one beside it. After the last visit whose rise could still be
    confirmed a patient counts as at risk although no event can be found, so risks come out
    slightly low, in both figures alike.
    """
    LAST_CONFIRMABLE = "last_confirmable"
    """The last visit at which an event could still have been found and confirmed (unbiased)."""
